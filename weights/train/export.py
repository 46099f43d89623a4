#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Writes a weights file and its card from a checkpoint of train.py.

    export.py --checkpoint C --name fast --out weights/denoise-fast.safetensors
              [--metrics METRICS.json] [--difficulty DIFFICULTY.json] [--localization LOCALIZATION.json]
              [--hardware TEXT] [--log CSV] [--sheet PNG] [--mix FILE SHARE]
              [--white denoise-fast-white | --for-white fast]

METRICS is what evaluate.py --json wrote, DIFFICULTY what difficulty.py wrote. The card stands beside the file (.md).
--white: the file that takes this one's place where noise is white (weights/FORMAT.md); --for-white: this one is such a file, which
denoise-NAME.safetensors beside it then names.
"""
import argparse
import json
import math
import os
import shutil

import torch

from data import noise
from fddm import safetensors, weights
from learn import checkpoint, log, versions
from learn.tasks import denoise

LICENCE = "Apache-2.0"
DATA = "photographs and textures under CC0, CC-BY, CC-BY-SA, GPL, LGPL and in the public domain, listed in weights/DATA.md"


def load(path):
    """Checkpoint -> (Denoiser with the averaged weights, the checkpoint)."""
    stored = checkpoint.read(path)
    channels = 3 * stored["config"]["network"]["patch"] ** 2
    model = denoise.build(stored["config"]["network"], torch.zeros(channels), torch.ones(channels))
    model.load_state_dict(stored["average"])
    return model.eval(), stored


@torch.no_grad()
def mix(model, path, share):
    """SHARE of the weights become those of the weights file PATH, from which the training started: the mean of both is often
    better than either (Wortsman et al. 2022, arXiv 2203.05482)."""
    begun = weights.load(path)[0].state_dict()
    for name, value in model.state_dict().items():
        value.lerp_(begun[name], share)


def provenance(stored, path, hardware, kept):
    """How the checkpoint STORED in PATH was made, as metadata of a weights file. kept: where the log will lie, or None."""
    return dict(
        configuration=[[pixels, words] for pixels, words in stored["history"]], commit=stored["commit"] or versions.commit(),
        **({"log": os.path.basename(kept)} if kept else {}), versions=stored["versions"], pixels="%.3g" % stored["pixels"],
        command="make.py configs/" + stored["config"]["file"],
        hardware="; ".join(filter(None, (hardware, stored["device"], "%.0f minutes, %d steps, %.3g pixels" % (
            stored["seconds"] / 60, stored["step"], stored["pixels"])))))


def keep_log(path, kept):
    """Copies the log of the checkpoint PATH to KEPT, a file in logs/, or nothing."""
    if kept:
        shutil.copyfile(log.path_of(path), kept)


def rows_of(about):
    """Those of a card's table that tell how a network was made."""
    came = "; from %s pixels on: ".join(["%s"] * 2)
    history, text = about["configuration"], about["configuration"][0][1]
    for pixels, words in history[1:]:
        text = came % (text, "%.3g" % pixels, words)
    return "\n".join("| %s | %s |" % row for row in (
        ("data", "[DATA.md](DATA.md)"), ("licence", about["licence"]), ("configuration", "`%s`" % text),
        ("command", "`%s`" % about["command"]), ("commit", about["commit"]),
        ("log", "[%s](train/logs/%s)" % (about["log"], about["log"]) if "log" in about else "–"),
        ("versions", ", ".join("%s %s" % item for item in about["versions"].items() if item[1])),
        ("hardware, time", about["hardware"])))


def metadata(model, stored, o):
    d = stored["config"]["network"]["patch"]
    return dict(
        kind="denoise", name=o.name, patch=str(d), channels="3", colour="ycbcr-bt601", k_grid="paper",
        temperature="%g" % noise.TEMPERATURE, mu_range=[0, round(-2 * noise.TEMPERATURE * math.log(noise.LOW))],
        noise_range=[model.low, model.high], training_data=DATA, licence=LICENCE, **({"white": o.white} if o.white else {}),
        metrics=json.load(open(o.metrics)) if o.metrics else {}, **provenance(stored, o.checkpoint, o.hardware, o.log))


