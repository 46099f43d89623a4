#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""More of a material, and pictures made seamless: measures, and sheets for the eye.

like.py PROGRAM TEXTURES OUT [--size 192] [--steps 20] [--closeness 70] [--count 20] [--model PATH]

Takes pictures that no network has learned from (weights/train/data/held-back-textures.txt, one material after the other) from the
folder TEXTURES. Makes of each a tileable picture at the given closeness, one at closeness 0, and the picture itself, cropped so
that it does not repeat, made seamless. Prints for each material

    seam      mean difference of neighbours across the wrap, relative to that inside, of the tileable picture: at most about 1
    ncc 0     largest normalised cross-correlation of a 48 x 48 piece at closeness 0 with the example: below 0.9
    ncc       the same at the given closeness, where shapes are meant to be taken over
    colour    difference of the mean colour from the example, in 8-bit steps
    seamless  as seam, of the picture made seamless; before: of the crop itself

and writes sheets to OUT: like-N.png with rows of example, closeness 0 and the given closeness; seamless-N.png with crop and
result, each repeated 2 x 2. All at 1:1. Needs numpy and Pillow.
"""
import argparse
import subprocess
import sys
from pathlib import Path

import numpy as np
from PIL import Image

TOP = Path(__file__).resolve().parents[2]
PIECE = 48
GAP = 6
ROWS = 5


def choose(count):
    """COUNT held-back pictures: the first of each material, then the second, spread over the list."""
    materials = {}
    for line in (TOP / "weights/train/data/held-back-textures.txt").read_text().split():
        materials.setdefault(line.split("/")[0], []).append(line)
    turns = [names[(2 * i + 1) * len(names) // 4] for i in range(2) for names in materials.values()]
    return turns[:count]


def load(path):
    return np.asarray(Image.open(path).convert("RGB"), float)


def luma(picture):
    return picture @ (0.299, 0.587, 0.114)


def seam(picture):
    """Mean difference across the wrap, relative to that between neighbours inside; mean of both axes."""
    return np.mean([np.abs(np.take(picture, 0, axis) - np.take(picture, -1, axis)).mean() /
                    max(np.abs(np.diff(picture, axis=axis)).mean(), 1e-9) for axis in (0, 1)])


def correlation(picture, example):
    """Largest normalised cross-correlation of pieces of PICTURE with any place of EXAMPLE."""
    picture, example = luma(picture), luma(example)
    shape = [n + PIECE for n in example.shape]
    spectrum = np.fft.rfft2(example, shape)

    def correlate(piece):
        full = np.fft.irfft2(spectrum * np.conj(np.fft.rfft2(piece, shape)), shape)
        return full[:example.shape[0] - PIECE + 1, :example.shape[1] - PIECE + 1]

    window = np.ones((PIECE, PIECE))
    n = PIECE * PIECE
    squares = np.fft.irfft2(np.fft.rfft2(example ** 2, shape) * np.conj(np.fft.rfft2(window, shape)), shape)
    squares = squares[:example.shape[0] - PIECE + 1, :example.shape[1] - PIECE + 1]
    deviation = np.sqrt(np.maximum(squares - correlate(window) ** 2 / n, 1e-6))
    best = 0.0
    for y in range(0, picture.shape[0] - PIECE + 1, PIECE // 2):
        for x in range(0, picture.shape[1] - PIECE + 1, PIECE // 2):
            piece = picture[y:y + PIECE, x:x + PIECE]
            piece = piece - piece.mean()
            best = max(best, (correlate(piece) / (deviation * max(np.sqrt((piece ** 2).sum()), 1e-6))).max())
    return best


def sheet(rows, path):
    """Pictures in rows, white between them."""
    width = max(sum(p.shape[1] + GAP for p in row) for row in rows)
    height = sum(max(p.shape[0] for p in row) + GAP for row in rows)
    out = np.full((height, width, 3), 255.0)
    y = 0
    for row in rows:
        x = 0
        for p in row:
            out[y:y + p.shape[0], x:x + p.shape[1]] = p
            x += p.shape[1] + GAP
        y += max(p.shape[0] for p in row) + GAP
    Image.fromarray(out.astype("uint8")).save(path)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("program")
    parser.add_argument("textures", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--size", type=int, default=192)
    parser.add_argument("--steps", type=int, default=20)
    parser.add_argument("--closeness", type=float, default=70)
    parser.add_argument("--count", type=int, default=20)
    parser.add_argument("--model", default=str(TOP / "weights/generate-texture.safetensors"))
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)

    def run(*arguments):
        command = [options.program, "generate", "-q", "--model", options.model, "--steps", str(options.steps), *map(str, arguments)]
        subprocess.run(command, check=True)

    rows, repeated, table = [], [], []
    print("%-44s %6s %6s %6s %6s %8s %6s" % ("example", "seam", "ncc 0", "ncc", "colour", "seamless", "before"), flush=True)
    for i, name in enumerate(choose(options.count)):
        path, new, far = options.textures / name, options.out / f"{i}-close.png", options.out / f"{i}-far.png"
        crop, whole = options.out / f"{i}-crop.png", options.out / f"{i}-whole.png"
        example = load(path)
        cut = example[:example.shape[0] * 4 // 5, :example.shape[1] * 4 // 5 - 1]
        Image.fromarray(cut.astype("uint8")).save(crop)
        size = ("--tileable", "--width", options.size, "--height", options.size, "--seed", i)
        run("--like", path, "--closeness", options.closeness, *size, new)
        run("--like", path, "--closeness", 0, *size, far)
        run("--seamless", crop, "--seed", i, whole)
        close, distant, met = load(new), load(far), load(whole)
        table.append((seam(close), correlation(distant, example), correlation(close, example),
                      np.abs(close.mean((0, 1)) - example.mean((0, 1))).max(), seam(met), seam(cut)))
        print("%-44s %6.2f %6.2f %6.2f %6.2f %8.2f %6.2f" % (name, *table[-1]), flush=True)
        rows.append([example, distant, close])
        repeated.append([np.tile(cut, (2, 2, 1)), np.tile(met, (2, 2, 1))])
        if len(rows) == ROWS or i + 1 == options.count:
            sheet(rows, options.out / f"like-{i // ROWS}.png")
            sheet(repeated, options.out / f"seamless-{i // ROWS}.png")
            rows, repeated = [], []
    print("%-44s %6.2f %6.2f %6.2f %6.2f %8.2f %6.2f" % ("mean", *np.mean(table, 0)))
    print("%-44s %6.2f %6.2f %6.2f %6.2f %8.2f %6.2f" % ("largest", *np.max(table, 0)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
