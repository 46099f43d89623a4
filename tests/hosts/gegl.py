#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Checks fddm:denoise as a filter of a real GIMP 3 without a display, against the plug-in in the same GIMP.

    gegl.py MODULE PLUGIN WEIGHTS-FOLDER [--keep]

MODULE is fddm-denoise.so in a folder of its own. Prints a line of TAP for each check and a last line "# N passed, N failed, N
skipped"; exit status 1 if any failed.
"""
import pathlib
import random
import re
import subprocess
import sys

import pictures
from run import Gimp, Tap, scratch

WIDTH, HEIGHT = 160, 120
LOAD = """(script-fu-use-v3)
(define (layer-of image) (vector-ref (gimp-image-get-layers image) 0))
(define (open name) (gimp-file-load RUN-NONINTERACTIVE name))
(define (save image name) (gimp-file-save RUN-NONINTERACTIVE image name))
"""
COMPARE = LOAD + """(let* ((filtered (open "in/noisy.png")) (plugged (open "in/noisy.png")) (live (open "in/noisy.png")))
  (gimp-drawable-merge-new-filter (layer-of filtered) "fddm:denoise" "" LAYER-MODE-REPLACE 1.0 "device" "cpu" "luma" 90.0)
  (save filtered "out/filter.png")
  (plug-in-fddm-denoise #:run-mode RUN-NONINTERACTIVE #:image plugged #:drawables (gimp-image-get-layers plugged)
    #:quality "fast" #:device "cpu" #:luma 90.0)
  (gimp-image-flatten plugged)
  (save plugged "out/plugin.png")
  (gimp-drawable-append-new-filter (layer-of live) "fddm:denoise" "" LAYER-MODE-REPLACE 1.0 "device" "cpu" "luma" 90.0)
  (gimp-xcf-save RUN-NONINTERACTIVE live "out/live.xcf")
  (save live "out/live.png"))
(gimp-message "ALL DONE")"""
REOPEN = LOAD + """(let ((image (open "out/live.xcf")))
  (gimp-drawable-merge-filters (layer-of image))
  (save image "out/reopened.png"))
(gimp-message "ALL DONE")"""
FAULT = LOAD + """(let ((image (open "in/noisy.png")))
  (gimp-drawable-append-new-filter (layer-of image) "fddm:denoise" "" LAYER-MODE-REPLACE 1.0 "device" "cpu")
  (gimp-drawable-merge-filters (layer-of image))
  (save image "out/fault.png"))
(gimp-message "ALL DONE")"""


def write_noisy(path):
    rng = random.Random(3)
    level = lambda x, c: max(0, min(255, round(110 + 0.5 * x + 10 * c + rng.gauss(0, 15))))
    pictures.write_png(path, 2, [bytes(level(x, c) for x in range(WIDTH) for c in range(3)) for _ in range(HEIGHT)])


def largest_difference(one, other):
    """Of the first samples; infinite where one is no picture."""
    try:
        a, b = pictures.read_gray(one), pictures.read_gray(other)
    except OSError:
        return float("inf")
    return max(abs(p - q) for row, other_row in zip(a, b) for p, q in zip(row, other_row))


def run_script(gimp, name, text, weights):
    script = gimp.work / f"{name}.scm"
    script.write_text(text)
    status, said = gimp.run(f'(load "{script}")', FDDM_WEIGHTS_DIR=str(weights))
    return status == 0 and "ALL DONE" in said, said


def check_like_plugin(tap, gimp, weights):
    good, said = run_script(gimp, "compare", COMPARE, weights)
    tap.line(good, "GIMP takes fddm:denoise as a filter")
    out, noisy = gimp.work / "out", gimp.work / "in" / "noisy.png"
    tap.line(largest_difference(out / "filter.png", noisy) > 20, "the filter changes the picture")
    difference = largest_difference(out / "filter.png", out / "plugin.png")
    tap.line(difference <= 1, f"the filter gives what the plug-in gives ({difference})")
    difference = largest_difference(out / "live.png", out / "plugin.png")
    tap.line(difference <= 1, f"an image with the live filter is saved as it is seen ({difference})")
    tap.line("fddm:denoise: " not in said, "there is no message")
    good, _ = run_script(gimp, "reopen", REOPEN, weights)
    difference = largest_difference(out / "reopened.png", out / "filter.png")
    tap.line(good and difference <= 1, f"the live filter and its settings come back from a file ({difference})")


def check_faults(tap, gimp, weights, folder):
    noisy, result = gimp.work / "in" / "noisy.png", gimp.work / "out" / "fault.png"
    whole = (weights / "denoise-fast.safetensors").read_bytes()
    bad = folder / "bad"
    bad.mkdir()
    for name, content in (("a truncated network", whole[:len(whole) // 2]), ("an empty network", b"")):
        (bad / "denoise-fast.safetensors").write_bytes(content)
        result.unlink(missing_ok=True)
        good, said = run_script(gimp, "fault", FAULT, bad)
        tap.line(good, f"{name}: GIMP goes on")
        tap.line(largest_difference(result, noisy) == 0, f"{name}: the picture stays as it is")
        told = re.findall("fddm:denoise: .*" + re.escape(str(bad)), said)
        tap.line(len(told) == 1, f"{name}: one message names the file ({len(told)})")


def main():
    module, plugin, weights = (pathlib.Path(name).resolve() for name in sys.argv[1:4])
    tap = Tap()
    with scratch("fddm-gegl-") as folder:
        gimp = Gimp("gimp3", folder, "/nowhere")
        system = subprocess.run(["pkg-config", "--variable=pluginsdir", "gegl-0.4"], stdout=subprocess.PIPE, text=True,
                                check=True).stdout.strip()
        gimp.environment["GEGL_PATH"] = f"{module.parent}:{system}"
        gimp.run("(display 1)")
        gimp.install(plugin, plugin, weights)
        for name in ("in", "out"):
            (gimp.work / name).mkdir()
        write_noisy(gimp.work / "in" / "noisy.png")
        check_like_plugin(tap, gimp, weights)
        check_faults(tap, gimp, weights, folder)
        return tap.end()


if __name__ == "__main__":
    sys.exit(main())
