#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Trains a generating network, with a class for each folder of textures or each kind of garment.

    train_generate.py --config texture-p8 --textures DIR --out CHECKPOINT (--minutes M | --deadline HH:MM) [--resume] ...
    train_generate.py --config fashion --fashion DIR --out CHECKPOINT ...

Configurations are in generative.py. The checkpoint, written about every two minutes and at the end, holds everything
needed to go on with --resume; sample.py and frechet.py read it.
"""
import argparse
import contextlib
import os
import sys
import time

import torch

from data import textures
from fddm import transform
from learn import generative
from learn.checkpoint import save, seed_everything
from learn.clock import Clock, learning_rate
from learn.optimiser import Both, follow

INEXACT = 0.1           # by which a picture's variances are told wrong, lest the network rely on them
PARTS = 4               # of the path, for which the error is told apart


def options():
    a = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    textures.add_options(a)
    a.add_argument("--out", required=True, help="checkpoint")
    a.add_argument("--config", default="texture-p8", choices=sorted(generative.CONFIGURATIONS))
    change = a.add_argument_group("what differs from the configuration")
    change.add_argument("--side", type=int, help="of a picture, pixels")
    change.add_argument("--width", type=int)
    change.add_argument("--multipliers", type=int, nargs="+")
    change.add_argument("--blocks", type=int)
    change.add_argument("--attention", type=int, nargs="*", help="levels that have it; none: -1")
    change.add_argument("--heads", type=int)
    change.add_argument("--dropout", type=float)
    change.add_argument("--condition", choices=("map", "time"))
    change.add_argument("--input", choices=("whitened", "wiener"), help="how the network sees coefficients (weights/FORMAT.md)")
    change.add_argument("--padding", choices=("zero", "circular"), help="circular asks for --view tile")
    a.add_argument("--schedule", choices=("paper", "wide"), help="Fermi levels from -4 to 4, or from -6 to 8")
    a.add_argument("--no-classes", action="store_true", help="the paper's networks know none")
    a.add_argument("--any", type=float, default=0.1, help="share of the pictures whose class is not told")
    a.add_argument("--balance", type=float, default=0.5, help="0: classes by their pictures; 1: all alike")
    a.add_argument("--favour", nargs="+", default=[], metavar="CLASS", help="classes shown more often")
    a.add_argument("--favour-share", type=float, default=0.5, help="of the pictures, those classes together")
    a.add_argument("--no-whitening", action="store_true", help="one variance for all coefficients")
    a.add_argument("--weight-power", type=float, default=0.25, help="of a coefficient's variance, in its share of the loss")
    a.add_argument("--variants", action="store_true", help="tell each picture's own mean and variances; those of some are kept "
                   "to sample with")
    a.add_argument("--start", metavar="FILE", help="begin with the weights of a checkpoint or of a weights file")
    a.add_argument("--focus", choices=("active", "learnable"), help="learn what is half-way between noise and clean at each time, "
                   "all times alike; or all but what is nearly clean or drowned, at times when there is much of it")
    a.add_argument("--pixel-loss", action="store_true", help="squared error of the picture, as in the paper")
    a.add_argument("--minutes", type=float, default=10)
    a.add_argument("--deadline", help="HH:MM UTC; the learning rate ends there, instead of after --minutes")
    a.add_argument("--resume", action="store_true")
    a.add_argument("--device", default="auto")
    a.add_argument("--threads", type=int, default=0)
    a.add_argument("--batch", type=int, default=32)
    a.add_argument("--crop", type=int, help="train on smaller pictures than the configuration's, which teach more for the "
                   "same work; end with whole ones")
    a.add_argument("--optimiser", default="muon", choices=("muon", "adamw"))
    a.add_argument("--lr", type=float, default=1e-3, help="of AdamW")
    a.add_argument("--muon-lr", type=float, default=0.01)
    a.add_argument("--ema", type=float, default=0.999)
    a.add_argument("--seed", type=int, default=1)
    return a.parse_args()


def shape_of(o, data):
    """The network's shape by the options."""
    shape = generative.shape_of(
        o.config, width=o.width, multipliers=o.multipliers, blocks=o.blocks, attention=o.attention, heads=o.heads,
        dropout=o.dropout, condition=o.condition, padding=o.padding, side=o.side,
        input=o.input,
        mu_range={"paper": generative.PAPER, "wide": generative.WIDE, None: None}[o.schedule])
    if o.condition == "map" and not o.schedule:
        shape["mu_range"] = generative.WIDE
    shape["classes"] = [] if o.no_classes else data.classes
    return shape


