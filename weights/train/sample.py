#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""A sheet of samples beside real pictures: a row for each class, real and held back at the left, samples at the right.

    sample.py CHECKPOINT|WEIGHTS --textures DIR --out PNG [--count 6] [--steps 20] [--eta 1] [--classes wood sand] ...
    sample.py WEIGHTS --textures DIR --out PNG --repeat --classes wood      each sample 3 x 3 times, to look for seams
    sample.py CHECKPOINT --textures DIR --out PNG --each --classes rock       a sample with each variant, eight to a row
"""
import argparse

import numpy as np
import torch
from PIL import Image

from data import textures
from learn import generative

GAP = 2                 # pixels of white between pictures


def add_options(a):
    """What samples depend on."""
    a.add_argument("model", help="checkpoint or weights file")
    textures.add_options(a)
    a.add_argument("--eta", type=float, default=1.0)
    a.add_argument("--order", type=int, default=2, choices=(1, 2), help="of the steps: 1 as in the paper; 2 as the engine")
    a.add_argument("--placement", default="even", choices=("even", "difficulty", "paper"))
    a.add_argument("--no-clamp", action="store_true", help="estimates are not clamped to [-1, 1]: as a file without `clamp`")
    a.add_argument("--guidance", type=float, default=1.0, help="towards the class, from 1 (none) to 10")
    a.add_argument("--batch", type=int, default=64)
    a.add_argument("--device", default="auto")
    a.add_argument("--threads", type=int, default=0)
    a.add_argument("--seed", type=int, default=1)


def start(o):
    """Options -> (Generator, device)."""
    kind = ("cuda" if torch.cuda.is_available() else "cpu") if o.device == "auto" else o.device
    if o.threads:
        torch.set_num_threads(o.threads)
    torch.manual_seed(o.seed)
    return generative.load(o.model, kind), torch.device(kind)


def each_variant(g, o, k):
    """A sample of class K with each of its variants, in their order (export_generate.py --keep)."""
    first, count = sum(g.model.counts[:k]), g.model.counts[k]
    rows = iter(torch.arange(first, first + count).split(o.batch))
    drawn, g.model.variant = g.model.variant, lambda classes, generator: g.model.own(next(rows))
    made = draw(g, o, torch.full((count,), k), o.steps, o.side)
    g.model.variant = drawn
    return [made[i:i + 8] for i in range(0, count, 8)]


def draw(g, o, labels, steps, side=None):
    with torch.autocast(g.device.type, dtype=torch.bfloat16):
        return g.draw(labels, steps, o.eta, side, o.placement, not o.no_clamp, o.batch, torch.Generator().manual_seed(o.seed),
                      o.guidance, o.order)


def image(rows):
    """rows: lists of pictures, channels x h x w in [-1, 1]."""
    height, width = (max(p.shape[i] for row in rows for p in row) + GAP for i in (1, 2))
    sheet = np.full((height * len(rows), width * max(map(len, rows)), 3), 255, np.uint8)
    for i, row in enumerate(rows):
        for j, p in enumerate(row):
            a = ((p.expand(3, -1, -1) + 1) * 127.5).round().byte().permute(1, 2, 0).cpu().numpy()
            sheet[i * height:i * height + a.shape[0], j * width:j * width + a.shape[1]] = a
    return Image.fromarray(sheet)


def main():
    a = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    add_options(a)
    a.add_argument("--out", required=True)
    a.add_argument("--classes", nargs="+")
    a.add_argument("--count", type=int, default=6, help="of real pictures, and of samples, of each class")
    a.add_argument("--side", type=int, help="of a sample; its training's if not given")
    a.add_argument("--steps", type=int, default=20)
    a.add_argument("--repeat", action="store_true")
    a.add_argument("--each", action="store_true", help="every variant of each class, instead")
    o = a.parse_args()
    g, device = start(o)
    data = textures.load(o, g.shape["side"], device, held=True)
    names = o.classes or data.classes
    if o.each:
        known = g.shape["classes"]
        return image([row for n in names for row in each_variant(g, o, known.index(n))]).save(o.out, optimize=True)
    labels = torch.tensor([data.classes.index(n) for n in names]).repeat_interleave(o.count)
    known = g.shape["classes"]
    asked = torch.tensor([known.index(data.classes[k]) if known else -1 for k in labels.tolist()])
    made = draw(g, o, asked, o.steps, o.side)
    if o.repeat:
        made = made.repeat(1, 1, 3, 3)
    real = data.batch(len(labels), labels)[0]
    n = o.count
    image([[*real[i:i + n], *made[i:i + n]] for i in range(0, len(labels), n)]).save(o.out, optimize=True)
    print(o.out, "rows:", ", ".join(names))


if __name__ == "__main__":
    main()
