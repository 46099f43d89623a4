# SPDX-License-Identifier: Apache-2.0
"""Noise as cameras and phones make it: from photons to the JPEG. Batches on one device; pictures are N x 3 x H x W in
[-1, 1], and wrap around where a filter reaches over the edge.

Raw noise (Poisson and read, amplified by the white balance) -> demosaicing -> colour matrix -> tone curve -> the
camera's own denoising, linear and edge-preserving, and sharpening -> JPEG. Noise goes through the linear stages alone,
so that the photograph stays the truth; the edge-preserving filter and JPEG take detail out of the truth as well, for the
mean of many shots of one scene has lost it too.
"""
import math

import torch
import torch.nn.functional as F

from data import jpeg
from fddm import transform

BINS = 24                     # of brightness, for the level's dependence on it


def uniform(n, low, high, device):
    return torch.rand(n, 1, 1, 1, device=device) * (high - low) + low


def spread(n, low, high, device):
    """Evenly by its logarithm."""
    return torch.exp(uniform(n, math.log(low), math.log(high), device))


def some(n, chance, device):
    return torch.rand(n, 1, 1, 1, device=device) < chance


def soften(rgb):
    """Pictures as soft as cameras' own at full size, whose details span several pixels: magnified by 1 to 2.5, most of
    them. Photographs that were scaled down are sharper than any camera's."""
    n, device = len(rgb), rgb.device
    scale = torch.where(some(n, 0.75, device), spread(n, 0.4, 1, device), torch.ones(n, 1, 1, 1, device=device))[:, 0]
    move = (torch.rand(n, 2, 1, device=device) * 2 - 1) * (1 - scale)
    where = F.affine_grid(torch.cat([torch.eye(2, device=device) * scale, move], 2), list(rgb.shape), align_corners=False)
    soft = F.grid_sample(rgb, where, mode="bicubic", padding_mode="reflection", align_corners=False)
    return torch.where(scale[..., None] < 1, soft.clamp(-1, 1), rgb)


def raw_deviation(light, device):
    """Standard deviation of the noise in linear R, G, B (light: N x 3 x H x W), relative: variance a g l + b g^2, where g
    is the white balance's gain."""
    n = len(light)
    gain = torch.cat([uniform(n, 1, 2.5, device), torch.ones(n, 1, 1, 1, device=device), uniform(n, 1, 2.5, device)], 1)
    read = spread(n, 3e-4, 0.1, device)
    return (gain * light + read * gain * gain).sqrt()


def demosaic(noise):
    """Noise of a Bayer sensor after bilinear interpolation."""
    h, w = noise.shape[-2:]
    y = torch.arange(h, device=noise.device)[:, None] % 2
    x = torch.arange(w, device=noise.device)[None] % 2
    masks = torch.stack([(y == 0) & (x == 0), y != x, (y == 1) & (x == 1)]).to(noise)
    cross = torch.tensor([[0, 1, 0], [1, 4, 1], [0, 1, 0]]) / 4
    square = torch.tensor([[1, 2, 1], [2, 4, 2], [1, 2, 1]]) / 4
    kernels = torch.stack([square, cross, square])[:, None].to(noise)
    return F.conv2d(F.pad(noise * masks, (1, 1, 1, 1), mode="circular"), kernels, groups=3)


def sensor_noise(rgb, plain):
    """Noise in R'G'B' of strength about 1 in the mean: how photons and the circuit make it, up to the tone curve. Also its
    expected standard deviation in Y', Cb and Cr for white noise of the same strength, by place. White where PLAIN."""
    n, device = len(rgb), rgb.device
    gamma = uniform(n, 1.6, 2.6, device)
    light = ((rgb + 1) / 2).clamp(0, 1).pow(gamma)
    slope = (light + 0.01).pow(1 / gamma - 1)                 # 0.01: the curve is linear near black
    deviation = raw_deviation(light, device)
    even = some(n, 0.25, device) | plain                      # noise that doesn't depend on brightness
    deviation, slope = torch.where(even, torch.ones_like(light), deviation), torch.where(even, torch.ones_like(light), slope)
    noise = torch.randn_like(rgb) * deviation
    noise = torch.where(some(n, 0.6, device) & ~plain, demosaic(noise), noise)
    mix = uniform(n, 0, 0.35, device)
    mix = torch.where(some(n, 0.5, device) & ~plain, mix, torch.zeros_like(mix))
    noise = noise + mix * (3 * noise - noise.sum(1, keepdim=True))        # the matrix's rows add up to 1
    matrix = transform.RGB_TO_YCC.to(rgb).pow(2)[:, :, None, None]
    place = F.conv2d((deviation * slope).pow(2), matrix).sqrt()
    size = place[:, :1].mean((2, 3), keepdim=True)
    return noise * slope / size, place / size


