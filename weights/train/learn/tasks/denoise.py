# SPDX-License-Identifier: Apache-2.0
"""Training a denoising network."""
import math

import torch

from data import noise
from data.pack import Pack
import evaluate
from fddm import networks, transform, weights
from learn.config import beside
from learn.grow import grow

SIGMAS = (15, 25, 50)
PICTURES = 12           # of a folder to validate on


class LossScale:
    """Weighs each sample by the error expected at its noise level, so that low noise counts as much as high. The
    level of a sample is the error that the Wiener filter alone would make; a running mean of the loss is kept in
    bins over its logarithm."""

    BINS = 40

    def __init__(self, device):
        self.mean = torch.zeros(self.BINS, device=device)
        self.low, self.high = math.log(1e-7), math.log(1.0)

    def weights(self, wiener, loss):
        """wiener, loss: (N), detached. Returns the expected loss of each sample."""
        place = (wiener.log() - self.low) / (self.high - self.low) * self.BINS
        place = place.long().clamp(0, self.BINS - 1)
        count = torch.zeros_like(self.mean).index_add_(0, place, torch.ones_like(loss))
        total = torch.zeros_like(self.mean).index_add_(0, place, loss)
        seen = count > 0
        new = total / count.clamp_min(1)
        old = torch.where(self.mean > 0, self.mean, new)
        keep = 0.98 ** count
        self.mean = torch.where(seen, keep * old + (1 - keep) * new, self.mean)
        return self.mean[place]


def squared_error(error, metric):
    """error: N x 3d^2 x h x w in Y'CbCr. Mean squared error in R'G'B', (N)."""
    n, c = error.shape[:2]
    e = error.reshape(n, 3, c // 3, -1)
    return torch.einsum("nckp,cd,ndkp->n", e, metric, e) / (c * e.shape[-1])


def build(network, mean, variance):
    """NETWORK: the table of a configuration."""
    layers = networks.residual_layers(network["width"], network["blocks"], network["activation"])
    layers[0]["channels"] = network["width"]
    made = networks.Network(layers, 3 * network["patch"] ** 2)
    for name, p in made.named_parameters():
        if p.dim() > 1:
            # Blocks start near nothing, so that the network starts as the Wiener filter.
            last = "tail" in name or "/b" in name.rsplit(".", 1)[0][-2:]
            torch.nn.init.kaiming_normal_(p, nonlinearity="relu")
            p.data.mul_(0.1 if last else 1)
        else:
            p.data.zero_()
    return networks.Denoiser(made, mean, variance, noise.LOW, noise.HIGH)


class Denoise:
    columns = ("error/wiener",) + tuple("psnr %d" % s for s in SIGMAS)

    def __init__(self, config, o, device):
        self.network, self.device = config["network"], device
        self.batch, self.side = config["sample"]["batch"], config["sample"]["side"]
        self.dark = config["sample"]["dark"]
        self.pixels, self.patch = self.side ** 2, self.network["patch"]
        self.kinds = noise.Kinds(**config["noise"])
        self.own, self.uniform = config["loss"]["own"], config["loss"]["uniform"]
        meter = beside(o.config, config["sample"]["meter"])
        self.reader = weights.load_meter(meter).to(device).to(memory_format=torch.channels_last) if meter else None
        self.pack = Pack(o.pack, device)
        self.pictures = evaluate.load(o.validation)[:PICTURES] if o.validation else []
        self.metric = transform.ERROR_METRIC.float().to(device)
        self.weight = torch.diagonal(self.metric).repeat_interleave(self.patch ** 2)[None, :, None, None]
        self.scale, self.ratio = LossScale(device), torch.zeros(0, device=device)
        self.start = o.start or beside(o.config, config["start"])

    def models(self, stored):
        channels = 3 * self.patch ** 2
        if stored:
            mean, variance = torch.zeros(channels), torch.ones(channels)       # the state brings its own
        elif self.start:
            begun = weights.load(self.start)[0]
            mean, variance = begun.mean, begun.variance
        else:
            mean, variance = self.pack.statistics(self.patch)
        model, average = (build(self.network, mean, variance) for _ in range(2))
        if not stored and self.start:
            model.load_state_dict(grow(begun.state_dict(), model.state_dict()))
        return model.to(self.device), average.to(self.device)

    def sample(self, n):
        return noise.make(self.pack.batch(n, self.side, dark=self.dark), self.patch, self.kinds, reader=self.reader)

    def estimate(self, run, sample):
        return run(*sample[1:])

    def loss(self, model, output, sample):
        """Squared error in R'G'B', weighed by what is expected at the noise level and by the sample's own."""
        clean, _, level = sample
        loss = squared_error(output.float() - clean, self.metric)
        with torch.no_grad():
            v = model.variance[:, None, None]
            wiener = (self.weight * v * level ** 2 / (v + level ** 2)).mean((1, 2, 3))
            own = loss.detach()
            expected = self.scale.weights(wiener, own)
            if self.uniform:
                divisor = self.scale.mean[self.scale.mean > 0].mean()
            else:
                divisor = expected * ((own / expected).clamp_min(0.05) ** self.own)
            ratio = (own / wiener).mean()[None]
            self.ratio = ratio if not len(self.ratio) else self.ratio.lerp(ratio, 0.02)
        return (loss / divisor).mean()

    def figures(self, average):
        found = {"error/wiener": self.ratio.item()} if len(self.ratio) else {}
        with torch.autocast(self.device.type, enabled=False):       # the transforms would be in bfloat16, too
            for sigma in SIGMAS if self.pictures else ():
                found["psnr %d" % sigma] = evaluate.mean_psnr(average, self.pictures, self.patch, sigma)
        return found

    def state(self):
        return {"scale": self.scale.mean, "ratio": self.ratio}

    def load_state(self, state):
        self.scale.mean, self.ratio = (state[k].to(self.device) for k in ("scale", "ratio"))

    def describe(self):
        return {"data": self.pack.about}
