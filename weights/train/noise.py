# SPDX-License-Identifier: Apache-2.0
"""Noise as cameras and the diffusion make it, with its true level for each frequency, channel and place.

Everything works on batches on one device. Pictures are N x 3 x H x W, Y'CbCr in [-1, 1]; coefficients and levels
N x C x h x w, C = 3 d^2.
"""
import math

import torch
import torch.nn.functional as F

from fddm import schedule, transform

LOW, HIGH = 0.002, 1.0        # levels s that networks are trained on: 0.25 to 127 in 8-bit steps
SHARES = {"white": 0.65, "camera": 0.25, "path": 0.10}     # of a batch
GRAY_SHARE = 0.05             # of the white and path samples: R = G = B, no colour noise
WRONG_SHARE, WRONG_SPREAD = 1 / 3, 0.11                    # levels told wrong by a factor exp(N(0, spread))


def uniform(n, low, high, device):
    return torch.rand(n, 1, 1, 1, device=device) * (high - low) + low


def white_sigma(n, device):
    """N x 1 x 1 x 1, standard deviation in 8-bit steps: low noise more often, a few beyond 60."""
    sigma = 60 * torch.rand(n, 1, 1, 1, device=device) ** 1.3 + 0.3
    return torch.where(torch.rand_like(sigma) < 0.04, uniform(n, 60, 100, device), sigma)


def levels_of(sigma, d):
    """N x 1 x 1 x 1, 8-bit steps of white noise in RGB -> N x C x 1 x 1."""
    return sigma * transform.white_level(1, d).to(sigma.device)[None, :, None, None]


def white(n, h, w, d, device):
    """Coefficients of white RGB noise, and its level. Y', Cb and Cr are correlated, frequencies are not."""
    sigma = white_sigma(n, device)
    rgb = torch.randn(n, 3, h, w, device=device) * (sigma * 2 / 255)
    return transform.patch_dct(transform.to_ycc(rgb), d), levels_of(sigma, d)


def coloured(n, h, w, device):
    """Y'CbCr noise of standard deviation about 1 in Y', smooth over pixels as demosaicing, in-camera denoising and
    sharpening leave it; chroma coarser than luma. Filtered in the Fourier plane, so it wraps around."""
    fy = torch.fft.fftfreq(h, device=device)[:, None]
    fx = torch.fft.rfftfreq(w, device=device)[None]
    r2 = (fy * fy + fx * fx)[None, None]                      # cycles per pixel, squared
    luma = torch.rand(n, 1, 1, 1, device=device) * 1.6        # blur: standard deviation of the kernel, pixels
    chroma = luma + torch.rand(n, 1, 1, 1, device=device) * 2
    blur = torch.cat([luma, chroma, chroma], 1)
    floor = torch.cat([uniform(n, 0.2, 0.8, device) ** 2, uniform(n, 0, 0.3, device).expand(n, 2, 1, 1)], 1)
    gain = (1 - floor) * torch.exp(-2 * math.pi ** 2 * blur ** 2 * r2) + floor
    sharpen = uniform(n, -0.3, 1.5, device) * (torch.rand(n, 1, 1, 1, device=device) < 0.5)
    luma_gain = gain[:, :1] * (1 + sharpen * (1 - torch.exp(-2 * math.pi ** 2 * 0.8 ** 2 * r2)))
    gain = torch.cat([luma_gain, gain[:, 1:]], 1)
    gain = gain / gain.pow(2).mean((2, 3), keepdim=True).sqrt()
    strength = torch.cat([torch.ones(n, 1, 1, 1, device=device), uniform(n, 0.3, 1.6, device).expand(n, 2, 1, 1)], 1)
    noise = torch.fft.rfft2(torch.randn(n, 3, h, w, device=device))
    return torch.fft.irfft2(noise * gain * strength, s=(h, w))


def brightness_curve(y, n, device):
    """Standard deviation of Poisson and read noise after a raw-to-sRGB curve, relative: y in [-1, 1] (N x 1 x H x W),
    brightness after the curve. Light l = y^g, variance a l + b, and the curve's slope."""
    g = uniform(n, 1.6, 2.6, device)
    read = torch.exp(uniform(n, math.log(3e-4), math.log(0.1), device))
    light = ((y + 1) / 2).clamp(0, 1).pow(g)
    slope = (light + 0.01).pow(1 / g - 1)                      # 0.01: the curve is linear near black
    return (light + read).sqrt() * slope


LUMA_TABLE = torch.tensor([
    16, 11, 10, 16, 24, 40, 51, 61, 12, 12, 14, 19, 26, 58, 60, 55, 14, 13, 16, 24, 40, 57, 69, 56,
    14, 17, 22, 29, 51, 87, 80, 62, 18, 22, 37, 56, 68, 109, 103, 77, 24, 35, 55, 64, 81, 104, 113, 92,
    49, 64, 78, 87, 103, 121, 120, 101, 72, 92, 95, 98, 112, 100, 103, 99.])
CHROMA_TABLE = torch.full((8, 8), 99.)
CHROMA_TABLE[:4, :4] = torch.tensor([[17, 18, 24, 47], [18, 21, 26, 66], [24, 26, 56, 99], [47, 66, 99, 99.]])


