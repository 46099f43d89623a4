#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Makes a shipped network again, from its configuration to its weights file and card; goes on where it was stopped.

    make.py configs/denoise-fast.toml --work FOLDER --out denoise-fast.safetensors --pack PACK [--device cuda --compile]
    make.py configs/generate-texture.toml --work FOLDER --out texture.safetensors --textures FOLDER -- --guidance 1.5 --clamp

Trains the constant stretch and the fall, then exports; arguments behind -- go to the exporting program. Random numbers of
another machine or version give another network of the same quality, not the same numbers.
"""
import argparse
import os
import subprocess
import sys

from learn import checkpoint, config

HERE = os.path.dirname(os.path.abspath(__file__))
EXPORTS = {"denoise": "export.py", "measure": "export_meter.py", "generate": "export_generate.py"}


def run(name, *arguments):
    done = subprocess.run([sys.executable, os.path.join(HERE, name), *arguments], check=False)
    if done.returncode:
        sys.exit("make.py: %s failed" % name)


def train(path, stem, training, branch, pixels):
    """Up to so many PIXELS; ends the program where a slice ends before."""
    run("train.py", path, "--out", stem + ".ckpt", *branch, *training)
    seen = checkpoint.read(branch[-1] if branch else stem + ".ckpt")["pixels"]
    if seen < pixels:
        sys.exit("make.py: %.3g of %.3g pixels seen; the same command goes on" % (seen, pixels))


def main():
    at = sys.argv.index("--") if "--" in sys.argv else len(sys.argv)
    a = argparse.ArgumentParser(description=__doc__.split("\n")[0], epilog="Other arguments go to train.py.")
    a.add_argument("config")
    a.add_argument("--work", required=True, help="folder of checkpoints and logs")
    a.add_argument("--out", required=True, help="weights file; its card stands beside it")
    o, training = a.parse_known_args(sys.argv[1:at])
    settings = config.read(o.config, [training[i + 1] for i, word in enumerate(training[:-1]) if word == "--set"])
    os.makedirs(o.work, exist_ok=True)
    stem = os.path.join(o.work, settings["name"].replace(" ", "-"))
    train(o.config, stem, training, [], settings["length"]["constant"])
    train(o.config, stem, training, ["--fall", stem + "-ship.ckpt"], settings["length"]["constant"] + settings["length"]["fall"])
    named = ["--name", settings["name"]] if settings["kind"] != "measure" else []
    shown = [word for i, word in enumerate(training) if word in ("--textures", "--fashion", "--view") or
             i and training[i - 1] in ("--textures", "--fashion", "--view")] if settings["kind"] == "generate" else []
    run(EXPORTS[settings["kind"]], "--checkpoint", stem + "-ship.ckpt", "--out", o.out, *named, *shown, *sys.argv[at + 1:])


if __name__ == "__main__":
    main()
