#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Where denoising is hard, place by place (localization and curvature, Liang et al., arXiv 2411.01629), on held-back photographs.

    localization.py WEIGHTS --photos FOLDER --out LOCALIZATION.json [--plot PNG] [--crops 8]
    localization.py WEIGHTS --photos FOLDER --place LOCALIZATION.json [--difficulty DIFFICULTY.json] [--steps 4 8]

At each noise level s, the same in every frequency: the conditional variance of a clean coefficient, given the noisy picture,
is s^2 dphi/dx (Tweedie, second order), which random signs probe. Told of each patch: its ratio to the Gaussian one,
v s^2 / (v + s^2) with v as in the file, both summed over the coefficients that are no means. Above 1 a place is harder
than a Gaussian of these variances: an edge or a texture may be there or not. Over all places: the survival function
P(ratio > r) and its tail integral E max(0, ratio - r). While noise is taken away the estimate moves, per unit of ln s, by the
root of the mean squared conditional variance over s (its quadratic variation), and that mean square is twice the integral of
r P(ratio > r): heavy tails count. `speed` is that, in 8-bit steps. The bottleneck is the level at which it is the greatest.

--place: where a sampler's steps go, evenly, by the difficulty curve or by these numbers: the distance, in dB of PSNR, of
few steps' result from 48 steps', from noise of 15 and 30, eta = 0. FORMAT.md's `difficulty` may hold either curve.
"""
import argparse
import json
import math

import numpy as np
import torch

from data import noise
import difficulty
from fddm import sampler, schedule, transform, weights

POINTS, REACH = 9, 1e-2          # levels; a probe's length against the noise
LEAST, MOST = 0.006, 0.5         # of the levels: beyond, probes tell more of their own noise than of the network
RATIOS = (0.1, 0.25, 0.5, 0.75, 1, 1.5, 2, 3, 4, 6, 8, 12, 16)
ONE = RATIOS.index(1)
FINE = 48


@torch.no_grad()
def slope(model, noisy, level, channels, generator):
    """The diagonal of the estimate's derivative at the CHANNELS, N x ... x h x w: random signs probe one coefficient of all
    patches at a time, so that only neighbouring patches disturb, and these cancel in the mean."""
    found = []
    for k in channels:
        sign = torch.zeros_like(noisy)
        sign[:, k] = torch.randint(0, 2, noisy[:, k].shape, generator=generator) * 2.0 - 1
        ahead, behind = (model(noisy + side * REACH * level * sign, level)[:, k] for side in (1, -1))
        found.append(sign[:, k] * (ahead - behind) / (2 * REACH * level[:, k]))
    return torch.stack(found, 1)


@torch.no_grad()
def ratios(model, clean, s, d, generator):
    """Of each patch, twice with other probes: the conditional variance over the Gaussian's, each summed over the coefficients but
    the means; 3 x 3 patches steady the probes. Also the squared error, relative in the same way: the same in the mean, if the
    network is the conditional mean; and the Gaussian's."""
    level = torch.full_like(clean, s)
    noisy = clean + s * torch.randn(clean.shape, generator=generator)
    channels = [k for k in range(clean.shape[1]) if k % (d * d)]
    v = model.variance[channels]
    gaussian = float((v * s * s / (v + s * s)).sum())
    found = []
    for _ in range(2):
        variance = s * s * slope(model, noisy, level, channels, generator).sum(1, keepdim=True) / gaussian
        found.append(torch.nn.functional.avg_pool2d(variance, 3, 1).flatten().numpy())
    error = (model(noisy, level) - clean)[:, channels].pow(2).sum(1) / gaussian
    return found, float(error.mean()), gaussian


def localize(model, clean, d):
    generator, rows = torch.Generator().manual_seed(5), []
    variance = float(model.variance[[k for k in range(clean.shape[1]) if k % (d * d)]].mean())
    for log_s in np.linspace(math.log(LEAST), math.log(MOST), POINTS):
        s = math.exp(log_s)
        (one, other), error, gaussian = ratios(model, clean, s, d, generator)
        ratio = (one + other) / 2
        row = dict(log_s=log_s, snr=math.sqrt(variance) / s, mean=ratio.mean(), error=error,
                   survival=[(ratio > r).mean() for r in RATIOS], tail=[np.maximum(0, ratio - r).mean() for r in RATIOS],
                   speed=127.5 * math.sqrt(max(0, (one * other).mean())) * gaussian / s)
        rows.append({k: np.round(value, 4).tolist() for k, value in row.items()})
        print("noise %.2f  signal-to-noise %.2f  variance %.3f  error %.3f  P(>1) %.3f  tail from 1 on %.4f  speed %.3f" % (
            127.5 * s, row["snr"], row["mean"], error, row["survival"][ONE], row["tail"][ONE], row["speed"]), flush=True)
    most = max(rows, key=lambda row: row["speed"])
    return dict({k: [row[k] for row in rows] for k in rows[0]}, ratio=list(RATIOS),
                bottleneck={"log_s": most["log_s"], "snr": most["snr"], "speed": most["speed"]})


