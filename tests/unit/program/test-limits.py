#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Hostile networks are met with a reason, in bounded memory and time: test-limits.py PROGRAM (environment: FDDM_GOLDEN). TAP."""
import os
import sys

import hostile
from program import main, noise, run, test, write_png

DEVICES = ("cpu", "reference")


def denoise(weights, *more, **how):
    return run("denoise", "in.png", "out.png", "--weights", os.path.abspath(weights), "--noise", "20", *more, **how)


def generate(weights, *more, **how):
    return run("generate", "out.png", "--model", os.path.abspath(weights), "--width", "20", "--height", "20", "--steps", "2",
               *more, **how)


# ---- Tests ----

@test
def numbers_that_overflow_are_an_error():
    write_png("in.png", 40, 40, noise(40, 40))
    for device in DEVICES:
        for tensor in ("head.weight", "tail.weight", "tail.bias"):
            for name, act in (("tiny", denoise), ("tiny-generate", generate)):
                file = hostile.golden_with("hostile.safetensors", name + ".safetensors", tensor, 3e38)
                error = act(file, "--device", device, status=1).stderr
                assert "hostile.safetensors" in error and "not finite" in error, error
                assert not os.path.exists("out.png")
        file = hostile.golden_with("hostile.safetensors", "tiny.safetensors", "tail.weight", 3e38)
        error = denoise(file, "--device", device, "--detail", "50", status=1).stderr
        assert "not finite" in error, error


if __name__ == "__main__":
    sys.exit(main())
