#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""White noise of unknown level: how well `fddm` measures it, and what that costs against being told.

    blind.py --set FOLDER [--program fddm] [--quality balanced] [--sigma 5 10 15 25 50] [--limit N]

Noise is float, neither clipped nor rounded.
"""
import argparse
import os

import numpy as np
from PIL import Image

from program import denoise, psnr


def main():
    a = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    a.add_argument("--set", required=True)
    a.add_argument("--program", default="fddm")
    a.add_argument("--quality", default="balanced")
    a.add_argument("--sigma", type=float, nargs="+", default=[5, 10, 15, 25, 50])
    a.add_argument("--limit", type=int)
    o = a.parse_args()
    names = sorted(n for n in os.listdir(o.set) if n.lower().endswith((".png", ".jpg", ".tif")))[:o.limit]
    wrong, lost = [], []
    for sigma in o.sigma:
        rows = []
        for i, name in enumerate(names):
            clean = np.asarray(Image.open(os.path.join(o.set, name)).convert("RGB")) / 255
            noisy = clean + np.random.default_rng(i).standard_normal(clean.shape) * sigma / 255
            told, _ = denoise(o.program, noisy, "--quality", o.quality, "--noise", "%g" % sigma)
            blind, report = denoise(o.program, noisy, "--quality", o.quality)
            rows.append((report["luma-noise"] / sigma - 1, report["chroma-noise"] / sigma - 1, psnr(told, clean),
                         psnr(blind, clean)))
        r = np.array(rows)
        wrong.append(np.abs(r[:, 0]))
        lost.append(r[:, 2] - r[:, 3])
        print("sigma %g: luma off by %.1f %% in the mean, %.1f %% at worst; chroma %.1f %%, %.1f %%; told %.2f dB, blind "
              "%.2f dB" % (sigma, *(100 * f(np.abs(r[:, k])) for k in (0, 1) for f in (np.mean, np.max)),
                           *r[:, 2:].mean(0)), flush=True)
    wrong, lost = np.concatenate(wrong), np.concatenate(lost)
    print("all: luma off by %.1f %% in the mean, %.1f %% at worst (%d of %d beyond 20 %%); %.3f dB lost in the mean" % (
        100 * wrong.mean(), 100 * wrong.max(), (wrong > 0.2).sum(), len(wrong), lost.mean()))


if __name__ == "__main__":
    main()
