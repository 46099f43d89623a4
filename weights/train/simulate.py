#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Pairs as other cameras would make them (camera.py) out of photographs that no network was trained on: NAME_real.png and
NAME_mean.png, as tests/quality/peers.py --pairs wants them.

    simulate.py --photos DIR --out DIR [--each 7] [--seed 1]
"""
import argparse
import os

import numpy as np
import torch
from PIL import Image

from data.camera import camera
from fddm import transform
import prepare

SIDE, PATCH = 448, 4
SCALES = (1.0, 0.6, 0.35)      # of the photograph's size: distant grass, too


def piece(image, random):
    """A square of SIDE pixels out of IMAGE at one of the scales, 1 x 3 x SIDE x SIDE, [-1, 1]."""
    scale = max(random.choice(SCALES), (SIDE + 1) / min(image.size))
    small = image.resize([round(n * scale) for n in image.size], Image.LANCZOS)
    left, top = (int(random.integers(0, n - SIDE + 1)) for n in small.size)
    pixels = np.asarray(small)[top:top + SIDE, left:left + SIDE].copy()
    return torch.from_numpy(pixels).permute(2, 0, 1)[None].float() / 127.5 - 1


def store(coefficients, path):
    rgb = transform.to_rgb(transform.patch_idct(coefficients, PATCH))[0].clamp(-1, 1)
    Image.fromarray(((rgb + 1) * 127.5).round().byte().permute(1, 2, 0).numpy()).save(path)


def main():
    a = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    a.add_argument("--photos", required=True)
    a.add_argument("--out", required=True)
    a.add_argument("--each", type=int, default=7)
    a.add_argument("--seed", type=int, default=1)
    o = a.parse_args()
    torch.manual_seed(o.seed)
    random = np.random.default_rng(o.seed)
    os.makedirs(o.out, exist_ok=True)
    coloured = torch.zeros(1, 1, 1, 1, dtype=torch.bool)
    for path in prepare.files(o.photos):
        name = os.path.splitext(os.path.basename(path))[0]
        if name in prepare.HELD_BACK:
            image = Image.open(path).convert("RGB")
            for k in range(o.each):
                clean, noisy, _ = camera(piece(image, random), coloured, PATCH)
                for what, kind in ((noisy, "real"), (clean, "mean")):
                    store(what, os.path.join(o.out, "%s-%d_%s.png" % (name, k, kind)))


if __name__ == "__main__":
    main()
