# SPDX-License-Identifier: Apache-2.0
"""The noise meter: a network that reads the noise level of a picture off its coefficients.

It sees patches of 4 x 4. Its input (N x C + 3 x h x w, C = 48) is asinh(x / STEP) for each coefficient, where DC is
replaced by its distance from the mean of its four neighbours (a slope of the picture cancels), and the three mean
colours. Its output (N x 2C x h x w) is, for each coefficient and place, the logarithm of the noise level and of how
well it is known there (one over the standard deviation of that logarithm).
"""
import numpy as np
import torch
import torch.nn.functional as F

from fddm import networks, transform

PATCH, CHANNELS = 4, 3
COEFFICIENTS = CHANNELS * PATCH ** 2
STEP = 2 / 255                 # one 8-bit step: where the scale turns from linear to logarithmic
FLOOR = 0.25 * STEP            # levels below it read as it
SURE = (-1.5, 3.0)             # range of the logarithm of the second output

BINS = 16                      # of brightness, evenly over [-1, 1]
ALIKE = 50                     # neighbouring places err together: so many tell as much as one by itself
CAUTION, CERTAIN = 1.5, 0.08   # so many standard deviations beyond so much are added to what is told
CAREFUL, FAINT, STRONG, SEVERE = 1.7, 4 * STEP, 8 * STEP, 12 * STEP   # caution's most up to FAINT; none from STRONG on
LOWEST, FLAT, FALLING = 2, 1.25, 1.45      # of strong noise: luma's lowest frequencies over all, up to and from which its spectrum is flat, falls
CHROMA_LEAST = 0.6             # noisy chroma is as noisy as so much of luma
TOUCHED, UNTOUCHED = 0.6, 0.8  # chroma's share of luma: up to which caution is needed, and from which on there is none
DOUBT = 0.05                   # by which the network may err at one brightness, however many places agree
SPREAD, SEEN, ENDS = 2.5, 0.02, 2   # noise varies no more from the quietest bin that has so much of it all, but for so many at either end


def features(x):
    """x: N x C x h x w, coefficients of noisy pictures, Y'CbCr in [-1, 1]."""
    d2 = PATCH ** 2
    mean = x[:, ::d2]
    around = F.pad(mean, (1, 1, 1, 1), mode="reflect")
    around = (around[:, :, 1:-1, :-2] + around[:, :, 1:-1, 2:] + around[:, :, :-2, 1:-1] + around[:, :, 2:, 1:-1]) / 4
    x = x.clone()
    x[:, ::d2] = (mean - around) / 1.25 ** 0.5          # white noise keeps its strength
    return torch.cat([torch.asinh(x / STEP), mean / PATCH], 1)


def network_of(width, blocks):
    """A Meter's network, untrained."""
    layers = networks.residual_layers(width, blocks)
    layers[0]["channels"] = width
    return networks.Network(layers, COEFFICIENTS, inputs=COEFFICIENTS + CHANNELS, outputs=2 * COEFFICIENTS)


class Meter(torch.nn.Module):
    def __init__(self, network):
        super().__init__()
        self.network = network

    def forward(self, x):
        """Logarithm of the level, and of how sure it is, each N x C x h x w."""
        inner = features(x).contiguous(memory_format=torch.channels_last)
        level, sure = self.network(inner).float().split(COEFFICIENTS, 1)
        return level - 3, sure.clamp(*SURE)


def curve_through(values, variance):
    """The smooth curve (BINS + 1 knots) nearest to VALUES, at the middles between knots, each known up to VARIANCE."""
    middle = (np.eye(BINS, BINS + 1) + np.eye(BINS, BINS + 1, 1)) / 2
    slope, bend = np.diff(np.eye(BINS + 1), axis=0), np.diff(np.eye(BINS + 1), 2, axis=0)
    a = 0.5 * np.eye(BINS + 1) + 4 * slope.T @ slope + 100 * bend.T @ bend + middle.T @ (middle / variance[:, None])
    return np.linalg.solve(a, middle.T @ (values / variance))


def read_channel(weight, total, certainty):
    """weight, total: BINS x frequencies: sums over the places of w^2, and of w^2 times the logarithm of the level, w
    being how well it is known. certainty: the sum of w. Returns levels, how they change with brightness (BINS + 1 factors,
    1 on average), and the factor by which caution would raise them."""
    each, every = weight.sum(1), weight.sum(0)
    if not (every > 0).all():
        return np.zeros(len(every)), np.ones(BINS + 1), 1
    seen, flat = each > 0, np.zeros(BINS + 1)
    variance, left, curve = np.full(BINS, np.inf), np.zeros(BINS), flat
    variance[seen] = ALIKE / each[seen] + DOUBT ** 2
    for _ in range(5):
        level = (total - weight * ((curve[1:] + curve[:-1]) / 2)[:, None]).sum(0) / every
        left[seen] = (total - weight * level)[seen].sum(1) / each[seen]
        curve = curve_through(left, variance)
    if ((left - (left / variance).sum() / (1 / variance).sum())[seen] ** 2 / variance[seen]).sum() <= seen.sum():
        level, curve = total.sum(0) / every, flat            # no more than chance
    curve = np.exp(curve)
    middle = (curve[1:] + curve[:-1]) / 2
    quiet = middle[ENDS:-ENDS][each[ENDS:-ENDS] >= SEEN * each.sum()]
    curve = np.minimum(curve, SPREAD * quiet.min(initial=np.inf))
    mean = ((curve[1:] + curve[:-1]) / 2 * each).sum() / each.sum()
    level = np.exp(level) * mean
    caution = np.exp(CAUTION * max(certainty / every.sum() - CERTAIN, 0))
    return np.where(level > 1.2 * FLOOR, level, 0), curve / mean, caution