def blotches(n, r2):
    """Gain by frequency, N x 3 x h x w/2: noise that grows towards low frequencies, in chroma above all, where cameras'
    own denoising reaches over few pixels. r2: squared cycles per pixel."""
    device = r2.device
    corner = spread(n, 1 / 100, 1 / 12, device)
    slope = torch.cat([uniform(n, 0, 0.35, device), uniform(n, 0, 1.1, device).expand(n, 2, 1, 1)], 1)
    slope = slope * some(n, 0.7, device)
    return (1 + r2 / corner ** 2) ** (-slope / 2)


def filter_noise(ycc):
    """Noise smoothed over pixels as in-camera denoising and scaling leave it, chroma more than luma, and sharpened."""
    n, _, h, w = ycc.shape
    device = ycc.device
    fy, fx = torch.fft.fftfreq(h, device=device)[:, None], torch.fft.rfftfreq(w, device=device)[None]
    r2 = (fy * fy + fx * fx)[None, None]                      # cycles per pixel, squared
    luma = uniform(n, 0, 1.6, device) * some(n, 0.7, device)  # standard deviation of the kernel, pixels
    chroma = luma + spread(n, 0.5, 6, device) * some(n, 0.8, device)
    blur = torch.cat([luma, chroma, chroma], 1)
    floor = torch.cat([uniform(n, 0, 0.8, device) ** 2, (uniform(n, 0, 0.55, device) ** 2).expand(n, 2, 1, 1)], 1)
    gain = (1 - floor) * torch.exp(-2 * math.pi ** 2 * blur ** 2 * r2) + floor
    gain = gain * blotches(n, r2)
    sharpen = uniform(n, 0, 1.5, device) * some(n, 0.5, device)
    gain = torch.cat([gain[:, :1] * (1 + sharpen * (1 - torch.exp(-2 * math.pi ** 2 * 0.8 ** 2 * r2))), gain[:, 1:]], 1)
    return torch.fft.irfft2(torch.fft.rfft2(ycc) * gain, s=(h, w))


def chroma_kept(noise):
    """Factor for chroma: what filtering left, or (smoothed noise is weak, cameras' is not) a share of luma's strength."""
    n, device = len(noise), noise.device
    luma, chroma = (p.pow(2).mean((1, 2, 3), keepdim=True).sqrt() for p in (noise[:, :1], noise[:, 1:]))
    share = spread(n, 0.12, 1.2, device) * luma / chroma.clamp_min(1e-6)
    return torch.where(some(n, 0.6, device) & (chroma > 1e-4 * luma), share, uniform(n, 0.3, 1.3, device))


def box(x, radius):
    """Mean over a square."""
    return F.avg_pool2d(F.pad(x, (radius,) * 4, mode="circular"), 2 * radius + 1, 1)


def preserve_edges(clean, noise):
    """In-camera denoising that spares edges, a guided filter (He, Sun, Tang 2013) with the picture as its own guide: what
    it makes of truth and of noise. Strong where the picture is flat, so that noise stays at edges."""
    n, device = len(clean), clean.device
    radius = int(torch.randint(1, 4, (1,)))
    noisy = clean + noise
    mean = box(noisy, radius)
    variance = (box(noisy * noisy, radius) - mean * mean).clamp_min(0)
    of_noise = noise.pow(2).mean((2, 3), keepdim=True)
    strength = torch.cat([uniform(n, 0, 4, device) ** 2, (uniform(n, 0, 5, device) ** 2).expand(n, 2, 1, 1)], 1)
    a = box(variance / (variance + strength * of_noise + 1e-9), radius)
    return a * clean + (1 - a) * box(clean, radius), a * noise + (1 - a) * box(noise, radius)


