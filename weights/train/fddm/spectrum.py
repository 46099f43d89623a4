# SPDX-License-Identifier: Apache-2.0
"""A picture's own variance of each frequency, told from its noisy coefficients.

Textures of one kind differ in how strong each frequency is far more than a network finds out by itself: it sees places,
and its norms take the strength away. In closed form it costs next to nothing. ln v_k of a picture is taken to be normally
distributed around ln of its class' variance: COMMON is the spread that all frequencies of brightness, and all of colour,
have together, EACH that of a frequency by itself beyond that.
"""
import torch

POINTS, REACH = 33, 4.0           # of the grids that are summed over: so many points, over so many spreads to each side
LEAST = (2 / 255) ** 2 / 12       # of variances: what rounding to 8 bits leaves


def _likelihood(variance, s2, energy, n):
    """Logarithm, of the mean square ENERGY over N places where the clean variance is VARIANCE."""
    total = variance + s2
    return -0.5 * n * (total.log() + energy / total)


def own_variance(x, s, mean, prior, patch, common, each):
    """x: N x C x h x w, noisy coefficients. s: N x C x 1 x 1 (N may be 1). mean: (C). prior: N x C, the class' variances. Returns N x C x
    1 x 1: the variances whose Wiener filter is the mean of those that the energy of X leaves possible. Those of the mean
    colours are the prior's."""
    n, c, h, w = x.shape
    area = patch * patch
    energy = (x - mean[:, None, None]).double().pow(2).mean((2, 3))
    s2, v = s.double().expand(n, c, 1, 1)[:, :, 0, 0] ** 2, prior.double()
    grid = torch.linspace(-REACH, REACH, POINTS, dtype=torch.float64, device=x.device)
    ac = torch.arange(c, device=x.device) % area != 0
    luma = torch.arange(c, device=x.device) < area
    scaled = torch.ones_like(v)
    for part in (ac & luma, ac & ~luma):
        if part.any():
            factor = (common * grid).exp()[:, None, None]
            told = _likelihood(v[:, part] * factor, s2[:, part], energy[:, part], h * w).sum(2) - 0.5 * grid[:, None] ** 2
            scaled[:, part] = (told.softmax(0) * (common * grid).exp()[:, None]).sum(0)[:, None]
    candidates = v * scaled * (each * grid).exp()[:, None, None]
    told = _likelihood(candidates, s2, energy, h * w) - 0.5 * grid[:, None, None] ** 2
    share = (told.softmax(0) * (candidates / (candidates + s2))).sum(0)
    own = torch.where(ac, (s2 * share / (1 - share).clamp_min(1e-12)).clamp_min(LEAST), v)
    return own.to(x.dtype)[:, :, None, None]
