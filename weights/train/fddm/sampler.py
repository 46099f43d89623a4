# SPDX-License-Identifier: Apache-2.0
"""Sampling in noise-to-signal form, x = x_0 + s z (docs/architecture.md), and the paper's two algorithms.

States, estimates and levels are N x C x h x w; a level may differ for each frequency, channel and place.
"""
import math

import numpy as np
import torch

from . import schedule


def step(x, estimate, s, s_next, eta, z):
    """One step from level S down to S_NEXT, given the ESTIMATE of the clean coefficients. eta: 0 DDIM ... 1 DDPM.
    z: white noise. Where the level stays, so does the state."""
    safe = s.clamp_min(1e-30)
    sigma = eta * s_next * (1 - (s_next / safe) ** 2).clamp_min(0).sqrt()
    moved = estimate + (s_next ** 2 - sigma ** 2).clamp_min(0).sqrt() * (x - estimate) / safe + sigma * z
    return torch.where(s_next < s, moved, x)


def extrapolate(estimate, previous, before, s, s_next):
    """ESTIMATE at level S for a step of second order to S_NEXT: extrapolated from PREVIOUS, the one at level BEFORE, to the middle
    of the step (DPM-Solver++(2M), Lu et al., arXiv 2211.01095, algorithm 2, with r = ln(before/s) / ln(s/s_next) and
    1/2r at most 1). Itself where no step went before, and for a step to no noise."""
    usable = (s_next > 0) & (s_next < s) & (s < before)
    one = torch.ones_like(s)
    r = (torch.where(usable, before / s.clamp_min(1e-30), one * math.e).log()
         / torch.where(usable, s / s_next.clamp_min(1e-30), one * math.e).log())
    return torch.where(usable, estimate + (0.5 / r).clamp(max=1) * (estimate - previous), estimate)


def sample(model, x, levels, eta, noise, classes=None, order=1):
    """x: the state at levels[0]. levels: I + 1 maps, falling, the last one usually 0. noise: I maps of white noise.
    order: 1 or 2, of the steps."""
    previous = before = None
    for s, s_next, z in zip(levels, levels[1:], noise):
        estimate = model(x, s, classes)
        middle = extrapolate(estimate, previous, before, s, s_next) if order == 2 and previous is not None else estimate
        x = step(x, middle, s, s_next, eta, z)
        previous, before = estimate, s
    return x


def guided(model, guidance):
    """MODEL leaning towards the classes that it is asked for (classifier-free guidance, Ho and Salimans, arXiv 2207.12598):
    phi(any) + guidance (phi(class) - phi(any))."""
    def estimate(x, s, classes):
        with_class = model(x, s, classes)
        if guidance == 1:
            return with_class
        any_class = model(x, s, torch.full_like(classes, -1))
        return any_class + guidance * (with_class - any_class)

    return estimate


def even_fermi(first, last, steps):
    """STEPS + 1 Fermi levels, evenly placed."""
    return torch.linspace(first, last, steps + 1, dtype=torch.float64)


def placed_fermi(first, last, steps, temperature, curve=None, points=256):
    """STEPS + 1 Fermi levels, evenly placed in the integral of the difficulty CURVE of FORMAT.md (as the engine does), which
    stands at ln s = -mu/2T'; without a curve, even_fermi."""
    if curve is None:
        return even_fermi(first, last, steps)
    middle = first + (last - first) * (np.arange(points) + 0.5) / points
    difficulty = np.maximum(np.interp(-middle / (2 * temperature), curve["log_s"], curve["error"]), 1e-3)
    integral = np.concatenate([[0], difficulty.cumsum()])
    at = np.interp(np.linspace(0, integral[-1], steps + 1), integral, np.linspace(first, last, points + 1))
    return torch.from_numpy(at)


def path(measured, d, temperature, grid, steps, low):
    """Levels min(s_y, s(mu)) from the MEASURED level (C x h x w) to 0 in STEPS steps, STEPS + 1 maps. The Fermi level
    rises evenly from where the first frequency leaves its noise to where the last one reaches LOW."""
    epsilon = schedule.dispersion(d, grid).repeat(measured.shape[0] // (d * d))[:, None, None]
    noisy = measured > low
    leave = epsilon - 2 * temperature * measured.clamp_min(low).double().log()
    first = leave[noisy.expand_as(leave)].min() if noisy.any() else epsilon.min()
    last = epsilon.max() - 2 * temperature * math.log(low)
    levels = [torch.minimum(measured.double(), ((epsilon - mu) / (2 * temperature)).exp())
              for mu in even_fermi(first, last, steps)]
    return [levels[0] * 0 + measured.double()] + levels[1:-1] + [torch.zeros_like(levels[0])]


# The paper, sections 5.1 and 5.2, with x_t = sqrt(alpha) x_0 + sqrt(1 - alpha) z. alpha: alpha-bar for each frequency.

def algorithm1_loss(predict, x0, t, alpha, z, to_pixels):
    """Training: squared error, in pixels, of the clean coefficients predicted from x_t. alpha: (C) at time t."""
    a = alpha[:, None, None]
    xt = a.sqrt() * x0 + (1 - a).sqrt() * z
    return (to_pixels(predict(xt, t) - x0)).pow(2).mean()


def algorithm2_step(xt, x0, alpha, alpha_previous, eta, z):
    """Sampling. As printed, (27) and (28) put sigma in unsquared and subtract x_0 unscaled; here
        x_{t-1} = sqrt(a') x_0 + sqrt(1 - a' - sigma^2) (x_t - sqrt(a) x_0) / sqrt(1 - a) + sigma z
        sigma   = eta sqrt((1 - a') / (1 - a)) sqrt(1 - a / a')
    a, a': alpha-bar at t and t - 1."""
    a, b = alpha[:, None, None], alpha_previous[:, None, None]
    sigma = eta * ((1 - b) / (1 - a)).sqrt() * (1 - a / b).clamp_min(0).sqrt()
    direction = (xt - a.sqrt() * x0) / (1 - a).sqrt()
    return b.sqrt() * x0 + (1 - b - sigma ** 2).clamp_min(0).sqrt() * direction + sigma * z