def levels(noise, place, brightness, d):
    """The level of each coefficient as a measurement can know it: a spectrum for each channel times a curve over the
    patch's brightness. noise: N x 3d^2 x h x w. place: N x 3 x H x W, expected deviation. brightness: N x 1 x h x w."""
    n, _, h, w = noise.shape
    place = F.avg_pool2d(place * place, d).flatten(2)
    index = ((brightness + 1) / 2 * BINS).long().clamp(0, BINS - 1).flatten(2).expand_as(place)
    total = torch.zeros(n, 3, BINS, device=noise.device)
    count = total.scatter_add(2, index, torch.ones_like(place))
    curve = total.scatter_add(2, index, place) / count.clamp_min(1)
    by_brightness = curve.gather(2, index).sqrt().reshape(n, 3, h, w).clamp_min(1e-6)
    by_brightness = by_brightness.repeat_interleave(d * d, 1)
    spectrum = (noise / by_brightness).pow(2).mean((2, 3)).sqrt()
    return spectrum[:, :, None, None] * by_brightness


def saver(n, device):
    """How N pictures are saved, as JPEG most of them, some by the camera and then by somebody once more: a function of the
    pictures."""
    passes = [(uniform(n, low, 98, device).round(), some(n, 0.7, device), jpeg.grid(), some(n, share, device))
              for low, share in ((85, 0.3), (60, 0.75))]

    def save(ycc):
        for quality, halve, grid, chosen in passes:
            ycc = torch.where(chosen, jpeg.compress(ycc, quality, halve, grid), ycc)
        return ycc
    return save


def mean_of_shots(save, clean, noise):
    """The truth, up to what is random in it: detail that JPEG takes out of every shot isn't in the mean of many. Noise of
    the same kind, and its opposite, so that it cancels where saving loses nothing."""
    other = torch.roll(noise, [int(torch.randint(side // 4, side - side // 4, (1,))) for side in noise.shape[-2:]], (2, 3))
    return (save(clean + other) + save(clean - other)) / 2


def camera(rgb, gray, d, plain=0.0):
    """rgb: pictures; gray: N x 1 x 1 x 1, those whose channels are one. Clean and noisy coefficients, and the noise's level
    at each place, N x 3d^2 x h x w. PLAIN: the share whose noise is white up to their being saved, as that of pictures that were
    made smaller is."""
    n, device = len(rgb), rgb.device
    plain = some(n, plain, device) if plain else torch.zeros(n, 1, 1, 1, dtype=torch.bool, device=device)
    size = spread(n, 0.7, 25, device) * 2 / 255
    rgb = torch.where(plain, rgb, soften(rgb))            # what was made smaller is sharp
    noise, place = sensor_noise(rgb, plain)
    noise = torch.where(gray, noise[:, 1:2].expand_as(noise), noise)
    clean, noise = transform.to_ycc(rgb), transform.to_ycc(noise)
    filtered = filter_noise(noise)
    noise = torch.where(plain, noise, torch.cat([filtered[:, :1], filtered[:, 1:] * chroma_kept(filtered)], 1))
    noise = noise * (size / noise[:, :1].pow(2).mean((2, 3), keepdim=True).sqrt().clamp_min(1e-6))
    spared_clean, spared_noise = preserve_edges(clean, noise)
    spared = some(n, 0.65, device) & ~plain
    clean, noise = torch.where(spared, spared_clean, clean), torch.where(spared, spared_noise, noise)
    save = saver(n, device)
    clean, noisy = mean_of_shots(save, clean, noise), save(clean + noise)
    clean, noisy = transform.patch_dct(clean, d), transform.patch_dct(noisy, d)
    brightness = clean[:, :1] / d
    return clean, noisy, levels(noisy - clean, place, brightness, d)
