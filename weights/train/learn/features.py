# SPDX-License-Identifier: Apache-2.0
"""Features of pictures, and the Frechet distance between two sets of them (comparable only with itself).

Textures: the 512 channels that ImageNet's SqueezeNet 1.1 ends with, averaged over places (h5py reads its file). Fashion:
the 64 features of a small classifier that is trained here in a minute, on the same training set.
"""
import os

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F

# What the file's network expects: blue, green, red in 8-bit steps, less the mean of ImageNet.
MEAN = (103.939, 116.779, 123.68)
FIRES_BEFORE_POOL = (3, 5)


class SqueezeNet:
    def __init__(self, path, device):
        import h5py
        self.parameters = {}
        with h5py.File(path, "r") as f:
            def visit(name, item):
                if isinstance(item, h5py.Dataset):
                    layer = name.split("/")[0] if name.startswith("conv1/") else "/".join(name.split("/")[:2])
                    value = torch.from_numpy(np.asarray(item)).to(device)
                    kind = "weight" if "kernel" in name else "bias"
                    self.parameters[layer, kind] = value.permute(3, 2, 0, 1).contiguous() if kind == "weight" else value
            f.visititems(visit)
        self.mean = torch.tensor(MEAN, device=device)[:, None, None]
        self.device = device

    def _conv(self, x, layer, **more):
        return F.relu(F.conv2d(x, self.parameters[layer, "weight"], self.parameters[layer, "bias"], **more))

    @torch.no_grad()
    def __call__(self, pictures):
        """N x 3 x H x W in [-1, 1] -> N x 512. Pictures are seen at twice their size, as the network knows big ones."""
        x = F.interpolate(pictures.to(self.device), scale_factor=2, mode="bilinear", align_corners=False)
        x = F.max_pool2d(self._conv((x.flip(1) + 1) * 127.5 - self.mean, "conv1", stride=2), 3, 2)
        for fire in range(2, 10):
            x = self._conv(x, "fire%d/squeeze1x1" % fire)
            x = torch.cat([self._conv(x, "fire%d/expand1x1" % fire), self._conv(x, "fire%d/expand3x3" % fire, padding=1)], 1)
            if fire in FIRES_BEFORE_POOL:
                x = F.max_pool2d(x, 3, 2)
        return x.mean((2, 3))


class Classifier(nn.Module):
    """28 x 28 gray -> 64 features -> ten classes."""

    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(nn.Conv2d(1, 32, 3, padding=1), nn.ReLU(), nn.Conv2d(32, 64, 3, 2, 1), nn.BatchNorm2d(64),
                                  nn.ReLU(), nn.Conv2d(64, 128, 3, 2, 1), nn.BatchNorm2d(128), nn.ReLU(),
                                  nn.Conv2d(128, 128, 3, 2, 1), nn.ReLU(), nn.Flatten(), nn.Linear(2048, 64), nn.ReLU())
        self.head = nn.Linear(64, 10)

    @torch.no_grad()
    def __call__(self, pictures):
        return self.body(pictures.to(self.head.weight.device))


def classifier(path, train, test, steps=2000):
    """The one stored in PATH; if there is none, it is trained and stored there."""
    model = Classifier().to(train.device)
    if os.path.exists(path):
        model.load_state_dict(torch.load(path, map_location=train.device, weights_only=True))
        return model.eval()
    optimiser = torch.optim.Adam(model.parameters(), 2e-3)
    fall = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, steps)
    for _ in range(steps):
        pictures, labels = train.batch(128)
        loss = F.cross_entropy(model.head(model.body(pictures)), labels)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        fall.step()
    model.eval()
    pictures, labels = test.batch(2000)
    print("classifier: %.1f %% of held-back pictures right" % (
        100 * (model.head(model(pictures)).argmax(1) == labels).float().mean().item()))
    torch.save(model.state_dict(), path)
    return model


def frechet(a, b):
    """a, b: N x n features. |mean difference|^2 + tr (A + B - 2 (A^1/2 B A^1/2)^1/2), A and B their covariances."""
    a, b = a.double().cpu().numpy(), b.double().cpu().numpy()
    cov_a, cov_b = np.cov(a, rowvar=False), np.cov(b, rowvar=False)
    values, vectors = np.linalg.eigh(cov_a)
    root = (vectors * np.sqrt(values.clip(0))) @ vectors.T
    both = np.sqrt(np.linalg.eigvalsh(root @ cov_b @ root).clip(0)).sum()
    return float(((a.mean(0) - b.mean(0)) ** 2).sum() + np.trace(cov_a) + np.trace(cov_b) - 2 * both)