def quantise(planes, tables, quality):
    """JPEG's loss on planes (N x c x H x W, [-1, 1], sides multiples of 8). tables: (c, 64). quality: N x 1 x 1 x 1."""
    scale = torch.where(quality < 50, 5000 / quality, 200 - 2 * quality) / 100
    step = (tables.reshape(1, -1, 1, 1) * scale).round().clamp(1, 255) / 127.5
    return transform.patch_idct((transform.patch_dct(planes, 8) / step).round() * step, 8)


def jpeg(ycc, quality, halve):
    """ycc after JPEG of QUALITY; HALVE (N x 1 x 1 x 1, bool) stores chroma at half the size (4:2:0). The 8x8 grid is
    at a random place, one for the batch."""
    h, w = ycc.shape[-2:]
    if h % 16 or w % 16:
        return ycc
    shift = [int(i) for i in torch.randint(0, 16, (2,))]
    ycc = torch.roll(ycc, shift, (2, 3))
    chroma_tables = CHROMA_TABLE.reshape(1, 64).repeat(2, 1).to(ycc)
    luma = quantise(ycc[:, :1], LUMA_TABLE.reshape(1, 64).to(ycc), quality)
    full = quantise(ycc[:, 1:], chroma_tables, quality)
    half = quantise(F.avg_pool2d(ycc[:, 1:], 2), chroma_tables, quality)
    half = F.interpolate(half, scale_factor=2, mode="bilinear", align_corners=False)
    return torch.roll(torch.cat([luma, torch.where(halve, half, full)], 1), [-s for s in shift], (2, 3))


def camera(ycc, d):
    """Coefficients of camera noise on YCC, and its level at each place, measured from the noise itself: how the noise
    spreads over frequencies times how strong it is in each patch."""
    n, _, h, w = ycc.shape
    device = ycc.device
    size = torch.exp(uniform(n, math.log(1.0), math.log(30.0), device)) * 2 / 255
    curve = brightness_curve(ycc[:, :1], n, device)
    flat = torch.rand(n, 1, 1, 1, device=device) < 0.3         # noise that doesn't depend on brightness
    curve = torch.where(flat, torch.ones_like(curve), curve / curve.mean((2, 3), keepdim=True))
    noisy = ycc + coloured(n, h, w, device) * curve * size
    quality = uniform(n, 60, 99, device).round()
    m = n // 2
    if m:
        pressed = jpeg(noisy[:m], quality[:m], torch.rand(m, 1, 1, 1, device=device) < 0.5)
        noisy = torch.cat([pressed, noisy[m:]])
    noise = transform.patch_dct(noisy - ycc, d)
    place = F.avg_pool2d(curve * curve, d).sqrt()              # N x 1 x h x w
    spectrum = (noise / place).pow(2).mean((2, 3), keepdim=True).sqrt()
    return noise, spectrum * place


def path(n, h, w, d, device):
    """A state of the diffusion on the way down from white noise: each frequency at min(s_y, s(mu))."""
    z, s = white(n, h, w, d, device)
    mu = torch.rand(n, device=device, dtype=torch.float64) * 11 - 3
    reached = torch.minimum(s, schedule.level(d, mu.cpu()).float().to(device).repeat(1, 3)[:, :, None, None])
    return z * (reached / s), reached


def make(rgb, d, shares=None):
    """rgb: N x 3 x H x W, [-1, 1], H and W multiples of d. Returns clean and noisy coefficients and the levels told to
    the network, each N x C x h x w."""
    n, _, h, w = rgb.shape
    device = rgb.device
    shares = shares or SHARES
    draw = torch.rand(n)
    n_camera = int((draw < shares["camera"]).sum())
    n_path = int((draw >= 1 - shares["path"]).sum())
    n_white = n - n_camera - n_path
    gray = torch.rand(n, 1, 1, 1, device=device) < GRAY_SHARE
    gray[:n_camera] = False
    ycc = transform.to_ycc(rgb)
    ycc = torch.cat([ycc[:, :1], torch.where(gray, torch.zeros_like(ycc[:, 1:]), ycc[:, 1:])], 1)
    clean = transform.patch_dct(ycc, d)

    noise, levels = [], []
    for count, maker in ((n_camera, lambda: camera(ycc[:n_camera], d)),
                         (n_path, lambda: path(n_path, h, w, d, device)),
                         (n_white, lambda: white(n_white, h, w, d, device))):
        if count:
            z, s = maker()
            noise.append(z)
            levels.append(s.expand_as(z))
    noise, levels = torch.cat(noise), torch.cat(levels)
    d2 = d * d
    noise[:, d2:] = torch.where(gray, torch.zeros_like(noise[:, d2:]), noise[:, d2:])
    levels = torch.cat([levels[:, :d2], torch.where(gray, torch.zeros_like(levels[:, d2:]), levels[:, d2:])], 1)

    wrong = torch.randn(n, 1, 1, 1, device=device).mul(WRONG_SPREAD).clamp(-0.223, 0.223).exp()
    wrong = torch.where(torch.rand(n, 1, 1, 1, device=device) < WRONG_SHARE, wrong, torch.ones_like(wrong))
    return clean, clean + noise, (levels * wrong).clamp(LOW, HIGH)
