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


class Fermi:
    """Levels along a diffusion: time 1 is noise, mu_range[0], time 0 the picture, mu_range[1]; even in mu."""

    def __init__(self, d, channels, mu_range, temperature=0.5, grid="paper"):
        self.mu_range, self.temperature = mu_range, temperature
        self.epsilon = dispersion(d, grid).repeat(channels)

    def log_level(self, time):
        """time: (...) -> ln s (..., C)."""
        mu = self.mu_range[1] + (self.mu_range[0] - self.mu_range[1]) * time[..., None]
        return (self.epsilon.to(time) - mu) / (2 * self.temperature)


class Beta:
    """DDPM's path in pixels: beta from 1e-4 to 0.02 in 1000 steps, the same level for each channel."""

    def __init__(self, channels):
        keep = (1 - torch.linspace(1e-4, 0.02, 1000, dtype=torch.float64)).cumprod(0)
        self.channels, self.table = channels, ((1 - keep) / keep).log() / 2

    def log_level(self, time):
        at = time.clamp(0, 1) * (len(self.table) - 1)
        low = at.long().clamp(max=len(self.table) - 2)
        table = self.table.to(time)
        return torch.lerp(table[low], table[low + 1], at - low)[..., None].expand(*time.shape, self.channels)
