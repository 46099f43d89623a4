#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Trains a tiny network for a few steps and prints the loss of each, and the sum of the weights: same_loss.py PACK

The batch has four parts, each with its own random numbers. A process takes its share of them by RANK and WORLD_SIZE, so that one
process and four see the same batches.
"""
import os
import sys

import torch

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "weights", "train"))
from data import noise                                                                                     # noqa: E402
from data.pack import Pack                                                                                 # noqa: E402
from fddm import transform                                                                                 # noqa: E402
from learn.optimiser import Both                                                                           # noqa: E402
from learn.tasks import denoise                                                                            # noqa: E402

PARTS, STEPS, PATCH = 4, 8, 4


class Part:
    def __init__(self, number):
        torch.manual_seed(100 + number)
        self.state = torch.get_rng_state()

    def batch(self, pack):
        torch.set_rng_state(self.state)
        made = noise.make(pack.batch(4, 64), PATCH, noise.Kinds())
        self.state = torch.get_rng_state()
        return made


def main():
    world, rank = int(os.environ.get("WORLD_SIZE", 1)), int(os.environ.get("RANK", 0))
    torch.set_num_threads(1)
    if world > 1:
        torch.distributed.init_process_group("gloo")
    pack = Pack(sys.argv[1], torch.device("cpu"))
    torch.manual_seed(1)
    shape = {"patch": PATCH, "width": 16, "blocks": 1, "activation": "relu"}
    model = denoise.build(shape, *pack.statistics(PATCH))
    optimiser = Both(model.network, "adamw", 1e-3, 0)
    run = torch.nn.parallel.DistributedDataParallel(model) if world > 1 else model
    parts = [Part(number) for number in range(PARTS)][rank::world]
    metric = transform.ERROR_METRIC.float()
    for _ in range(STEPS):
        with torch.no_grad():
            clean, noisy, level = (torch.cat(of) for of in zip(*(part.batch(pack) for part in parts)))
        loss = denoise.squared_error(run(noisy, level) - clean, metric).mean()
        optimiser.descend(model.network, loss, 1)
        shown = loss.detach().clone()
        if world > 1:
            torch.distributed.all_reduce(shown)
        if rank == 0:
            print("%.9f" % (shown.item() / world))
    if rank == 0:
        print("%.6f" % sum(p.detach().double().abs().sum().item() for p in model.network.parameters()))


if __name__ == "__main__":
    main()
