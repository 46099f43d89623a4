#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Whether `detail` brings the texture back that least squares takes away, without bringing the noise back.

    test-detail.py PROGRAM WEIGHTS      exit status 0 when it does
"""
import os
import sys

import numpy as np
from PIL import Image

from detail import spectrum
from program import denoise

PICTURE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "data", "fur.jpg")
NOISE = 15


def main():
    clean = np.asarray(Image.open(PICTURE).convert("RGB"), np.float32) / 255
    noisy = clean + np.random.default_rng(3).standard_normal(clean.shape, np.float32) * np.float32(NOISE / 255)
    fine, removed = {}, {}
    for detail in (0, 100):
        result, _ = denoise(sys.argv[1], noisy, "--weights", sys.argv[2], "--noise", "%g" % NOISE, "--detail", "%g" % detail)
        fine[detail] = (10 * np.log10(spectrum(result) / spectrum(clean)))[2:]       # above half of Nyquist
        removed[detail] = 255 * (noisy - result).std() / NOISE
        print("detail %3d: %s dB of the clean spectrum, removed %.2f of the noise" % (
            detail, " ".join("%+.2f" % f for f in fine[detail]), removed[detail]))
    assert fine[0].min() < -1, "least squares leaves the spectrum whole: the test has nothing to tell"
    assert np.abs(fine[100]).max() < 1
    assert 0.85 < removed[100] < 1.05


if __name__ == "__main__":
    main()
