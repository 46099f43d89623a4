# SPDX-License-Identifier: Apache-2.0
"""The learning rate on the way of a training, counted in pixels seen: it rises, stays, and falls in a branch of its own.

While it stays, nothing depends on how long the training will be: any later run goes on from there at no cost. The fall is
what makes a network good to ship; it is short and is written to another file (Hägele et al. 2024, arXiv 2405.18392).
"""
import dataclasses


@dataclasses.dataclass
class Plan:
    rise: float             # pixels over which the rate rises
    constant: float         # pixels seen at which the constant stretch ends
    fall: float             # pixels over which it falls
    began: float = 0        # pixels seen where the rise began
    fell: float = -1        # pixels seen where the fall began; -1: it hasn't

    def end(self):
        """Pixels seen at which this training is done."""
        return self.constant if self.fell < 0 else self.fell + self.fall

    def rate(self, pixels):
        """Share of the full rate: linear, then 1, then 1 less the square root of what is done of the fall."""
        risen = min(1, 0.02 + 0.98 * (pixels - self.began) / self.rise) if self.rise else 1
        if self.fell < 0:
            return risen
        return risen * (1 - min(1, max(0, (pixels - self.fell) / self.fall)) ** 0.5)
