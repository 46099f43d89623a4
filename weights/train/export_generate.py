#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Writes a weights file and its card from a checkpoint of train.py.

    export_generate.py --checkpoint C --name texture --out weights/generate-texture.safetensors --textures DIR
                       [--offer wood sand ...] [--guidance 1.5] [--clamp] [--settle -1.5] [--metrics FRECHET.json] [--sheet PNG]
                       [--keep rock=0,3,7 ...] [--examples data/examples-texture.toml] [--hardware TEXT] [--log CSV]

The difficulty curve of a network without variants is measured on the held-back pictures of --textures or --fashion. --offer: the
classes that are worth it; the others are left out. --keep: the variants of a class that are worth it (sample.py --each shows them
in their order). --settle: ln s below which the curve is 0, so that no step is placed there: for a network that knows no more
than the Wiener filter by then. --examples: the subjects that start from pictures, which add_examples.py adds. --guidance,
--clamp: how the engine is to sample (weights/FORMAT.md).
METRICS is what frechet.py --json wrote, sampling in the same way. The card stands beside the file (.md).
"""
import argparse
import json
import os

import torch
import torch.nn as nn

from data import textures
import add_examples
import export
from fddm import transform, weights
from learn import checkpoint, generative

DATA = {"textures": "material textures under CC0 and CC-BY-SA-3.0, listed in weights/DATA.md, but for held-back-textures.txt",
        "fashion": "Fashion-MNIST, its 60 000 training pictures, MIT"}


def offer(generator, names, keep):
    """Leaves out the classes that are not in NAMES: their rows of each embedding. keep: class -> which variants stay, else
    all."""
    known = generator.shape["classes"]
    rows = [known.index(n) for n in names] + [len(known)]
    for module in generator.model.network.modules():
        if isinstance(module, nn.Embedding):
            module.weight = nn.Parameter(module.weight.data[rows])
            module.num_embeddings = len(rows)
    model = generator.model
    if model.counts:
        first = [sum(model.counts[:k]) for k in range(len(known))]
        kept = [keep.get(known[k], range(model.counts[k])) for k in rows[:-1]]
        own = [first[k] + r for k, stay in zip(rows, kept) for r in stay]
        model.own_mean, model.own_variance = model.own_mean[own], model.own_variance[own]
        model.counts = [len(stay) for stay in kept]
    generator.shape["classes"] = list(names)


def difficulty(generator, o, count=96):
    """Its curve, on held-back pictures."""
    shape = generator.shape
    data = textures.load(o, shape["side"], torch.device("cpu"), held=True)
    pictures, labels = data.batch(count)
    rows = [shape["classes"].index(n) if n in shape["classes"] else -1 for n in data.classes]
    labels = torch.tensor(rows)[labels]
    return settled(generator.difficulty(transform.patch_dct(transform.to_ycc(pictures), shape["patch"]), labels), o.settle)


def settled(curve, end):
    """CURVE with no difficulty below END, a ln s: the last step to no noise begins about there. end: None changes nothing."""
    kept = [e if end is None or at >= end else 0 for at, e in zip(curve["log_s"], curve["error"])]
    return dict(curve, error=kept)


def metadata(generator, stored, o):
    shape, kind = generator.shape, "fashion" if o.fashion else "textures"
    return dict(
        kind="generate", name=o.name, patch=str(shape["patch"]), channels=str(shape["channels"]),
        colour="ycbcr-bt601" if shape["channels"] == 3 else "gray", k_grid="paper", temperature="%g" % shape["temperature"],
        mu_range=shape["mu_range"], noise_range=[generator.model.low, generator.model.high], classes=shape["classes"],
        **({} if generator.model.counts else {"difficulty": difficulty(generator, o)}),
        side=str(shape["side"]), padding=shape["padding"], input=shape["input"], output=shape.get("output", "residual"),
        guidance="%g" % o.guidance, clamp="true" if o.clamp else "false", training_data=DATA[kind],
        licence=export.LICENCE, metrics=json.load(open(o.metrics)) if o.metrics else {},
        **export.provenance(stored, o.checkpoint, o.hardware, o.log))


def metrics_table(metrics):
    """What frechet.py wrote -> Markdown."""
    columns = [k for k in metrics if k != "count"]
    lines = ["| | %s |" % " | ".join(columns), "|" + " --- |" * (len(columns) + 1)]
    for name in metrics[columns[0]]:
        row = ["%.2f" % metrics[c][name] if name in metrics[c] else "–" for c in columns]
        lines.append("| %s | %s |" % (name, " | ".join(row)))
    return "\n".join(lines)


def card(generator, about, o):
    shape, network = generator.shape, generator.model.network
    text = """<!-- SPDX-License-Identifier: Apache-2.0 -->
