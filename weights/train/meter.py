#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Trains the noise meter, on the noise that the denoising networks are trained on.

    meter.py --pack PACK --out CHECKPOINT --minutes M [--resume]
    meter.py --out CHECKPOINT --export ../noise-meter.safetensors      writes the weights file and its card beside it
"""
import argparse
import os
import sys
import time

import torch
import torch.nn.functional as F

from data import drawings, noise
from data.pack import Pack
from fddm import meter, transform, weights
from learn.checkpoint import save, seed_everything
from learn.clock import Clock, learning_rate
from learn.grow import grow
from learn.optimiser import Both, follow

SHARES = {"white": 0.4, "camera": 0.6, "path": 0.0}
FREE_SHARE = 0.15             # of a batch: without noise
GRAY_SHARE = 0.2              # gray: brightness alone has to tell
DRAWN_SHARE = 0.1             # drawings and screens instead of photographs
PAGES_SHARE = 0.1             # pages full of strokes
WHOLE = 4.0                   # weight of the error of the mean over a crop against that of each place


def sample(pack, pages, n, side):
    """Noisy coefficients and the logarithm of their true level."""
    rgb = pack.batch(n, side)
    draw = torch.rand(n, device=rgb.device)
    flat, page = draw < DRAWN_SHARE, draw > 1 - PAGES_SHARE
    if flat.any():
        rgb[flat] = drawings.flat(int(flat.sum()), side, rgb.device)
    if page.any():
        rgb[page] = pages.batch(int(page.sum()))
    clean, noisy, level = noise.make(rgb, meter.PATCH, SHARES, truth=True, gray_share=GRAY_SHARE)
    free = noise.some(n, FREE_SHARE, rgb.device)
    noisy, level = torch.where(free, clean, noisy), torch.where(free, torch.zeros_like(level), level)
    stored = transform.to_rgb(transform.patch_idct(noisy, meter.PATCH))
    stored = ((stored.clamp(-1, 1) + 1) * 127.5).round() / 127.5 - 1         # an 8-bit file
    stored = transform.patch_dct(transform.to_ycc(stored), meter.PATCH)
    noisy = torch.where(noise.some(n, 0.5, rgb.device), stored, noisy)
    return noisy, level.clamp_min(meter.FLOOR).log()


def loss_of(model, noisy, truth):
    """Minus the log likelihood (Laplace's) of each place's truth, and the error of a crop's weighted mean."""
    level, sure = model(noisy)
    error = level - truth
    weight = sure.exp()
    places = (weight * error.abs() - sure).mean()
    square = weight * weight
    whole = (square * error).sum((2, 3)) / square.sum((2, 3))
    return places, whole


CARD = """<!-- SPDX-License-Identifier: Apache-2.0 -->
# Noise meter

Reads off a photograph how noisy it is, by frequency, channel and brightness (format: [FORMAT.md](FORMAT.md), kind
`measure`). Patches of 4×4, a 3×3 head to {width} channels, {blocks} residual blocks of two 3×3 convolutions, a 3×3 tail; no
normalisation. {operations:.1f} thousand multiply-adds per pixel that is looked at, {size:.2f} million parameters, stored as float16.
It is built into the program.

| | |
| --- | --- |
| data | [DATA.md](DATA.md), and drawings made while training |
| licence | {licence} |
| command | `{command}` |
| commit at export | {commit} |
| time | {hardware} |
| noise in training | {shares}; {free:.0f} % of the pictures without |
"""


def export(checkpoint, path):
    """CHECKPOINT, as main() writes it, becomes the weights file PATH and the card beside it."""
    import export as denoisers
    stored = torch.load(checkpoint, map_location="cpu")
    model = meter.Meter(meter.network_of(stored["width"], stored["blocks"]))
    model.load_state_dict(stored["average"])
    shape = dict(width=stored["width"], blocks=stored["blocks"])
    command = stored.get("command") or "meter.py --pack pack --out meter.pt --width %(width)d --blocks %(blocks)d" % shape
    about = dict(name="noise meter", training_data=denoisers.DATA + "; drawings made while training",
                 licence=denoisers.LICENCE, command=denoisers.portable(command), commit=denoisers.commit(),
                 hardware="%.0f minutes, %d steps" % (stored["spent"] / 60, stored["step"]))
    weights.save_meter(path, model, about)
    with open(os.path.splitext(path)[0] + ".md", "w") as f:
        f.write(CARD.format(**shape, **about, operations=model.network.operations(meter.PATCH) / 1000,
                            size=sum(p.numel() for p in model.parameters()) / 1e6, free=100 * FREE_SHARE,
                            shares=", ".join("%.0f %% %s" % (100 * v, k) for k, v in SHARES.items() if v)))
    print(path, os.path.getsize(path), "bytes")


def main():
    a = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    a.add_argument("--pack")
    a.add_argument("--out", required=True)
    a.add_argument("--minutes", type=float, default=15)
    a.add_argument("--deadline", help="HH:MM UTC; the learning rate ends there, instead of after --minutes")
    a.add_argument("--seed", type=int, default=1)
    a.add_argument("--resume", action="store_true")
    a.add_argument("--start", metavar="FILE", help="weights file of a meter to start from, of this shape or smaller")
    a.add_argument("--lr", type=float, default=1e-3, help="of AdamW")
    a.add_argument("--muon-lr", type=float, default=0.01)
    a.add_argument("--width", type=int, default=64)
    a.add_argument("--blocks", type=int, default=3)
    a.add_argument("--batch", type=int, default=24)
    a.add_argument("--side", type=int, default=96)
    a.add_argument("--device", default="cpu")
    a.add_argument("--export", metavar="FILE")
    o = a.parse_args()
    if o.export:
        return export(o.out, o.export)
    if not o.pack:
        a.error("--pack is needed")
    device = torch.device(o.device)
    stored = torch.load(o.out, map_location="cpu") if o.resume and os.path.exists(o.out) else None
    seed_everything(o.seed, stored)
    pack, pages = Pack(o.pack, device), drawings.Pages(1000, o.side, device)
    model = meter.Meter(meter.network_of(o.width, o.blocks)).to(device)
    for name, p in model.network.named_parameters():
        torch.nn.init.kaiming_normal_(p, nonlinearity="relu") if p.dim() > 1 else p.data.zero_()
        if p.dim() > 1 and ("tail" in name or "/b." in name):
            p.data.mul_(0.1)
    if o.start:
        model.load_state_dict(grow(weights.load_meter(o.start).state_dict(), model.state_dict()))
    average = meter.Meter(meter.network_of(o.width, o.blocks)).to(device)
    average.load_state_dict(model.state_dict())
    model.to(memory_format=torch.channels_last)
    optimiser = Both(model.network, "muon", o.lr, o.muon_lr)
    clock, step, running = Clock(o.minutes, o.deadline, device.type == "cpu"), 0, None
    if stored:
        model.load_state_dict(stored["model"])
        average.load_state_dict(stored["average"])
        optimiser.load_state_dict(stored["optimiser"])
        step, clock.spent = stored["step"], stored["spent"]
    last = time.time()
    while clock.progress() < 1:
        with torch.no_grad():
            noisy, truth = sample(pack, pages, o.batch, o.side)
        with torch.autocast(device.type, dtype=torch.bfloat16):
            places, whole = loss_of(model, noisy, truth)
        loss = places + WHOLE * F.smooth_l1_loss(whole, torch.zeros_like(whole), beta=0.1)
        optimiser.descend(model.network, loss, learning_rate(clock.progress()))
        step += 1
        follow(average, model, step, 0.998)
        now = torch.stack([places.detach(), whole.detach().pow(2).mean().sqrt(), whole.detach().abs().mean()])
        running = now if running is None else running.lerp(now, 0.02)
        clock.step()
        if time.time() - last > 60 or clock.progress() >= 1:
            last = time.time()
            print("%5.1f min  step %6d  places %.3f  whole: rms %.3f mean %.3f" % (clock.spent / 60, step, *running), flush=True)
            save(o.out, dict(model=model.state_dict(), average=average.state_dict(), optimiser=optimiser.state_dict(),
                             step=step, spent=clock.spent, width=o.width, blocks=o.blocks,
                             command=" ".join(["meter.py"] + sys.argv[1:])))
    return 0


if __name__ == "__main__":
    sys.exit(main())
