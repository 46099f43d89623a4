#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Cuts pictures into a pack of crops for training.

    prepare.py --photos DIR --textures DIR --out PACK [--limit-mb N]

A pack is a folder of crops.npy (uint8, N x 128 x 128 x 3, memory-mapped), busyness.npy (float32, N: the standard
deviation of what a 3x3 mean leaves, 8-bit steps) and pack.json (which files went in and which were held back).
Photographs and textures are also taken at smaller sizes: test pictures are busier for each pixel than big photographs, and
distant grass, gravel or brick is what noise is mistaken for. Textures too small for a crop are mirrored at their edges.
"""
import argparse
import functools
import json
import multiprocessing
import os
import sys

import numpy as np
from PIL import Image, ImageOps

from data.textures import RAGGED

SIDE = 128
SCALES = (1.0, 0.6, 0.35, 0.22)
TEXTURE_SCALES = (1.0, 0.5, 0.3)

# Never trained on: for the difficulty curve, looking at results and the sheet in the card.
HELD_BACK = ("budgie-branch", "san-francisco-skyline", "mossy-log", "sunset-beach", "friends-by-aitzol-berasategi",
             "sheep", "kitten-on-lawn")


def busyness(picture):
    """picture: h x w x 3 uint8. Standard deviation of the detail in brightness, 8-bit steps."""
    y = picture.astype(np.float32).mean(2)
    mean = sum(y[1 + i:y.shape[0] - 1 + i, 1 + j:y.shape[1] - 1 + j] for i in (-1, 0, 1) for j in (-1, 0, 1)) / 9
    return float((y[1:-1, 1:-1] - mean).std())


def starts(length):
    """Starts of windows of SIDE that cover a length with the least overlap."""
    count = -(-length // SIDE)
    return [round(i * (length - SIDE) / max(count - 1, 1)) for i in range(count)]


def mirrored(picture):
    """PICTURE (h x w x 3), or where it is smaller than a crop, mirrored at its lower and right edges until it isn't."""
    short = [(0, max(0, SIDE - n)) for n in picture.shape[:2]]
    return np.pad(picture, short + [(0, 0)], mode="symmetric")


def cut(picture):
    """Yields the crops of one picture (h x w x 3)."""
    h, w, _ = picture.shape
    if h < SIDE or w < SIDE:
        return
    for top in starts(h):
        for left in starts(w):
            yield picture[top:top + SIDE, left:left + SIDE]


def files(folder):
    for root, folders, names in os.walk(folder):
        folders.sort()
        yield from (os.path.join(root, n) for n in sorted(names) if n.lower().endswith((".jpg", ".jpeg", ".png")))


def stem(path):
    return os.path.splitext(os.path.basename(path))[0]


def crops_of(path, scales, mirror):
    """All crops of the picture PATH, each with its busyness. mirror: a picture smaller than a crop is mirrored."""
    image = Image.open(path).convert("RGB")
    if stem(path).startswith("acg-"):
        image = ImageOps.crop(image, RAGGED)
    found = []
    for scale in scales:
        size = [max(1, round(n * scale)) for n in image.size]
        picture = np.asarray(image if scale == 1 else image.resize(size, Image.LANCZOS))
        for crop in cut(mirrored(picture) if mirror else picture):
            crop = np.ascontiguousarray(crop)
            found.append((crop, busyness(crop)))
    return found


def main():
    arguments = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    arguments.add_argument("--photos", required=True, help="searched with its subfolders")
    arguments.add_argument("--textures", help="a folder of texture pictures")
    arguments.add_argument("--out", required=True)
    arguments.add_argument("--limit-mb", type=float, default=2000)
    options = arguments.parse_args()

    os.makedirs(options.out, exist_ok=True)
    crops, detail, used, held = [], [], [], []
    with multiprocessing.Pool() as pool:
        for folder, scales, mirror in ((options.photos, SCALES, False), (options.textures, TEXTURE_SCALES, True)):
            paths = []
            for path in files(folder) if folder else ():
                (held if not mirror and stem(path) in HELD_BACK else paths).append(path)
            for found in pool.imap(functools.partial(crops_of, scales=scales, mirror=mirror), paths, chunksize=1):
                crops += [crop for crop, _ in found]
                detail += [busy for _, busy in found]
            used += [stem(path) for path in paths]
    held = [stem(path) for path in held]
    detail = np.array(detail, np.float32)
    keep = np.arange(len(crops))
    room = int(options.limit_mb * 1e6 / (SIDE * SIDE * 3))
    if room < len(crops):      # the busier, the likelier to stay
        chance = np.sqrt(np.clip(detail, 0.5, 20))
        keep = np.sort(np.random.default_rng(1).choice(len(crops), room, False, chance / chance.sum()))
    if not len(keep):
        sys.exit("prepare.py: no picture of at least %d pixels a side" % SIDE)
    pack = np.lib.format.open_memmap(os.path.join(options.out, "crops.npy"), "w+", np.uint8, (len(keep), SIDE, SIDE, 3))
    for i, k in enumerate(keep):
        pack[i] = crops[k]
    pack.flush()
    np.save(os.path.join(options.out, "busyness.npy"), detail[keep])
    with open(os.path.join(options.out, "pack.json"), "w") as f:
        json.dump({"files": used, "held_back": held, "crops": len(keep)}, f, indent=1)
    print(len(used), "pictures,", len(keep), "crops, held back:", ", ".join(held))


if __name__ == "__main__":
    main()
