#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Scans of film: whether `fddm denoise` reads grain, which is larger than a pixel, and takes it out.

    film.py --photos FOLDER [--program fddm] [--quality fast balanced] [--grain 8 12 20] [--limit N]

Grain: white noise behind a Gaussian of 0.7 and 1 pixel, of a standard deviation in 8-bit steps after it, clipped and rounded as
in an 8-bit file; on the gray picture (black-and-white film), or of each channel for itself (colour film). Told is PSNR before and
after with all defaults, and the luma noise that was read, as a share of the grain's.
"""
import argparse
import os

import numpy as np
from PIL import Image

from dark import stored
from program import denoise, psnr

BLURS, LUMA = (0.7, 1.0), np.array([0.299, 0.587, 0.114])


def blurred(noise, pixels):
    """NOISE (H x W x N, white) behind a Gaussian of PIXELS, at a standard deviation of 1."""
    fy, fx = np.fft.fftfreq(noise.shape[0])[:, None, None], np.fft.rfftfreq(noise.shape[1])[None, :, None]
    gain = np.exp(-2 * (np.pi * pixels) ** 2 * (fy * fy + fx * fx))
    noise = np.fft.irfft2(np.fft.rfft2(noise, axes=(0, 1)) * gain, noise.shape[:2], axes=(0, 1))
    return noise / noise.std()


def scan(clean, colour, blur, grain, seed):
    """The clean picture, gray unless COLOUR, and its scan."""
    if not colour:
        clean = np.repeat((clean @ LUMA)[:, :, None], 3, 2)
    noise = blurred(np.random.default_rng(seed).standard_normal((*clean.shape[:2], 3 if colour else 1)), blur)
    return clean, stored(clean + noise * grain / 255)


def judge(run, clean, colour, blur, grain, seed):
    """run: noisy -> picture, report."""
    clean, noisy = scan(clean, colour, blur, grain, seed)
    result, report = run(noisy)
    own = (LUMA ** 2).sum() ** 0.5 if colour else 1            # luma's share of the grain, as the report's of white noise
    found = 255 * ((noisy - clean) @ LUMA).std() / own
    return {"noisy psnr": float(psnr(noisy, clean)), "psnr": float(psnr(result, clean)), "read": report["luma-noise"] / found}


def main():
    a = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    a.add_argument("--photos", required=True)
    a.add_argument("--program", default="fddm")
    a.add_argument("--quality", nargs="+", default=["fast", "balanced"])
    a.add_argument("--grain", nargs="+", type=float, default=[8, 12, 20])
    a.add_argument("--limit", type=int)
    o = a.parse_args()
    photos = [os.path.join(o.photos, n) for n in sorted(os.listdir(o.photos))][:o.limit]
    for quality in o.quality:
        for colour in (False, True):
            for blur in BLURS:
                for grain in o.grain:
                    found = [judge(lambda noisy: denoise(o.program, noisy, "--quality", quality),
                                   np.asarray(Image.open(p).convert("RGB"), np.float64) / 255, colour, blur, grain, i)
                             for i, p in enumerate(photos)]
                    print("%s, %s, %g pixels, grain %g: PSNR %.2f -> %.2f, read %.2f" % (
                        quality, "colour" if colour else "black and white", blur, grain,
                        *(np.mean([f[k] for f in found]) for k in ("noisy psnr", "psnr", "read"))), flush=True)


if __name__ == "__main__":
    main()
