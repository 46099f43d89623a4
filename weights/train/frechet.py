#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Frechet distance of samples to held-back pictures, over all and for each class, and for comparison that of training
pictures, which is as low as it can get with so many pictures.

    frechet.py CHECKPOINT|WEIGHTS --textures DIR --features SQUEEZENET.h5 [--steps 10 20 50] [--count 64] [--json OUT]
    frechet.py CHECKPOINT|WEIGHTS --fashion DIR --features CLASSIFIER.pt ...      trained if the file isn't there
"""
import argparse
import json

import torch

from data import textures
from learn import features
import sample


def of_pictures(extract, pictures):
    return torch.cat([extract(p).float().cpu() for p in pictures.split(64)])


def distances(found, held, labels, classes):
    """found, held: N x n features of the same LABELS. Name -> distance."""
    row = {"all": features.frechet(found, held)}
    for k in sorted(set(labels.tolist())) if classes else ():
        name = classes[k]
        row[name] = features.frechet(found[labels == k], held[labels == k])
    return {k: round(v, 3) for k, v in row.items()}


def main():
    a = argparse.ArgumentParser(description="Frechet distance of samples to held-back pictures.")
    sample.add_options(a)
    a.add_argument("--features", required=True)
    a.add_argument("--steps", type=int, nargs="+", default=[10, 20, 50])
    a.add_argument("--count", type=int, default=64, help="of pictures of each class")
    a.add_argument("--json")
    o = a.parse_args()
    g, device = sample.start(o)
    train, test = (textures.load(o, g.shape["side"], device, held) for held in (False, True))
    extract = features.classifier(o.features, train, test) if o.fashion else features.SqueezeNet(o.features, device)
    known = g.shape["classes"]
    labels = torch.tensor([k for k, name in enumerate(test.classes) if not known or name in known]).repeat_interleave(o.count)
    asked = torch.tensor([known.index(test.classes[k]) if known else -1 for k in labels.tolist()])
    held = of_pictures(extract, test.batch(len(labels), labels)[0])
    results = {"count": o.count, "training pictures": distances(of_pictures(extract, train.batch(len(labels), labels)[0]),
                                                               held, labels, test.classes)}
    print("training pictures:", results["training pictures"], flush=True)
    for steps in o.steps:
        found = of_pictures(extract, sample.draw(g, o, asked, steps))
        results["%d steps" % steps] = distances(found, held, labels, test.classes if known else ())
        print("%d steps:" % steps, results["%d steps" % steps], flush=True)
        if o.json:
            with open(o.json, "w") as f:
                json.dump(results, f, indent=1)


if __name__ == "__main__":
    main()
