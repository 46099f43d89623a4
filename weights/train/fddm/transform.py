# SPDX-License-Identifier: Apache-2.0
"""Pictures <-> frequency coefficients.

A picture is N x 3 x H x W, R'G'B' in [-1, 1] (or N x 1 x H x W, gray). Its coefficients are N x C x H/d x W/d with
C = channels d^2: channel c d^2 + u d + v is frequency (u, v), u vertical, of Y'CbCr channel c.
"""
import functools
import math

import torch
import torch.nn.functional as F

# ITU-R BT.601, full range as in JPEG, chroma centred on 0 and in [-1, 1].
KR, KG, KB = 0.299, 0.587, 0.114
RGB_TO_YCC = torch.tensor([[KR, KG, KB],
                           [-KR / (2 * (1 - KB)), -KG / (2 * (1 - KB)), 0.5],
                           [0.5, -KG / (2 * (1 - KR)), -KB / (2 * (1 - KR))]], dtype=torch.float64)
YCC_TO_RGB = torch.linalg.inv(RGB_TO_YCC)

# Standard deviation in Y, Cb, Cr of white noise of standard deviation 1 in R, G and B.
ROW_NORM = RGB_TO_YCC.norm(dim=1)

# Squared error in RGB of an error e in Y'CbCr is e' ERROR_METRIC e (summed over the three channels).
ERROR_METRIC = YCC_TO_RGB.t() @ YCC_TO_RGB


def _mix(matrix, picture):
    return F.conv2d(picture, matrix.to(picture)[:, :, None, None])


def to_ycc(rgb):
    """N x 3 x H x W, R'G'B' -> Y'CbCr; a gray picture (N x 1) stays as it is."""
    return _mix(RGB_TO_YCC, rgb) if rgb.shape[1] == 3 else rgb


def to_rgb(ycc):
    """The inverse of to_ycc."""
    return _mix(YCC_TO_RGB, ycc) if ycc.shape[1] == 3 else ycc


def dct_matrix(d):
    """Orthonormal DCT-II, d x d: row u is the basis function of frequency u."""
    n = torch.arange(d, dtype=torch.float64)
    m = torch.cos(math.pi / d * (n[None] + 0.5) * n[:, None]) * math.sqrt(2 / d)
    m[0] /= math.sqrt(2)
    return m


@functools.lru_cache(maxsize=None)
def _basis(d, device, dtype):
    """d^2 x d^2: row u d + v is the basis function of frequency (u, v), column y d + x its value at a pixel."""
    m = dct_matrix(d)
    return torch.einsum("uy,vx->uvyx", m, m).reshape(d * d, d * d).to(device, dtype)


def patch_dct(planes, d):
    """N x c x H x W, H and W multiples of d -> N x c d^2 x H/d x W/d."""
    n, c, h, w = planes.shape
    pixels = F.pixel_unshuffle(planes, d).reshape(n * c, d * d, -1)
    return (_basis(d, planes.device, planes.dtype) @ pixels).reshape(n, c * d * d, h // d, w // d)


def patch_idct(coefficients, d):
    """The inverse of patch_dct."""
    n, c, h, w = coefficients.shape
    pixels = _basis(d, coefficients.device, coefficients.dtype).t() @ coefficients.reshape(n * c // (d * d), d * d, -1)
    return F.pixel_shuffle(pixels.reshape(n, c, h, w), d)


def pad(picture, d, top=0, left=0):
    """Reflects (without repeating the edge) TOP and LEFT pixels there, and at the other ends up to a multiple of d."""
    h, w = picture.shape[-2] + top, picture.shape[-1] + left
    return F.pad(picture, (left, -w % d, top, -h % d), mode="reflect")


def analyse(rgb, d):
    """Picture of any size -> coefficients of the padded picture."""
    return patch_dct(to_ycc(pad(rgb, d)), d)


def synthesise(coefficients, d, height, width):
    """Coefficients -> picture, cropped to HEIGHT x WIDTH."""
    return to_rgb(patch_idct(coefficients, d))[..., :height, :width]


def clamp_pixels(coefficients, d):
    """Those of the same picture with R'G'B' (or gray) clamped to [-1, 1]."""
    return patch_dct(to_ycc(to_rgb(patch_idct(coefficients, d)).clamp(-1, 1)), d)


def white_level(sigma, d, channels=3):
    """Noise level s of each coefficient channel (C) for white noise of standard deviation SIGMA in 8-bit steps."""
    norm = ROW_NORM if channels == 3 else torch.ones(1, dtype=torch.float64)
    return (norm * (sigma * 2 / 255)).repeat_interleave(d * d).float()
