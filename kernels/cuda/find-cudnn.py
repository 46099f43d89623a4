#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Prints the folders of cuDNN 9's headers and library, one a line; the second is empty where the loader looks anyway.

    find-cudnn.py [CUDA]     CUDA: the toolkit's folder

The places are those of cudnn-folders.c: the toolkit, Debian, conda ($CONDA_PREFIX), PyPI's package (nvidia/cudnn in the
site-packages of $VIRTUAL_ENV, $CONDA_PREFIX, ~/.local, /usr/local, /usr). $FDDM_CUDNN: the only folder to look in, with
include/ and lib/. Exit status 1 if there is none."""
import os
import sys
from pathlib import Path

HEADER = "cudnn_graph.h"      # new in cuDNN 9
LIBRARY = "libcudnn.so.9"


def prefixes(cuda):
    """Folders that may have include/ and lib/."""
    env = os.environ.get
    if env("FDDM_CUDNN"):
        return [Path(env("FDDM_CUDNN"))]
    pythons = [env("VIRTUAL_ENV"), env("CONDA_PREFIX"), str(Path.home() / ".local"), "/usr/local", "/usr"]
    packages = [found for prefix in pythons if prefix for kind in ("site-packages", "dist-packages")
                for found in sorted(Path(prefix).glob(f"lib/python3*/{kind}/nvidia/cudnn"))]
    return [Path(p) for p in (cuda, env("CUDA_HOME"), env("CUDA_PATH"), "/usr", env("CONDA_PREFIX")) if p] + packages + [
        Path(p) for p in ("/usr/local/cuda", "/opt/cuda", "/usr/local")]


def main():
    for prefix in prefixes(sys.argv[1] if len(sys.argv) > 1 else None):
        for include in ("include", "include/x86_64-linux-gnu", "targets/x86_64-linux/include"):
            if not (prefix / include / HEADER).is_file():
                continue
            folders = [prefix / lib for lib in ("lib64", "lib", "targets/x86_64-linux/lib") if (prefix / lib / LIBRARY).exists()]
            print(prefix / include)
            print(folders[0] if folders and str(prefix) not in ("/usr", "/usr/local") else "")
            return 0
    return 1


if __name__ == "__main__":
    sys.exit(main())
