#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""FDDM against the free denoisers that GIMP users have, on pairs of noisy and clean pictures.

    peers.py --pairs FOLDER [--program fddm] [--limit N] [--only NAME ...] [--json OUT]
    peers.py --speed PICTURE ... [--rounds 3] [--program fddm] [--only NAME ...] [--json OUT]

FOLDER holds NAME_real.* (noisy) and NAME_mean.* (clean), as the PolyU set does. Every peer is run at several fixed
settings over all pairs, and its best one counts; FDDM runs at its defaults. --speed tells the processor time that each
takes with one thread, user and system, file to file, instead: in turn, the median of some rounds. Needs gegl, gmic and
python3-opencv; what is missing is left out.
"""
import argparse
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile

import numpy as np
from PIL import Image

from program import psnr

try:
    import cv2
except ImportError:
    cv2 = None


def run(*command):
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def one_thread():
    """From here on, for every peer. The options that say so to FDDM."""
    os.environ.update(OMP_NUM_THREADS="1", GEGL_THREADS="1")
    if cv2:
        cv2.setNumThreads(1)
    return ("--threads", "1")


def fddm(program, quality, *options):
    return lambda source, target: run(program, "denoise", "--quality", quality, "--device", "cpu", "--quiet", *options, source,
                                      target)


def gegl(*operation):
    return lambda source, target: run("gegl", source, "-o", target, "--", *operation)


def gmic(*command):
    return lambda source, target: run("gmic", source, *command, "-o", target)


def local_means(h):
    def denoise(source, target):
        cv2.imwrite(target, cv2.fastNlMeansDenoisingColored(cv2.imread(source), None, h, h, 7, 21))
    return denoise


def contestants(program, *options):
    """Name -> {setting: what turns the file SOURCE into the file TARGET}. OPTIONS: for the program."""
    found = {"FDDM " + quality: {"defaults": fddm(program, quality, *options)} for quality in ("fast", "balanced", "best")}
    if shutil.which("gegl"):
        found["gegl:denoise-dct"] = {"sigma %g" % s: gegl("gegl:denoise-dct", "sigma=%g" % s) for s in (4, 8, 12)}
        found["gegl:noise-reduction"] = {"%d iterations" % n: gegl("gegl:noise-reduction", "iterations=%d" % n)
                                         for n in (1, 2, 4)}
    if cv2:
        found["OpenCV non-local means"] = {"h %g" % h: local_means(h) for h in (2, 3, 5)}
    if shutil.which("gmic"):
        found["G'MIC denoise"] = {"%g,%g" % s: gmic("denoise", "%g,%g" % s) for s in ((5, 5), (10, 10), (20, 10))}
    return found


def blurred(x):
    """Gaussian of 11 x 11, standard deviation 1.5, where it fits."""
    kernel = np.exp(-np.arange(-5, 6) ** 2 / 4.5)
    kernel /= kernel.sum()
    x = sum(k * x[i:x.shape[0] - 10 + i] for i, k in enumerate(kernel))
    return sum(k * x[:, i:x.shape[1] - 10 + i] for i, k in enumerate(kernel))


def ssim(a, b):
    """Wang et al. 2004, equation 13, over the three channels."""
    ma, mb = blurred(a), blurred(b)
    va, vb, cov = blurred(a * a) - ma * ma, blurred(b * b) - mb * mb, blurred(a * b) - ma * mb
    c1, c2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
    return np.mean((2 * ma * mb + c1) * (2 * cov + c2) / ((ma * ma + mb * mb + c1) * (va + vb + c2)))


def load(path):
    return np.asarray(Image.open(path).convert("RGB")).astype(np.float64)


def pairs(folder):
    names = sorted(n for n in os.listdir(folder) if "_real." in n)
    return [(os.path.join(folder, n), os.path.join(folder, n.replace("_real.", "_mean."))) for n in names]


def judge(denoise, chosen):
    """(PSNR, SSIM) of each pair after DENOISE; before it when that is None."""
    figures = []
    with tempfile.TemporaryDirectory() as folder:
        target = os.path.join(folder, "out.png")
        for noisy, clean in chosen:
            if denoise:
                denoise(noisy, target)
            result, truth = load(target if denoise else noisy), load(clean)
            figures.append((psnr(result, truth, 255), ssim(result, truth)))
    return np.array(figures)


def compare(o, found):
    chosen = pairs(o.pairs)[:o.limit]
    before = judge(None, chosen)
    results = {"noisy": {"psnr": before[:, 0].mean(), "ssim": before[:, 1].mean()}}
    print("%-24s %-14s %.2f dB  SSIM %.4f" % ("noisy", "", *before.mean(0)), flush=True)
    for name, settings in found.items():
        for setting, denoise in settings.items():
            after = judge(denoise, chosen)
            gain = after - before
            row = dict(psnr=after[:, 0].mean(), ssim=after[:, 1].mean(), setting=setting, worst=gain[:, 0].min(),
                       harmed=int((gain[:, 0] < -0.05).sum()), ssim_lower=int((gain[:, 1] <= 0).sum()))
            print("%-24s %-14s %.2f dB  SSIM %.4f  worst gain %+.2f dB, harmed %d, SSIM lower %d" % (
                name, setting, row["psnr"], row["ssim"], row["worst"], row["harmed"], row["ssim_lower"]), flush=True)
            if row["psnr"] > results.get(name, row)["psnr"] or name not in results:
                results[name] = row
    return results


def processor_seconds():
    """Of this process and of all that it has waited for."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(u.ru_utime + u.ru_stime for u in used)


def race(o, found):
    """A picture's file name -> name -> the setting in the middle, its seconds and their median."""
    results = {}
    for picture in o.speed:
        width, height = Image.open(picture).size
        turns = {name: list(settings.items())[len(settings) // 2] for name, settings in found.items()}
        seconds = {name: [] for name in turns}
        with tempfile.TemporaryDirectory() as folder:
            target = os.path.join(folder, "out" + os.path.splitext(picture)[1])
            for _ in range(o.rounds):
                for name, (_, denoise) in turns.items():
                    start = processor_seconds()
                    denoise(picture, target)
                    seconds[name].append(processor_seconds() - start)
        row = results[os.path.basename(picture)] = {}
        for name, (setting, _) in turns.items():
            median = statistics.median(seconds[name])
            row[name] = {"setting": setting, "seconds": seconds[name], "median": median}
            print("%-20s %-24s %-14s %6.2f s, %.2f Mpixel/s" % (os.path.basename(picture), name, setting, median,
                                                               width * height / median / 1e6), flush=True)
    return results


def main():
    a = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    a.add_argument("--pairs")
    a.add_argument("--program", default="fddm")
    a.add_argument("--limit", type=int)
    a.add_argument("--only", nargs="+", default=[], help="names, or their beginnings")
    a.add_argument("--speed", metavar="PICTURE", nargs="+")
    a.add_argument("--rounds", type=int, default=3)
    a.add_argument("--json")
    o = a.parse_args()
    options = one_thread() if o.speed else ()
    found = {n: s for n, s in contestants(o.program, *options).items()
             if not o.only or any(n.startswith(p) for p in o.only)}
    if bool(o.pairs) == bool(o.speed):
        sys.exit("peers.py: either --pairs or --speed")
    results = race(o, found) if o.speed else compare(o, found)
    if o.json:
        with open(o.json, "w") as f:
            json.dump(results, f, indent=1)


if __name__ == "__main__":
    main()
