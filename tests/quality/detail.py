#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What `detail` brings back: the radial power spectrum of brightness after `fddm denoise` against that of the clean picture,
and how strong what was removed is.

    detail.py --photos FOLDER [--names NAME ...] [--noise 15] [--detail 0 50 100] [--program fddm]

White noise is added to the middle 512 x 512 pixels of each photograph at 0.6 of its size. Prints, for each, the deviation in
dB over quarters of the frequencies up to Nyquist; the last two are above half of it.
"""
import argparse
import os

import numpy as np
from PIL import Image

from program import denoise, psnr

SIDE, SCALE = 512, 0.6
EDGES = (0.05, 0.125, 0.25, 0.375, 0.5)       # cycles per pixel


def spectrum(picture):
    luma = picture @ np.array([0.299, 0.587, 0.114])
    n = min(luma.shape)
    window = np.hanning(n)[:, None] * np.hanning(n)
    power = np.abs(np.fft.fft2((luma[:n, :n] - luma.mean()) * window)) ** 2
    f = np.fft.fftfreq(n)
    radius = np.hypot(f[:, None], f)
    return np.array([power[(radius >= low) & (radius < high)].mean() for low, high in zip(EDGES, EDGES[1:])])


def load(path):
    image = Image.open(path).convert("RGB")
    image = image.resize([round(n * SCALE) for n in image.size], Image.LANCZOS)
    left, top = (max(0, (n - SIDE) // 2) for n in image.size)
    return np.asarray(image.crop((left, top, min(left + SIDE, image.width), min(top + SIDE, image.height))), np.float32) / 255


def main():
    a = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    a.add_argument("--photos", required=True)
    a.add_argument("--names", nargs="+", help="file names without their ends; all by default")
    a.add_argument("--noise", type=float, default=15)
    a.add_argument("--detail", type=float, nargs="+", default=[0, 50, 100])
    a.add_argument("--quality", default="balanced")
    a.add_argument("--program", default="fddm")
    o = a.parse_args()
    random = np.random.default_rng(3)
    names = sorted(n for n in os.listdir(o.photos) if n.lower().endswith((".jpg", ".png"))
                   and (not o.names or os.path.splitext(n)[0] in o.names))
    for name in names:
        clean = load(os.path.join(o.photos, name))
        noisy = clean + random.standard_normal(clean.shape, np.float32) * np.float32(o.noise / 255)
        for detail in o.detail:
            result, _ = denoise(o.program, noisy, "--quality", o.quality, "--noise", "%g" % o.noise, "--detail", "%g" % detail)
            print("%-32s detail %3g: %s dB, PSNR %.2f dB, removed %.2f of the noise" % (
                name, detail, " ".join("%+5.2f" % d for d in 10 * np.log10(spectrum(result) / spectrum(clean))),
                psnr(result, clean), 255 * (noisy - result).std() / o.noise), flush=True)


if __name__ == "__main__":
    main()
