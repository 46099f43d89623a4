#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Where denoising is hard, place by place (localization and curvature, Liang et al., arXiv 2411.01629), on held-back photographs.

    localization.py WEIGHTS --photos FOLDER --out LOCALIZATION.json [--plot PNG] [--crops 8] [--probes 4]
    localization.py WEIGHTS --photos FOLDER --place LOCALIZATION.json [--difficulty DIFFICULTY.json] [--steps 4 8]

At each noise level s, the same in every frequency: the conditional variance of the clean coefficients, given the noisy ones,
is s^2 dphi/dx (Tweedie, second order), whose diagonal random signs probe. Of each patch: its sum over the coefficients
relative to that of the Gaussian, v s^2 / (v + s^2). Above 1, the place is harder than a Gaussian of the same variances: an
edge or a texture there may be or not. Told are the survival function of this ratio over places, P(ratio > r), and its tail
integral from 1 on, E max(0, ratio - 1). The bottleneck is the level at which the tail integral, weighted by the Gaussian
variance relative to the noise, is the greatest; its signal-to-noise ratio is the root of mean v over s^2.

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

POINTS, REACH = 13, 1e-2         # levels; a probe's length against the noise
RATIOS = (0.1, 0.25, 0.5, 0.75, 1, 1.5, 2, 3, 4, 6, 8)
FINE = 48


@torch.no_grad()
def conditional_variance(model, noisy, s, probes, generator):
    """Of each coefficient and place, N x C x h x w: s^2 times the diagonal of the estimate's derivative."""
    level, total = torch.full_like(noisy, s), 0
    estimate = model(noisy, level)
    for _ in range(probes):
        sign = torch.randint(0, 2, noisy.shape, generator=generator) * 2.0 - 1
        # As long a step as rounding asks for, half of it to either side.
        ahead, behind = (model(noisy + side * REACH * s * sign, level) for side in (1, -1))
        total = total + sign * (ahead - behind) / (2 * REACH * s)
    return s * s * total / probes, estimate


def ratios(model, clean, s, probes, generator):
    """Of each patch: conditional variance over the Gaussian's, both summed over its coefficients; the mean over 3 x 3 patches
    steadies the probes. Also the squared error, relative in the same way."""
    noisy = clean + s * torch.randn(clean.shape, generator=generator)
    variance, estimate = conditional_variance(model, noisy, s, probes, generator)
    v = model.variance
    gaussian = (v * s * s / (v + s * s)).sum()
    ratio = torch.nn.functional.avg_pool2d(variance.sum(1, keepdim=True) / gaussian, 3, 1)
    return ratio.flatten().numpy(), float((estimate - clean).pow(2).sum(1).mean() / gaussian)


def localize(model, clean, probes):
    generator, found = torch.Generator().manual_seed(5), []
    v = model.variance
    for log_s in np.linspace(math.log(model.low), math.log(model.high), POINTS):
        s = math.exp(log_s)
        ratio, error = ratios(model, clean, s, probes, generator)
        share = float((v / (v + s * s)).mean())
        found.append(dict(log_s=round(log_s, 4), snr=float(math.sqrt(v.mean()) / s), mean=float(ratio.mean()), error=error,
                          survival=[float((ratio > r).mean()) for r in RATIOS], tail=float(np.maximum(0, ratio - 1).mean()),
                          share=share))
        print("s %.4f  snr %.2f  ratio %.3f (error %.3f)  tail %.3f  P(>1) %.3f" % (
            s, found[-1]["snr"], ratio.mean(), error, found[-1]["tail"], found[-1]["survival"][RATIOS.index(1)]), flush=True)
    most = max(found, key=lambda row: row["tail"] * row["share"])
    rows = {k: [round(row[k], 4) if k != "survival" else [round(x, 4) for x in row[k]] for row in found]
            for k in ("log_s", "snr", "mean", "error", "survival", "tail", "share")}
    return dict(rows, ratio=list(RATIOS), bottleneck={k: round(most[k], 4) for k in ("log_s", "snr", "tail")})


def curve_of(found):
    """As `difficulty`: what the tail integral adds to a Gaussian's work."""
    return {"log_s": found["log_s"], "error": [round(share * (1 + tail), 5) for share, tail in zip(found["share"], found["tail"])]}


def plot(found, path):
    import matplotlib
    matplotlib.use("Agg")
    from matplotlib import pyplot
    figure, (left, right) = pyplot.subplots(1, 2, figsize=(9, 3.4))
    for i in range(0, len(found["log_s"]), 3):
        left.plot(found["ratio"], np.maximum(found["survival"][i], 1e-4), label="noise %.3g" % (math.exp(found["log_s"][i]) * 127.5))
    left.set(xlabel="conditional variance / Gaussian's, r", ylabel="share of places above r", xscale="log", yscale="log")
    left.legend(fontsize=8)
    sigma = np.exp(found["log_s"]) * 127.5
    right.semilogx(sigma, found["tail"], label="tail integral from 1 on")
    right.semilogx(sigma, found["mean"], "k", label="mean ratio")
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
    a.add_argument("--probes", type=int, default=4)
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
    found = localize(model, clean, o.probes)
    print("bottleneck: signal-to-noise ratio %.2f, noise %.2f" % (found["bottleneck"]["snr"],
                                                                  math.exp(found["bottleneck"]["log_s"]) * 127.5))
    if o.out:
        with open(o.out, "w") as f:
            json.dump(found, f)
    if o.plot:
        plot(found, o.plot)


if __name__ == "__main__":
    main()
