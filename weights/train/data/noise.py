# SPDX-License-Identifier: Apache-2.0
"""Training samples: noise of every kind, with its true level for each frequency, channel and place.

Everything works on batches on one device. Pictures are N x 3 x H x W, [-1, 1]; coefficients and levels N x C x h x w,
C = 3 d^2. camera.py has the noise of cameras, grain.py that of film.
"""
import dataclasses
import math

import torch

from data.camera import camera, some, spread, uniform
from data.grain import grain
from fddm import meter, schedule, transform

LOW, HIGH = 0.002, 1.0        # levels s that networks are trained on: 0.25 to 127 in 8-bit steps
BLACK_AND_WHITE = 0.6         # of pictures on film
TEMPERATURE = 2.0             # of the path that sampling follows: frequencies leave their noise nearly together


@dataclasses.dataclass(frozen=True)
class Kinds:
    """Which noise a training shows, and what its networks are told of it: the table `noise` of a configuration."""
    white: float = 0.48           # shares of a batch: white noise,
    camera: float = 0.42          # cameras' noise,
    path: float = 0.10            # states of the diffusion,
    film: float = 0.0             # and grain of film
    gray: float = 0.05            # R = G = B, no colour noise
    file: float = 0.6             # of white samples end as a file does: clipped at black and white, in whole 8-bit steps
    wrong: float = 1 / 3          # of white samples are told a level that is wrong by a factor exp(N(0, wrong_spread))
    wrong_spread: float = 0.11
    camera_file: float = 0.8      # of camera samples end as a file does
    camera_plain: float = 0.0     # and have noise that was white up to saving
    camera_spread: float = 0.4    # as wrong_spread, for all of them, luma and chroma apart: cameras' noise is harder to measure
    camera_white: float = 0.15    # of camera samples are told one level for all frequencies, as somebody sets it by hand
    camera_read: float = 0.6      # of camera samples are told what the noise meter reads off them, where there is one,
    read_careful: tuple = (0, 1.5)   # with so much of the engine's caution,
    read_least: float = 0.7       # not less than that share of the truth,
    read_spread: float = 0.12     # and with a factor exp(N(0, spread)): whole pictures are read better than crops
    camera_free: float = 0.06     # of camera samples have no noise at all, and are told what the meter takes for it
    camera_over: float = 0.2      # of camera samples are told too much, as textures never seen are read,
    over_most: float = 6.0        # by a factor up to that

    def words(self, read):
        """For a card. read: whether the noise meter was there."""
        shares = ", ".join("%.0f %% %s" % (100 * getattr(self, k), k) for k in ("white", "camera", "path", "film") if getattr(self, k))
        told = "levels told wrong: %.2g of the white ones by a factor exp (%g z)" % (self.wrong, self.wrong_spread)
        if self.camera:
            told += ", the cameras' by exp (%g z)" % self.camera_spread
            if read:
                told += " or as the noise meter reads them, %g of them up to %g times too high" % (
                    self.camera_over, self.over_most)
        return "%s; %s; %g of the white and %g of the cameras' samples clipped and rounded as 8-bit files are" % (
            shares, told, self.file, self.camera_file)


def white_sigma(n, device):
    """N x 1 x 1 x 1, standard deviation in 8-bit steps: low noise more often, a few beyond 60."""
    sigma = 60 * torch.rand(n, 1, 1, 1, device=device) ** 1.6 + 0.3
    return torch.where(some(n, 0.04, device), uniform(n, 60, 100, device), sigma)


def levels_of(sigma, d):
    """N x 1 x 1 x 1, 8-bit steps of white noise in RGB -> N x C x 1 x 1."""
    return sigma * transform.white_level(1, d).to(sigma.device)[None, :, None, None]


def white(n, h, w, d, device):
    """Coefficients of white RGB noise, and its level. Y', Cb and Cr are correlated, frequencies are not."""
    sigma = white_sigma(n, device)
    rgb = torch.randn(n, 3, h, w, device=device) * (sigma * 2 / 255)
    return transform.patch_dct(transform.to_ycc(rgb), d), levels_of(sigma, d)


def as_stored(noisy, d, chosen):
    """NOISY coefficients of pictures as an 8-bit file holds them: clipped and rounded, where CHOSEN (N x 1 x 1 x 1). The
    truth is not clipped, so a network learns that clipped noise has a mean: dark places rise, bright ones sink."""
    rgb = transform.to_rgb(transform.patch_idct(noisy, d))
    stored = ((rgb.clamp(-1, 1) + 1) * 127.5).round() / 127.5 - 1
    return torch.where(chosen, transform.patch_dct(transform.to_ycc(stored), d), noisy)


def path(n, h, w, d, device):
    """A state of the diffusion on the way down from white noise: each frequency at min(s_y, s(mu))."""
    z, s = white(n, h, w, d, device)
    middle = math.log(LOW) * torch.rand(n, dtype=torch.float64)           # ln s of a frequency whose dispersion is 0
    ceiling = schedule.level(d, -2 * TEMPERATURE * middle, TEMPERATURE).float().to(device)
    reached = torch.minimum(s, ceiling.repeat(1, 3)[:, :, None, None])
    return z * (reached / s), reached


