# SPDX-License-Identifier: Apache-2.0
"""Versions of what a training computes with, against those that versions.toml locks; and the source's commit."""
import os
import platform
import subprocess
import tomllib

import numpy
import PIL
import torch

HERE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def running():
    return {"python": platform.python_version(), "torch": str(torch.__version__), "numpy": numpy.__version__,
            "pillow": PIL.__version__, "cuda": torch.version.cuda or "", "cudnn": str(torch.backends.cudnn.version() or "")}


def different(found):
    """What FOUND has that no set of versions.toml allows, as words; empty where one allows all of it."""
    with open(os.path.join(HERE, "versions.toml"), "rb") as f:
        sets = tomllib.load(f)
    wrong = {name: ["%s %s, not %s" % (k, found.get(k), v) for k, v in locked.items() if not found.get(k, "").startswith(v)]
             for name, locked in sets.items()}
    name = min(wrong, key=lambda n: len(wrong[n]))
    return "%s: %s" % (name, ", ".join(wrong[name])) if wrong[name] else ""


def commit():
    """Of the source, short; with a + where files differ from it. Empty outside a repository, and where there is no git."""
    def git(*command):
        try:
            return subprocess.run(["git", *command], cwd=HERE, capture_output=True, text=True, check=False).stdout.strip()
        except OSError:
            return ""

    at = git("rev-parse", "--short", "HEAD")
    return at + ("+" if at and git("status", "--porcelain", "--untracked-files=no", ".") else "")
