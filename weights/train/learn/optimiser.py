# SPDX-License-Identifier: Apache-2.0
"""Muon (momentum, orthogonalised by a Newton-Schulz iteration) for convolutions and linear layers, AdamW for the rest."""
import torch


def orthogonalise(g, steps=5):
    """g: ... x m x n. The nearest semi-orthogonal matrix, roughly (singular values in about 0.7 to 1.2). bfloat16 will do,
    and on a CPU without a tuned BLAS it is a hundred times faster than float32."""
    a, b, c = 3.4445, -4.7750, 2.0315
    if g.shape[-2] > g.shape[-1]:
        return orthogonalise(g.mT.contiguous(), steps).mT
    x = (g / (g.norm(dim=(-2, -1), keepdim=True) + 1e-7)).bfloat16()
    for _ in range(steps):
        gram = x @ x.mT
        x = a * x + (b * gram + c * (gram @ gram)) @ x
    return x.float()


class Muon(torch.optim.Optimizer):
    """For weights of two or more dimensions."""

    def __init__(self, params, lr, momentum=0.95, weight_decay=0.0):
        super().__init__(list(params), dict(lr=lr, momentum=momentum, weight_decay=weight_decay))

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            # Weights of one shape go through the iteration as one batch: on a GPU, launches are what it costs.
            same = {}
            for p in group["params"]:
                if p.grad is not None:
                    same.setdefault(p.shape, []).append(p)
            for shape, weights in same.items():
                for p in weights:
                    self.state[p].setdefault("momentum", torch.zeros_like(p))
                moments = [self.state[p]["momentum"] for p in weights]
                torch._foreach_mul_(moments, group["momentum"])
                torch._foreach_add_(moments, [p.grad for p in weights])
                update = torch.stack([(p.grad + group["momentum"] * m).contiguous().reshape(shape[0], -1)
                                      for p, m in zip(weights, moments)])
                update = orthogonalise(update) * max(1, update.shape[1] / update.shape[2]) ** 0.5
                for p, u in zip(weights, update):
                    p.mul_(1 - group["lr"] * group["weight_decay"]).add_(u.reshape(shape), alpha=-group["lr"])


class Both:
    """Muon and AdamW behind one face."""

    def __init__(self, network, kind, lr, muon_lr):
        linear = [m for m in network.modules() if isinstance(m, (torch.nn.Conv2d, torch.nn.Linear))]
        matrices = [m.weight for m in linear] if kind == "muon" else []
        ids = {id(p) for p in matrices}
        others = [p for p in network.parameters() if id(p) not in ids]
        self.parts = [(torch.optim.AdamW(others, lr=lr, weight_decay=1e-4, betas=(0.9, 0.98)), lr)]
        if matrices:
            self.parts.append((Muon(matrices, muon_lr), muon_lr))

    def step(self, factor):
        """factor: share of the full learning rate."""
        for part, lr in self.parts:
            for group in part.param_groups:
                group["lr"] = lr * factor
            part.step()

    def descend(self, network, loss, factor):
        """One step down LOSS, its gradient's norm clipped at 1. Returns that norm; where it isn't finite, no step is made."""
        self.zero_grad()
        loss.backward()
        norm = torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        if torch.isfinite(norm):
            self.step(factor)
        return norm

    def zero_grad(self):
        for part, _ in self.parts:
            part.zero_grad(set_to_none=True)

    def state_dict(self):
        return [part.state_dict() for part, _ in self.parts]

    def load_state_dict(self, states):
        for (part, _), state in zip(self.parts, states):
            part.load_state_dict(state)


@torch.no_grad()
def follow(average, model, step, ema):
    """Moves the AVERAGE of the weights towards the MODEL's: the mean of all at first, later of about 1 / (1 - EMA) steps."""
    keep = min(ema, (1 + step) / (10 + step))
    for a, p in zip(average.parameters(), model.parameters()):
        a.lerp_(p, 1 - keep)