def as_read(kinds, reader, noisy, s, d):
    """The levels that the meter READER would tell of camera samples, but not less than a share of S, the truth: a
    network can spare what it is told to be noise better than it can take out what it is told to be none. How they change with
    brightness is as in S."""
    n, c = s.shape[:2]
    rgb = transform.to_rgb(transform.patch_idct(noisy, d))
    stored = ((rgb.clamp(-1, 1) + 1) * 127.5).round() / 127.5 - 1
    seen = transform.patch_dct(transform.to_ycc(stored), meter.PATCH)      # in float32: bfloat16 has no 8-bit steps
    with torch.autocast(s.device.type, dtype=torch.bfloat16):
        level, sure = reader(seen)
    found = meter.read_each(level, sure, uniform(n, *kinds.read_careful, s.device)[:, 0, 0, 0])
    read = meter.split(found, d) * torch.exp(kinds.read_spread * torch.randn(n, 1, device=s.device))
    size = s.pow(2).mean((2, 3)).unflatten(1, (3, c // 3))
    each = size.mean(2).sqrt()                                                     # N x 3
    told = read.unflatten(1, (3, c // 3)).pow(2).mean(2).sqrt()
    enough = told > kinds.read_least * each
    read = torch.where(enough.repeat_interleave(c // 3, 1), read, kinds.read_least * size.flatten(1).sqrt())
    curve = s.unflatten(1, (3, c // 3)).pow(2).mean(2).sqrt() / each[:, :, None, None].clamp_min(1e-6)
    curve = torch.where(some(n, 0.5, s.device), curve, torch.ones_like(curve)).repeat_interleave(c // 3, 1)
    return read[:, :, None, None] * curve


def mistake(kinds, s, n_camera, read=None):
    """The levels as a measurement or a hand on the slider may tell them. read: what the meter tells of the N_CAMERA first."""
    n, c, device = len(s), s.shape[1], s.device
    wrong = torch.randn(n, 1, 1, 1, device=device).mul(kinds.wrong_spread).clamp(-0.223, 0.223).exp()
    wrong = torch.where(some(n, kinds.wrong, device), wrong, torch.ones_like(wrong)).expand(n, c, 1, 1)
    m = n_camera
    if m:
        factor = (torch.randn(m, 3, 1, 1, device=device) * kinds.camera_spread).clamp(-0.9, 0.9).exp()
        factor = torch.cat([factor[:, :1], factor[:, 1:2].expand(m, 2, 1, 1)], 1).repeat_interleave(c // 3, 1)
        even = s[:m, :c // 3].pow(2).mean((1, 2, 3), keepdim=True).sqrt() / transform.ROW_NORM[0].item()
        even = even * transform.ROW_NORM.float().to(device).repeat_interleave(c // 3)[None, :, None, None]
        by_hand = even * uniform(m, 0.6, 2.5, device)
        told = s[:m] * factor
        if read is not None:
            told = torch.where(some(m, kinds.camera_read, device), read, told)
            over = s[:m] * spread(m, 1, kinds.over_most, device)
            told = torch.where(some(m, kinds.camera_over, device), torch.maximum(told, over), told)
        told = torch.where(some(m, kinds.camera_white, device), by_hand.expand_as(told), told)
        s = torch.cat([told, s[m:] * wrong[m:]])
    else:
        s = s * wrong
    return s


def make(rgb, d, kinds, truth=False, reader=None):
    """rgb: N x 3 x H x W, [-1, 1], H and W multiples of d. Returns clean and noisy coefficients and the levels told to the
    network (with TRUTH: as they are), each N x C x h x w. reader: a noise meter, what it reads is told, too."""
    n, _, h, w = rgb.shape
    device = rgb.device
    draw = torch.rand(n)
    n_camera = int((draw < kinds.camera).sum())
    n_path = int((draw >= 1 - kinds.path).sum())
    n_film = int(((draw >= kinds.camera) & (draw < kinds.camera + kinds.film)).sum())
    gray = some(n, kinds.gray, device)
    gray[n_camera:n_camera + n_film] |= some(n_film, BLACK_AND_WHITE, device)
    rgb = torch.where(gray, rgb[:, 1:2].expand_as(rgb), rgb)
    clean = transform.patch_dct(transform.to_ycc(rgb), d)
    noisy, levels, read = [], [], None
    if n_camera:
        clean[:n_camera], y, s = camera(rgb[:n_camera], gray[:n_camera], d, kinds.camera_plain)
        y = as_stored(y, d, some(n_camera, kinds.camera_file, device))
        if reader:
            free = some(n_camera, kinds.camera_free, device)
            y, s = torch.where(free, clean[:n_camera], y), torch.where(free, torch.zeros_like(s), s)
            read = as_read(kinds, reader, y, s, d)
        noisy.append(y)
        levels.append(s)
    first = n_camera + n_film
    if n_film:
        clean[n_camera:first], y, s = grain(rgb[n_camera:first], gray[n_camera:first], d)
        noisy.append(as_stored(y, d, some(n_film, kinds.camera_file, device)))
        levels.append(s)
    for first, last, maker in ((first, first + n_path, path), (first + n_path, n, white)):
        if last > first:
            z, s = maker(last - first, h, w, d, device)
            y = clean[first:last] + z
            y[:, d * d:] = torch.where(gray[first:last], torch.zeros_like(y[:, d * d:]), y[:, d * d:])      # before it is clipped
            noisy.append(as_stored(y, d, some(last - first, kinds.file, device)) if maker is white else y)
            levels.append(s.expand_as(z))
    noisy, levels = torch.cat(noisy), torch.cat(levels)
    d2 = d * d
    noisy[:, d2:] = torch.where(gray, torch.zeros_like(noisy[:, d2:]), noisy[:, d2:])
    levels = torch.cat([levels[:, :d2], torch.where(gray, torch.zeros_like(levels[:, d2:]), levels[:, d2:])], 1)
    if not truth:
        levels = mistake(kinds, levels, n_camera, read)
    return clean, noisy, levels.clamp(LOW, HIGH)
