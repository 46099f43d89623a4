# SPDX-License-Identifier: Apache-2.0
"""Drawings and screens, which have edges and strokes but no noise: what the meter must not take for noise."""
import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image, ImageDraw

from data.camera import some

MARGIN = 32                   # by which a stored page is larger than what is cut from it


def flat(n, side, device):
    """Flat areas with sharp or softened edges, some with slopes or a wide stroke: N x 3 x side x side in [-1, 1]."""
    big = 2 * side
    y, x = torch.meshgrid(torch.linspace(-1, 1, big, device=device), torch.linspace(-1, 1, big, device=device), indexing="ij")
    angle = torch.rand(n, 5, 1, 1, device=device) * 6.2832
    angle = torch.where(torch.rand_like(angle) < 0.6, (angle / 1.5708).round() * 1.5708, angle)
    offset = torch.rand(n, 5, 1, 1, device=device) * 1.6 - 0.8
    often = torch.where(torch.rand_like(angle) < 0.3, torch.exp(torch.rand_like(angle) * 4), torch.zeros_like(angle))
    along = x * angle.cos() + y * angle.sin() - offset
    inside = torch.where(often > 0, torch.sin(along * often * 3) > 0, along > 0)
    index = (inside.long() * (2 ** torch.arange(5, device=device))[None, :, None, None]).sum(1).flatten(1)
    palette = torch.rand(n, 3, 32, device=device)
    palette = torch.where(torch.rand(n, 1, 1, device=device) < 0.3, palette.round(), palette)
    rgb = palette.gather(2, index[:, None].expand(n, 3, -1)).reshape(n, 3, big, big)
    rgb = rgb + along[:, :1] * 0.3 * (torch.rand(n, 3, 1, 1, device=device) - 0.5) * some(n, 0.4, device)
    field = torch.randn(n, 1, *(int(torch.randint(4, side // 2, (1,))) for _ in range(2)), device=device)
    stroke = F.interpolate(field, size=(big, big), mode="bilinear", align_corners=False).abs() < 0.15
    stroke = stroke & some(n, 0.4, device)
    rgb = torch.where(stroke, torch.rand(n, 3, 1, 1, device=device).expand_as(rgb), rgb)
    soft = F.avg_pool2d(rgb, 2)
    return torch.where(some(n, 0.5, device), soft, rgb[:, :, ::2, ::2]).clamp(0, 1) * 2 - 1


def page(random, side):
    """One page full of short strokes, rings or dots, sparse or dense, of like colours or of many; h x w x 3, 8-bit."""
    smooth = random.random() < 0.4
    scale = 2 if smooth else 1
    size, coloured = side * scale, random.random() < 0.4
    image = Image.new("RGB", (size, size), tuple(int(c) for c in random.integers(0, 256, 3)) if coloured
                      else (int(random.choice([255, 250, 240, 20, random.integers(256)])),) * 3)
    draw = ImageDraw.Draw(image)
    length = scale * np.exp(random.uniform(np.log(3), np.log(60)))
    low, high = sorted(random.integers(0, 256, 2))
    turn = random.random() * 3.1416 if random.random() < 0.5 else None     # strokes all one way, more or less
    shape, bold = random.integers(5), scale * int(random.choice([1, 1, 1, 2, 3]))
    for _ in range(int(np.exp(random.uniform(3, 7)) * (60 / (length / scale + 10)))):
        x, y = random.uniform(0, size, 2)
        angle = random.uniform(0, 6.2832) if turn is None else turn + 0.2 * random.normal()
        reach = length * random.uniform(0.3, 1)
        ink = tuple(int(c) for c in (random.integers(0, 256, 3) if coloured else [random.integers(low, high + 1)] * 3))
        if shape < 3:
            draw.line([x, y, x + reach * np.cos(angle), y + reach * np.sin(angle)], fill=ink, width=bold)
        elif shape == 3:
            draw.ellipse([x, y, x + reach, y + reach], outline=ink, width=bold)
        else:
            draw.rectangle([x, y, x + reach / 3, y + reach / 3], fill=ink)
    return np.asarray(image.resize((side, side), Image.LANCZOS) if smooth else image)


class Pages:
    """A stock of pages to cut from."""

    def __init__(self, count, side, device, seed=1):
        random = np.random.default_rng(seed)
        self.pages = torch.from_numpy(np.stack([page(random, side + MARGIN) for _ in range(count)])).to(device)
        self.side = side

    def batch(self, n):
        """N x 3 x side x side in [-1, 1], windows of pages, turned."""
        rows = []
        for k in torch.randint(len(self.pages), (n,)).tolist():
            top, left = torch.randint(0, MARGIN + 1, (2,)).tolist()
            window = self.pages[k, top:top + self.side, left:left + self.side]
            rows.append(torch.rot90(window, int(torch.randint(4, (1,)))))
        return torch.stack(rows).permute(0, 3, 1, 2).float() / 127.5 - 1
