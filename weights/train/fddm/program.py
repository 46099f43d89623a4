# SPDX-License-Identifier: Apache-2.0
"""The C program on a float picture."""
import json
import os
import subprocess
import tempfile

import numpy as np

from . import tiff


def denoise(program, noisy, *options):
    """NOISY (h x w x 3, [0, 1]) through `fddm denoise` on the CPU: the result, and the report of --json. Pictures travel as
    32-bit float TIFF without a profile, which GEGL takes for R'G'B'."""
    with tempfile.TemporaryDirectory() as folder:
        source, target = os.path.join(folder, "in.tif"), os.path.join(folder, "out.tif")
        tiff.write(source, np.asarray(noisy, np.float32))
        done = subprocess.run([program, "denoise", source, target, "--device", "cpu", "--json", *options], check=True,
                              capture_output=True, text=True)
        return tiff.read(target), json.loads(done.stdout)
