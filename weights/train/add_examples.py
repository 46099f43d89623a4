#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Puts pictures into a weights file that generates: subjects that start from one of them (weights/FORMAT.md, Examples).

    add_examples.py WEIGHTS.safetensors data/examples-texture.toml --textures DIR

Pictures that the file has already are replaced; all else stays, to the bit. Only pictures that MANIFEST.tsv in DIR names as CC0 are
taken, and none of held-back-textures.txt. The card beside the file (.md) names them.
"""
import argparse
import json
import os
import tomllib

import numpy as np
from PIL import Image

from fddm import safetensors

HERE = os.path.dirname(os.path.abspath(__file__))
HEADING = "\n## Subjects that start from pictures\n"


def read_list(path):
    """-> (margin, side, {subject: {"closeness": 0…100, "pictures": [paths]}})"""
    with open(path, "rb") as f:
        listed = tomllib.load(f)
    return listed.pop("margin"), listed.pop("side"), listed


def check(subjects, folder):
    """Fails unless every picture may be shipped."""
    with open(os.path.join(folder, "MANIFEST.tsv")) as f:
        licences = {row[0]: row[-1] for row in (line.rstrip("\n").split("\t") for line in f)}
    with open(os.path.join(HERE, "data", "held-back-textures.txt")) as f:
        held = set(f.read().split())
    for name in (p for entry in subjects.values() for p in entry["pictures"]):
        if name in held:
            raise SystemExit("add_examples.py: %s is held back" % name)
        if licences.get(name) != "CC0-1.0":
            raise SystemExit("add_examples.py: %s is not under CC0, but %s" % (name, licences.get(name)))


def load(path, margin, side):
    """(side, side, 3) of 8 bits."""
    with Image.open(path) as picture:
        picture = picture.convert("RGB")
    inner = picture.crop((margin, margin, picture.width - margin, picture.height - margin))
    return np.asarray(inner.resize((side, side), Image.LANCZOS))


def add(tensors, metadata, path, folder):
    """Adds the pictures that the list PATH names to a file's tensors and metadata."""
    margin, side, subjects = read_list(path)
    check(subjects, folder)
    entries = [{"name": name, "count": len(e["pictures"]), "closeness": e["closeness"]} for name, e in subjects.items()]
    pictures = [load(os.path.join(folder, p), margin, side) for e in subjects.values() for p in e["pictures"]]
    tensors["examples"] = np.stack(pictures)
    metadata["examples"] = json.dumps(entries)
    metadata["examples_data"] = "ambientCG, CC0-1.0: " + ", ".join(
        os.path.splitext(os.path.basename(p))[0].removeprefix("acg-") for e in subjects.values() for p in e["pictures"])


def section(metadata, shape):
    """Of the card."""
    rows = ["| %s | %d | %d |" % (e["name"], e["count"], e["closeness"]) for e in json.loads(metadata["examples"])]
    return HEADING + """
The network has not learned the shapes of these. The file holds small pictures of them, %d×%d, and the engine starts from one of
them, pieced together anew, as with `--like`. So shapes are the picture's, in another arrangement, and details are the network's.

| subject | pictures | closeness |
| --- | --- | --- |
%s

Pictures: %s.
""" % (*shape[1:3], "\n".join(rows), metadata["examples_data"])


def update_card(path, metadata, shape):
    with open(path) as f:
        text = f.read().split(HEADING)[0]
    with open(path, "w") as f:
        f.write(text + section(metadata, shape))


def add_to_file(weights, path, folder):
    """Adds them to the file WEIGHTS and its card."""
    tensors, metadata = safetensors.read(weights)
    add(tensors, metadata, path, folder)
    safetensors.write(weights, tensors, metadata)
    update_card(os.path.splitext(weights)[0] + ".md", metadata, tensors["examples"].shape)


def main():
    a = argparse.ArgumentParser(description="Puts pictures that subjects start from into a weights file.")
    a.add_argument("weights")
    a.add_argument("list")
    a.add_argument("--textures", required=True)
    o = a.parse_args()
    add_to_file(o.weights, o.list, o.textures)
    print(o.weights, os.path.getsize(o.weights), "bytes")


if __name__ == "__main__":
    main()
