# SPDX-License-Identifier: Apache-2.0
"""Checkpoints: written whole or not at all, and the random numbers of a run that goes on from one."""
import os
import random

import torch


def seed_everything(seed, stored):
    """STORED is the checkpoint of a run that goes on, or None: it draws new samples, not those that it began with."""
    seed += 1000003 * (stored["step"] if stored else 0)
    torch.manual_seed(seed)
    random.seed(seed)


def save(path, contents):
    torch.save(contents, path + ".part")
    os.replace(path + ".part", path)
