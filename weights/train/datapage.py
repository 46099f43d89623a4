#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Writes weights/DATA.md: what the networks were trained on, from the manifests of the data folders.

    datapage.py PHOTOS [PHOTOS...] TEXTURES > ../DATA.md
"""
import csv
import os
import sys

import prepare


def rows(folder):
    with open(os.path.join(folder, "MANIFEST.tsv"), newline="") as f:
        return list(csv.DictReader(f, delimiter="\t"))


def main():
    photos, textures = sum((rows(folder) for folder in sys.argv[1:-1]), []), rows(sys.argv[-1])
    print("<!-- SPDX-License-Identifier: Apache-2.0 -->\n# What the networks were trained on\n")
    print("%d photographs, scaled down, and %d material textures. Held back for looking at results and for the curve of\n"
          "difficulty, never trained on: %s.\nNo picture of a public test set was trained on.\n" % (
              len(photos) - len(prepare.HELD_BACK), len(textures), ", ".join(prepare.HELD_BACK)))
    groups = {}
    for r in photos:
        if os.path.splitext(r["file"])[0] not in prepare.HELD_BACK:
            groups.setdefault((r["licence"], r["source"]), []).append(os.path.splitext(r["file"])[0])
    print("| licence | source | photographs |\n| --- | --- | --- |")
    for (licence, source), names in sorted(groups.items()):
        print("| %s | %s | %s |" % (licence, source, ", ".join(names)))
    groups = {}
    for r in textures:
        groups.setdefault((r["licence"], r["source"]), set()).add(r["file"])
    print("\n| licence | source | textures |\n| --- | --- | --- |")
    for (licence, source), names in sorted(groups.items()):
        classes = sorted({n.split("/")[0] for n in names})
        print("| %s | %s | %d: %s |" % (licence, source, len(names), ", ".join(classes)))
    print("\n`paper-fashion` alone was trained on Fashion-MNIST (MIT, Zalando SE; 60 000 training pictures), as Debian's\n"
          "`dataset-fashion-mnist` has it.")


if __name__ == "__main__":
    main()
