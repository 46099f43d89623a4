#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Writes the values that the C engine is tested against.

    golden.py OUT-FOLDER

tiny.safetensors            a denoising network, d = 4, 16 wide, random: conv3x3, conv1x1, relu, silu, residual, concat
tiny-generate.safetensors   a generating network, d = 4, 16 wide, two classes: the operations above and group_norm,
                            attention (2 heads), embedding
tiny-meter.safetensors      a noise meter, 16 wide, random
tiny-int8.safetensors       a denoising network, d = 4, 16 and 24 wide, random, with ranges
tiny-int8-golden.safetensors
  int8.input                (96, 6, 5) what it is given, int8.float (48, 6, 5) what it returns in float, int8.output in 8 bits
tiny-golden.safetensors     all float32, row-major:
  network.x, network.s      (48, 6, 5) noisy coefficients and their level, some of it outside noise_range, some 0
  network.input             (96, 6, 5) what the network is given
  network.output            (48, 6, 5) what it returns
  network.estimate          (48, 6, 5) x-hat
  generate.x, generate.s    (48, 4, 4)
  generate.output.K         (48, 4, 4) for class K = 0, 1 and 2 ("any", the last row of the embedding)
  generate.estimate.K       (48, 4, 4)
  transform.rgb             (3, 13, 10) R'G'B' in [-1, 1]
  transform.coefficients    (48, 4, 3) of it, padded at the right and bottom by reflection that doesn't repeat the edge
  transform.gray            (1, 13, 10); transform.gray_coefficients (16, 4, 3)
  schedule.mu               (9) Fermi levels
  schedule.paper.D          (D*D) dispersion, D = 1, 4, 7, 8, on the authors' grid; schedule.open.D likewise
  schedule.level.paper.4    (9, 16) s_k(mu), T' = 0.5; schedule.alpha.paper.4 (9, 16) alpha-bar
  sampler.start             (48, 6, 5) state at sampler.levels[0]
  sampler.levels            (6, 48, 6, 5) levels of 5 steps, the last one 0
  sampler.z                 (5, 48, 6, 5) white noise of each step
  sampler.eta0, sampler.eta05   (48, 6, 5) where sampling with tiny.safetensors ends for eta = 0 and 0.5
  steps.mu                  (9) Fermi levels of 10 steps from nothing with tiny-generate.safetensors, class 1, eta = 1
  steps.levels              (11, 48) the noise before each step, and 0 after the last one
  steps.start, steps.z      (48, 4, 4), (10, 48, 4, 4) the state before, and the white noise of each step
  steps.state               (10, 48, 4, 4) the state after each step
  steps.guided              (10, 48, 4, 4) the same with guidance 2.5 and the pixels of each estimate clamped
  steps.order1, .order2     (48, 4, 4) where ten steps of first and of second order end, eta = 0
  meter.rgb                 (3, 50, 91) R'G'B' in [-1, 1], dark at the left, bright at the right
  meter.input               (51, 12, 22) what the meter is given of it
  meter.level               (48) the noise that it finds; meter.curve (51) the three channels' 17 knots
  nonlocal.picture          (3, 47, 71) R'G'B' in [0, 1], a wave with noise
  nonlocal.change           (3, 47, 71) what non-local means with h = 0.04 changes of it
  nonlocal.blotches         (3, 47, 71) what averaging blotches of colour with h = 0.06 changes of it, which begins at (6, 9)
  shrinkage.removed         (3, 47, 71) noise, more of it at the right
  shrinkage.colour, .gray   (3, 47, 71), (1, 47, 71) what shrinkage with a = 2 and no more than 0.02 changes of nonlocal.picture, which
                            begins at (6, 9), and of its first channel alone
