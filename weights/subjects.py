#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Makes the sheet of a generating network's subjects, which FDDM Generate shows to choose from.

    subjects.py PROGRAM generate-NAME.safetensors [SUBJECT=SEED…]      PROGRAM is the built engine/fddm

Writes generate-NAME-subjects.jpg beside the network: a picture of any subject, then one of each in the file's order, beneath each
other. Needs Pillow. The same program on the same processor writes the same sheet again.
"""
import json
import os
import struct
import subprocess
import sys
import tempfile

from PIL import Image

SIDE = 120   # the network's own window; shown at half the size, or whole on screens of high density
SEEDS = {"brick": 3, "concrete": 4, "fabric": 8, "forest-floor": 7, "grass": 8, "gravel": 7, "ground": 2, "metal": 0, "paper": 0,
         "rock": 0, "sand": 3, "snow": 1, "wood": 1, "bark": 0, "marble": 2, "planks": 2, "stone-paving": 0,
         "terrazzo": 0, "tiles": 3}   # typical, by eye
ANY = ("brick", "grass", "rock", "wood")   # in quarters


def subjects_of(path):
    """Of a weights file: the classes that its network has learned, then what starts from pictures."""
    with open(path, "rb") as file:
        size, = struct.unpack("<Q", file.read(8))
        about = json.loads(file.read(size))["__metadata__"]
    return json.loads(about["classes"]) + [entry["name"] for entry in json.loads(about.get("examples", "[]"))]


def generate(program, network, subject, seed, folder):
    path = os.path.join(folder, "picture.png")
    subprocess.run([program, "generate", "--quiet", path, "--model", network, "--subject", subject, "--seed", str(seed), "--device",
                    "cpu", "--width", str(SIDE), "--height", str(SIDE)], check=True)
    with Image.open(path) as picture:
        return picture.convert("RGB")


def quarters(pictures):
    whole = Image.new("RGB", (SIDE, SIDE))
    for i, picture in enumerate(pictures[:4]):
        whole.paste(picture.crop((0, 0, SIDE // 2, SIDE // 2)), (i % 2 * SIDE // 2, i // 2 * SIDE // 2))
    return whole


def main():
    program, network = sys.argv[1:3]
    seeds = {**SEEDS, **{name: int(seed) for name, seed in (word.split("=") for word in sys.argv[3:])}}
    subjects = subjects_of(network)
    with tempfile.TemporaryDirectory() as folder:
        pictures = {name: generate(program, network, name, seeds.get(name, 0), folder) for name in subjects}
    some = [pictures[name] for name in ANY if name in pictures] + list(pictures.values())
    sheet = Image.new("RGB", (SIDE, SIDE * (len(subjects) + 1)))
    for i, picture in enumerate([quarters(some), *pictures.values()]):
        sheet.paste(picture, (0, i * SIDE))
    sheet.save(network.removesuffix(".safetensors") + "-subjects.jpg", quality=90, optimize=True)


if __name__ == "__main__":
    main()
