#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What a network loses on a GPU's 16-bit numbers: PSNR by evaluate.py's protocol with the weights, the network's input and
what each layer stores rounded to fp16 or bf16, all sums and biases in float32, as kernels/cuda computes; and how large the
stored numbers get, for fp16 ends at 65504.

    formats.py WEIGHTS --set FOLDER [--sigma 15 25 50] [--limit 6]
"""
import argparse

import torch
import torch.nn as nn

import evaluate
from fddm import weights

FORMATS = {"fp32": torch.float32, "fp16": torch.float16, "bf16": torch.bfloat16}


class Rounded:
    """A network whose numbers are rounded to TYPE wherever the GPU stores them."""

    def __init__(self, network, type_):
        self.type, self.largest, self.place = type_, 0.0, "input"
        for module in network.modules():
            if isinstance(module, nn.Conv2d):
                module.weight.data = module.weight.data.to(type_).float()
        self.operate, self.run = network._operate, network._run
        network._operate, network._run = self._operate, self._run

    def _store(self, x, place):
        largest = float(x.abs().max())
        if largest > self.largest:
            self.largest, self.place = largest, place
        return x.to(self.type).float()

    def _run(self, values, classes):
        values = {"input": self._store(values["input"], "input")}
        return self._store(self.run(values, classes), "output")

    def _operate(self, layer, values, classes):
        """The activations of our networks, ReLU and none, may come after the rounding."""
        return self._store(self.operate(layer, values, classes), layer.get("weights", layer["op"]))


def main():
    a = argparse.ArgumentParser(description="PSNR lost to 16-bit numbers.")
    a.add_argument("weights", nargs="+")
    a.add_argument("--set", required=True)
    a.add_argument("--sigma", type=float, nargs="+", default=[15, 25, 50])
    a.add_argument("--limit", type=int, default=6)
    o = a.parse_args()
    pictures = evaluate.load(o.set)[:o.limit]
    for path in o.weights:
        for sigma in o.sigma:
            reference = None
            for name, type_ in FORMATS.items():
                model, about = weights.load(path)
                model.to(memory_format=torch.channels_last)
                rounded = Rounded(model.network, type_)
                figure = evaluate.mean_psnr(model, pictures, int(about["patch"]), sigma)
                reference = figure if reference is None else reference
                print("%s sigma %g %s: %.4f dB, %+.4f; largest number %.1f (%s)" %
                      (about["name"], sigma, name, figure, figure - reference, rounded.largest, rounded.place), flush=True)


if __name__ == "__main__":
    main()
