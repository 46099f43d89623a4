#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Writes a weights file and its card from a checkpoint of train.py.

    export.py --checkpoint C --name fast --out weights/denoise-fast.safetensors
              [--metrics METRICS.json] [--difficulty DIFFICULTY.json] [--hardware TEXT] [--sheet PNG] [--mix FILE SHARE]
              [--white denoise-fast-white | --for-white fast]

METRICS is what evaluate.py --json wrote, DIFFICULTY what difficulty.py wrote. The card stands beside the file (.md).
--white: the file that takes this one's place where noise is white (weights/FORMAT.md); --for-white: this one is such a file.
"""
import argparse
import json
import math
import os
import re
import subprocess

import torch

from data import noise
from fddm import weights
import train

LICENCE = "Apache-2.0"
DATA = "photographs and textures under CC0, CC-BY, CC-BY-SA, GPL, LGPL and in the public domain, listed in weights/DATA.md"


def load(path):
    """Checkpoint -> (Denoiser with the averaged weights, the checkpoint)."""
    stored = torch.load(path, map_location="cpu")
    model = train.build(stored["shape"], torch.zeros(1), torch.ones(1))
    model.mean, model.variance = stored["average"]["mean"], stored["average"]["variance"]
    model.load_state_dict(stored["average"])
    return model.eval(), stored


@torch.no_grad()
def mix(model, path, share):
    """SHARE of the weights become those of the weights file PATH, from which the training started: the mean of both is often
    better than either (Wortsman et al. 2022, arXiv 2203.05482)."""
    begun = weights.load(path)[0].state_dict()
    for name, value in model.state_dict().items():
        value.lerp_(begun[name], share)


def commit():
    done = subprocess.run(["git", "rev-parse", "--short", "HEAD"], cwd=os.path.dirname(os.path.abspath(__file__)),
                          capture_output=True, text=True)
    return done.stdout.strip()


def portable(command):
    """The training command without the folders of the machine that ran it."""
    return re.sub(r"(?<=\s)\S*/(?=\S)", "", " " + command).strip()


def metadata(model, stored, o):
    d = stored["shape"]["patch"]
    return dict(
        kind="denoise", name=o.name, patch=str(d), channels="3", colour="ycbcr-bt601", k_grid="paper",
        temperature="%g" % noise.TEMPERATURE, mu_range=[0, round(-2 * noise.TEMPERATURE * math.log(noise.LOW))],
        noise_range=[model.low, model.high], training_data=DATA, licence=LICENCE, **({"white": o.white} if o.white else {}),
        command=portable(stored["command"]), commit=commit(), metrics=json.load(open(o.metrics)) if o.metrics else {},
        hardware="%s; %.0f minutes, %d steps, %.2g pixels" % (o.hardware, stored["spent"] / 60, stored["step"], stored.get("pixels", 0)))


def metrics_table(metrics):
    """metrics: {"CBSD68": {"15": dB, ...}, ...} -> Markdown."""
    lines = ["| set | σ = 15 | 25 | 50 |", "| --- | --- | --- | --- |"]
    for name, row in metrics.items():
        lines.append("| %s | %s |" % (name, " | ".join("%.2f" % row[s] if s in row else "–" for s in ("15", "25", "50"))))
    return "\n".join(lines)


def card(model, stored, about, o):
    d, shape = stored["shape"]["patch"], stored["shape"]
    parts = ["""<!-- SPDX-License-Identifier: Apache-2.0 -->
# Denoising network `%s`

Takes noise out of photographs (format: [FORMAT.md](FORMAT.md)). Patches of %d×%d, a 3×3 head to %d channels,
%d residual blocks of two 3×3 convolutions, a 3×3 tail; no normalisation. %.1f thousand multiply-adds per pixel,
%.2f million parameters, stored as float16. Halo: %d pixels.
""" % (o.name, d, d, shape["width"], shape["blocks"], model.network.operations(d) / 1000,
       sum(p.numel() for p in model.network.parameters()) / 1e6, d * (2 + 2 * shape["blocks"]))]
    if o.for_white:
        parts.append("Where the engine measures the noise as white, it takes the place of `%s`.\n" % o.for_white)
    if o.white:
        parts.append("Where the engine measures the noise as white, [%s](%s.md) takes its place.\n" % (o.white, o.white))
    if o.sheet:
        parts.append("![before and after](%s)\n" % o.sheet)
    if about["metrics"]:
        parts.append("PSNR in dB, mean over the set, white noise in float, not clipped; \"N passes\": averaged over N flips and\n"
                     "shifted grids.\n\n" + metrics_table(about["metrics"]) + "\n")
    parts.append("""| | |
| --- | --- |
| data | [DATA.md](DATA.md) |
| licence | %s |
| command | `%s` |
| commit at export | %s |
| hardware, time | %s |
| noise in training | %s; levels told wrong: a third of the white ones by up to 1.25, the cameras' by a factor exp (%g z)%s |
""" % (about["licence"], about["command"], about["commit"], about["hardware"],
       ", ".join("%.0f %% %s" % (100 * v, k) for k, v in stored.get("shares", noise.SHARES).items() if v),
       noise.CAMERA_SPREAD, (", or as the noise meter reads them" if "--meter" in stored["command"] else "") +
       (", %g of the cameras' up to %g times too high" % stored["over"] if "over" in stored else "") +
       (", %g of the white and %g of the cameras' samples clipped and rounded as 8-bit files are" % stored["files"]
        if "files" in stored else "")))
    if "difficulty" in about:
        parts.append("![difficulty of each noise level](%s-difficulty.png)\n" % os.path.splitext(about["file"])[0])
    return "\n".join(parts)


def main():
    a = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    a.add_argument("--checkpoint", required=True)
    a.add_argument("--name", required=True)
    a.add_argument("--out", required=True)
    a.add_argument("--mix", nargs=2, metavar=("FILE", "SHARE"), help="take this share of the weights from the file that --start named")
    a.add_argument("--metrics")
    a.add_argument("--difficulty")
    a.add_argument("--hardware", default="")
    a.add_argument("--sheet")
    a.add_argument("--white", metavar="NAME")
    a.add_argument("--for-white", metavar="NAME")
    o = a.parse_args()
    model, stored = load(o.checkpoint)
    if o.mix:
        mix(model, o.mix[0], float(o.mix[1]))
        o.hardware += "; %s of the weights are those it started from" % o.mix[1]
    about = metadata(model, stored, o)
    if o.difficulty:
        about["difficulty"] = json.load(open(o.difficulty))
    weights.save(o.out, model, about)
    about["file"] = os.path.basename(o.out)
    with open(os.path.splitext(o.out)[0] + ".md", "w") as f:
        f.write(card(model, stored, about, o))
    print(o.out, os.path.getsize(o.out), "bytes")


if __name__ == "__main__":
    main()
