#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""A sheet to look at: 1:1 crops of noisy pictures; after `fddm` with its defaults; with detail 50; after the best of the
peers, gegl:denoise-dct with sigma 8; and the clean one. For the eye alone: nothing of a measuring set is to be published.

    eye.py --pairs FOLDER --out PNG [--program fddm] [--count 10] [--side 192]

FOLDER as for peers.py.
"""
import argparse
import os
import tempfile

import numpy as np
from PIL import Image

from peers import gegl, load, pairs, run

GAP = 4


def busiest(picture, side):
    """Left and top of the window of SIDE whose detail lies midway between the flattest and the busiest: there denoisers
    differ."""
    luma = picture.mean(2)
    change = np.abs(np.diff(luma, axis=0))[:, :-1] + np.abs(np.diff(luma, axis=1))[:-1]
    places = [(change[y:y + side, x:x + side].mean(), x, y) for y in range(0, luma.shape[0] - side + 1, side // 2)
              for x in range(0, luma.shape[1] - side + 1, side // 2)]
    return sorted(places)[len(places) * 2 // 3][1:]


def main():
    a = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    a.add_argument("--pairs", required=True)
    a.add_argument("--out", required=True)
    a.add_argument("--program", default="fddm")
    a.add_argument("--count", type=int, default=10)
    a.add_argument("--side", type=int, default=192)
    o = a.parse_args()

    def ours(*options):
        return lambda source, target: run(o.program, "denoise", "--device", "cpu", "--quiet", *options, source, target)

    chosen = pairs(o.pairs)
    chosen = [chosen[i * len(chosen) // o.count] for i in range(o.count)]
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        target = os.path.join(folder, "out.png")
        for noisy, clean in chosen:
            pictures = [load(noisy)]
            for denoise in (ours(), ours("--detail", "50"), gegl("gegl:denoise-dct", "sigma=8")):
                denoise(noisy, target)
                pictures.append(load(target))
            pictures.append(load(clean))
            x, y = busiest(pictures[-1], o.side)
            rows.append(np.concatenate([np.pad(p[y:y + o.side, x:x + o.side], ((0, GAP), (0, GAP), (0, 0)), constant_values=255)
                                        for p in pictures], 1))
            print(os.path.basename(noisy), "at %d, %d" % (x, y), flush=True)
    Image.fromarray(np.concatenate(rows).astype(np.uint8)).save(o.out, optimize=True)


if __name__ == "__main__":
    main()
