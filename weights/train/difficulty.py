#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Where denoising is hard (localization uncertainty, arXiv 2411.01629), on held-back photographs.

    difficulty.py WEIGHTS --photos FOLDER --out DIFFICULTY.json --plot PNG

At each noise level s, the same in every frequency and channel: the mean squared error of phi, relative to
min(v, s^2), for each coefficient; DIFFICULTY.json has its mean over all coefficients, as `difficulty` in a weights
file (FORMAT.md), and the plot its mean over bands of frequencies.
"""
import argparse
import json
import math
import os

import numpy as np
import torch
from PIL import Image

from fddm import transform, weights
import prepare

POINTS = 17
CROPS, SIDE = 24, 128


def held_back(folder, d):
    """CROPS crops of the photographs that were not trained on, N x C x h x w."""
    random = np.random.default_rng(3)
    names = [n for n in sorted(os.listdir(folder)) if os.path.splitext(n)[0] in prepare.HELD_BACK]
    crops = []
    for i in range(CROPS):
        a = np.asarray(Image.open(os.path.join(folder, names[i % len(names)])).convert("RGB"))
        top, left = random.integers(a.shape[0] - SIDE), random.integers(a.shape[1] - SIDE)
        crops.append(torch.from_numpy(a[top:top + SIDE, left:left + SIDE].copy()).permute(2, 0, 1))
    return transform.analyse(torch.stack(crops).float() / 127.5 - 1, d)


def bands(d):
    """Name -> coefficient channels."""
    u, v = np.divmod(np.arange(d * d), d)
    order = u + v
    luma = {"Y, mean of the patch": order == 0, "Y, coarse": (order > 0) & (order <= d // 2),
            "Y, fine": order > d // 2}
    found = {k: np.flatnonzero(m) for k, m in luma.items() if m.any()}
    found["Cb, Cr"] = np.arange(d * d, 3 * d * d)
    return found


@torch.no_grad()
def curve(model, clean):
    """ln s (POINTS) and the relative error of each coefficient (POINTS x C)."""
    levels = np.linspace(math.log(model.low), math.log(model.high), POINTS)
    generator = torch.Generator().manual_seed(5)
    errors = []
    for level in levels:
        s = math.exp(level)
        noisy = clean + s * torch.randn(clean.shape, generator=generator)
        error = (model(noisy, torch.full_like(clean, s)) - clean).pow(2).mean((0, 2, 3))
        errors.append((error / model.variance.clamp_max(s * s)).numpy())
    return levels, np.stack(errors)


def plot(levels, errors, d, path):
    import matplotlib
    matplotlib.use("Agg")
    from matplotlib import pyplot
    figure, axes = pyplot.subplots(figsize=(6, 3.6))
    sigma = np.exp(levels) * 255 / 2
    for name, channels in bands(d).items():
        axes.semilogx(sigma, errors[:, channels].mean(1), label=name)
    axes.semilogx(sigma, errors.mean(1), "k", linewidth=2, label="all")
    axes.set(xlabel="noise of the coefficient, 8-bit steps", ylabel="squared error / min(v, s²)", ylim=(0, None))
    axes.legend(fontsize=8)
    axes.grid(alpha=0.3)
    figure.tight_layout()
    figure.savefig(path, dpi=80)


def main():
    a = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    a.add_argument("weights")
    a.add_argument("--photos", required=True)
    a.add_argument("--out", required=True)
    a.add_argument("--plot")
    o = a.parse_args()
    model, about = weights.load(o.weights)
    d = int(about["patch"])
    levels, errors = curve(model, held_back(o.photos, d))
    with open(o.out, "w") as f:
        json.dump({"log_s": [round(float(x), 4) for x in levels],
                   "error": [round(float(x), 5) for x in errors.mean(1)]}, f)
    if o.plot:
        plot(levels, errors, d, o.plot)


if __name__ == "__main__":
    main()
