# SPDX-License-Identifier: Apache-2.0
"""What networks learn from: pictures, and noise as cameras and files make it."""
