#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Dark pictures: whether `fddm denoise` raises blacks, keeps stars and takes hot pixels out.

    dark.py [--photos FOLDER] [--program fddm] [--quality fast balanced] [--sigma 5 10 20 30] [--limit N] [--measured]

Blacks: photographs at a brightness of 20 of 255 in the mean, white noise, clipped and rounded as in an 8-bit file; told is the
mean error of the darkest tenth of the clean picture's pixels, in 8-bit steps, and of the darkest tenth of the result's: the best
estimate of a pixel lies between what is likely and what is seen, so of those that the truth has as the darkest it is brighter, even
with Gaussian noise, but of those that it shows as the darkest it is right in the mean. Stars: points with a Gaussian spread of 1.2
pixels in a sky at 10 of 255, bright ones six times as high as the noise, faint ones 2.8 times, where the best linear filter has
a signal-to-noise ratio of 6 in each channel; told is the energy within 4 pixels, above the sky around, and
how many stars keep it to within 20 %. Hot pixels: one pixel, one channel, 100 steps up; told is what is left of them.
The level is told to the program; with --measured, the program measures it.
"""
import argparse
import os

import numpy as np
from PIL import Image

from program import denoise, psnr

MEAN, SKY, SPREAD, HOT = 20, 10, 1.2, 100
BRIGHT, FAINT = 6, 6 / (np.pi ** 0.5 * SPREAD)      # a star's height, in standard deviations of the noise
GRID, SIDE, APERTURE, RING = 32, 288, 4, (7, 12)
NAMES = (".png", ".jpg", ".jpeg", ".tif", ".bmp")


def stored(picture):
    """As an 8-bit file holds it."""
    return (picture.clip(0, 1) * 255).round() / 255


def add_noise(picture, sigma, seed):
    return stored(picture + np.random.default_rng(seed).standard_normal(picture.shape) * sigma / 255)


def darkened(path):
    picture = np.asarray(Image.open(path).convert("RGB"), np.float64) / 255
    return (picture * (MEAN / 255 / picture.mean())).clip(0, 1)


def darkest(picture):
    """Where the darkest tenth is."""
    luma = picture.mean(2)
    return luma <= np.quantile(luma, 0.1)


def blacks(run, clean, sigma, seed):
    """Mean error of the darkest tenth, noisy and denoised, and of what the result shows as that, in 8-bit steps; PSNR of both.
    run: noisy, sigma -> picture."""
    noisy = add_noise(clean, sigma, seed)
    result, dark = run(noisy, sigma), darkest(clean)
    return {"noisy error": 255 * float((noisy - clean)[dark].mean()), "error": 255 * float((result - clean)[dark].mean()),
            "shown error": 255 * float((result - clean)[darkest(result)].mean()),
            "noisy psnr": float(psnr(noisy, clean)), "psnr": float(psnr(result, clean))}


def places():
    """Of stars and hot pixels, off any grid of patches by all amounts; y and x."""
    ticks = np.arange(GRID, SIDE - GRID + 1, GRID)
    y, x = (p.ravel() for p in np.meshgrid(ticks, ticks, indexing="ij"))
    shift = np.random.default_rng(7).integers(-3, 4, (2, len(y)))
    return y + shift[0], x + shift[1]


def energy(picture, y, x):
    """Of what stands at Y, X, above the median of the sky around: the mean of the channels."""
    reach = RING[1]
    part = picture[y - reach:y + reach + 1, x - reach:x + reach + 1].mean(2)
    r = np.hypot(*np.mgrid[-reach:reach + 1, -reach:reach + 1])
    sky = np.median(part[(r >= RING[0]) & (r <= RING[1])])
    return float((part - sky)[r <= APERTURE].sum())


def stars(run, sigma, height=BRIGHT, seed=1):
    """Energy of the stars, as a share of the true one: the mean over all of the noisy picture's and of the result's, and the
    share of stars whose energy is kept to within 20 %."""
    rows, columns = places()
    y, x = np.mgrid[:SIDE, :SIDE]
    clean = np.full((SIDE, SIDE), SKY / 255)
    for r, c in zip(rows, columns):
        clean += height * sigma / 255 * np.exp(-((y - r) ** 2 + (x - c) ** 2) / (2 * SPREAD ** 2))
    clean = np.repeat(clean[:, :, None], 3, 2)
    noisy = add_noise(clean, sigma, seed)
    result = run(noisy, sigma)
    share = np.array([[energy(p, r, c) / energy(clean, r, c) for r, c in zip(rows, columns)] for p in (noisy, result)])
    return {"noisy energy": share[0].mean(), "energy": share[1].mean(), "kept": float((abs(share[1] - 1) < 0.2).mean()),
            "noisy kept": float((abs(share[0] - 1) < 0.2).mean())}


def hot_pixels(run, sigma, seed=2):
    """What is left of hot pixels: the mean share of their height, and how many have more than a fifth left."""
    rows, columns = places()
    clean = np.full((SIDE, SIDE, 3), SKY / 255)
    channels = np.arange(len(rows)) % 3
    noisy = clean + np.random.default_rng(seed).standard_normal(clean.shape) * sigma / 255
    noisy[rows, columns, channels] += HOT / 255
    left = (run(stored(noisy), sigma) - clean)[rows, columns, channels] * 255 / HOT
    return {"left": float(left.mean()), "stay": float((left > 0.2).mean())}


def main():
    a = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    a.add_argument("--photos")
    a.add_argument("--program", default="fddm")
    a.add_argument("--quality", nargs="+", default=["fast", "balanced"])
    a.add_argument("--sigma", type=float, nargs="+", default=[5, 10, 20, 30])
    a.add_argument("--limit", type=int)
    a.add_argument("--measured", action="store_true")
    o = a.parse_args()
    names = sorted(n for n in os.listdir(o.photos) if n.lower().endswith(NAMES))[:o.limit] if o.photos else []
    for quality in o.quality:
        def run(noisy, sigma):
            return denoise(o.program, noisy, "--quality", quality, *([] if o.measured else ["--noise", "%g" % sigma]))[0]

        for sigma in o.sigma:
            found = [blacks(run, darkened(os.path.join(o.photos, n)), sigma, i) for i, n in enumerate(names)]
            text = ""
            if found:
                mean = {k: np.mean([f[k] for f in found]) for k in found[0]}
                text = "darkest tenth %+.2f steps (noisy %+.2f; of the result's %+.2f), %.2f dB (noisy %.2f); " % (
                    mean["error"], mean["noisy error"], mean["shown error"], mean["psnr"], mean["noisy psnr"])
            for name, height in (("bright", BRIGHT), ("faint", FAINT)):
                star = stars(run, sigma, height)
                text += "%s stars: energy %.2f, within 20 %%: %.0f %% (noisy: %.2f, %.0f %%); " % (
                    name, star["energy"], 100 * star["kept"], star["noisy energy"], 100 * star["noisy kept"])
            hot = hot_pixels(run, sigma)
            print("%s, sigma %g: %shot pixels: %.2f left, %.0f %% stay" % (quality, sigma, text, hot["left"], 100 * hot["stay"]),
                  flush=True)


if __name__ == "__main__":
    main()
