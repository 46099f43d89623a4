# SPDX-License-Identifier: Apache-2.0
"""What the measurements of quality share: running `fddm denoise` on a float picture, and PSNR."""
import json
import os
import subprocess
import sys
import tempfile

import numpy as np

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../weights/train"))
from fddm import tiff  # noqa: E402


def denoise(program, noisy, *options):
    """NOISY (h x w x 3, [0, 1]) through the program on the CPU: the result, and the report of --json."""
    with tempfile.TemporaryDirectory() as folder:
        source, target = os.path.join(folder, "in.tif"), os.path.join(folder, "out.tif")
        tiff.write(source, noisy.astype(np.float32))
        done = subprocess.run([program, "denoise", source, target, "--device", "cpu", "--json", *options], check=True,
                              capture_output=True, text=True)
        return tiff.read(target), json.loads(done.stdout)


def psnr(a, b, white=1):
    """dB; infinite for equal pictures. WHITE: the value of white."""
    error = np.mean((np.asarray(a, np.float64) - b) ** 2)
    return 10 * np.log10(white ** 2 / error) if error else np.inf
