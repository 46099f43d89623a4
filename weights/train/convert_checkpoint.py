#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Makes a checkpoint that train.py goes on from of one that an older train.py wrote for a denoiser, at the end of a cosine.

    convert_checkpoint.py OLD.pt configs/denoise-fast.toml NEW.ckpt

Weights, their average, both optimisers' states and the count of pixels stay; the learning rate rises anew.
"""
import collections
import pickle
import sys
import zipfile

import numpy as np
import torch

from learn import checkpoint, config, log, versions

STORAGES = {"FloatStorage": "<f4", "LongStorage": "<i8", "DoubleStorage": "<f8", "ByteStorage": "u1"}


class Reader(pickle.Unpickler):
    """Of what torch.save() wrote, tensors and plain values alone."""

    def __init__(self, archive):
        self.archive, self.pickled = archive, next(n for n in archive.namelist() if n.endswith("/data.pkl"))
        super().__init__(archive.open(self.pickled))

    def find_class(self, module, name):
        if module == "torch" and name in STORAGES:
            return STORAGES[name]
        if (module, name) == ("torch._utils", "_rebuild_tensor_v2"):
            return lambda array, offset, size, stride, *_: torch.from_numpy(array).as_strided(size, stride, offset).clone()
        if (module, name) == ("collections", "OrderedDict"):
            return collections.OrderedDict
        raise pickle.UnpicklingError("holds %s.%s, which no checkpoint needs" % (module, name))

    def persistent_load(self, key):
        return np.frombuffer(self.archive.read(self.pickled.replace("data.pkl", "data/" + key[2])), key[1]).copy()


def main():
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    with zipfile.ZipFile(sys.argv[1]) as archive:
        old = Reader(archive).load()
    settings = config.read(sys.argv[2])
    wanted = settings["network"]
    if settings["kind"] != "denoise" or any(old["shape"][k] != wanted[k] for k in wanted):
        sys.exit("convert_checkpoint.py: %s is of %s, not of what %s states" % (sys.argv[1], old["shape"], sys.argv[2]))
    task = {"scale": old["scale"], "ratio": old["scale"].new_tensor([old["history"][-1][2]])}
    begun = [0, "as the older train.py: " + " ".join(w.rsplit("/", 1)[-1] for w in old["command"].split())]
    checkpoint.save(sys.argv[3], dict(
        format=checkpoint.FORMAT, config=settings, history=[begun, [old["pixels"], config.words(settings)]], model=old["model"],
        average=old["average"], optimiser=old["optimiser"], task=task, about={"data": old["about"]}, step=old["step"],
        pixels=old["pixels"], seconds=old["spent"], began=old["pixels"], fell=-1, random=None, precision="bf16",
        versions=versions.running(), commit=versions.commit(), device=""))
    rows = log.Log(sys.argv[3], ("error/wiener",), [], 0)
    speed = old["pixels"] / old["step"]
    for minutes, step, ratio, _ in old["history"]:
        rows.add({"pixels": int(step * speed), "step": step, "minutes": minutes, "error/wiener": ratio})


if __name__ == "__main__":
    main()
