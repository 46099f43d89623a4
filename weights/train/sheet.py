#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""A sheet of before and after, from held-back photographs under CC0: each row noisy, denoised, original, at 1:1.

    sheet.py WEIGHTS --photos FOLDER --out PNG [--sigma 25] [--passes 1]
"""
import argparse
import os

import numpy as np
import torch
from PIL import Image

import evaluate
from fddm import weights

# (file, left, top) of what is shown, in the scaled photograph: all CC0 (MANIFEST.tsv of the photographs)
PLACES = (("kitten-on-lawn", 0.45, 0.35), ("budgie-branch", 0.40, 0.25), ("sunset-beach", 0.40, 0.45))
SIDE, SCALE = 136, 0.5


def crops(folder):
    for stem, left, top in PLACES:
        image = Image.open(os.path.join(folder, stem + ".jpg")).convert("RGB")
        image = image.resize([int(n * SCALE) for n in image.size], Image.LANCZOS)
        x, y = int(image.width * left), int(image.height * top)
        x, y = min(x, image.width - SIDE), min(y, image.height - SIDE)
        a = np.asarray(image.crop((x, y, x + SIDE, y + SIDE)))
        yield torch.from_numpy(a.copy()).permute(2, 0, 1).float() / 127.5 - 1


def main():
    a = argparse.ArgumentParser(description="Before and after.")
    a.add_argument("weights")
    a.add_argument("--photos", required=True)
    a.add_argument("--out", required=True)
    a.add_argument("--sigma", type=float, default=25)
    a.add_argument("--passes", type=int, default=1)
    o = a.parse_args()
    model, about = weights.load(o.weights)
    rows = []
    for i, clean in enumerate(crops(o.photos)):
        noisy = evaluate.add_noise(clean, o.sigma, i)
        done = evaluate.denoise_average(model, noisy[None], int(about["patch"]), o.sigma, o.passes)[0]
        rows.append(torch.cat([noisy, done, clean], 2))
    sheet = ((torch.cat(rows, 1).clamp(-1, 1) + 1) * 127.5).round().byte().permute(1, 2, 0).numpy()
    Image.fromarray(sheet).save(o.out, optimize=True)


if __name__ == "__main__":
    main()
