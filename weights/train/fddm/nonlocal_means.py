# SPDX-License-Identifier: Apache-2.0
"""Non-local means (Buades, Coll and Morel, CVPR 2005) as the engine does it: kernels/pixels/blotches.h."""
import torch
import torch.nn.functional as F

STEP, SIDE = 3, 3      # pixels from one shift to the next, and how many shifts to each side


def change(x, h):
    """x: C x H x W, an estimate. Returns what averaging whatever looks alike in it changes."""
    reach = STEP * SIDE + 1
    around = F.pad(x[None].double(), (reach,) * 4, mode="reflect")
    total, weights = x.double(), torch.ones(x.shape[1:], dtype=torch.float64)
    for dy in range(-SIDE, SIDE + 1):
        for dx in range(-SIDE, SIDE + 1):
            if (dy, dx) == (0, 0):
                continue
            moved = around.roll((-STEP * dy, -STEP * dx), (2, 3))
            distance = F.avg_pool2d((around - moved).pow(2).mean(1, keepdim=True), 3, 1, 1)
            inner = slice(reach, -reach)
            weight = (1 - distance[0, 0, inner, inner] / (8 * h * h)).clamp_min(0) ** 8
            total, weights = total + weight * moved[0, :, inner, inner], weights + weight
    return (total / weights - x).float()
