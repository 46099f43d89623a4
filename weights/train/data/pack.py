# SPDX-License-Identifier: Apache-2.0
"""Batches of crops out of a pack (prepare.py), cut and varied on the device that holds it."""
import json
import math
import os

import numpy as np
import torch

from fddm import transform

DARKEST = 0.06          # of a picture's brightness is left in the darkest ones


class Pack:
    def __init__(self, folder, device):
        crops = np.load(os.path.join(folder, "crops.npy"), mmap_mode="c")
        self.crops = torch.from_numpy(crops)                    # on a CPU it stays in the file's pages
        if device.type != "cpu":
            self.crops = self.crops.to(device)
        busy = torch.from_numpy(np.load(os.path.join(folder, "busyness.npy")))
        self.chance = busy.clamp(0.7, 12).sqrt().to(device)     # busier crops more often
        self.device = device
        with open(os.path.join(folder, "pack.json")) as f:
            self.about = json.load(f)

    def batch(self, n, side, vary=True, dark=0.0):
        """N x 3 x side x side, R'G'B' in [-1, 1]: random windows, flipped and turned, half of them with other
        brightness, contrast and white balance. DARK: the share that is made as dark as pictures of a night."""
        dev, full = self.device, self.crops.shape[1]
        which = torch.multinomial(self.chance, n, replacement=True)
        step = torch.arange(side, device=dev)

        def walk():
            start = torch.randint(0, full - side + 1, (n, 1), device=dev)
            back = torch.rand(n, 1, device=dev) < 0.5
            return start + torch.where(back, side - 1 - step, step)

        rows, columns = walk()[:, :, None], walk()[:, None, :]
        turned = (torch.rand(n, 1, 1, device=dev) < 0.5)
        r = torch.where(turned, rows.transpose(1, 2), rows)
        c = torch.where(turned, columns.transpose(1, 2), columns)
        rgb = self.crops[which[:, None, None], r, c].permute(0, 3, 1, 2).float() / 255
        if vary:
            on = (torch.rand(n, 1, 1, 1, device=dev) < 0.5).float()
            gain = 1 + on * (torch.rand(n, 1, 1, 1, device=dev) * 0.7 - 0.5)
            gain = gain * (1 + on * (torch.rand(n, 3, 1, 1, device=dev) - 0.5) * 0.3)
            lift = on * (torch.rand(n, 1, 1, 1, device=dev) - 0.3) * 0.2
            rgb = (rgb * gain + lift).clamp(0, 1)
        if dark:
            night = torch.exp(math.log(DARKEST) * torch.rand(n, 1, 1, 1, device=dev))
            rgb = torch.where(torch.rand(n, 1, 1, 1, device=dev) < dark, rgb * night, rgb)
        return (rgb * 2 - 1).contiguous()

    def statistics(self, d, batches=60):
        """Mean and variance (C) of the coefficients."""
        total, square = 0, 0
        for _ in range(batches):
            c = transform.patch_dct(transform.to_ycc(self.batch(32, 96, vary=False)), d).double()
            total, square = total + c.mean((0, 2, 3)), square + c.pow(2).mean((0, 2, 3))
        mean = total / batches
        # Only the mean colour is a property of photographs; other frequencies are symmetric.
        mean[torch.arange(len(mean), device=mean.device) % (d * d) != 0] = 0
        return mean, (square / batches - mean ** 2).clamp_min(1e-8)