def metrics_table(metrics):
    """metrics: {"CBSD68": {"15": dB, ...}, ...} -> Markdown."""
    lines = ["| set | σ = 15 | 25 | 50 |", "| --- | --- | --- | --- |"]
    for name, row in metrics.items():
        lines.append("| %s | %s |" % (name, " | ".join("%.2f" % row[s] if s in row else "–" for s in ("15", "25", "50"))))
    return "\n".join(lines)


def night_words(sample):
    """sample: the table of a configuration; older ones have no share of dark pictures."""
    return "; %g of the pictures as dark as at night" % sample["dark"] if sample.get("dark") else ""


def told_of_white(white):
    return "Where the engine measures the noise as white, [%s](%s.md) takes its place.\n" % (white, white)


def name_white(path, white):
    """Makes the weights file PATH and its card name WHITE, the file that takes its place; all else stays, to the bit."""
    tensors, metadata = safetensors.read(path)
    if metadata.get("white") == white:
        return
    safetensors.write(path, tensors, dict(metadata, white=white))
    card_path = os.path.splitext(path)[0] + ".md"
    with open(card_path) as f:
        heading, what, rest = f.read().split("\n\n", 2)
    with open(card_path, "w") as f:
        f.write("\n\n".join((heading, what, told_of_white(white) + "\n" + rest)))


def card(model, stored, about, o):
    shape, settings = stored["config"]["network"], stored["config"]
    d = shape["patch"]
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
        parts.append(told_of_white(o.white))
    if o.sheet:
        parts.append("![before and after](%s)\n" % o.sheet)
    if about["metrics"]:
        parts.append("PSNR in dB, mean over the set, white noise in float, not clipped.\n\n" + metrics_table(about["metrics"]) + "\n")
    parts.append("| | |\n| --- | --- |\n%s\n| noise in training | %s |\n" % (
        rows_of(about), noise.Kinds(**settings["noise"]).words(bool(settings["sample"]["meter"])) + night_words(settings["sample"])))
    if "localization" in about:
        found = about["localization"]["bottleneck"]
        parts.append("The estimate moves fastest at a signal-to-noise ratio of %.2f (noise of %.1f 8-bit steps);\n"
                     "[localization.py](train/localization.py) has the meaning, the file the numbers.\n\n"
                     "![where denoising is hard](%s-localization.png)\n" % (
                         found["snr"], 127.5 * math.exp(found["log_s"]), os.path.splitext(about["file"])[0]))
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
    a.add_argument("--difficulty", metavar="JSON", help="what difficulty.py wrote: where steps are placed")
    a.add_argument("--localization", metavar="JSON", help="what localization.py wrote: numbers for the file")
    a.add_argument("--hardware", default="")
    a.add_argument("--log", metavar="FILE", help="where the training's log is copied to: logs/DATE-NAME.csv")
    a.add_argument("--sheet")
    a.add_argument("--white", metavar="NAME")
    a.add_argument("--for-white", metavar="NAME")
    o = a.parse_args()
    model, stored = load(o.checkpoint)
    if o.mix:
        mix(model, o.mix[0], float(o.mix[1]))
        o.hardware += "; %s of the weights are those it started from" % o.mix[1]
    about = metadata(model, stored, o)
    if o.localization:
        with open(o.localization) as f:
            about["localization"] = json.load(f)
    if o.difficulty:
        with open(o.difficulty) as f:
            about["difficulty"] = json.load(f)
    weights.save(o.out, model, about)
    keep_log(o.checkpoint, o.log)
    about["file"] = os.path.basename(o.out)
    with open(os.path.splitext(o.out)[0] + ".md", "w") as f:
        f.write(card(model, stored, about, o))
    if o.for_white:
        name_white(os.path.join(os.path.dirname(o.out), "denoise-%s.safetensors" % o.for_white),
                   os.path.splitext(os.path.basename(o.out))[0])
    print(o.out, os.path.getsize(o.out), "bytes")


if __name__ == "__main__":
    main()