# Generating network `%s`

Makes pictures out of noise (format: [FORMAT.md](FORMAT.md)): %s.
Patches of %d×%d; the paper's U-Net of constant resolution, %s channels wide level by level, %d residual blocks a level.
%.1f thousand multiply-adds per pixel and step without attention's, %.2f million parameters, stored as float16.
Trained on pictures of %d×%d%s, at Fermi levels from %g to %g.
""" % (o.name, ", ".join(shape["classes"]) or "no classes", shape["patch"], shape["patch"],
       ", ".join(str(m * shape["width"]) for m in shape["multipliers"]), shape["blocks"],
       network.operations(shape["patch"]) / 1000, sum(p.numel() for p in network.parameters()) / 1e6, shape["side"],
       shape["side"], " that tile, with circular padding" if shape["padding"] == "circular" else "", *shape["mu_range"])
    if o.sheet:
        text += "\n![real at the left, samples at the right](%s)\n" % o.sheet
    if about["metrics"]:
        text += """
Fréchet distance to held-back pictures, %d of each class, on the features of %s (comparable
only with itself); "training pictures": theirs, the least that so many can have.

%s
""" % (about["metrics"]["count"], "a small classifier" if o.fashion else "SqueezeNet 1.1", metrics_table(about["metrics"]))
    return text + "\n| | |\n| --- | --- |\n" + export.rows_of(about) + "\n"


def main():
    a = argparse.ArgumentParser(description="Writes a weights file and its card from a checkpoint of train.py.")
    textures.add_options(a)
    a.add_argument("--checkpoint", required=True)
    a.add_argument("--name", required=True)
    a.add_argument("--out", required=True)
    a.add_argument("--offer", nargs="+", metavar="CLASS")
    a.add_argument("--keep", nargs="+", default=[], metavar="CLASS=N,N...")
    a.add_argument("--examples", metavar="FILE", help="of subjects that start from pictures")
    a.add_argument("--guidance", type=float, default=1.0)
    a.add_argument("--settle", type=float, metavar="LN_S")
    a.add_argument("--clamp", action="store_true")
    a.add_argument("--metrics")
    a.add_argument("--sheet", help="as the card names it")
    a.add_argument("--hardware", default="")
    a.add_argument("--log", metavar="FILE", help="where the training's log is copied to: logs/DATE-NAME.csv")
    o = a.parse_args()
    generator, stored = generative.load(o.checkpoint), checkpoint.read(o.checkpoint)
    if generator.shape["condition"] != "map":
        a.error("a network that is told the time, as the paper's are, has no place in a weights file")
    if not generator.shape["classes"]:
        a.error("a weights file that generates has classes")
    keep = {name: [int(n) for n in rows.split(",")] for name, rows in (entry.split("=") for entry in o.keep)}
    offer(generator, o.offer or generator.shape["classes"], keep)
    about = metadata(generator, stored, o)
    weights.save(o.out, generator.model, about)
    export.keep_log(o.checkpoint, o.log)
    with open(os.path.splitext(o.out)[0] + ".md", "w") as f:
        f.write(card(generator, about, o))
    if o.examples:
        add_examples.add_to_file(o.out, o.examples, o.textures)
    print(o.out, os.path.getsize(o.out), "bytes")


if __name__ == "__main__":
    main()
