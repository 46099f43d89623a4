#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Pictures without noise must come back as they were: `fddm denoise` at its defaults on clean photographs, and on drawings
and screens made here.

    harmless.py [--photos FOLDER] [--program fddm] [--quality balanced] [--limit N] [--keep FOLDER]

Prints the PSNR of each result against its input, and how many are below 45 dB.
"""
import argparse
import os
import subprocess
import tempfile

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from program import psnr

FONT = "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf"
SIZE = (768, 512)


def font(size):
    return ImageFont.truetype(FONT, size) if os.path.exists(FONT) else ImageFont.load_default()


def shapes(random):
    image = Image.new("RGB", (SIZE[0] * 2, SIZE[1] * 2), tuple(random.integers(0, 256, 3)))
    draw = ImageDraw.Draw(image)
    for _ in range(60):
        x, y = random.integers(0, SIZE[0] * 2), random.integers(0, SIZE[1] * 2)
        w, h = random.integers(10, 400, 2)
        colour = tuple(random.integers(0, 256, 3))
        kind = random.integers(3)
        (draw.ellipse if kind == 0 else draw.rectangle)([x, y, x + w, y + h], fill=colour if kind < 2 else None, outline=colour)
        draw.line([x, y, *random.integers(0, 1000, 2)], fill=colour, width=int(random.integers(1, 9)))
    return image.resize(SIZE, Image.LANCZOS)


def slopes(random):
    y, x = np.mgrid[:SIZE[1], :SIZE[0]] / SIZE[0]
    waves = [0.5 + 0.5 * np.sin(random.uniform(1, 12) * (x * random.normal() + y * random.normal()) + random.uniform(0, 6))
             for _ in range(3)]
    return Image.fromarray((np.stack(waves, 2) * 255).round().astype(np.uint8))


def hatching(random):
    image = Image.new("L", SIZE, 250)
    draw = ImageDraw.Draw(image)
    for _ in range(1500):
        x, y = random.integers(0, SIZE[0]), random.integers(0, SIZE[1])
        draw.line([x, y, x + random.integers(5, 30), y + random.integers(5, 30)], fill=int(random.integers(0, 120)))
    return image.convert("RGB")


def page(random, dark=False):
    paper, ink = ((30, 32, 36), (220, 220, 210)) if dark else ((255, 255, 255), (10, 10, 10))
    image = Image.new("RGB", SIZE, paper)
    draw = ImageDraw.Draw(image)
    for i, y in enumerate(range(8, SIZE[1], 22)):
        words = " ".join("".join(chr(97 + c) for c in random.integers(0, 26, random.integers(1, 11))) for _ in range(14))
        draw.text((12, y), words, fill=ink if i % 7 else (60, 110, 220), font=font(14))
    return image


def windows(random):
    image = slopes(random)
    draw = ImageDraw.Draw(image)
    for _ in range(4):
        x, y = random.integers(0, 400), random.integers(0, 250)
        draw.rectangle([x, y, x + 340, y + 230], fill=(245, 245, 246), outline=(120, 120, 120))
        draw.rectangle([x, y, x + 340, y + 24], fill=(70, 90, 130))
        draw.text((x + 8, y + 5), "Preferences - Untitled", fill=(255, 255, 255), font=font(12))
        for row in range(6):
            draw.rectangle([x + 12, y + 40 + 30 * row, x + 26, y + 54 + 30 * row], outline=(90, 90, 90))
            draw.text((x + 36, y + 40 + 30 * row), "Option number %d" % row, fill=(20, 20, 20), font=font(12))
    return image


def made():
    """Name -> picture: five drawings, five screens."""
    random = np.random.default_rng(1)
    return {"drawing 1": shapes(random), "drawing 2": shapes(random), "drawing 3": slopes(random),
            "drawing 4": hatching(random), "drawing 5": shapes(random).filter(ImageFilter.GaussianBlur(2)),
            "screen 1": page(random), "screen 2": page(random, True), "screen 3": windows(random),
            "screen 4": windows(random), "screen 5": page(random).resize((SIZE[0] * 5 // 4, SIZE[1] * 5 // 4), Image.BICUBIC)}


def result(o, source, folder):
    target = os.path.join(folder, "out.png")
    subprocess.run([o.program, "denoise", source, target, "--quality", o.quality, "--device", "cpu", "--quiet"], check=True)
    return Image.open(target).convert("RGB")


def main():
    a = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    a.add_argument("--photos")
    a.add_argument("--program", default="fddm")
    a.add_argument("--quality", default="balanced")
    a.add_argument("--limit", type=int)
    a.add_argument("--keep", help="a folder for inputs and results")
    o = a.parse_args()
    pictures = made()
    if o.photos:
        names = sorted(n for n in os.listdir(o.photos) if n.lower().endswith((".png", ".jpg", ".tif")))[:o.limit]
        pictures.update({n: Image.open(os.path.join(o.photos, n)).convert("RGB") for n in names})
    low = 0
    with tempfile.TemporaryDirectory() as folder:
        for name, picture in pictures.items():
            source = os.path.join(folder, "in.png")
            picture.save(source)
            after = result(o, source, folder)
            decibel = psnr(picture, after, 255)
            low += decibel < 45
            print("%-24s %.1f dB" % (name, decibel), flush=True)
            if o.keep:
                stem = os.path.join(o.keep, os.path.splitext(name.replace(" ", "-"))[0])
                picture.save(stem + ".png")
                after.save(stem + "-after.png")
    print("%d of %d below 45 dB" % (low, len(pictures)))


if __name__ == "__main__":
    main()
