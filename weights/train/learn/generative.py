# SPDX-License-Identifier: Apache-2.0
"""Generating networks: their configurations, their two ways of being told the noise, and sampling."""
import json
import math

import torch
import torch.nn as nn

from data import textures
from fddm import networks, sampler, schedule, transform, unet, weights
from learn import checkpoint

WIDE, PAPER = [-6, 8], [-4, 4]          # Fermi levels at the start and the end of sampling, T' = 0.5
END = 1 / 255                           # half an 8-bit step: where sampling stops, as in the engine

# The paper's networks, predicting the clean coefficients, told the time; `condition` "map" makes them be told the map of noise
# levels, as ours are. What is shipped is in configs/.
PAPERS = {
    "fddm-p4-64": dict(patch=4, width=192, condition="time"),
    "fddm-p8-64": dict(patch=8, width=192, condition="time"),
    "fddm-p7-28": dict(patch=7, width=192, condition="time", side=28, channels=1),
    "ddpm-64": dict(patch=1, width=128, condition="time", sampled=True),
    "ddpm-28": dict(patch=1, width=64, condition="time", sampled=True, side=28, channels=1, multipliers=[1, 2, 2]),
}
PLAIN = dict(side=64, channels=3, multipliers=[1, 2, 2, 2], blocks=2, attention=[1], middle=True, sampled=False, heads=1,
             dropout=0.1, condition="map", padding="zero", mu_range=WIDE, temperature=0.5, classes=[], variants=None, input="whitened",
             output="residual")


def shape_of(configuration, **changes):
    """Everything that one of PAPERS is built from. changes: what differs from it."""
    shape = dict(PLAIN, **PAPERS[configuration])
    if shape["condition"] == "time":
        shape["mu_range"] = PAPER
    return dict(shape, **changes)


class TimeConditioned(nn.Module):
    """The paper's way: the network is given x_t = sqrt(alpha) x_0 + sqrt(1 - alpha) z and t, and returns x_0. Called as a
    Denoiser is, with x = x_0 + s z and s; t is read off s."""

    def __init__(self, network, path, channels):
        super().__init__()
        self.network, self.counts = network, None
        self.register_buffer("mean", torch.zeros(channels))
        self.register_buffer("variance", torch.ones(channels))
        self.register_buffer("table", path.log_level(torch.linspace(0, 1, 1000, dtype=torch.float64))[:, 0].contiguous())

    def time(self, s):
        """s: N x C x h x w -> t (N), 0 ... 999."""
        now = s[:, 0, 0, 0].double().log().contiguous()
        high = torch.searchsorted(self.table, now).clamp(1, len(self.table) - 1)
        below, above = self.table[high - 1], self.table[high]
        return (high - 1 + ((now - below) / (above - below)).clamp(0, 1)).float()

    def variant(self, classes, generator=None):
        return None

    def statistics(self, own=None):
        return self.mean[:, None, None], self.variance[:, None, None]

    def forward(self, x, s, classes=None, own=None):
        inner = (x / (1 + s * s).sqrt()).contiguous(memory_format=torch.channels_last)
        return self.network(inner, classes, self.time(s.expand(len(x), -1, -1, -1))).float()


def path_of(shape):
    """The levels of its diffusion, time 0 ... 1 -> ln s."""
    if shape["patch"] == 1:
        return schedule.Beta(shape["channels"])
    return schedule.Fermi(shape["patch"], shape["channels"], shape["mu_range"], shape["temperature"])


