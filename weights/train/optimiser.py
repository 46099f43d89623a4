# SPDX-License-Identifier: Apache-2.0
"""Muon (momentum, orthogonalised by a Newton-Schulz iteration) for convolutions, AdamW for the rest."""
import torch


def orthogonalise(g, steps=5):
    """g: k x m x n. Nearest semi-orthogonal matrices, roughly (singular values in about 0.7 to 1.2)."""
    a, b, c = 3.4445, -4.7750, 2.0315
    x = g / (g.flatten(1).norm(dim=1)[:, None, None] + 1e-7)
    wide = x.shape[1] <= x.shape[2]
    x = x if wide else x.transpose(1, 2)
    for _ in range(steps):
        y = x @ x.transpose(1, 2)
        x = a * x + (b * y + c * (y @ y)) @ x
    return x if wide else x.transpose(1, 2)


class Muon(torch.optim.Optimizer):
    """For weights of two or more dimensions; those of one shape are done together."""

    def __init__(self, params, lr, momentum=0.95, weight_decay=0.0):
        super().__init__(list(params), dict(lr=lr, momentum=momentum, weight_decay=weight_decay))

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            shapes = {}
            for p in group["params"]:
                if p.grad is not None:
                    shapes.setdefault(p.shape, []).append(p)
            for shape, params in shapes.items():
                updates = []
                for p in params:
                    state = self.state[p]
                    if not state:
                        state["momentum"] = torch.zeros_like(p)
                    state["momentum"].mul_(group["momentum"]).add_(p.grad)
                    updates.append(p.grad + group["momentum"] * state["momentum"])
                stacked = torch.stack([u.reshape(shape[0], -1) for u in updates])
                stacked = orthogonalise(stacked) * max(1, stacked.shape[1] / stacked.shape[2]) ** 0.5
                for p, u in zip(params, stacked):
                    p.mul_(1 - group["lr"] * group["weight_decay"]).add_(u.reshape(shape), alpha=-group["lr"])


class Both:
    """Muon and AdamW behind one face."""

    def __init__(self, network, kind, lr, muon_lr):
        matrices = [p for p in network.parameters() if p.dim() > 1] if kind == "muon" else []
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

    def zero_grad(self):
        for part, _ in self.parts:
            part.zero_grad(set_to_none=True)

    def state_dict(self):
        return [part.state_dict() for part, _ in self.parts]

    def load_state_dict(self, states):
        for (part, _), state in zip(self.parts, states):
            part.load_state_dict(state)