"""
import math
import os
import sys

import numpy as np
import torch

import ranges
from fddm import meter, networks, nonlocal_means, sampler, schedule, safetensors, shrinkage, transform, weights

D = 4
PROVENANCE = {"training_data": "none: random numbers", "licence": "Apache-2.0"}


def layer(op, source, out, **more):
    return dict({"op": op, "in": source, "out": out}, **more)


TINY = [
    layer("conv3x3", "input", "h", weights="head", activation="relu", channels=16),
    layer("conv3x3", "h", "t", weights="a.0", activation="silu", channels=16),
    layer("conv3x3", "t", "h", weights="a.1", residual="h", channels=16),
    layer("conv1x1", "h", "u", weights="b", activation="relu", residual="t", channels=16),
    layer("concat", ["u", "h"], "both"),
    layer("conv3x3", "both", "h", weights="c", activation="none", channels=16),
    layer("conv3x3", "h", "output", weights="tail"),
]
TINY_INT8 = [
    layer("conv3x3", "input", "h", weights="head", channels=16),
    layer("conv3x3", "h", "t", weights="a.0", activation="relu", channels=24),
    layer("conv3x3", "t", "h", weights="a.1", residual="h", channels=16),
    layer("conv1x1", "h", "u", weights="b", activation="silu", channels=16),
    layer("conv3x3", "u", "h", weights="c", residual="h", channels=16),
    layer("conv3x3", "h", "output", weights="tail"),
]
TINY_GENERATE = [
    layer("conv3x3", "input", "h", weights="head", channels=16),
    layer("embedding", "h", "h", weights="class"),
    layer("group_norm", "h", "t", weights="n0", groups=4, activation="silu"),
    layer("conv3x3", "t", "h", weights="c0", residual="h", channels=16),
    layer("group_norm", "h", "t", weights="n1", groups=4),
    layer("conv1x1", "t", "qkv", weights="qkv", channels=48),
    layer("attention", "qkv", "t", heads=2),
    layer("conv1x1", "t", "h2", weights="mix", residual="h", channels=16),
    layer("concat", ["h", "h2"], "both"),
    layer("group_norm", "both", "both", weights="n2", groups=8, activation="silu"),
    layer("conv3x3", "both", "output", weights="tail"),
]


def build(layers, classes, low, high):
    network = networks.Network(layers, 3 * D * D, classes)
    for name, p in network.named_parameters():
        p.data = torch.randn(p.shape) * (0.5 if p.dim() == 1 else (1.5 / p[0].numel()) ** 0.5)
    k = torch.arange(3 * D * D)
    mean = torch.where(k % (D * D) == 0, -0.3 + 0.1 * (k // 16), 0.01 * torch.randn(48))
    variance = torch.exp(1.5 - 0.4 * (k % 4 + k % 16 // 4) - 1.5 * (k // 16)) * (1 + 0.2 * torch.rand(48))
    return networks.Denoiser(network, mean, variance, low, high).eval()


def ten_steps(model):
    """The whole of generating, state by state."""
    random, mu_from, low = torch.Generator().manual_seed(11), -6.0, 1 / 255
    first = schedule.level(D, mu_from).repeat(3)[:, None, None]
    levels = [s.float()[None] for s in sampler.path(first, D, 0.5, "paper", 10, low)]
    z = torch.randn(10, 48, 4, 4, generator=random)
    m, v = model.mean[:, None, None], model.variance[:, None, None]
    start = m + (v + levels[0] ** 2).sqrt() * torch.randn(1, 48, 4, 4, generator=random)

    def states(estimate):
        x = start
        for s, s_next, noise in zip(levels, levels[1:], z):
            x = sampler.step(x, estimate(x, s, torch.tensor([1])), s, s_next, 1.0, noise[None])
            yield x

    lean = sampler.guided(model, 2.5)
    guided = states(lambda x, s, classes: transform.clamp_pixels(lean(x, s, classes), D))
    return {"steps.mu": sampler.even_fermi(mu_from, 2 - math.log(low), 10)[1:-1],
            "steps.levels": torch.cat(levels)[:, :, 0, 0], "steps.start": start, "steps.z": z, "steps.state": torch.cat([*states(model)]),
            "steps.guided": torch.cat([*guided]),
            **{"steps.order%d" % n: sampler.sample(model, start, levels, 0.0, z, torch.tensor([1]), n) for n in (1, 2)}}


def build_meter():
    model = meter.Meter(meter.network_of(16, 1))
    for name, p in model.network.named_parameters():
        p.data = torch.randn(p.shape) * (0.2 if p.dim() == 1 else (1 / p[0].numel()) ** 0.5)
    return model.eval()


def meter_picture():
    """Noise and waves on a slope, none of which is near the edge between two bins of brightness."""
    y, x = torch.meshgrid(torch.arange(50.), torch.arange(91.), indexing="ij")
    step = ((x / 90 * 13).floor() + 1.5) / 8 - 1
    picture = step + 0.02 * torch.sin(x * 0.9 + y * 0.4) * (y > 30) + 0.03 * (step + 1) * torch.randn(1, 3, 50, 91)
    return picture.clamp(-1, 1)


@torch.no_grad()
def write_int8(out):
    """A network with ranges: its inner convolutions compute in 8 bits."""
    torch.manual_seed(8)
    torch.backends.mkldnn.enabled = False
    model = build(TINY_INT8, 0, 0.002, 1.0)
    x = torch.randn(1, 96, 6, 5)
    y = model.network(x)
    found, seen, operate = {}, {}, model.network._operate

    def watch(layer, values, classes):
        seen[model.network.layers.index(layer)] = values[layer["in"]].abs().amax((0, 2, 3))
        return operate(layer, values, classes)

    model.network._operate = watch
    model.network(x)
    model.network._operate = operate
    for i in ranges.inner(model.network):    # some inputs lie outside
        found[i] = (0.9 * seen[i] * (0.8 + 0.4 * torch.rand(len(seen[i])))).clamp_min(0.1)
    left = sorted(found)[1::2]              # in floats where noise is faint
    about = dict(metadata("denoise", 0.002, 1.0, [-3, 8]),
                 ranges=[found[i].tolist() if i in found else None for i in range(len(TINY_INT8))],
                 ranges_from=[0.25 if i in left else 0 for i in range(len(TINY_INT8))])
    path = os.path.join(out, "tiny-int8.safetensors")
    weights.save(path, model, about, half=False)
    golden = {"int8.input": x[0], "int8.float": y[0]}
    for name, layers in (("output", found), ("faint", [i for i in found if i not in left])):
        model, _ = weights.load(path)
        ranges.in_integers(model, {i: found[i] for i in layers})
        golden["int8." + name] = model.network(x)[0]
    safetensors.write(os.path.join(out, "tiny-int8-golden.safetensors"),
                      {k: v.contiguous().numpy().astype("<f4") for k, v in golden.items()}, {"made_by": "weights/train/golden.py"})


def metadata(kind, low, high, mu):
    return dict(PROVENANCE, kind=kind, name="tiny", patch=str(D), channels="3", colour="ycbcr-bt601", k_grid="paper",
                temperature="0.5", mu_range=mu, noise_range=[low, high], command="golden.py", commit="", hardware="",
                metrics="none")


@torch.no_grad()
def main():
    out = sys.argv[1]
    torch.manual_seed(7)
    torch.set_num_threads(1)
    torch.backends.mkldnn.enabled = False            # plain float32
    g = {}

    model = build(TINY, 0, 0.002, 1.0)
    weights.save(os.path.join(out, "tiny.safetensors"), model, metadata("denoise", 0.002, 1.0, [-3, 8]), half=False)
    x = torch.randn(1, 48, 6, 5) * (model.variance + 0.05).sqrt()[:, None, None]
    s = torch.exp(torch.empty(1, 48, 6, 5).uniform_(-7, 1))
    s[:, ::7, 2:4] = 0
    g["network.x"], g["network.s"] = x, s
    g["network.input"] = model.network_input(x, s)
    g["network.output"] = model.network(g["network.input"])
    g["network.estimate"] = model.combine(x, s, g["network.output"])

    measured = transform.white_level(25, D)[:, None, None] * torch.empty(1, 6, 5).uniform_(0.7, 1.4)
    levels = torch.stack(sampler.path(measured, D, 0.5, "paper", 5, 0.002)).float()
    z = torch.randn(5, 48, 6, 5)
    start = x * 0.5 + measured * torch.randn(48, 6, 5)
    g["sampler.start"], g["sampler.levels"], g["sampler.z"] = start, levels, z
    for name, eta in (("eta0", 0.0), ("eta05", 0.5)):
        g["sampler." + name] = sampler.sample(model, start, [v[None] for v in levels], eta, [v[None] for v in z])

    model = build(TINY_GENERATE, 2, 0.001, 1000.0)
    about = metadata("generate", 0.001, 1000.0, [-6, 8])
    about["classes"] = ["grass", "stone paving"]
    weights.save(os.path.join(out, "tiny-generate.safetensors"), model, about, half=False)
    s = schedule.level(D, 0.5).float().repeat(3)[None, :, None, None].expand(1, 48, 4, 4)
    x = torch.randn(1, 48, 4, 4) * (model.variance[:, None, None] + s * s).sqrt()
    g["generate.x"], g["generate.s"] = x, s
    for k in (0, 1, 2):
        classes = torch.tensor([k])
        g["generate.output.%d" % k] = model.network(model.network_input(x, s), classes)
        g["generate.estimate.%d" % k] = model.combine(x, s, g["generate.output.%d" % k])
    g.update(ten_steps(model))
    model.wiener = True
    g["wiener.input"] = model.network_input(x, s)
    g["wiener.estimate"] = model(x, s, torch.tensor([1]))
    model.wiener, model.clean = False, True
    g["clean.estimate"] = model(x, s, torch.tensor([1]))

    rgb, gray = torch.rand(1, 3, 13, 10) * 2 - 1, torch.rand(1, 1, 13, 10) * 2 - 1
    g["transform.rgb"], g["transform.coefficients"] = rgb, transform.analyse(rgb, D)
    g["transform.gray"], g["transform.gray_coefficients"] = gray, transform.analyse(gray, D)
    back = transform.synthesise(g["transform.coefficients"], D, 13, 10)
    assert (back - rgb).abs().max() < 1e-5

    mu = torch.linspace(-6, 8, 9, dtype=torch.float64)
    g["schedule.mu"] = mu
    for grid in ("paper", "open"):
        for d in (1, 4, 7, 8):
            g["schedule.%s.%d" % (grid, d)] = schedule.dispersion(d, grid)
        g["schedule.level.%s.4" % grid] = schedule.level(4, mu, 0.5, grid)
        g["schedule.alpha.%s.4" % grid] = schedule.alpha_bar(4, mu, 0.5, grid)

    model = build_meter()
    weights.save_meter(os.path.join(out, "tiny-meter.safetensors"), model, dict(PROVENANCE, name="tiny"), half=False)
    g["meter.rgb"] = meter_picture()
    x = transform.patch_dct(transform.to_ycc(g["meter.rgb"][:, :, :48, :88]), D)
    g["meter.input"] = meter.features(x)
    level, curve = meter.read(model, g["meter.rgb"])
    assert (level > 0).all() and (curve.max(1) > 1.05).all()
    g["meter.level"], g["meter.curve"] = torch.from_numpy(level), torch.from_numpy(curve).flatten()

    y, x = torch.meshgrid(torch.arange(47.), torch.arange(71.), indexing="ij")
    g["nonlocal.picture"] = 0.5 + 0.4 * torch.sin(0.35 * x + 0.2 * y)[None] + 0.03 * torch.randn(3, 47, 71)
    g["nonlocal.change"] = nonlocal_means.change(g["nonlocal.picture"], 0.04)
    g["nonlocal.blotches"] = shrinkage.blotches(g["nonlocal.picture"], 0.06, 6, 9)
    g["shrinkage.removed"] = 0.0004 * x * torch.randn(3, 47, 71)
    for name, n in (("colour", 3), ("gray", 1)):
        g["shrinkage." + name] = shrinkage.change(g["nonlocal.picture"][:n], g["shrinkage.removed"][:n], 2, 0.02, 6, 9)

    def plain(name, t):
        several = ("sampler.levels", "sampler.z", "steps.z", "steps.state", "steps.guided")
        t = t[0] if t.dim() == 4 and not name.startswith(several) else t
        return t.contiguous().numpy().astype("<f4")

    safetensors.write(os.path.join(out, "tiny-golden.safetensors"), {k: plain(k, v) for k, v in g.items()},
                      {"made_by": "weights/train/golden.py"})
    write_int8(out)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    np.seterr(all="raise")
    main()