def split(level, d):
    """Levels of patches of 4 x 4 (N x 3*16, each by itself) as those of the d x d patches that they are made of, N x 3 d^2:
    the mean over places. d divides 4."""
    small, large = (transform.dct_matrix(k).to(level) for k in (d, PATCH))
    parts = torch.block_diag(*[small] * (PATCH // d))                    # PATCH pixels -> coefficients of its parts
    join = (parts @ large.t()).pow(2)                                    # part's coefficient (s d + u), large one's
    variance = torch.einsum("ai,bj,ncij->ncab", join, join, level.pow(2).unflatten(1, (CHANNELS, PATCH, PATCH)))
    g = PATCH // d
    return variance.unflatten(2, (g, d)).unflatten(4, (g, d)).mean((2, 4)).sqrt().flatten(1)


def told(level, factor):
    """LEVEL (N x CHANNELS x frequencies), as read, becomes what the denoiser is told: higher by FACTOR (N), unless luma
    alone has any or chroma nearly as much, and chroma as noisy as CHROMA_LEAST of luma, by noise of luma's spectrum."""
    coloured = (level[:, 1:].amax((1, 2)) > 0)[:, None, None]
    energy = level.pow(2).sum(2)
    ratio = (energy[:, 1:].mean(1) / energy[:, 0].clamp_min(1e-12)).sqrt()
    factor = factor ** ((UNTOUCHED - ratio) / (UNTOUCHED - TOUCHED)).clamp(0, 1)
    own = (energy[:, 0] / PATCH ** 2).sqrt().clamp_min(1e-12)
    strong, severe = ((own / low).log().div(np.log(high / low)).clamp(0, 1) for low, high in ((FAINT, STRONG), (STRONG, SEVERE)))
    coarse = level[:, 0].unflatten(1, (PATCH, PATCH))[:, :LOWEST, :LOWEST].pow(2).mean((1, 2))
    falling = (coarse.sqrt() / own - FLAT).div(FALLING - FLAT).clamp(0, 1)
    factor = factor ** (strong * torch.maximum(falling, severe)) * factor.clamp_max(CAREFUL) ** (1 - strong)
    power = (level * factor[:, None, None]).pow(2)
    luma, own = power[:, :1], power.sum(2, keepdim=True)
    wanting = (CHROMA_LEAST ** 2 * own[:, :1] - own[:, 1:]).clamp_min(0)
    chroma = power[:, 1:] + wanting * luma / own[:, :1].clamp_min(1e-12)
    return torch.where(coloured, torch.cat([luma, chroma], 1).sqrt(), level)


@torch.no_grad()
def read_each(level, sure, careful=1.0):
    """The levels that each picture of a batch would be told, N x 3*16, as read() finds them but for how they change with
    brightness. level, sure: what a Meter makes of the pictures. careful: share of the caution, a number or N."""
    level, sure = (v.unflatten(1, (CHANNELS, -1)).flatten(3) for v in (level, sure))
    weight = (2 * sure).exp()
    every = weight.sum(3)
    level = ((weight * level).sum(3) / every).exp()
    level = torch.where(level > 1.2 * FLOOR, level, torch.zeros_like(level))
    doubt = (sure.exp().sum((2, 3)) / every.sum(2) - CERTAIN).clamp_min(0)
    return told(level, (CAUTION * careful * doubt.amax(1)).exp()).flatten(1)


@torch.no_grad()
def read(model, pictures):
    """pictures: N x 3 x H x W, pieces of one picture, R'G'B' in [-1, 1]. Returns its noise: levels (C, [-1, 1]) and
    curves (CHANNELS x BINS + 1). Levels are told higher where a channel's are not known well, unless only luma has any:
    noise left in a picture is worse than a little too much taken out."""
    h, w = (n // PATCH * PATCH for n in pictures.shape[2:])
    x = transform.patch_dct(transform.to_ycc(pictures[:, :, :h, :w]), PATCH)
    level, sure = (v.double().transpose(0, 1).flatten(1).numpy() for v in model(x))
    at = ((x[:, 0] / PATCH + 1) / 2 * BINS).flatten().numpy().astype(int).clip(0, BINS - 1)
    weight = np.exp(2 * sure)
    weights, totals = (np.stack([np.bincount(at, v, BINS) for v in values], 1) for values in (weight, weight * level))
    found = [read_channel(weights[:, k:k + PATCH ** 2], totals[:, k:k + PATCH ** 2], np.exp(sure[k:k + PATCH ** 2]).sum())
             for k in range(0, COEFFICIENTS, PATCH ** 2)]
    factor = torch.tensor([max(f[2] for f in found)])
    level = told(torch.from_numpy(np.stack([f[0] for f in found]))[None], factor)
    return level.numpy().reshape(-1), np.stack([f[1] for f in found])