def statistics(data, d, whitening):
    """Mean and variance that the network is preconditioned with, and the variance of each coefficient."""
    mean, variance = textures.statistics(data, d)
    if whitening:
        return mean, variance, variance
    return torch.zeros_like(mean), torch.full_like(variance, variance.mean()), variance


class Loss:
    """Squared error of the estimate: as the preconditioned network sees it, (v + s^2) / (s^2 v) of it, times a power of
    the coefficient's variance; or plain. With a FOCUS a coefficient counts less where it is nearly clean already or drowned
    in noise, where there is next to nothing to learn but much to be confused by: by (s^2 / (v + s^2))^(1/2), and by
    v / (v + s^2) with `active`, its fourth root with `learnable`, which draws times as often as there is something left."""

    TIMES = 512             # at which it is known how much there is to learn

    TINY = 1e-6             # the least weight: at either end of the path there is hardly any

    def __init__(self, model, variance, power, plain, focus, path):
        self.plain, self.focus = plain, focus
        v = model.variance if not model.counts else model.own_variance.log().mean(0).exp()
        share = (variance.to(v) if not model.counts else v) ** power
        self.share = (share / share.mean())[:, None, None]
        at = (torch.arange(self.TIMES, dtype=torch.float64) + 0.5) / self.TIMES
        weights = self.weight(path.log_level(at).exp().float().to(v)[:, :, None, None], v[:, None, None]).mean((1, 2, 3))
        self.reached = (weights.cumsum(0) / weights.sum()).double().cpu()

    def weight(self, s, v):
        """s, v: N x C x 1 x 1 (N may be missing). Of the error relative to the one that the Wiener filter makes."""
        noisy = s * s / (v + s * s)
        if not self.focus:
            return self.share * torch.ones_like(noisy)
        return self.share * noisy.sqrt() * (1 - noisy) ** (1 if self.focus == "active" else 0.25) + self.TINY

    def times(self, n):
        """n times, spread evenly over time, or over what is `learnable`."""
        at = (torch.randperm(n) + torch.rand(n)).double() / n
        if self.focus != "learnable" or self.plain:
            return at
        return (torch.searchsorted(self.reached, at) + torch.rand(n)).clamp(max=self.TIMES) / self.TIMES

    def __call__(self, error, s, v):
        """error: N x C x h x w; s, v: N x C x 1 x 1 (N may be missing), noise levels and variances -> N."""
        if self.plain:
            return error.pow(2).mean((1, 2, 3))
        weight = self.weight(s, v)
        relative = error.pow(2) * (weight * (1 / v + 1 / (s * s)))
        return relative.mean((1, 2, 3)) / weight.mean((1, 2, 3))


def begin_with(network, classes, path):
    """Takes over the weights of the checkpoint or weights file PATH. A class that it doesn't know begins as any."""
    begun = generative.load(path)
    state, known = begun.model.network.state_dict(), begun.shape["classes"]
    rows = [known.index(name) if name in known else len(known) for name in classes] + [len(known)]
    for name, module in network.named_modules():
        if isinstance(module, torch.nn.Embedding):
            state[name + ".weight"] = state[name + ".weight"][rows]
    network.load_state_dict(state)


