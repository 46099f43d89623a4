# SPDX-License-Identifier: Apache-2.0
"""Training a generating network, with a class for each folder of textures or each kind of garment."""
import torch

from data import textures
from fddm import transform
from learn import generative
from learn.config import Wrong, beside

PARTS = 4               # of the path, for which the error is told apart

# Of the variance: a network that tells clean coefficients isn't asked to be right to less noise than this. It could not, and the
# loss would be about nothing else.
FLOOR = 0.01


class Loss:
    """Squared error of the estimate: as the preconditioned network sees it, (v + s^2) / (s^2 v) of it, times a power of
    the coefficient's variance; or plain. With a FOCUS a coefficient counts less where it is nearly clean already or drowned
    in noise, where there is next to nothing to learn but much to be confused by: by (s^2 / (v + s^2))^(1/2), and by
    v / (v + s^2) with `active`, its fourth root with `learnable`, which draws times as often as there is something left."""

    TIMES = 512             # at which it is known how much there is to learn

    TINY = 1e-6             # the least weight: at either end of the path there is hardly any

    def __init__(self, model, variance, power, plain, focus, path):
        self.floor = FLOOR if not plain and model.clean else 0
        self.plain, self.focus = plain, focus
        v = model.variance if not model.counts else model.own_variance.log().mean(0).exp()
        share = (variance.to(v) if not model.counts else v) ** power
        self.share = (share / share.mean())[:, None, None]
        at = (torch.arange(self.TIMES, dtype=torch.float64) + 0.5) / self.TIMES
        weights = self.weight(path.log_level(at).exp().float().to(v)[:, :, None, None], v[:, None, None]).mean((1, 2, 3))
        self.reached = (weights.cumsum(0) / weights.sum()).double().cpu()

    def weight(self, s, v):
        """s, v: N x C x 1 x 1 (N may be missing). Of the error relative to the one that the Wiener filter makes."""
        noisy = s * s / (v + s * s)
        if not self.focus:
            return self.share * torch.ones_like(noisy)
        return self.share * noisy.sqrt() * (1 - noisy) ** (1 if self.focus == "active" else 0.25) + self.TINY

    def times(self, n):
        """n times, spread evenly over time, or over what is `learnable`."""
        at = (torch.randperm(n) + torch.rand(n)).double() / n
        if self.focus != "learnable" or self.plain:
            return at
        return (torch.searchsorted(self.reached, at) + torch.rand(n)).clamp(max=self.TIMES) / self.TIMES

    def __call__(self, error, s, v):
        """error: N x C x h x w; s, v: N x C x 1 x 1 (N may be missing), noise levels and variances -> N."""
        if self.plain:
            return error.pow(2).mean((1, 2, 3))
        weight = self.weight(s, v)
        relative = error.pow(2) * (weight * (1 / v + 1 / (s * s + self.floor * v)))
        return relative.mean((1, 2, 3)) / weight.mean((1, 2, 3))


def begin_with(network, classes, path):
    """Takes over the weights of the checkpoint or weights file PATH. A class that it doesn't know begins as any."""
    begun = generative.load(path)
    state, known = begun.model.network.state_dict(), begun.shape["classes"]
    rows = [known.index(name) if name in known else len(known) for name in classes] + [len(known)]
    for name, module in network.named_modules():
        if isinstance(module, torch.nn.Embedding):
            state[name + ".weight"] = state[name + ".weight"][rows]
    network.load_state_dict(state)


class Generate:
    columns = tuple("error %d/%d" % (k + 1, PARTS) for k in range(PARTS))       # from little to much noise

    def __init__(self, config, o, device):
        self.config, self.device, self.start = config, device, o.start or beside(o.config, config["start"])
        self.shown, self.rules = config["sample"], config["loss"]
        self.batch, crop, side = self.shown["batch"], self.shown["crop"], config["network"]["side"]
        if config["network"]["padding"] == "circular" and self.shown["view"] != "tile":
            raise Wrong("%s: circular padding needs view = \"tile\", or its pictures' edges would not meet" % o.config)
        o.view = self.shown["view"]

        def load(size):
            return textures.load(o, size, device, False, self.shown["balance"], self.shown["favour"], self.shown["favour_share"])

        self.data, self.pixels = load(crop), crop ** 2
        self.whole = load(side) if self.shown["variants"] and crop != side else self.data
        self.shape, self.loss_of, self.spread, self.mean = None, None, None, None
        self.errors = torch.zeros(2, PARTS, device=device)

    def models(self, stored):
        d = self.config["network"]["patch"]
        self.shape = dict(self.config["network"], classes=self.data.classes if self.shown["classes"] else [], variants=None)
        mean, variance = textures.statistics(self.data, d)
        self.spread, kept = stored["task"]["spread"].to(self.device) if stored else variance, None
        if not self.rules["whitening"]:
            mean, variance = torch.zeros_like(mean), torch.full_like(variance, variance.mean())
        if stored:
            self.shape = stored["about"]["shape"]
        elif self.shown["variants"]:
            kept = textures.variants(self.whole, mean, d)
            self.shape["variants"] = kept[2]
        model, average = (generative.build(self.shape, mean, variance, kept).to(self.device) for _ in range(2))
        if not stored and self.start:
            begin_with(model.network, self.shape["classes"], self.start)
        if stored:
            model.load_state_dict(stored["model"])          # the loss looks at its statistics
        self.loss_of = Loss(model, self.spread, self.rules["power"], self.rules["pixels"] or self.shape["condition"] == "time",
                            self.rules["focus"], generative.path_of(self.shape))
        self.mean = model.mean
        return model.train(), average.eval()

    def sample(self, n):
        """Clean and noisy coefficients, levels, classes, each picture's own statistics, times."""
        pictures, labels = self.data.batch(n)
        labels = torch.where(torch.rand(n, device=self.device) < self.shown["any"], torch.full_like(labels, -1), labels)
        clean = transform.patch_dct(transform.to_ycc(pictures), self.shape["patch"])
        at = self.loss_of.times(n).to(self.device)
        s = generative.path_of(self.shape).log_level(at).exp().float()[:, :, None, None]
        own = None
        if self.shape["variants"]:
            own = textures.own_statistics(clean, self.mean, self.shape["patch"])
            own = own[0], own[1] * (self.shown["inexact"] * torch.randn_like(own[1])).exp()
        return clean, clean + s * torch.randn_like(clean), s, labels, own, at

    def estimate(self, run, sample):
        _, noisy, s, labels, own, _ = sample
        return run(noisy, s, labels, own)

    def loss(self, model, output, sample):
        clean, _, s, _, own, at = sample
        loss = self.loss_of(output.float() - clean, s, model.statistics(own)[1])
        with torch.no_grad():
            part = (at * PARTS).long().clamp(max=PARTS - 1)
            self.errors = self.errors.index_add(1, part, torch.stack([loss, torch.ones_like(loss)]))
        return loss.mean()

    def figures(self, average):
        means = (self.errors[0] / self.errors[1].clamp_min(1)).tolist()
        self.errors = torch.zeros_like(self.errors)
        return dict(zip(self.columns, means))

    def state(self):
        return {"errors": self.errors, "spread": self.spread}

    def load_state(self, state):
        self.errors, self.spread = (state[k].to(self.device) for k in ("errors", "spread"))

    def describe(self):
        return {"shape": self.shape}
