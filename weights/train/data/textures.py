# SPDX-License-Identifier: Apache-2.0
"""Pictures by class, to learn to generate: material textures, a folder for each class, and Fashion-MNIST.

    python3 -m data.textures FOLDER > data/held-back-textures.txt      which textures are never trained on

Both offer `classes` (names), `channels`, `side`, and batch (n, labels) -> N x channels x side x side in [-1, 1], N labels.
"""
import gzip
import os
import re
import sys
import zlib

import numpy as np
import torch
from PIL import Image

from fddm import transform

# Ten pictures of 128 x 128, some of them moss or stone to the eye: too few to learn from and hold any back.
DROPPED = ("bark",)

# Seen from a side, or laid along a line: never turned by a quarter, only flipped.
UPRIGHT = ("brick", "rock", "wood")

LEAST = (2 / 255) ** 2 / 12     # of a picture's variances: what rounding to 8 bits leaves

PREVIEW, RAGGED = 128, 2        # side of ambientCG's previews; pixels at their edges, half of them of another colour

FASHION = ("t-shirt", "trousers", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "ankle-boot")


def family(stem):
    """What variants of one material have in common: acg-bricks_075 -> acg-bricks_25, 0ad-grass-b-soft -> 0ad-grass."""
    number = re.fullmatch(r"(acg-.*)_(\d+)", stem)
    if number:
        return "%s_%d" % (number[1], int(number[2]) // 3)
    return re.sub(r"(-([a-z]|\d+))+(-.*)?$", "", stem)


def held_back(label, stems):
    """A tenth of a class, whole families, is never trained on: what samples are compared with (held-back-textures.txt)."""
    families = {}
    for stem in stems:
        families.setdefault(family(stem), []).append(stem)
    held, wanted = set(), max(2, round(len(stems) / 10))
    for name in sorted(families, key=lambda f: zlib.crc32((label + "/" + f).encode())):
        if len(held) + len(families[name]) <= wanted + 1 and len(held) < wanted:
            held.update(families[name])
    return held


def statistics(data, d, batches=40):
    """Mean and variance (C) of the coefficients of patches of side D. Only the mean colour has a mean: the other
    frequencies of textures are symmetric."""
    total, square = 0, 0
    for _ in range(batches):
        c = transform.patch_dct(transform.to_ycc(data.batch(64)[0]), d).double()
        total, square = total + c.mean((0, 2, 3)), square + c.pow(2).mean((0, 2, 3))
    mean = total / batches
    if data.symmetric:
        mean[torch.arange(len(mean), device=mean.device) % (d * d) != 0] = 0
    return mean, (square / batches - mean ** 2).clamp_min(1e-8)


def own_statistics(clean, mean, d):
    """Of each picture by itself: its mean colours (other frequencies have the MEAN of all) and its variances, each N x C x 1 x
    1. clean: N x C x h x w."""
    m = mean.to(clean)[None, :, None, None].repeat(len(clean), 1, 1, 1)
    m[:, ::d * d] = clean[:, ::d * d].mean((2, 3), keepdim=True)
    return m, (clean - m).pow(2).mean((2, 3), keepdim=True).clamp_min(LEAST)


def variants(data, mean, d, count=32):
    """The own statistics of COUNT pictures of each class: means and variances, R x C each, and how many of each class."""
    rows = [own_statistics(transform.patch_dct(transform.to_ycc(data.batch(count, torch.full((count,), k, device=data.device))[0]),
                                               d), mean, d) for k in range(len(data.classes))]
    m, v = (torch.cat(part)[:, :, 0, 0] for part in zip(*rows))
    return m, v, [count] * len(data.classes)


def chances(counts, balance, favour, share):
    """Of each class, which has COUNTS pictures: by counts ** (1 - BALANCE), the classes that are FAVOURed (bools) together
    SHARE of all."""
    chance = np.array(counts, float) ** (1 - balance)
    favour = np.array(favour)
    if favour.any() and not favour.all():
        chance[favour] *= share / chance[favour].sum()
        chance[~favour] *= (1 - share) / chance[~favour].sum()
    return chance / chance.sum()


class Textures:
    """VIEW: `crop` takes windows of SIDE at the picture's own scale, pictures of 256 x 256 also at half of theirs; `tile`
    scales the whole picture to SIDE, which so tiles too. Pictures tile, so windows wrap around their edges; but ambientCG's
    previews are ragged there: those lose their edges, and windows of a side that fits stay inside."""

    symmetric, channels = True, 3

    def __init__(self, folder, side, device, view="crop", held=False, balance=0.5, favour=(), share=0.5):
        """balance: 0 takes classes by how many pictures they have, 1 all alike. favour: classes that together make SHARE of
        all pictures."""
        self.side, self.device, self.names = side, device, []
        self.classes = sorted(n for n in os.listdir(folder) if os.path.isdir(os.path.join(folder, n)) and n not in DROPPED)
        pixels, rows, counts = [], [], []       # rows: offset in pixels, side, where windows may begin, class, chance in it
        for label, name in enumerate(self.classes):
            files = [n for n in sorted(os.listdir(os.path.join(folder, name))) if n.endswith((".jpg", ".png"))]
            apart = held_back(name, [os.path.splitext(n)[0] for n in files])
            files = [n for n in files if (os.path.splitext(n)[0] in apart) == held]
            self.names += [name + "/" + n for n in files]
            counts.append(len(files))
            for n in files:
                image = Image.open(os.path.join(folder, name, n)).convert("RGB")
                sides = [side] if view == "tile" else [s for s in (image.width, 128) if side <= s]
                for s in sorted(set(sides)):
                    a = np.asarray(image if s == image.width else image.resize((s, s), Image.LANCZOS))
                    if n.startswith("acg-") and view == "crop" and side <= s - 2 * RAGGED:
                        a = a[RAGGED:-RAGGED, RAGGED:-RAGGED]
                    inside = len(a) < s
                    rows.append((rows[-1][0] + rows[-1][1] ** 2 if rows else 0, len(a), len(a) - side + 1 if inside else s, label,
                                 1 / len(files) / len(set(sides))))
                    pixels.append(a.reshape(-1, 3))
        self.pixels = torch.from_numpy(np.concatenate(pixels)).to(device)
        columns = list(zip(*rows))
        self.offset, self.sides, self.starts, self.label = (torch.tensor(c, device=device) for c in columns[:4])
        of_class = torch.tensor(chances(counts, balance, [n in favour for n in self.classes], share), device=device)
        self.chance = torch.tensor(columns[4], device=device) * of_class.float()[self.label]
        self.turns = torch.tensor([n not in UPRIGHT for n in self.classes], device=device)

    def batch(self, n, labels=None):
        """Random windows, flipped and, where the class allows, turned."""
        dev, side = self.device, self.side
        if labels is None:
            which = torch.multinomial(self.chance, n, replacement=True)
        else:
            which = torch.cat([torch.multinomial(self.chance * (self.label == k), 1) for k in labels.tolist()])
        label, full, starts = self.label[which], self.sides[which][:, None], self.starts[which][:, None]
        step = torch.arange(side, device=dev)

        def walk():
            start = (torch.rand(n, 1, device=dev) * starts).long()
            back = torch.rand(n, 1, device=dev) < 0.5
            return (start + torch.where(back, side - 1 - step, step)) % full

        rows, columns = walk()[:, :, None], walk()[:, None, :]
        turned = ((torch.rand(n, device=dev) < 0.5) & self.turns[label])[:, None, None]
        r = torch.where(turned, rows.transpose(1, 2), rows)
        c = torch.where(turned, columns.transpose(1, 2), columns)
        rgb = self.pixels[self.offset[which][:, None, None] + r * full[:, :, None] + c]
        return (rgb.permute(0, 3, 1, 2).float() / 127.5 - 1).contiguous(), label


def read_idx(folder, name):
    """The array of an IDX file, plain or gzipped."""
    path = os.path.join(folder, name)
    with (open(path, "rb") if os.path.exists(path) else gzip.open(path + ".gz")) as f:
        data = f.read()
    shape = [int.from_bytes(data[4 + 4 * i:8 + 4 * i], "big") for i in range(data[3])]
    return np.frombuffer(data, np.uint8, offset=4 + 4 * data[3]).reshape(shape)


class Fashion:
    """Fashion-MNIST: a folder of its four IDX files. Never flipped: shoes point one way there."""

    symmetric, channels, side, classes = False, 1, 28, list(FASHION)

    def __init__(self, folder, device, held=False):
        stem = "t10k" if held else "train"
        self.pixels = torch.from_numpy(read_idx(folder, stem + "-images-idx3-ubyte").copy()).to(device)
        self.label = torch.from_numpy(read_idx(folder, stem + "-labels-idx1-ubyte").astype(np.int64)).to(device)
        self.device, self.names = device, ["Fashion-MNIST, " + stem]

    def batch(self, n, labels=None):
        if labels is None:
            which = torch.randint(len(self.label), (n,), device=self.device)
        else:
            which = torch.cat([torch.multinomial((self.label == k).float(), 1) for k in labels.tolist()])
        return self.pixels[which][:, None].float() / 127.5 - 1, self.label[which]


def add_options(arguments):
    arguments.add_argument("--textures", metavar="DIR")
    arguments.add_argument("--fashion", metavar="DIR", help="of Fashion-MNIST's IDX files, instead of textures")
    arguments.add_argument("--view", default="crop", choices=("crop", "tile"))


def load(o, side, device, held=False, balance=0.5, favour=(), share=0.5):
    """The data that the options of add_options name."""
    if o.fashion:
        return Fashion(o.fashion, device, held)
    return Textures(o.textures, side, device, o.view, held, balance, favour, share)


if __name__ == "__main__":
    print("\n".join(Textures(sys.argv[1], 64, torch.device("cpu"), held=True).names))
