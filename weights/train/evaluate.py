#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Mean PSNR by the published protocol."""
import os

import numpy as np
import torch
from PIL import Image

from fddm import transform


def load(folder):
    """Every picture of a folder, by name: list of (name, 3 x H x W float in [-1, 1])."""
    names = sorted(n for n in os.listdir(folder) if n.lower().endswith((".png", ".jpg", ".jpeg", ".tif", ".bmp")))
    pictures = []
    for n in names:
        a = np.asarray(Image.open(os.path.join(folder, n)).convert("RGB"))
        pictures.append((n, torch.from_numpy(a.copy()).permute(2, 0, 1).float() / 127.5 - 1))
    return pictures


def psnr(a, b):
    """a, b: pictures in [-1, 1]. dB."""
    return float(-10 * torch.log10(((a - b).double() / 2).pow(2).mean()))


def add_noise(picture, sigma, seed):
    """White noise, sigma in 8-bit steps, neither clipped nor rounded; the same for every network."""
    random = np.random.default_rng(seed)
    return picture + torch.from_numpy(random.standard_normal(tuple(picture.shape), np.float32)) * (sigma * 2 / 255)


@torch.no_grad()
def denoise(model, rgb, d, sigma):
    """rgb: N x 3 x H x W."""
    x = transform.analyse(rgb, d)
    s = transform.white_level(sigma, d).to(x)[None, :, None, None].expand_as(x)
    return transform.synthesise(model(x, s.clamp_min(model.low)), d, *rgb.shape[-2:])


def mean_psnr(model, pictures, d, sigma):
    device = model.mean.device
    total = 0
    for i, (_, clean) in enumerate(pictures):
        noisy = add_noise(clean, sigma, i).to(device)
        total += psnr(denoise(model, noisy[None], d, sigma)[0].cpu(), clean)
    return total / len(pictures)
