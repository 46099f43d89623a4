# SPDX-License-Identifier: Apache-2.0
"""Networks as lists of layers (weights/FORMAT.md), run by one interpreter, and the preconditioning around them."""
import math

import torch
import torch.nn as nn
import torch.nn.functional as F

ACTIVATIONS = {"none": lambda x: x, "relu": F.relu, "silu": F.silu}


def residual_layers(width, blocks, activation="relu"):
    """3x3 head, BLOCKS times (3x3, activation, 3x3, added to the way past it), 3x3 tail. No normalisation:
    tiles of one picture must agree."""
    layers = [dict(op="conv3x3", **{"in": "input"}, out="h", weights="head")]
    for i in range(blocks):
        layers.append(dict(op="conv3x3", **{"in": "h"}, out="t", weights="b%d.a" % i, activation=activation))
        layers.append(dict(op="conv3x3", **{"in": "t"}, out="h", weights="b%d.b" % i, residual="h"))
    layers.append(dict(op="conv3x3", **{"in": "h"}, out="output", weights="tail"))
    return layers


class Network(nn.Module):
    """Runs a list of layers. input: N x 2C x h x w -> N x C x h x w, or as INPUTS and OUTPUTS say. Parameters are named as
    in a weights file."""

    def __init__(self, layers, channels, classes=0, inputs=None, outputs=None):
        """channels: C, of the coefficients. classes: rows of an embedding, less the one for "any"."""
        super().__init__()
        self.layers = layers
        self.weights = nn.ModuleDict()
        width = {"input": inputs or 2 * channels}       # channels of each named value
        self.sizes = {"in": {}, "out": {}}
        for i, layer in enumerate(layers):
            op, source = layer["op"], layer["in"]
            n = sum(width[s] for s in source) if op == "concat" else width[source]
            if op in ("conv3x3", "conv1x1"):
                last = i == len(layers) - 1
                n_out = (outputs or channels) if last else layer.get("channels", width.get("h"))
                k = 3 if op == "conv3x3" else 1
                self._add(layer, nn.Conv2d(n, n_out, k, padding=k // 2))
                n = n_out
            elif op == "group_norm":
                self._add(layer, nn.GroupNorm(layer["groups"], n, eps=1e-5))
            elif op == "embedding":
                self._add(layer, nn.Embedding(classes + 1, n))
            elif op == "attention":
                n //= 3
            width[layer["out"]] = n
        # The widths of convolutions are in their tensors: a weights file need not repeat them.
        self.layers = [{k: v for k, v in layer.items() if k != "channels"} for layer in layers]

    def _add(self, layer, module):
        self.weights[layer["weights"].replace(".", "/")] = module

    def _module(self, layer):
        return self.weights[layer["weights"].replace(".", "/")]

    def tensors(self):
        """Parameters by their names in a weights file."""
        return {k[len("weights."):].replace("/", "."): v for k, v in self.state_dict().items()}

    def forward(self, x, classes=None):
        """classes: N indices, -1 for any; only networks with an embedding look at it."""
        values = {"input": x}
        for layer in self.layers:
            op, source = layer["op"], layer["in"]
            if op == "concat":
                y = torch.cat([values[s] for s in source], 1)
            elif op == "attention":
                y = attention(values[source], layer["heads"])
            elif op == "embedding":
                table = self._module(layer).weight
                y = values[source] + table[classes % len(table)][:, :, None, None].to(values[source].dtype)
            else:
                y = self._module(layer)(values[source])
                if "residual" in layer:
                    y = y + values[layer["residual"]]
            y = ACTIVATIONS[layer.get("activation", "none")](y)
            values[layer["out"]] = y
        return y

    def operations(self, patch):
        """Multiply-adds of the convolutions for each pixel."""
        return sum(m.weight.numel() for m in self.weights.values() if isinstance(m, nn.Conv2d)) / patch ** 2


def attention(qkv, heads):
    """N x 3n x h x w (q, k, v stacked) -> N x n x h x w: softmax over positions, scale 1/sqrt(n/heads)."""
    b, c, h, w = qkv.shape
    q, k, v = qkv.reshape(b, 3, heads, c // 3 // heads, h * w).unbind(1)
    score = torch.einsum("bhcq,bhck->bhqk", q, k) / math.sqrt(q.shape[2])
    return torch.einsum("bhqk,bhck->bhcq", score.softmax(-1), v).reshape(b, c // 3, h, w)


class Denoiser(nn.Module):
    """phi(x, s): estimates clean coefficients. mean, variance: (C), of the clean coefficients over the training set.
    low, high: the noise levels that training covers; the map that the network sees is clamped to them."""

    def __init__(self, network, mean, variance, low, high):
        super().__init__()
        self.network = network
        self.register_buffer("mean", mean.float())
        self.register_buffer("variance", variance.float())
        self.low, self.high = low, high

    def network_input(self, x, s):
        """x, s: N x C x h x w (s may broadcast over places) -> N x 2C x h x w."""
        m, v = self.mean[:, None, None], self.variance[:, None, None]
        level = 0.25 * s.clamp(self.low, self.high).log()
        return torch.cat([(x - m) / (v + s * s).sqrt(), level.expand_as(x)], 1)

    def combine(self, x, s, output):
        """The estimate, from the network's output: the Wiener filter and what the network adds to it."""
        m, v = self.mean[:, None, None], self.variance[:, None, None]
        total = v + s * s
        return m + v / total * (x - m) + s * (v / total).sqrt() * output

    def forward(self, x, s, classes=None):
        inner = self.network_input(x, s).contiguous(memory_format=torch.channels_last)
        return self.combine(x, s, self.network(inner, classes).float())
