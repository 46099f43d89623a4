# SPDX-License-Identifier: Apache-2.0
"""Training the noise meter, on the noise that the denoising networks are trained on."""
import torch
import torch.nn.functional as F

from data import drawings, noise
from data.pack import Pack
from fddm import meter, weights
from learn.config import beside
from learn.grow import grow

PAGES = 1000            # in stock, full of strokes


def build(network):
    """NETWORK: the table of a configuration."""
    model = meter.Meter(meter.network_of(network["width"], network["blocks"]))
    for name, p in model.network.named_parameters():
        torch.nn.init.kaiming_normal_(p, nonlinearity="relu") if p.dim() > 1 else p.data.zero_()
        if p.dim() > 1 and ("tail" in name or "/b." in name):
            p.data.mul_(0.1)
    return model


class Measure:
    columns = ("places", "whole rms", "whole mean")

    def __init__(self, config, o, device):
        self.network, self.device, self.shares = config["network"], device, config["sample"]
        self.batch, self.side, self.whole = self.shares["batch"], self.shares["side"], config["loss"]["whole"]
        self.pixels, self.kinds = self.side ** 2, noise.Kinds(**config["noise"])
        self.pack, self.pages = Pack(o.pack, device), drawings.Pages(PAGES, self.side, device)
        self.start, self.running = o.start or beside(o.config, config["start"]), torch.zeros(0, device=device)

    def models(self, stored):
        model, average = (build(self.network) for _ in range(2))
        if not stored and self.start:
            model.load_state_dict(grow(weights.load_meter(self.start).state_dict(), model.state_dict()))
        return model.to(self.device), average.to(self.device)

    def sample(self, n):
        """Noisy coefficients and the logarithm of their true level."""
        rgb = self.pack.batch(n, self.side)
        draw = torch.rand(n, device=rgb.device)
        flat, page = draw < self.shares["drawn"], draw > 1 - self.shares["pages"]
        if flat.any():
            rgb[flat] = drawings.flat(int(flat.sum()), self.side, rgb.device)
        if page.any():
            rgb[page] = self.pages.batch(int(page.sum()))
        clean, noisy, level = noise.make(rgb, meter.PATCH, self.kinds, truth=True)
        free = noise.some(n, self.shares["free"], rgb.device)
        noisy, level = torch.where(free, clean, noisy), torch.where(free, torch.zeros_like(level), level)
        noisy = noise.as_stored(noisy, meter.PATCH, noise.some(n, self.shares["stored"], rgb.device))
        return noisy, level.clamp_min(meter.FLOOR).log()

    def estimate(self, run, sample):
        return run(sample[0])

    def loss(self, model, output, sample):
        """Minus the log likelihood (Laplace's) of each place's truth, and the error of a crop's weighted mean."""
        level, sure = output
        error, weight = level - sample[1], sure.exp()
        places = (weight * error.abs() - sure).mean()
        square = weight * weight
        whole = (square * error).sum((2, 3)) / square.sum((2, 3))
        with torch.no_grad():
            now = torch.stack([places, whole.pow(2).mean().sqrt(), whole.abs().mean()])
            self.running = now if not len(self.running) else self.running.lerp(now, 0.02)
        return places + self.whole * F.smooth_l1_loss(whole, torch.zeros_like(whole), beta=0.1)

    def figures(self, average):
        return dict(zip(self.columns, self.running.tolist()))

    def state(self):
        return {"running": self.running}

    def load_state(self, state):
        self.running = state["running"].to(self.device)

    def describe(self):
        return {"data": self.pack.about}
