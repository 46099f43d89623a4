#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The paper's Table 1: multiply-adds of one step of 128 samples, and steps per second on the device at hand.

    table1.py [--time] [--batch 128] [--runs 5] [--device auto] [--threads N] [--program fddm]

What the paper counts are convolutions and linear layers; the products within attention (scores, and values by scores) are
left out there, and told apart here. --program: also the steps of the C program, with the same shapes told the map of noise
levels, which is what a weights file can hold, and random weights.
"""
import argparse
import json
import os
import subprocess
import tempfile
import time

import torch
import torch.nn as nn

from fddm import weights
from learn import generative

SAMPLES = 128
# Configuration: G multiply-adds, steps per second of 128 samples (A100), as published.
PUBLISHED = {"ddpm-64": (3099, 5.344), "fddm-p4-64": (1781, 14.655), "fddm-p8-64": (449, 45.76)}


def model_of(configuration):
    shape = generative.shape_of(configuration)
    channels = shape["channels"] * shape["patch"] ** 2
    return generative.build(shape, torch.zeros(channels), torch.ones(channels)).eval(), shape


def inputs_of(shape, samples, device):
    """Noise, and the level of the middle of the path."""
    d, places = shape["patch"], shape["side"] // shape["patch"]
    level = generative.path_of(shape).log_level(torch.full((samples,), 0.5, dtype=torch.float64)).exp().float()
    return torch.randn(samples, shape["channels"] * d * d, places, places, device=device), level[:, :, None, None].to(device)


@torch.no_grad()
def multiply_adds(model, shape):
    """Of one sample: in convolutions, linear layers and attention."""
    count = {"convolution": 0, "linear": 0, "attention": 0}

    def convolution(module, _, output):
        count["convolution"] += module.weight.numel() * output[0, 0].numel()

    def linear(module, _, output):
        count["linear"] += module.weight.numel()

    hooks = [m.register_forward_hook(convolution if isinstance(m, nn.Conv2d) else linear)
             for m in model.modules() if isinstance(m, (nn.Conv2d, nn.Linear))]
    operate = model.network._operate

    def counting(layer, values, classes):
        if layer["op"] == "attention":
            _, c, h, w = values[layer["in"]].shape
            count["attention"] += 2 * (c // 3) * (h * w) ** 2
        return operate(layer, values, classes)

    model.network._operate = counting
    model(*inputs_of(shape, 1, "cpu"))
    del model.network._operate
    for hook in hooks:
        hook.remove()
    return count


@torch.no_grad()
def steps_per_second(model, shape, device, batch, runs):
    """Of SAMPLES samples: the best run. On a CPU by the processor's time for each thread, as others may share it."""
    now = time.perf_counter if device.type == "cuda" else lambda: time.process_time() / torch.get_num_threads()
    model.to(device, memory_format=torch.channels_last)
    x, s = inputs_of(shape, batch, device)
    x, best = x.contiguous(memory_format=torch.channels_last), float("inf")
    with torch.autocast(device.type, dtype=torch.bfloat16):
        for _ in range(runs + 1):
            began = now()
            model(x, s)
            if device.type == "cuda":
                torch.cuda.synchronize()
            best = min(best, now() - began)
    return batch / best / SAMPLES


def write_random(name, path):
    """A weights file in the shape of configuration NAME, told the map."""
    shape = generative.shape_of(name, condition="map", mu_range=generative.WIDE)
    channels = shape["channels"] * shape["patch"] ** 2
    model = generative.build(shape, torch.zeros(channels), torch.ones(channels))
    for p in model.network.parameters():
        if p.dim() == 4:                                # what starts at next to nothing would be too easy a sum
            nn.init.xavier_uniform_(p)
    weights.save(path, model, dict(
        kind="generate", name=name, patch=str(shape["patch"]), channels="3", colour="ycbcr-bt601", k_grid="paper",
        temperature="0.5", mu_range=shape["mu_range"], noise_range=[model.low, model.high], side=str(shape["side"]),
        training_data="none: random numbers", licence="Apache-2.0", command="table1.py", commit="", hardware="", metrics={}))


def program_steps_per_second(program, name, device, threads):
    """Of SAMPLES samples, by the C program. On a CPU by the processor's time for each thread, as above."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, name + ".safetensors")
        write_random(name, path)
        told = json.loads(subprocess.run(
            [program, "bench", "--json", "--weights", path, "--device", device, "--threads", str(threads), "--memory", "4096"],
            check=True, stdout=subprocess.PIPE).stdout)[0]["runs"][0]
    rate = told["steps-per-second"] if device == "gpu" else told["steps-per-processor-second"] * told["at-once"]
    return rate / SAMPLES


def main():
    a = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    a.add_argument("--time", action="store_true", help="also steps per second, in bfloat16")
    a.add_argument("--batch", type=int, default=SAMPLES)
    a.add_argument("--runs", type=int, default=5)
    a.add_argument("--device", default="auto")
    a.add_argument("--threads", type=int, default=0)
    a.add_argument("--program", metavar="FDDM", help="the C program, to be timed too")
    o = a.parse_args()
    o.time = o.time or bool(o.program)
    kind = ("cuda" if torch.cuda.is_available() else "cpu") if o.device == "auto" else o.device
    if o.threads:
        torch.set_num_threads(o.threads)
    print("| network | parameters, M | multiply-adds, G | the paper's | differ by | attention besides |%s" % (
        " steps/s | to DDPM | the paper's |" if o.time else ""))
    print("|" + " --- |" * (9 if o.time else 6))
    base = None
    for name, (published, speed) in PUBLISHED.items():
        model, shape = model_of(name)
        count = {k: v * SAMPLES / 1e9 for k, v in multiply_adds(model, shape).items()}
        total = count["convolution"] + count["linear"]
        row = "| %s | %.2f | %.1f | %d | %+.2f %% | %.1f |" % (
            name, sum(p.numel() for p in model.parameters()) / 1e6, total, published, 100 * (total / published - 1),
            count["attention"])
        if o.time:
            rate = steps_per_second(model, shape, torch.device(kind), o.batch, o.runs)
            base = base or rate
            row += " %.4f | %.2f | %.2f |" % (rate, rate / base, speed / PUBLISHED["ddpm-64"][1])
        print(row, flush=True)
        if o.program and name.startswith("fddm"):
            rate = program_steps_per_second(o.program, name, "gpu" if kind == "cuda" else "cpu", torch.get_num_threads())
            print("| %s, in C |%s %.4f | %.2f | %.2f |" % (name, " |" * 5, rate, rate / base,
                                                          speed / PUBLISHED["ddpm-64"][1]), flush=True)


if __name__ == "__main__":
    main()
