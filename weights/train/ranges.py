#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Makes a denoising network fit for 8 bits: writes the ranges of its convolutions' inputs into the file (`ranges`, FORMAT.md).

    ranges.py WEIGHTS --photos FOLDER [--white] [--faint N] [--try FOLDER]

Measured on held-back photographs with white and cameras' noise (--white: white alone). A channel's range is its largest input to
the power EVEN, so that small inputs and large weights share the loss, times the share of all ranges that loses least. The first
and the last layer stay in float: they lose most and are short. --faint: so do, at levels below FAINT, the N of the others that lose
most there (`ranges_from`). --try: PSNR in float and in 8 bits, on pictures of another folder.
"""
import argparse
import json

import numpy as np
import torch

from data import noise
from difficulty import held_back
from fddm import safetensors, transform, weights
import evaluate

EVEN = 0.25
SHARES = np.exp(np.linspace(np.log(0.2), np.log(1.2), 24))
ROUNDS, SAMPLED = 4, 20000      # batches of noisy crops; inputs kept of each channel
FAINT = 4.0                     # noise, in 8-bit steps, below which there are layers in float


def rounded(x, ranges, positive):
    """X (N x C ...) in steps of 1/127 of its channel's RANGES, or 1/255 of them; see engine, kernels/cpu/int8.h."""
    most = 255 if positive else 127
    step = (ranges / most).view(1, -1, *[1] * (x.dim() - 2))
    return (x / step).round().clamp(0 if positive else -most, most) * step


def inner(network):
    return [i for i, layer in enumerate(network.layers) if layer["op"].startswith("conv")][1:-1]


def is_positive(network, i):
    """Whether layer I reads what a ReLU wrote."""
    wrote = [layer for layer in network.layers[:i] if layer["out"] == network.layers[i]["in"]]
    return bool(wrote) and wrote[-1].get("activation") == "relu"


@torch.no_grad()
def inputs(model, clean, patch, white):
    """Index of a layer -> C x n of its inputs, on noisy crops."""
    network, seen, at = model.network, {}, [0]
    rgb = transform.synthesise(clean, patch, clean.shape[2] * patch, clean.shape[3] * patch).clamp(-1, 1)
    kinds = noise.Kinds(white=1, camera=0, path=0) if white else noise.Kinds(white=0.5, camera=0.5, path=0)
    operate = network._operate

    def watch(layer, values, classes):
        i = network.layers.index(layer)
        if i in inner(network):
            x = values[layer["in"]].permute(1, 0, 2, 3).flatten(1)
            seen.setdefault(i, []).append(x[:, torch.randint(x.shape[1], (SAMPLED // ROUNDS,))])
        return operate(layer, values, classes)

    network._operate = watch
    for _ in range(ROUNDS):
        _, noisy, levels = noise.make(rgb, patch, kinds)
        model(noisy, levels)
    network._operate = operate
    return {i: torch.cat(x, 1) for i, x in seen.items()}


def best(x, weight, positive):
    """The ranges of inputs X (C x n) that go through WEIGHT (out x C x k x k)."""
    most = x.abs().amax(1).clamp_min(1e-3)
    shape, counts = (most / most.max()) ** EVEN * most.max(), weight.pow(2).sum((0, 2, 3))
    losses = [((rounded(x.t(), shape * s, positive).t() - x).pow(2).mean(1) * counts).sum() for s in SHARES]
    return shape * float(SHARES[int(torch.stack(losses).argmin())])


def together(weight):
    """WEIGHT (out x in x k x k) as integers. In each kernel those with the largest rest are rounded the other way until their sum
    is rounded to the nearest, too: in even areas only the sum counts."""
    exact = weight.double().flatten(2)
    whole = exact.round()
    missing = exact.sum(2).round() - whole.sum(2)
    way = missing.sign().unsqueeze(2)
    place = (way * (exact - whole)).argsort(2, descending=True).argsort(2)
    return (whole + way * (place < missing.abs().unsqueeze(2))).view_as(weight).to(weight)


def in_integers(model, ranges):
    """MODEL computes as the engine does in 8 bits."""
    network, operate = model.network, model.network._operate
    for i, r in ranges.items():
        weight = network._module(network.layers[i]).weight
        w = weight.data * r.view(1, -1, 1, 1)
        step = w.abs().amax((1, 2, 3), keepdim=True).clamp_min(1e-20) / 127
        weight.data = together(w / step) * step / r.view(1, -1, 1, 1)

    def run(layer, values, classes):
        i = network.layers.index(layer)
        if i not in ranges:
            return operate(layer, values, classes)
        own = rounded(values[layer["in"]], ranges[i], is_positive(network, i))
        y = operate({k: v for k, v in layer.items() if k != "residual"}, {**values, layer["in"]: own}, classes)
        return y + values[layer["residual"]] if "residual" in layer else y

    network._operate = run


@torch.no_grad()
def most_lost(path, ranges, clean, patch, n):
    """The N layers whose 8 bits add most to the error at noise of half of FAINT."""
    rgb = transform.synthesise(clean, patch, clean.shape[2] * patch, clean.shape[3] * patch)
    noisy = transform.analyse(rgb + FAINT / 2 / 127.5 * torch.randn_like(rgb), patch)
    levels = transform.white_level(FAINT / 2, patch)[None, :, None, None].expand_as(noisy).contiguous()
    added, model = {}, weights.load(path)[0]
    true = model(noisy, levels)
    for i in ranges:
        model = weights.load(path)[0]
        in_integers(model, {i: ranges[i]})
        added[i] = float((model(noisy, levels) - true).pow(2).mean())
    return sorted(ranges, key=lambda i: -added[i])[:n]


def loss(path, ranges, folder):
    for sigma in (2, 5, 15, 25, 50):
        figures = []
        for way in (None, ranges):
            model, about = weights.load(path)
            if way:
                in_integers(model, way)
            figures.append(evaluate.mean_psnr(model, evaluate.load(folder)[:6], int(about["patch"]), sigma))
        print("sigma %g: %.4f dB in float, %+.4f in 8 bits" % (sigma, figures[0], figures[1] - figures[0]), flush=True)


def main():
    a = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    a.add_argument("weights")
    a.add_argument("--photos", required=True)
    a.add_argument("--white", action="store_true")
    a.add_argument("--faint", type=int, default=0, metavar="N")
    a.add_argument("--try", dest="folder", metavar="FOLDER")
    o = a.parse_args()
    torch.manual_seed(1)
    model, about = weights.load(o.weights)
    patch, network = int(about["patch"]), model.network
    clean = held_back(o.photos, patch)
    found = {i: best(x, network._module(network.layers[i]).weight.data, is_positive(network, i))
             for i, x in inputs(model, clean, patch, o.white).items()}
    tensors, metadata = safetensors.read(o.weights)
    metadata["ranges"] = json.dumps([[float("%.4g" % v) for v in found[i]] if i in found else None
                                     for i in range(len(network.layers))], separators=(",", ":"))
    metadata.pop("ranges_from", None)
    if o.faint:
        left = most_lost(o.weights, found, clean, patch, o.faint)
        metadata["ranges_from"] = json.dumps([round(FAINT / 127.5, 6) if i in left else 0 for i in range(len(network.layers))])
    safetensors.write(o.weights, tensors, metadata)
    if o.folder:
        loss(o.weights, found, o.folder)


if __name__ == "__main__":
    main()
