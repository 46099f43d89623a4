#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Trains a denoising network.

    train.py --pack PACK --out CHECKPOINT --width 96 --blocks 8 (--minutes M | --deadline HH:MM) [--resume]
             [--validation DIR] [--device auto] ...          (several GPUs: torchrun --nproc_per_node N train.py ...)

The checkpoint, written about every two minutes and at the end, holds everything needed to go on with --resume.
"""
import argparse
import contextlib
import math
import os
import sys
import time

import torch

from data import noise
from data.pack import Pack
import evaluate
from fddm import networks, transform, weights
from learn.checkpoint import save, seed_everything
from learn.clock import Clock, learning_rate
from learn.grow import grow
from learn.optimiser import Both, follow


class LossScale:
    """Weighs each sample by the error expected at its noise level, so that low noise counts as much as high. The
    level of a sample is the error that the Wiener filter alone would make; a running mean of the loss is kept in
    bins over its logarithm."""

    BINS = 40

    def __init__(self, device):
        self.mean = torch.zeros(self.BINS, device=device)
        self.low, self.high = math.log(1e-7), math.log(1.0)

    def weights(self, wiener, loss):
        """wiener, loss: (N), detached. Returns the expected loss of each sample."""
        place = (wiener.log() - self.low) / (self.high - self.low) * self.BINS
        place = place.long().clamp(0, self.BINS - 1)
        count = torch.zeros_like(self.mean).index_add_(0, place, torch.ones_like(loss))
        total = torch.zeros_like(self.mean).index_add_(0, place, loss)
        seen = count > 0
        new = total / count.clamp_min(1)
        old = torch.where(self.mean > 0, self.mean, new)
        keep = 0.98 ** count
        self.mean = torch.where(seen, keep * old + (1 - keep) * new, self.mean)
        return self.mean[place]


def squared_error(error, metric):
    """error: N x 3d^2 x h x w in Y'CbCr. Mean squared error in R'G'B', (N)."""
    n, c = error.shape[:2]
    e = error.reshape(n, 3, c // 3, -1)
    return torch.einsum("nckp,cd,ndkp->n", e, metric, e) / (c * e.shape[-1])


def build(o, mean, variance):
    layers = networks.residual_layers(o["width"], o["blocks"], o["activation"])
    layers[0]["channels"] = o["width"]
    channels = 3 * o["patch"] ** 2
    network = networks.Network(layers, channels)
    for name, p in network.named_parameters():
        if p.dim() > 1:
            # Blocks start near nothing, so that the network starts as the Wiener filter.
            last = "tail" in name or "/b" in name.rsplit(".", 1)[0][-2:]
            torch.nn.init.kaiming_normal_(p, nonlinearity="relu")
            p.data.mul_(0.1 if last else 1)
        else:
            p.data.zero_()
    return networks.Denoiser(network, mean, variance, noise.LOW, noise.HIGH)


def options():
    a = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    a.add_argument("--pack", required=True)
    a.add_argument("--out", required=True, help="checkpoint")
    a.add_argument("--patch", type=int, default=2)
    a.add_argument("--width", type=int, default=48)
    a.add_argument("--blocks", type=int, default=5)
    a.add_argument("--activation", default="relu")
    a.add_argument("--minutes", type=float, default=10)
    a.add_argument("--deadline", help="HH:MM UTC; the learning rate ends there, instead of after --minutes")
    a.add_argument("--resume", action="store_true")
    a.add_argument("--grow", help="checkpoint of a smaller network to start from")
    a.add_argument("--start", metavar="FILE", help="weights file of a network of this shape to start from")
    a.add_argument("--device", default="auto")
    a.add_argument("--threads", type=int, default=0)
    a.add_argument("--batch", type=int, default=24)
    a.add_argument("--side", type=int, default=96, help="of a training crop, pixels")
    a.add_argument("--optimiser", default="muon", choices=("muon", "adamw"))
    a.add_argument("--lr", type=float, default=1.5e-3, help="of AdamW")
    a.add_argument("--muon-lr", type=float, default=0.02)
    a.add_argument("--ema", type=float, default=0.999)
    a.add_argument("--own", type=float, default=0.5, help="0: weigh by noise level alone; 1: by the sample's own error")
    a.add_argument("--uniform-loss", action="store_true", help="plain squared error (for comparison)")
    a.add_argument("--shares", type=float, nargs=3, metavar=("WHITE", "CAMERA", "PATH"), help="of each batch")
    a.add_argument("--meter", metavar="FILE", help="weights file of the noise meter: tell what it reads off cameras' pictures")
    a.add_argument("--validation", help="a folder of pictures (its first 12 are used)")
    a.add_argument("--seed", type=int, default=1)
    a.add_argument("--compile", action="store_true", help="torch.compile (PyTorch 2): for GPUs")
    return a.parse_args()


def main():
    o = options()
    world, rank = int(os.environ.get("WORLD_SIZE", 1)), int(os.environ.get("RANK", 0))
    kind = ("cuda" if torch.cuda.is_available() else "cpu") if o.device == "auto" else o.device
    device = torch.device(kind, int(os.environ.get("LOCAL_RANK", 0))) if kind == "cuda" else torch.device(kind)
    if world > 1:
        torch.distributed.init_process_group("nccl" if kind == "cuda" else "gloo")
    if o.threads:
        torch.set_num_threads(o.threads)
    torch.backends.cudnn.benchmark = True
    stored = torch.load(o.out, map_location="cpu") if o.resume and os.path.exists(o.out) else None
    seed_everything(o.seed + rank, stored)

    pack = Pack(o.pack, device)
    shape = stored["shape"] if stored else {k: getattr(o, k) for k in ("patch", "width", "blocks", "activation")}
    d = shape["patch"]
    started = weights.load(o.start)[0] if o.start and not stored else None
    mean, variance = (started.mean, started.variance) if started else pack.statistics(d)
    model = build(shape, mean, variance).to(device)
    average = build(shape, mean, variance).to(device)
    clock = Clock(o.minutes, o.deadline, kind == "cpu")
    scale = LossScale(device)
    step, pixels, history = 0, 0, []
    if stored:
        model.load_state_dict(stored["model"])
        average.load_state_dict(stored["average"])
        step, history, scale.mean = stored["step"], stored["history"], stored["scale"].to(device)
        clock.spent, pixels = stored["spent"], stored.get("pixels", 0)
        if o.deadline:
            clock.start = stored["start"]
    else:
        if o.grow:
            small = torch.load(o.grow, map_location="cpu")
            model.load_state_dict(grow(small["average"], model.state_dict()))
            scale.mean = small["scale"].to(device)
        if started:
            model.load_state_dict(started.state_dict())
        average.load_state_dict(model.state_dict())
    model.to(memory_format=torch.channels_last)
    average.to(memory_format=torch.channels_last)
    optimiser = Both(model.network, o.optimiser, o.lr, o.muon_lr)
    if stored:
        optimiser.load_state_dict(stored["optimiser"])
    run = torch.nn.parallel.DistributedDataParallel(model, [device] if kind == "cuda" else None) if world > 1 else model
    if o.compile:
        run = torch.compile(run)

    metric = transform.ERROR_METRIC.float().to(device)
    weight = torch.diagonal(metric).repeat_interleave(d * d)[None, :, None, None]
    shares = dict(zip(noise.SHARES, o.shares)) if o.shares else noise.SHARES
    reader = weights.load_meter(o.meter).to(device).to(memory_format=torch.channels_last) if o.meter else None
    pictures = evaluate.load(o.validation)[:12] if o.validation and rank == 0 else []
    if rank == 0:
        print("%.1f thousand multiply-adds per pixel, %d parameters, %s" % (
            model.network.operations(d) / 1000, sum(p.numel() for p in model.parameters()), device), flush=True)

    def progress_now():
        """That of the first process: all must stop at the same step."""
        if world == 1:
            return clock.progress()
        share = torch.tensor([clock.progress()], device=device)
        torch.distributed.broadcast(share, 0)
        return share.item()

    def checkpoint():
        save(o.out, dict(shape=shape, model=model.state_dict(), average=average.state_dict(), step=step,
                         pixels=pixels, history=history, scale=scale.mean.cpu(), spent=clock.spent, start=clock.start, shares=shares,
                         over=(noise.CAMERA_OVER, noise.OVER_MOST), files=(noise.FILE_SHARE, noise.CAMERA_FILE),
                         optimiser=optimiser.state_dict(), about=pack.about, command=" ".join(sys.argv)))

    next_look, last_save, running = 0.04, time.time(), None
    while next_look < clock.progress():
        next_look += 0.08
    progress = progress_now()
    while progress < 1:
        with torch.no_grad():
            clean, noisy, level = noise.make(pack.batch(o.batch, o.side), d, shares, reader=reader)
        with torch.autocast(device.type, dtype=torch.bfloat16):
            estimate = run(noisy, level)
        loss = squared_error(estimate.float() - clean, metric)
        with torch.no_grad():
            v = model.variance[:, None, None]
            wiener = (weight * v * level ** 2 / (v + level ** 2)).mean((1, 2, 3))
            own = loss.detach()
            expected = scale.weights(wiener, own)
            if o.uniform_loss:
                divisor = scale.mean[scale.mean > 0].mean()
            else:
                divisor = expected * ((own / expected).clamp_min(0.05) ** o.own)
        objective = (loss / divisor).mean()
        norm = optimiser.descend(model.network, objective, learning_rate(progress))
        step += 1
        pixels += o.batch * world * o.side ** 2
        follow(average, model, step, o.ema)
        ratio = (loss.detach() / wiener).mean()
        running = ratio if step == 1 or running is None else running + 0.02 * (ratio - running)
        clock.step()
        progress = progress_now()
        if rank == 0 and (progress >= 1 or progress > next_look):
            next_look += 0.08
            with torch.autocast(device.type, dtype=torch.bfloat16):
                figures = [evaluate.mean_psnr(average, pictures, d, sigma) for sigma in (15, 25, 50)] if pictures else []
            history.append((clock.spent / 60, step, running.item(), figures))
            print("%5.1f min  step %6d  %.2e pixels  error/wiener %.4f  norm %.2f  %s" % (
                clock.spent / 60, step, pixels, running, norm, " ".join("%.3f" % f for f in figures)), flush=True)
        if rank == 0 and (progress >= 1 or time.time() - last_save > 110):
            checkpoint()
            last_save = time.time()
    return 0


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        sys.exit(main())