def build(shape, mean, variance, variants=None):
    """mean, variance: (C), with which a network that is told the map is preconditioned. variants: textures.variants, where
    shape["variants"] counts them; a stored state brings its own."""
    timed, channels = shape["condition"] == "time", shape["channels"] * shape["patch"] ** 2
    width = shape["width"]
    if timed and not shape["sampled"]:
        width = max(width, -(-channels // 32) * 32)
    layers = unet.layers(width, shape["multipliers"], shape["blocks"], shape["attention"], shape["middle"],
                         shape["sampled"], math.gcd(32, width), shape["heads"], shape["dropout"],
                         bool(shape["classes"]), timed)
    if timed:
        network = unet.PaperNetwork(layers, channels, len(shape["classes"]), channels, width)
        model = TimeConditioned(network, path_of(shape), channels)
    else:
        network = networks.Network(layers, channels, len(shape["classes"]))
        levels = path_of(shape).log_level(torch.tensor([0.0, 1.0], dtype=torch.float64)).exp()
        if shape["variants"] and not variants:
            several = sum(shape["variants"]), channels
            variants = (torch.zeros(several), torch.ones(several), shape["variants"])
        model = networks.Denoiser(network, mean, variance, float("%.3g" % levels.min()), float("%.3g" % levels.max()), variants,
                                  shape["input"] == "wiener", shape.get("output") == "clean")
    unet.start(network)
    if shape["padding"] == "circular":
        unet.wrap(network)
    return model


class Generator:
    """A trained network and how to sample with it. curve: (ln s, error), its difficulty, or None."""

    def __init__(self, model, shape, curve=None):
        self.model, self.shape, self.curve, self.path = model.eval(), shape, curve, path_of(shape)
        self.device = model.mean.device

    def times(self, steps, placement="even"):
        """When the network is asked, STEPS times from 1 on, falling. `even`: in mu, the last step to no noise counted, from
        mu_range[0] to where no frequency has more than END; `difficulty`: in the integral of the curve (both as the engine
        does); `paper`: in time, both ends included."""
        if placement == "paper" or isinstance(self.path, schedule.Beta):
            return torch.linspace(1, 0, steps, dtype=torch.float64)
        first, to = self.shape["mu_range"]
        last = min(to, 2 - 2 * self.shape["temperature"] * math.log(END))
        curve = self.curve if placement == "difficulty" else None
        mu = sampler.placed_fermi(first, last, steps, self.shape["temperature"], curve)[:-1]
        return (mu - to) / (first - to)

    def levels(self, steps, placement="even"):
        """STEPS + 1 maps, 1 x C x 1 x 1, the last one 0."""
        levels = self.path.log_level(self.times(steps, placement)).exp().float().to(self.device)
        return [s[None, :, None, None] for s in levels] + [torch.zeros_like(levels[0])[None, :, None, None]]

    @torch.no_grad()
    def draw(self, labels, steps, eta=1.0, side=None, placement="even", clamp=True, batch=64, generator=None, guidance=1.0,
             order=2):
        """labels: N class indices, -1 for any. Pictures N x channels x side x side in [-1, 1]. clamp: each estimate's
        pixels, as the paper does. guidance: towards the class, from 1 (none) on. order: of the steps, 1 as in the paper or 2."""
        d, side = self.shape["patch"], side or self.shape["side"]
        area = (self.shape["channels"] * d * d, -(-side // d), -(-side // d))
        levels, done = self.levels(steps, placement), []

        def noise(n):
            return torch.randn(n, *area, generator=generator).to(self.device)

        def pixels(x):
            return transform.to_rgb(transform.patch_idct(x, d))

        for part in labels.to(self.device).split(batch):
            own = self.model.variant(part, generator)
            m, v = self.model.statistics(own)
            lean = sampler.guided(lambda x, s, classes: self.model(x, s, classes, own), guidance)

            def estimate(x, s, classes):
                return transform.clamp_pixels(lean(x, s, classes), d) if clamp else lean(x, s, classes)

            x = m + (v + levels[0] ** 2).sqrt() * noise(len(part))
            x = sampler.sample(estimate, x, levels, eta, (noise(len(part)) for _ in range(steps)), part, order)
            done.append(pixels(x)[..., :side, :side].float().clamp(-1, 1).cpu())
        return torch.cat(done)

    @torch.no_grad()
    def difficulty(self, clean, labels, points=17):
        """clean: N x C x h x w; labels: N. Over the Fermi level's range, as `difficulty` of FORMAT.md: the mean over the
        coefficients of the error relative to min(v, s^2), at ln s = -mu/2T', which is the mean of ln s over them. With
        variants each picture is told its own statistics, and v is its own."""
        own = textures.own_statistics(clean, self.model.mean, self.shape["patch"]) if self.model.counts else None
        v = own[1] if own else clean.var((0, 2, 3))[:, None, None]
        noise, rows = torch.Generator().manual_seed(5), []
        for time in torch.linspace(0, 1, points, dtype=torch.float64):
            log_s = self.path.log_level(time[None]).to(clean)[:, :, None, None]
            noisy = clean + log_s.exp() * torch.randn(clean.shape, generator=noise).to(clean)
            error = (self.model(noisy, log_s.exp(), labels, own) - clean).pow(2)
            rows.append((log_s.mean().item(), (error / torch.minimum(v, log_s.exp() ** 2)).mean().item()))
        return {"log_s": [round(a, 4) for a, _ in rows], "error": [round(b, 5) for _, b in rows]}


def load(path, device="cpu"):
    """A checkpoint of train.py, with its averaged weights, or a weights file."""
    if path.endswith(".safetensors"):
        model, about = weights.load(path)
        d, channels = int(about["patch"]), int(about["channels"])
        shape = dict(PLAIN, patch=d, channels=channels, mu_range=json.loads(about["mu_range"]),
                     temperature=float(about["temperature"]), classes=json.loads(about["classes"]),
                     side=int(about.get("side", 64)), padding=about.get("padding", "zero"), input=about.get("input", "whitened"),
                     output=about.get("output", "residual"))
        if shape["padding"] == "circular":
            unet.wrap(model.network)
        curve = json.loads(about["difficulty"]) if "difficulty" in about else None
    else:
        stored = checkpoint.read(path)
        shape, curve = stored["about"]["shape"], None
        model = build(shape, stored["average"]["mean"], stored["average"]["variance"])
        model.load_state_dict(stored["average"])
    return Generator(model.to(device, memory_format=torch.channels_last), shape, curve)