def main():
    o = options()
    kind = ("cuda" if torch.cuda.is_available() else "cpu") if o.device == "auto" else o.device
    device = torch.device(kind)
    if o.threads:
        torch.set_num_threads(o.threads)
    torch.backends.cudnn.benchmark = True
    stored = torch.load(o.out, map_location="cpu") if o.resume and os.path.exists(o.out) else None
    seed_everything(o.seed, stored)

    plain = generative.shape_of(o.config, side=o.side)
    data = textures.load(o, o.crop or (stored["shape"] if stored else plain)["side"], device, False, o.balance, o.favour,
                         o.favour_share)
    shape = dict(generative.PLAIN, **stored["shape"]) if stored else shape_of(o, data)
    if shape["padding"] == "circular" and o.view != "tile":
        sys.exit("train_generate.py: --padding circular needs --view tile, or its pictures' edges would not meet")
    d = shape["patch"]
    mean, variance, spread = statistics(data, d, not o.no_whitening)
    kept = None
    if o.variants and not stored:
        kept = textures.variants(data if not o.crop else textures.load(o, shape["side"], device), mean, d)
        shape["variants"] = kept[2]
        if not o.schedule:
            shape["mu_range"] = generative.KNOWN
    model, average = (generative.build(shape, mean, variance, kept).to(device) for _ in range(2))
    clock, path = Clock(o.minutes, o.deadline, kind == "cpu"), generative.path_of(shape)
    step, history = 0, []
    if stored:
        model.load_state_dict(stored["model"])
        average.load_state_dict(stored["average"])
        step, history, clock.spent, spread = stored["step"], stored["history"], stored["spent"], stored["spread"]
        if o.deadline:
            clock.start = stored["start"]
    else:
        if o.start:
            begin_with(model.network, shape["classes"], o.start)
        average.load_state_dict(model.state_dict())
    model.train().to(memory_format=torch.channels_last)
    average.eval()
    optimiser = Both(model.network, o.optimiser, o.lr, o.muon_lr)
    if stored:
        optimiser.load_state_dict(stored["optimiser"])
    loss_of = Loss(model, spread, o.weight_power, o.pixel_loss or shape["condition"] == "time", o.focus, path)
    print("%s: %.2f million parameters, %d pictures in %d classes, %s" % (
        o.config, sum(p.numel() for p in model.parameters()) / 1e6, len(data.names), len(data.classes), device), flush=True)

    def checkpoint():
        save(o.out, dict(shape=shape, model=model.state_dict(), average=average.state_dict(), step=step, history=history,
                         spread=spread, spent=clock.spent, start=clock.start, optimiser=optimiser.state_dict(),
                         command=" ".join(sys.argv)))

    errors, next_look, last_save = torch.zeros(2, PARTS, device=device), 0.02, time.time()
    while next_look < clock.progress():
        next_look += 0.04
    progress = clock.progress()
    while progress < 1:
        with torch.no_grad():
            pictures, labels = data.batch(o.batch)
            labels = torch.where(torch.rand(o.batch, device=device) < o.any, torch.full_like(labels, -1), labels)
            clean = transform.patch_dct(transform.to_ycc(pictures), d)
            at = loss_of.times(o.batch).to(device)
            s = path.log_level(at).exp().float()[:, :, None, None]
            noisy = clean + s * torch.randn_like(clean)
            own = None
            if shape["variants"]:
                own = textures.own_statistics(clean, model.mean, d)
                own = own[0], own[1] * (INEXACT * torch.randn_like(own[1])).exp()
        with torch.autocast(kind, dtype=torch.bfloat16):
            estimate = model(noisy, s, labels, own)
        loss = loss_of(estimate.float() - clean, s, model.statistics(own)[1])
        norm = optimiser.descend(model.network, loss.mean(), learning_rate(progress))
        step += 1
        follow(average, model, step, o.ema)
        with torch.no_grad():
            errors.index_add_(1, (at * PARTS).long().clamp(max=PARTS - 1), torch.stack([loss, torch.ones_like(loss)]))
        clock.step()
        progress = clock.progress()
        if progress >= 1 or progress > next_look:
            next_look += 0.04
            means = (errors[0] / errors[1].clamp_min(1)).tolist()
            errors.zero_()
            history.append((clock.spent / 60, step, means))
            print("%6.1f min  step %7d  error %.4f  from little to much noise %s  norm %.2f" % (
                clock.spent / 60, step, sum(means) / PARTS, " ".join("%.4f" % m for m in means), norm), flush=True)
        if progress >= 1 or time.time() - last_save > 110:
            checkpoint()
            last_save = time.time()
    return 0


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        sys.exit(main())
