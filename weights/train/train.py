#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Trains the network of a configuration, in as many slices as it takes.

    train.py configs/denoise-fast.toml --out fast.ckpt --pack PACK [--minutes 9] [--validation FOLDER]
    train.py configs/denoise-fast.toml --out fast.ckpt --pack PACK --fall fast-ship.ckpt [--minutes 9]
    train.py configs/generate-texture.toml --out texture.ckpt --textures FOLDER

The first goes on where fast.ckpt ends, or begins it, until as many pixels were seen as the configuration states; --minutes
ends the slice earlier and changes nothing else. The second branches off: the learning rate falls, and what is to be
shipped goes to another file; fast.ckpt can still be gone on from. A log stands beside a checkpoint (.csv).

Several GPUs: torchrun --nproc_per_node N train.py ...
"""
import argparse
import sys
import time

import torch

from data import textures
from learn import config, versions
from learn.loop import Training

BEGAN = time.time()


def options(arguments=None):
    a = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    a.add_argument("config", help="what is trained, and how: configs/*.toml")
    a.add_argument("--out", required=True, metavar="CHECKPOINT", help="of the constant stretch")
    a.add_argument("--fall", metavar="CHECKPOINT", help="the branch in which the learning rate falls")
    a.add_argument("--minutes", type=float, help="by the clock, from the start of the program: ends the slice")
    a.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", help="changes the configuration: sample.batch=32")
    a.add_argument("--start", metavar="FILE", help="weights file to begin with, instead of the configuration's")
    data = a.add_argument_group("data")
    data.add_argument("--pack", help="what prepare.py made: for denoisers and the meter")
    textures.add_options(data)
    data.add_argument("--validation", metavar="FOLDER", help="a folder of pictures to watch PSNR on (its first 12)")
    machine = a.add_argument_group("machine")
    machine.add_argument("--device", default="auto")
    machine.add_argument("--threads", type=int, default=0)
    machine.add_argument("--precision", default="auto", choices=("auto", "bf16", "float"),
                         help="auto: the faster one, as measured")
    machine.add_argument("--compile", action="store_true", help="torch.compile (PyTorch 2): for GPUs")
    return a.parse_args(arguments)


def main():
    o = options()
    settings = config.read(o.config, o.set)
    if not (o.pack if settings["kind"] != "generate" else o.textures or o.fashion):
        raise config.Wrong("train.py: %s needs %s" % (o.config, "--pack" if settings["kind"] != "generate" else
                                                      "--textures or --fashion"))
    if o.compile and not hasattr(torch, "compile"):
        raise config.Wrong("train.py: --compile needs PyTorch 2; this is %s" % torch.__version__)
    wrong = versions.different(versions.running())
    if wrong:
        print("not what versions.toml locks (%s)" % wrong, flush=True)
    training = Training(settings, o, BEGAN)
    done = training.run()
    print("%s: %.3g of %.3g pixels seen, %.1f minutes in all%s" % (
        training.out, training.pixels, training.plan.end(), training.seconds / 60, "" if done else ", to be gone on with"))
    return 0


if __name__ == "__main__":
    sys.exit(main())
