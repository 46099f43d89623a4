#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The list of the weights files that are shipped, with size, SHA-256 and version of each.

    manifest.py             compares manifest.json with the files; status 1 where they differ
    manifest.py --write     writes it anew: a file that changed has the next version
"""
import hashlib
import json
import os
import sys

FOLDER = os.path.dirname(os.path.abspath(__file__))
MANIFEST = os.path.join(FOLDER, "manifest.json")


def describe(name):
    with open(os.path.join(FOLDER, name), "rb") as file:
        contents = file.read()
    return {"size": len(contents), "sha256": hashlib.sha256(contents).hexdigest()}


def differences(listed, found):
    for name in sorted(set(listed) | set(found)):
        if name not in found:
            yield name + ": listed, but not there"
        elif name not in listed:
            yield name + ": there, but not listed"
        elif any(listed[name].get(key) != value for key, value in found[name].items()):
            yield name + ": not the file that is listed"


def main():
    found = {name: describe(name) for name in sorted(os.listdir(FOLDER)) if name.endswith(".safetensors")}
    listed = {}
    if os.path.exists(MANIFEST):
        with open(MANIFEST) as file:
            listed = json.load(file)
    if sys.argv[1:] == ["--write"]:
        for name, entry in found.items():
            old = listed.get(name, {"version": 0})
            same = all(old.get(key) == value for key, value in entry.items())
            entry["version"] = old["version"] + (not same)
        with open(MANIFEST + ".part", "w") as file:
            json.dump(found, file, indent=1)
            file.write("\n")
        os.replace(MANIFEST + ".part", MANIFEST)
        return 0
    wrong = list(differences(listed, found))
    print("\n".join(wrong) or "%d weights files are as listed" % len(found))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
