# SPDX-License-Identifier: Apache-2.0
"""Noise levels as a function of the Fermi level (arXiv 2402.17090, equations 26 and 30), in noise-to-signal form."""
import math

import torch


def dispersion(d, grid="paper"):
    """epsilon_k = -cos(pi k1) - cos(pi k2), (d^2), float64. grid: `paper` has d points from 0 to 1 inclusive (the
    authors' program), `open` has k = u/d (the paper's text)."""
    step = {"paper": 1 / max(d - 1, 1), "open": 1 / d}[grid]
    wave = -torch.cos(math.pi * step * torch.arange(d, dtype=torch.float64))
    return (wave[:, None] + wave[None, :]).reshape(-1)


def level(d, mu, temperature=0.5, grid="paper"):
    """s_k(mu) = exp((epsilon_k - mu) / 2T'), (d^2); mu may be a tensor (...), then (..., d^2)."""
    mu = torch.as_tensor(mu, dtype=torch.float64)
    return ((dispersion(d, grid) - mu[..., None]) / (2 * temperature)).exp()


def alpha_bar(d, mu, temperature=0.5, grid="paper"):
    """(30): 1 / (exp((epsilon_k - mu) / T') + 1); its square root is the share of the picture in the state."""
    return 1 / (1 + level(d, mu, temperature, grid) ** 2)
