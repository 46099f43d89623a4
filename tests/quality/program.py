# SPDX-License-Identifier: Apache-2.0
"""What the measurements of quality share: running `fddm denoise` on a float picture, and PSNR."""
import os
import sys

import numpy as np

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../weights/train"))
from fddm.program import denoise  # noqa: E402, F401


def psnr(a, b, white=1):
    """dB; infinite for equal pictures. WHITE: the value of white."""
    error = np.mean((np.asarray(a, np.float64) - b) ** 2)
    return 10 * np.log10(white ** 2 / error) if error else np.inf
