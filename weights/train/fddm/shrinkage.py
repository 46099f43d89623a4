# SPDX-License-Identifier: Apache-2.0
"""What ends denoising, as the engine does it: shrinkage of DCT coefficients (kernels/pixels/shrinkage.h) and coarse blotches of
colour averaged (kernels/pixels/blotches.h). R'G'B' in [0, 1]."""
import math

import torch
import torch.nn.functional as F

from . import nonlocal_means, transform

SIDE, CELL = 32, 4


def dct_matrix(n):
    u, x = torch.arange(n, dtype=torch.float64)[:, None], torch.arange(n, dtype=torch.float64)[None]
    matrix = torch.cos(math.pi * (2 * x + 1) * u / (2 * n)) * math.sqrt(2 / n)
    matrix[0] /= math.sqrt(2)
    return matrix


def blocks(x, left, top):
    """C x H x W -> C x rows x columns x SIDE x SIDE, LEFT and TOP pixels of reflection before the first block."""
    height, width = x.shape[1:]
    half = SIDE // 2
    right, bottom = SIDE + half - (width + left) % half, SIDE + half - (height + top) % half
    around = F.pad(x[None], (left, right, top, bottom), mode="reflect")[0]
    return around.unfold(1, SIDE, half).unfold(2, SIDE, half)


def change(rgb, removed, a, most, x=0, y=0):
    """rgb, removed: C x H x W; (x, y): where they begin in the picture. Returns what shrinkage changes of rgb."""
    half, (channels, height, width) = SIDE // 2, rgb.shape
    ycc, n = (transform.to_ycc(p[None].double())[0] if channels == 3 else p.double() for p in (rgb, removed))
    left, top = half + x % half, half + y % half
    matrix = dct_matrix(SIDE)
    d = matrix @ blocks(ycc, left, top) @ matrix.T
    threshold = a * blocks(n, left, top).pow(2).mean((3, 4), keepdim=True).sqrt().clamp_max(most)
    square = d.pow(2)
    square[..., 0, 0] = (square[..., 0, 1] + square[..., 1, 0]) / 2
    q = F.avg_pool2d(F.pad(square.flatten(0, 2), (1, 1, 1, 1), mode="replicate"), 3, 1).reshape(d.shape)
    less = -d * threshold.pow(2) / (q + threshold.pow(2)).clamp_min(1e-30)
    less[..., 0, 0] = 0
    fade = torch.sin(math.pi * (torch.arange(SIDE, dtype=torch.float64) + 0.5) / SIDE)
    back = (matrix.T @ less @ matrix) * fade[:, None] * fade
    rows, columns = back.shape[1:3]
    fold = lambda b, c: F.fold(b.permute(0, 3, 4, 1, 2).reshape(c * SIDE * SIDE, -1)[None],
                               ((rows + 1) * half, (columns + 1) * half), SIDE, stride=half)[0]
    weight = fold((fade[:, None] * fade).expand(1, rows, columns, SIDE, SIDE), 1)
    out = (fold(back, channels) / weight)[:, top:top + height, left:left + width]
    return (transform.to_rgb(out[None])[0] if channels == 3 else out).float()


def blotches(rgb, h, x=0, y=0):
    """What averaging changes of chroma at a quarter of the size, carried over to the pixels."""
    height, width = rgb.shape[1:]
    cell = lambda n, begin: (torch.arange(n) + begin % CELL) // CELL
    column, row = cell(width, x), cell(height, y)
    total = torch.zeros(3, int(row[-1]) + 1, int(column[-1]) + 1, dtype=torch.float64)
    count = torch.zeros(total.shape[1:], dtype=torch.float64)
    index = (row[:, None].expand(height, width), column.expand(height, width))
    count.index_put_(index, torch.ones(height, width, dtype=torch.float64), accumulate=True)
    for c in range(3):
        total[c].index_put_(index, rgb[c].double(), accumulate=True)
    changed = transform.to_ycc(nonlocal_means.change(total / count, h)[None].double())[0]
    changed[0] = 0
    wide = F.interpolate(changed[None], scale_factor=CELL, mode="bilinear", align_corners=False)[0]
    return transform.to_rgb(wide[None, :, y % CELL:, x % CELL:][..., :height, :width])[0].float()
