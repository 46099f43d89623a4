# SPDX-License-Identifier: Apache-2.0
"""The U-Nets of the paper (arXiv 2402.17090, Table 1) as lists of layers.

FDDM's keeps its resolution: levels differ in width alone, and all skips are kept. DDPM's halves it between levels; its
layers `down` and `up`, and `time`, which both have in the paper, are PyTorch's alone: a weights file has none of them.
"""
import math

import torch
import torch.nn as nn
import torch.nn.functional as F

from . import networks


class _Layers:
    """A list of layers that grows; WIDTH: channels of each named value that later layers look at."""

    def __init__(self, groups, heads, dropout, classes, time):
        self.groups, self.heads, self.dropout, self.classes, self.time = groups, heads, dropout, classes, time
        self.list, self.width = [], {}

    def add(self, op, source, out, **more):
        self.list.append(dict({"op": op, "in": source, "out": out}, **more))

    def norm(self, source, out, weights, **more):
        self.add("group_norm", source, out, weights=weights, groups=self.groups, **more)

    def residual(self, source, out, name, width):
        """Norm, 3x3, time or class, norm, 3x3; a 1x1 past them where widths differ."""
        past = source
        self.norm(source, "t", name + ".n1", activation="silu")
        self.add("conv3x3", "t", "t", weights=name + ".c1", channels=width)
        if self.time:
            self.add("time", "t", "t", weights=name + ".time", width=self.time)
        if self.classes:
            self.add("embedding", "t", "t", weights=name + ".class")
        self.norm("t", "t", name + ".n2", activation="silu", dropout=self.dropout)
        if self.width[source] != width:
            past = "r"
            self.add("conv1x1", source, past, weights=name + ".past", channels=width)
        self.add("conv3x3", "t", out, weights=name + ".c2", channels=width, residual=past)
        self.width[out] = width

    def attention(self, value, name):
        self.norm(value, "t", name + ".n")
        self.add("conv1x1", "t", "t", weights=name + ".qkv", channels=3 * self.width[value])
        self.add("attention", "t", "t", heads=self.heads)
        self.add("conv1x1", "t", value, weights=name + ".mix", channels=self.width[value], residual=value)


def layers(width, multipliers=(1, 2, 2, 2), blocks=2, attention=(1,), middle=True, sampled=False, groups=32, heads=1,
           dropout=0.1, classes=False, time=False):
    """width: of the first level; multipliers: of each level. blocks: residual blocks of a level on the way down; on the
    way up as many take a skip each, and one more the head's (or, SAMPLED, that of each down-sampling). attention: levels
    that have it after each block; middle: attention there. sampled: half the resolution from level to level."""
    net = _Layers(groups, heads, dropout, classes, 4 * width if time else 0)
    net.add("conv3x3", "input", "s0", weights="head", channels=width)
    net.width["s0"] = width
    skips, last = ["s0"], len(multipliers) - 1

    def block(source, out, name, level):
        net.residual(source, out, name, width * multipliers[level])
        if level in attention:
            net.attention(out, name + ".a")

    for level in range(len(multipliers)):
        for i in range(blocks):
            out = "s%d" % len(skips)
            block(skips[-1], out, "d%d.%d" % (level, i), level)
            skips.append(out)
        if sampled and level < last:
            out = "s%d" % len(skips)
            net.add("down", skips[-1], out, weights="down%d" % level)
            net.width[out] = net.width[skips[-1]]
            skips.append(out)
    net.residual(skips[-1], "h", "m0", width * multipliers[-1])
    if middle:
        net.attention("h", "m0.a")
    net.residual("h", "h", "m1", width * multipliers[-1])
    for level in range(last, -1, -1):
        for i in range(blocks + (1 if sampled or level == 0 else 0)):
            skip = skips.pop()
            net.width["both"] = net.width["h"] + net.width[skip]
            net.add("concat", ["h", skip], "both")
            block("both", "h", "u%d.%d" % (level, i), level)
        if sampled and level > 0:
            net.add("up", "h", "h")
            net.add("conv3x3", "h", "h", weights="up%d" % level, channels=net.width["h"])
    net.norm("h", "h", "tail.n", activation="silu")
    net.add("conv3x3", "h", "output", weights="tail")
    return net.list


class PaperNetwork(networks.Network):
    """With layers `down` (3x3, stride 2), `up` (nearest) and, with TIME the width of the first level, `time` (SiLU and a
    linear layer of the time's embedding, added)."""

    def __init__(self, layer_list, channels, classes=0, inputs=None, time=0):
        super().__init__(layer_list, channels, classes, inputs)
        self.half = time // 2
        if time:
            self.clock = nn.Sequential(nn.Linear(time, 4 * time), nn.SiLU(), nn.Linear(4 * time, 4 * time), nn.SiLU())

    def _make(self, layer, n, n_out, classes):
        if layer["op"] == "down":
            self._add(layer, nn.Conv2d(n, n, 3, stride=2, padding=1))
        elif layer["op"] == "time":
            self._add(layer, nn.Linear(layer["width"], n))
        return super()._make(layer, n, n_out, classes)

    def forward(self, x, classes=None, time=None):
        """time: N, 0 ... 999."""
        values = {"input": x}
        if self.half:
            wave = time[:, None] * torch.exp(torch.arange(self.half, device=x.device) * (-math.log(1e4) / self.half))
            values["time"] = self.clock(torch.cat([wave.sin(), wave.cos()], 1))
        return self._run(values, classes)

    def _operate(self, layer, values, classes):
        if layer["op"] == "time":
            return values[layer["in"]] + self._module(layer)(values["time"])[:, :, None, None]
        if layer["op"] == "up":
            return F.interpolate(values[layer["in"]], scale_factor=2, mode="nearest")
        return super()._operate(layer, values, classes)


@torch.no_grad()
def start(network):
    """Fresh parameters: each residual branch, each attention and the output begin at next to nothing."""
    for name, module in network.named_modules():
        if isinstance(module, (nn.Conv2d, nn.Linear)):
            nn.init.xavier_uniform_(module.weight)
            nn.init.zeros_(module.bias)
            if name.endswith(("/c2", "/mix", "/tail")) or name == "weights.tail":
                module.weight.mul_(1e-5)
        elif isinstance(module, nn.Embedding):
            nn.init.normal_(module.weight, std=0.1)


def wrap(network):
    """Circular padding: the picture's edges meet, as if it were repeated without end."""
    for module in network.modules():
        if isinstance(module, nn.Conv2d) and module.kernel_size[0] > 1:
            module.padding_mode = "circular"
