# SPDX-License-Identifier: Apache-2.0
"""Grain of film as a scanner sees it: clumps larger than a pixel, strongest in middle tones, the same in all of a picture.
Batches on one device, as in camera.py."""
import math

import torch

from data.camera import levels, mean_of_shots, saver, soften, some, spread, uniform
from fddm import transform

LEAST = 0.15                  # of the strength in middle tones is left in the lightest and darkest


def smooth(noise):
    """NOISE as an emulsion's clumps and the scanner's lens leave it, sharpened by half of the scanners."""
    n, _, h, w = noise.shape
    device = noise.device
    fy, fx = torch.fft.fftfreq(h, device=device)[:, None], torch.fft.rfftfreq(w, device=device)[None]
    r2 = (fy * fy + fx * fx)[None, None]                      # cycles per pixel, squared
    blur = uniform(n, 0, 1.8, device)                         # standard deviation of the kernel, pixels
    sharpen = uniform(n, 0, 1, device) * some(n, 0.5, device)
    gain = torch.exp(-2 * math.pi ** 2 * blur ** 2 * r2)
    gain = gain * (1 + sharpen * (1 - torch.exp(-2 * math.pi ** 2 * r2)))
    noise = torch.fft.irfft2(torch.fft.rfft2(noise) * gain, s=(h, w))
    return noise / noise.pow(2).mean((1, 2, 3), keepdim=True).sqrt()


def strength(rgb):
    """Standard deviation at each pixel and channel, relative: none of the film's grains are developed in black, or all."""
    n, device = len(rgb), rgb.device
    tone = ((rgb + 1) / 2).clamp(0, 1)
    power = uniform(n, 0, 0.7, device) * some(n, 0.75, device)
    layers = torch.cat([uniform(n, 0.7, 1.3, device), torch.ones(n, 1, 1, 1, device=device), uniform(n, 0.8, 1.8, device)], 1)
    return (LEAST + (1 - LEAST) * 4 * tone * (1 - tone)).pow(power) * layers


def grain(rgb, gray, d):
    """rgb: pictures; gray: N x 1 x 1 x 1, those from black-and-white film. Clean and noisy coefficients, and the noise's
    level at each place, N x 3d^2 x h x w."""
    n, device = len(rgb), rgb.device
    rgb = soften(rgb)
    deviation = strength(rgb)
    deviation = torch.where(gray, deviation[:, 1:2].expand_as(deviation), deviation)
    noise = smooth(torch.randn_like(rgb))
    noise = torch.where(gray, noise[:, 1:2] / noise[:, 1:2].pow(2).mean((2, 3), keepdim=True).sqrt(), noise) * deviation
    matrix = transform.RGB_TO_YCC.to(rgb).pow(2)[:, :, None, None]
    place = torch.nn.functional.conv2d(deviation.pow(2), matrix).sqrt()
    size = spread(n, 1, 30, device) * 2 / 255
    clean, noise = transform.to_ycc(rgb), transform.to_ycc(noise)
    noise = noise * (size / noise[:, :1].pow(2).mean((2, 3), keepdim=True).sqrt().clamp_min(1e-6))
    saved, save = some(n, 0.4, device), saver(n, device)
    clean, noisy = (torch.where(saved, stored, plain) for stored, plain in (
        (mean_of_shots(save, clean, noise), clean), (save(clean + noise), clean + noise)))
    clean, noisy = transform.patch_dct(clean, d), transform.patch_dct(noisy, d)
    return clean, noisy, levels(noisy - clean, place, clean[:, :1] / d, d)
