# SPDX-License-Identifier: Apache-2.0
"""Networks as lists of layers (weights/FORMAT.md), run by one interpreter, and the preconditioning around them."""
import math

import torch
import torch.nn as nn
import torch.nn.functional as F

NOISE_RATIO_MAX = 1000.0        # noise over clean coefficient, or the other way round, that the input `wiener` tells

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
        self.weights = nn.ModuleDict()
        width = {"input": inputs or 2 * channels}       # channels of each named value
        for i, layer in enumerate(layers):
            n = sum(width[name] for name in layer["in"]) if layer["op"] == "concat" else width[layer["in"]]
            last = i == len(layers) - 1
            n_out = (outputs or channels) if last else layer.get("channels", width.get("h"))
            width[layer["out"]] = self._make(layer, n, n_out, classes)
        self.dropout = [layer.get("dropout", 0) for layer in layers]
        # What a weights file need not repeat: widths, which are in the tensors, and what only training does.
        self.layers = [{k: v for k, v in layer.items() if k not in ("channels", "dropout")} for layer in layers]

    def _make(self, layer, n, n_out, classes):
        """Makes the parameters of LAYER, which is given N channels; N_OUT: those of a convolution's output. Returns the
        channels of what it computes."""
        op = layer["op"]
        if op in ("conv3x3", "conv1x1"):
            k = 3 if op == "conv3x3" else 1
            self._add(layer, nn.Conv2d(n, n_out, k, padding=k // 2))
            return n_out
        if op == "group_norm":
            self._add(layer, nn.GroupNorm(layer["groups"], n, eps=1e-5))
        elif op == "embedding":
            self._add(layer, nn.Embedding(classes + 1, n))
        return n // 3 if op == "attention" else n

    def _add(self, layer, module):
        self.weights[layer["weights"].replace(".", "/")] = module

    def _module(self, layer):
        return self.weights[layer["weights"].replace(".", "/")]

    def tensors(self):
        """Parameters by their names in a weights file."""
        return {k[len("weights."):].replace("/", "."): v for k, v in self.state_dict().items()}

    def forward(self, x, classes=None):
        """classes: N indices, -1 for any; only networks with an embedding look at it."""
        return self._run({"input": x}, classes)

    def _run(self, values, classes):
        """values: name -> N x n x h x w, those given to the network. Returns that of the last layer."""
        for layer, dropout in zip(self.layers, self.dropout):
            y = ACTIVATIONS[layer.get("activation", "none")](self._operate(layer, values, classes))
            values[layer["out"]] = F.dropout(y, dropout, self.training) if dropout else y
        return values[self.layers[-1]["out"]]

    def _operate(self, layer, values, classes):
        """What LAYER computes of VALUES, before its activation."""
        op = layer["op"]
        if op == "concat":
            return torch.cat([values[name] for name in layer["in"]], 1)
        x = values[layer["in"]]
        if op == "attention":
            return attention(x, layer["heads"])
        if op == "embedding":
            table = self._module(layer).weight
            return x + table[classes % len(table)][:, :, None, None].to(x.dtype)
        if op == "group_norm":
            return self._module(layer)(x.float())       # PyTorch 1.13 has no other on a CPU
        y = self._module(layer)(x)
        return y + values[layer["residual"]] if "residual" in layer else y

    def operations(self, patch):
        """Multiply-adds of the convolutions for each pixel."""
        return sum(m.weight.numel() for m in self.weights.values() if isinstance(m, nn.Conv2d)) / patch ** 2


def attention(qkv, heads):
    """N x 3n x h x w (q, k, v stacked) -> N x n x h x w: softmax over positions, scale 1/sqrt(n/heads)."""
    b, c, h, w = qkv.shape
    q, k, v = qkv.reshape(b, 3, heads, c // 3 // heads, h * w).unbind(1)
    if hasattr(F, "scaled_dot_product_attention"):      # PyTorch 2, several times as fast on a CPU
        q, k, v = (value.transpose(2, 3).contiguous() for value in (q, k, v))
        return F.scaled_dot_product_attention(q, k, v).transpose(2, 3).reshape(b, c // 3, h, w)
    score = torch.einsum("bhcq,bhck->bhqk", q, k) / math.sqrt(q.shape[2])
    return torch.einsum("bhqk,bhck->bhcq", score.softmax(-1), v).reshape(b, c // 3, h, w)


class Denoiser(nn.Module):
    """phi(x, s): estimates clean coefficients. mean, variance: (C), of the clean coefficients over the training set.
    low, high: the noise levels that training covers; the map that the network sees is clamped to them. variants: None, or
    (R x C, R x C, counts): means and variances of single pictures, COUNTS of them for each class, one of which then stands
    in for MEAN and VARIANCE, as OWN, a pair of N x C x 1 x 1. wiener: the form of the network's input. clean: the network
    tells the clean coefficients themselves, (phi - m)/sqrt(v), instead of what the Wiener filter leaves."""

    def __init__(self, network, mean, variance, low, high, variants=None, wiener=False, clean=False):
        super().__init__()
        self.network = network
        self.register_buffer("mean", mean.float())
        self.register_buffer("variance", variance.float())
        self.low, self.high, self.counts, self.wiener, self.clean = low, high, None, wiener, clean
        if variants:
            self.register_buffer("own_mean", variants[0].float())
            self.register_buffer("own_variance", variants[1].float())
            self.counts = list(variants[2])

    def variant(self, classes, generator=None):
        """classes: N indices, -1 for any -> the means and variances of a picture of each, drawn; None without variants."""
        if not self.counts:
            return None
        rows = []
        for k in classes.tolist():
            count, at = (self.counts[k], sum(self.counts[:k])) if k >= 0 else (sum(self.counts), 0)
            rows.append(at + int(torch.randint(count, (1,), generator=generator)))
        return self.own(rows)

    def own(self, rows):
        """The means and variances of the variants ROWS."""
        return self.own_mean[rows][:, :, None, None], self.own_variance[rows][:, :, None, None]

    def statistics(self, own=None):
        return own or (self.mean[:, None, None], self.variance[:, None, None])

    def network_input(self, x, s, own=None):
        """x, s: N x C x h x w (s may broadcast over places) -> N x 2C x h x w."""
        m, v = self.statistics(own)
        if self.wiener:
            ratio = (s / v.sqrt()).clamp(1 / NOISE_RATIO_MAX, NOISE_RATIO_MAX)
            return torch.cat([(x - m) * v.sqrt() / (v + s * s), (0.25 * ratio.log()).expand_as(x)], 1)
        level = 0.25 * s.clamp(self.low, self.high).log()
        return torch.cat([(x - m) / (v + s * s).sqrt(), level.expand_as(x)], 1)

    def combine(self, x, s, output, own=None):
        """The estimate, from the network's output: the Wiener filter and what the network adds to it."""
        m, v = self.statistics(own)
        if self.clean:
            return m + v.sqrt() * output
        total = v + s * s
        return m + v / total * (x - m) + s * (v / total).sqrt() * output

    def forward(self, x, s, classes=None, own=None):
        inner = self.network_input(x, s, own).contiguous(memory_format=torch.channels_last)
        return self.combine(x, s, self.network(inner, classes).float(), own)
