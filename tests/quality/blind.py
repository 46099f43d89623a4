#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""White noise of unknown level: how well `fddm` measures it, and what that costs against being told.

    blind.py --set FOLDER [--program fddm] [--quality balanced] [--sigma 5 10 15 25 50] [--limit N]

Noise is float, neither clipped nor rounded.
"""
import argparse
import json
import os
import subprocess
import sys
import tempfile

import numpy as np
from PIL import Image

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../weights/train"))
from fddm import tiff  # noqa: E402


def denoise(o, noisy, level, folder):
    """NOISY (h x w x 3, [0, 1]) through the program at LEVEL: the result, and the levels used for luma and chroma."""
    source, target = os.path.join(folder, "in.tif"), os.path.join(folder, "out.tif")
    tiff.write(source, noisy.astype(np.float32))
    done = subprocess.run([o.program, "denoise", source, target, "--noise", "%g" % level, "--quality", o.quality,
                           "--device", "cpu", "--json"], check=True, capture_output=True, text=True)
    report = json.loads(done.stdout)
    return tiff.read(target), (report["luma-noise"], report["chroma-noise"])


def psnr(a, b):
    return -10 * np.log10(np.mean((a - b) ** 2))


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
    with tempfile.TemporaryDirectory() as folder:
        for sigma in o.sigma:
            rows = []
            for i, name in enumerate(names):
                clean = np.asarray(Image.open(os.path.join(o.set, name)).convert("RGB")) / 255
                noisy = clean + np.random.default_rng(i).standard_normal(clean.shape) * sigma / 255
                told, _ = denoise(o, noisy, sigma, folder)
                blind, level = denoise(o, noisy, 0, folder)
                rows.append((level[0] / sigma - 1, level[1] / sigma - 1, psnr(told, clean), psnr(blind, clean)))
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