def curve_of(found):
    """As `difficulty` of FORMAT.md: steps dense where the estimate moves fast, and a tenth as dense at least."""
    speed = np.array(found["speed"])
    return {"log_s": found["log_s"], "error": (speed / speed.max()).clip(0.1).round(5).tolist()}


def plot(found, path):
    import matplotlib
    matplotlib.use("Agg")
    from matplotlib import pyplot
    figure, (left, right) = pyplot.subplots(1, 2, figsize=(9, 3.4))
    for i in range(0, len(found["log_s"]), 2):
        name = "noise %.3g" % (127.5 * math.exp(found["log_s"][i]))
        left.plot(found["ratio"], np.maximum(found["survival"][i], 1e-4), label=name)
    left.set(xlabel="conditional variance / Gaussian's, r", ylabel="share of places above r", xscale="log", yscale="log")
    left.legend(fontsize=8)
    sigma = np.exp(found["log_s"]) * 127.5
    right.semilogx(sigma, np.array(found["speed"]) / max(found["speed"]), label="speed of the estimate, relative")
    right.semilogx(sigma, found["mean"], "k", label="mean ratio to the Gaussian's")
    right.axvline(math.exp(found["bottleneck"]["log_s"]) * 127.5, color="gray", linestyle=":", label="bottleneck")
    right.set(xlabel="noise of the coefficient, 8-bit steps", ylim=(0, None))
    right.legend(fontsize=8)
    for axes in (left, right):
        axes.grid(alpha=0.3)
    figure.tight_layout()
    figure.savefig(path, dpi=80)


def levels_of(sigma, d, steps, curve, low):
    """Maps of levels from white noise SIGMA to none, the steps placed by CURVE, or evenly where there is none."""
    measured = transform.white_level(sigma, d).float()[:, None, None]
    epsilon = schedule.dispersion(d).repeat(3)[:, None, None]
    t = noise.TEMPERATURE
    first = (epsilon - 2 * t * measured.double().log()).min().item()
    last = (epsilon.max() - 2 * t * math.log(low)).item()
    placed = sampler.placed_fermi(first, last, steps, t, curve)
    maps = [torch.minimum(measured.double(), ((epsilon - mu) / (2 * t)).exp()) for mu in placed]
    return [m.float() for m in [measured.double(), *maps[1:-1], torch.zeros_like(maps[0])]]


@torch.no_grad()
def place(model, clean, d, curves, steps):
    """Prints, for noise and step count, each curve's PSNR against the fine result."""
    def sampled(sigma, count, curve):
        levels = levels_of(sigma, d, count, curve, 1 / 255)
        x = clean + levels[0] * torch.randn(clean.shape, generator=torch.Generator().manual_seed(1))
        model_of = (lambda x, s, classes: model(x, s.expand_as(x).clamp_min(model.low)))
        return sampler.sample(model_of, x, [m[None] for m in levels], 0, [torch.zeros(1)] * count)

    for sigma in (15, 30):
        fine = sampled(sigma, FINE, None)
        for count in steps:
            found = ["%s %.2f dB" % (name, -10 * torch.log10((sampled(sigma, count, curve) - fine).pow(2).mean() / 4).item())
                     for name, curve in curves.items()]
            print("noise %g, %d steps: %s" % (sigma, count, ", ".join(found)), flush=True)


def main():
    a = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    a.add_argument("weights")
    a.add_argument("--photos", required=True)
    a.add_argument("--out")
    a.add_argument("--plot")
    a.add_argument("--crops", type=int, default=8)
    a.add_argument("--place", metavar="JSON")
    a.add_argument("--difficulty", metavar="JSON", help="instead of the file's own")
    a.add_argument("--steps", type=int, nargs="+", default=[4, 8])
    o = a.parse_args()
    model, about = weights.load(o.weights)
    d = int(about["patch"])
    clean = difficulty.held_back(o.photos, d)[:o.crops]
    if o.place:
        with open(o.place) as f:
            found = json.load(f)
        curves = {"even": None, "localization": curve_of(found)}
        if o.difficulty or "difficulty" in about:
            curves["difficulty"] = json.load(open(o.difficulty)) if o.difficulty else json.loads(about["difficulty"])
        return place(model, clean, d, curves, o.steps)
    found = localize(model, clean, d)
    print("bottleneck: signal-to-noise ratio %.2f, noise %.2f" % (found["bottleneck"]["snr"],
                                                                  math.exp(found["bottleneck"]["log_s"]) * 127.5))
    if o.out:
        with open(o.out, "w") as f:
            json.dump(found, f)
    if o.plot:
        plot(found, o.plot)


if __name__ == "__main__":
    main()
