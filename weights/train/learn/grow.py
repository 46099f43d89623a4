# SPDX-License-Identifier: Apache-2.0
"""Starts a larger network from a smaller one that is trained: at first it computes the same."""
import re

import torch

STREAM = re.compile(r"(head|b\d+/b)\.")       # convolutions that write into the way past the blocks


@torch.no_grad()
def grow(small, large):
    """small, large: state dictionaries of networks of one patch side; LARGE is as wide or wider and as deep or deeper.
    The small one's channels come first; nothing flows from the new channels into them at first, but gradients do.
    New blocks add next to nothing."""
    for name, old in small.items():
        new = large[name]
        if old.shape == new.shape or old.dim() == 0:
            new.copy_(old)
        elif old.dim() == 1:
            new[:len(old)] = old
        else:
            n_out, n_in = old.shape[:2]
            new[:n_out, n_in:] = 0
            new[:n_out, :n_in] = old
            if "tail" in name:
                new[:, n_in:] = 0
    width = small["network.weights.head.weight"].shape[0]
    for name, new in large.items():
        if name not in small and STREAM.search(name) and new.dim() > 1:
            new[:width] = 0
    return large
