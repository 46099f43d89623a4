#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Mean PSNR by the published protocol: white noise in float, neither clipped nor rounded; the mean over the set of the
PSNR of each picture, over its three channels.

    evaluate.py WEIGHTS --set NAME=FOLDER ... [--sigma 15 25 50] [--passes 1 8] [--limit N] [--json OUT]
                [--stored]           as an 8-bit file holds it, clipped and rounded, instead of in float
                [--program fddm]     also runs the C program on the same noisy pictures
                [--given FILE]       that the program is given instead: what WEIGHTS take the place of where noise is white
                [--quality QUALITY]  whose networks the program takes from where it finds them, instead of those
"""
import argparse
import json
import os

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image

from fddm import program, transform, weights

# Where the patch grid stands, (right, down) in quarters of a patch, in pass k of an average (quality `best`).
GRIDS = ((0, 0), (2, 2), (2, 0), (0, 2), (1, 1), (3, 3), (1, 3), (3, 1))


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


def add_noise(picture, sigma, seed, stored=False):
    """White noise, sigma in 8-bit steps; the same for every network. stored: as an 8-bit file holds the result."""
    random = np.random.default_rng(seed)
    noisy = picture + torch.from_numpy(random.standard_normal(tuple(picture.shape), np.float32)) * (sigma * 2 / 255)
    return ((noisy.clamp(-1, 1) + 1) * 127.5).round() / 127.5 - 1 if stored else noisy


@torch.no_grad()
def denoise(model, rgb, d, sigma):
    """rgb: N x 3 x H x W, one pass."""
    x = transform.analyse(rgb, d)
    s = transform.white_level(sigma, d).to(x)[None, :, None, None].expand_as(x)
    return transform.synthesise(model(x, s.clamp_min(model.low)), d, *rgb.shape[-2:])


def turn(picture, k):
    """Dihedral transform k: bit 0 flips x, bit 1 flips y, bit 2 then transposes."""
    dims = [dim for bit, dim in ((1, -1), (2, -2)) if k & bit]
    picture = picture.flip(dims) if dims else picture
    return picture.transpose(-1, -2) if k & 4 else picture


def turn_back(picture, k):
    picture = picture.transpose(-1, -2) if k & 4 else picture
    dims = [dim for bit, dim in ((1, -1), (2, -2)) if k & bit]
    return picture.flip(dims) if dims else picture


def denoise_average(model, rgb, d, sigma, passes):
    """Mean over PASSES passes, pass k turned by k and on grid k."""
    total = 0
    for k in range(passes):
        right, down = (quarters * d // 4 for quarters in GRIDS[k])
        turned = F.pad(turn(rgb, k), (right, 0, down, 0), mode="reflect")
        total = total + turn_back(denoise(model, turned, d, sigma)[..., down:, right:], k)
    return total / passes


def run_program(path, noisy, sigma, *more):
    """NOISY (3 x H x W, [-1, 1]) through the C program with MORE arguments."""
    result, _ = program.denoise(path, (noisy.permute(1, 2, 0).numpy() + 1) / 2, "--noise", "%g" % sigma, *more)
    return torch.from_numpy(result * 2 - 1).permute(2, 0, 1).float()


def mean_psnr(model, pictures, d, sigma, passes=1, other=None, stored=False):
    """Mean PSNR over pictures; with OTHER (noisy, sigma -> picture) that of another program on the same input too."""
    device = model.mean.device
    ours, theirs = [], []
    for i, (_, clean) in enumerate(pictures):
        noisy = add_noise(clean, sigma, i, stored)
        ours.append(psnr(denoise_average(model, noisy[None].to(device), d, sigma, passes)[0].cpu(), clean))
        if other:
            theirs.append(psnr(other(noisy, sigma), clean))
    mean = sum(ours) / len(ours)
    return (mean, sum(theirs) / len(theirs)) if other else mean


def main():
    a = argparse.ArgumentParser(description="Mean PSNR by the published protocol.")
    a.add_argument("weights")
    a.add_argument("--set", action="append", required=True, metavar="NAME=FOLDER")
    a.add_argument("--sigma", type=float, nargs="+", default=[15, 25, 50])
    a.add_argument("--passes", type=int, nargs="+", default=[1])
    a.add_argument("--limit", type=int)
    a.add_argument("--json")
    a.add_argument("--stored", action="store_true", help="noise clipped and rounded, as in an 8-bit file")
    a.add_argument("--fast-math", action="store_true", help="bfloat16")
    a.add_argument("--program", help="the C program, run on the same pictures, with --weights in one pass")
    a.add_argument("--given", metavar="FILE", help="weights that the program is given instead")
    a.add_argument("--quality", help="whose networks the program takes instead")
    o = a.parse_args()
    model, about = weights.load(o.weights)
    model.to(memory_format=torch.channels_last)
    d = int(about["patch"])
    networks = ("--quality", o.quality) if o.quality else ("--weights", o.given or o.weights)
    other = (lambda noisy, sigma: run_program(o.program, noisy, sigma, *networks)) if o.program else None
    results = {}
    for entry in o.set:
        name, folder = entry.split("=", 1)
        pictures = load(folder)[:o.limit]
        for passes in o.passes:
            row = results.setdefault(name + (", %d passes" % passes if passes > 1 else ""), {})
            for sigma in o.sigma:
                with torch.autocast("cpu", dtype=torch.bfloat16, enabled=o.fast_math):
                    figures = mean_psnr(model, pictures, d, sigma, passes, other, o.stored)
                text = "%s sigma %g passes %d: " % (name, sigma, passes)
                if other:
                    print(text + "%.3f dB, program %.3f dB, difference %+.4f" % (*figures, figures[1] - figures[0]),
                          flush=True)
                    figures = figures[0]
                else:
                    print(text + "%.3f dB" % figures, flush=True)
                row["%g" % sigma] = round(figures, 3)
                if o.json:
                    with open(o.json, "w") as f:
                        json.dump(results, f, indent=1)


if __name__ == "__main__":
    main()
