#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Hostile networks are met with a reason, in bounded memory and time: test-limits.py PROGRAM (environment: FDDM_GOLDEN). TAP."""
import os
import resource
import subprocess
import sys
import time

import hostile
from program import PROGRAM, WORDS, ended, ended_by, main, noise, run, test, write_png

DEVICES = ("cpu", "reference")


def denoise(weights, *more, **how):
    return run("denoise", "in.png", "out.png", "--weights", os.path.abspath(weights), "--noise", "20", *more, **how)


def generate(weights, *more, **how):
    return run("generate", "out.png", "--model", os.path.abspath(weights), "--width", "20", "--height", "20", "--steps", "2",
               *more, **how)


def measured(arguments, seconds=None):
    """Runs the program; interrupts it after SECONDS. Status, peak memory in bytes, seconds as ended_by tells them, stderr."""
    with open("stderr", "w+") as words:
        child = subprocess.Popen([PROGRAM, *arguments], stdout=subprocess.DEVNULL, stderr=words,
                                 env=dict(os.environ, **WORDS, XDG_DATA_HOME="/nonexistent", XDG_CONFIG_HOME="/nonexistent"))
        if seconds is None:
            used, seconds = ended(child), None
        else:
            time.sleep(seconds)
            used, seconds = ended_by(child)
        words.seek(0)
        return child.returncode, used.ru_maxrss * 1024, seconds, words.read()


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


@test
def layers_that_share_a_tensor_share_its_memory():
    """A file of 2.4 MB with 256 layers; 600 MB of copies if each had its own."""
    width, layers, patch = 256, 256, 16            # patches of 16: 1e8 multiply-adds a pixel would be too many
    shapes = {"a.weight": [width, 512, 3, 3], "a.bias": [width], "b.weight": [width, width, 3, 3], "b.bias": [width],
              "c.weight": [256, width, 1, 1], "c.bias": [256]}
    stack = [hostile.conv("input", "h", "a")] + [hostile.conv("h", "h", "b") for _ in range(layers)]
    tensors = {name: hostile.constant(shape) for name, shape in shapes.items()}
    tensors.update(coef_mean=hostile.constant([256]), coef_var=hostile.constant([256], 1.0))
    hostile.write("shared.safetensors", {**hostile.COMMON, "kind": "denoise", "patch": str(patch), "channels": "1", "colour": "gray",
                  "layers": hostile.json.dumps(stack + [hostile.conv("h", "y", "c", 1)])}, tensors)
    write_png("in.png", 40, 40, noise(40, 40, 0), 0)
    for device in DEVICES[:1]:
        status, peak, _, words = measured(("denoise", "in.png", "out.png", "--noise", "20", "--weights", "./shared.safetensors",
                                           "--device", device))
        assert status == 0, words
        assert peak < 400e6, "%.0f MB" % (peak / 1e6)


@test
def weights_count_in_the_memory_limit():
    """33 MB of weights, 4 times as much where a CPU transforms them: more than 64 MB, less than 1024."""
    shapes = {"a.weight": [1024, 2, 3, 3], "a.bias": [1024], "b.weight": [912, 1024, 3, 3], "b.bias": [912],
              "c.weight": [1, 912, 1, 1], "c.bias": [1]}
    file = hostile.network("large.safetensors", [hostile.conv("input", "h", "a"), hostile.conv("h", "h", "b"),
                                                 hostile.conv("h", "y", "c", 1)], shapes)
    write_png("in.png", 12, 12, noise(12, 12, 0), 0)
    for device in DEVICES:
        error = denoise(file, "--device", device, "--memory", "64", status=1).stderr
        assert "needs more memory than allowed" in error, error
    denoise(file, "--device", "cpu")


@test
def work_without_end_is_refused():
    """Every layer multiplies 8192 channels by 8192."""
    wide = {"a.weight": [8192, 2, 1, 1], "a.bias": [8192], "b.weight": [8192, 8192, 1, 1], "b.bias": [8192],
            "c.weight": [1, 8192, 1, 1], "c.bias": [1]}
    file = hostile.network("wide.safetensors", [hostile.conv("input", "h", "a", 1), hostile.conv("h", "h", "b", 1),
                                                hostile.conv("h", "h", "b", 1), hostile.conv("h", "y", "c", 1)], wide)
    write_png("in.png", 12, 12, noise(12, 12, 0), 0)
    error = denoise(file, "--device", "cpu", status=1).stderr
    assert "wide.safetensors" in error and "multiply-adds per pixel" in error, error


def attending(path, side):
    """A network of less than 2 KB that compares each pixel of its window with each."""
    layers = [hostile.conv("input", "qkv", "a", 1), {"op": "attention", "in": "qkv", "out": "h", "heads": 1},
              hostile.conv("h", "y", "c", 1)]
    return hostile.network(path, layers, {"a.weight": [3, 2, 1, 1], "a.bias": [3], "c.weight": [1, 1, 1, 1], "c.bias": [1]},
                           kind="generate", side=str(side))


@test
def attention_over_a_large_window_is_refused():
    for side, memory, words in ((4096, "4096", "multiply-adds"), (1024, "1024", "multiply-adds"), (512, "16", "memory")):
        file = attending("attending.safetensors", side)
        assert os.path.getsize(file) < 2000
        for device in DEVICES:
            error = generate(file, "--device", device, "--memory", memory, status=1).stderr
            assert words in error, error


@test
def a_short_file_claims_no_memory_for_what_it_has_not():
    """PNM files of a few bytes with rows of a gigabyte, in 1.5 GB of addresses."""
    headers = {"P3": b"P3 16000000 40 255\n1 2 3", "P6": b"P6 16000000 40 255\n123", "P4": b"P4 16000000 100\n1",
               "P5": b"P5 16000000 90 65535\n12", "P2": b"P2 300000000 2 255\n1"}
    for name, content in headers.items():
        with open("wide.pnm", "wb") as f:
            f.write(content)
        done = subprocess.run([PROGRAM, "info", "wide.pnm"], stderr=subprocess.PIPE, text=True, env=dict(os.environ, **WORDS),
                              preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (1500 << 20, 1500 << 20)))
        error = done.stderr
        words = "300000000 × 2 pixels are too many" if name == "P2" else "cut off"
        assert done.returncode == 1 and words in error, "%s: %s" % (name, error)


@test
def work_can_be_cancelled_within_a_second():
    """One attention of 40,000 positions takes many seconds, one convolution by definition as well."""
    attention = attending("attending.safetensors", 330)
    wide = hostile.network("wide.safetensors", [hostile.conv("input", "h", "a"), hostile.conv("h", "h", "b"), hostile.conv("h", "y", "c")],
                           {"a.weight": [256, 2, 3, 3], "a.bias": [256], "b.weight": [256, 256, 3, 3], "b.bias": [256],
                            "c.weight": [1, 256, 3, 3], "c.bias": [1]})
    write_png("in.png", 400, 400, noise(400, 400, 0), 0)
    for work in (("generate", "out.png", "--model", "./" + attention, "--width", "64", "--height", "64", "--device", "cpu"),
                 ("generate", "out.png", "--model", "./" + attention, "--width", "64", "--height", "64", "--device", "reference"),
                 ("denoise", "in.png", "out.png", "--noise", "20", "--weights", "./" + wide, "--device", "reference")):
        status, _, seconds, words = measured(work, seconds=1.5)
        assert status == 130, "%s: status %d: %s" % (work[0], status, words)
        assert seconds < 1.0, "%s took %.1f s" % (" ".join(work), seconds)
        assert not os.path.exists("out.png")


if __name__ == "__main__":
    sys.exit(main())
