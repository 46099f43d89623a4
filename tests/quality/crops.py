#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The sheet of docs/results.md: twelve crops at 1:1, each noisy, after `fddm` with its defaults (fast, balanced), after the
best peer, and clean.

    crops.py --photos FOLDER [--out docs/images/crops.jpg] [--program fddm] [--only SUBJECT ...] [--rows FOLDER]

Photographs are CC0; noise is made as weights/train/data/camera.py makes it, unless the photograph has enough of its own. Every
program gets 512 x 512 pixels around the crop. The best peer is the one with the highest PSNR of all settings tried, which a
user could not know; where nothing is known to be clean, the one that is best on real photos. --rows: each row as a PNG, too.
"""
import argparse
import io
import os
import tempfile

import numpy as np
import torch
from PIL import Image, ImageDraw, ImageFont

import peers
from program import psnr
from data import camera, jpeg
from fddm import transform

OUT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../docs/images/crops.jpg")
FONT = "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf"
SIDE, AROUND, GAP, LINE, COLUMNS, QUALITY = 176, 512, 3, 15, 2, 84
UNKNOWN = "gegl:denoise-dct", "sigma 8"

# Subject, photograph, left and top of the crop, brightness, noise: (kind, level in 8-bit steps, quality of JPEG or 0), or None.
# The first four photographs were held back from training: kitten, budgie, skyline, beach.
CROPS = (
    ("hair", "kitten-on-lawn", 800, 440, 1, ("camera", 9, 93)),
    ("foliage", "kitten-on-lawn", 230, 1090, 1, ("camera", 6, 93)),
    ("night street", "san-francisco-skyline", 990, 1010, 1, ("raw", 10, 0)),
    ("sky gradient", "sunset-beach", 1290, 640, 1, ("camera", 7, 93)),
    ("phone JPEG", "budgie-branch", 910, 330, 1, ("phone", 7, 75)),
    ("skin, an animal's", "jay-ruzesky", 1850, 420, 1, ("camera", 7, 93)),
    ("stars", "ufo-galaxy", 1380, 700, 1, ("raw", 6, 0)),
    ("text", "motherboard-circuits", 770, 360, 1, ("camera", 10, 93)),
    ("weave, of paper", "mr-lee", 560, 470, 1, ("camera", 7, 93)),
    ("dark indoor", "the-spices-of-life", 120, 870, 0.6, ("raw", 7, 0)),
    ("high ISO", "colorful-wall", 420, 960, 1, ("raw", 22, 0)),
    ("grain of its own", "casa-mila", 1000, 1010, 1, None),
)


def around(path, left, top):
    """The picture around the crop, and where the crop is in it."""
    image = Image.open(path).convert("RGB")
    x, y = (int(np.clip(at - (AROUND - SIDE) // 2, 0, size - AROUND)) for at, size in zip((left, top), image.size))
    return np.asarray(image.crop((x, y, x + AROUND, y + AROUND)), np.float32), left - x, top - y


def spoiled(clean, kind, level, quality, seed):
    """With noise as a camera stores it. kind: "raw", as it leaves the sensor and the tone curve; "camera", smoothed by the
    camera; "phone", denoised by it, too."""
    torch.manual_seed(seed)
    rgb = torch.from_numpy(clean).permute(2, 0, 1)[None] / 127.5 - 1
    noise, ycc = transform.to_ycc(camera.sensor_noise(rgb)[0]), transform.to_ycc(rgb)
    if kind != "raw":
        noise = camera.filter_noise(noise)
    noise = noise * (level * 2 / 255 / noise[:, :1].pow(2).mean().sqrt())
    if kind == "phone":
        ycc, noise = camera.preserve_edges(ycc, noise)
    noisy = ycc + noise
    if quality:
        noisy = jpeg.compress(noisy, torch.full((1, 1, 1, 1), float(quality)), torch.ones(1, 1, 1, 1, dtype=torch.bool), [0, 0])
    return ((transform.to_rgb(noisy)[0].clamp(-1, 1) + 1) * 127.5).round().permute(1, 2, 0).numpy()


def after(denoise, noisy):
    with tempfile.TemporaryDirectory() as folder:
        source, target = (os.path.join(folder, n) for n in ("in.png", "out.png"))
        Image.fromarray(noisy.astype(np.uint8)).save(source)
        denoise(source, target)
        return peers.load(target)


def rivals():
    """Every peer at as many settings as these levels need."""
    found = {n: s for n, s in peers.contestants("").items() if not n.startswith("FDDM")}
    found["gegl:denoise-dct"].update({"sigma %g" % s: peers.gegl("gegl:denoise-dct", "sigma=%g" % s) for s in (16, 24, 32)})
    if peers.cv2:
        found["OpenCV non-local means"].update({"h %g" % h: peers.local_means(h) for h in (8, 12, 16)})
    return [(n + ", " + s, f) for n, settings in found.items() for s, f in settings.items()]


def best_peer(noisy, clean):
    """(name with setting, picture)."""
    if clean is None:
        name, setting = UNKNOWN
        return name + ", " + setting, after(peers.contestants("")[name][setting], noisy)
    return max(((name, after(f, noisy)) for name, f in rivals()), key=lambda found: psnr(found[1], clean, 255))


def row(o, index):
    """(captions, pictures) of a crop."""
    subject, photo, left, top, brightness, noise = CROPS[index]
    clean, x, y = around(os.path.join(o.photos, photo + ".jpg"), left, top)
    clean = (clean * brightness).round()
    noisy = spoiled(clean, *noise, index) if noise else clean
    truth = clean if noise else None
    shown = [(subject, noisy)] + [(q, after(peers.fddm(o.program, q), noisy)) for q in ("fast", "balanced")]
    shown += [best_peer(noisy, truth), ("clean", truth)]
    if truth is None:
        shown.pop()
    captions = [name + (" %.1f" % psnr(p, truth, 255) if truth is not None and p is not truth else "") for name, p in shown]
    print("; ".join(captions), flush=True)
    return captions, [p[y:y + SIDE, x:x + SIDE] for _, p in shown]


def drawn(captions, pictures):
    """A row as a picture, captions above."""
    step = SIDE + GAP
    image = Image.new("RGB", (step * len(pictures), SIDE + LINE + GAP), "white")
    draw = ImageDraw.Draw(image)
    font = ImageFont.truetype(FONT, 10)
    for i, (caption, picture) in enumerate(zip(captions, pictures)):
        image.paste(Image.fromarray(picture.round().clip(0, 255).astype(np.uint8)), (i * step, LINE))
        draw.text((i * step + 1, 1), caption.replace("OpenCV non-local means", "non-local means"), fill="black", font=font)
    return image


def main():
    a = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    a.add_argument("--photos", required=True)
    a.add_argument("--out", default=OUT)
    a.add_argument("--program", default="fddm")
    a.add_argument("--only", nargs="+", help="subjects, or their beginnings")
    a.add_argument("--rows", metavar="FOLDER")
    o = a.parse_args()
    chosen = [i for i, c in enumerate(CROPS) if not o.only or c[0].startswith(tuple(o.only))]
    rows = []
    for i in chosen:
        rows.append(drawn(*row(o, i)))
        if o.rows:
            rows[-1].save(os.path.join(o.rows, "%02d.png" % i))
    down = -(-len(rows) // COLUMNS)
    width = max(image.width for image in rows) + GAP
    sheet = Image.new("RGB", (COLUMNS * width, down * rows[0].height), "white")
    for i, image in enumerate(rows):
        sheet.paste(image, (i // down * width, i % down * image.height))
    stored = io.BytesIO()
    sheet.save(stored, "JPEG", quality=QUALITY, subsampling=0, optimize=True)
    with open(o.out, "wb") as f:
        f.write(stored.getvalue())


if __name__ == "__main__":
    main()
