# SPDX-License-Identifier: Apache-2.0
"""FDDM in PyTorch: the reference that the C engine is tested against, and the code that trains its networks."""
