# SPDX-License-Identifier: Apache-2.0
"""How networks learn: the optimiser, the clock, checkpoints, and what generating needs beside."""
