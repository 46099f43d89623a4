#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Trains a tiny network for a few seconds and writes its weights file; fails unless the loss falls.

    smoke.py OUT.safetensors [TEXTURES]      without a folder of textures, synthetic pictures stand in
"""
import json
import os
import subprocess
import sys
import tempfile

import numpy as np
import torch
from PIL import Image

from data import camera, jpeg, noise
import evaluate
from fddm import meter, safetensors, sampler, schedule, transform, weights
from learn.checkpoint import seed_everything
import prepare
import train

HERE = os.path.dirname(os.path.abspath(__file__))


def pictures(textures, folder):
    """Two pictures of at least 128 x 128 in FOLDER."""
    found = []
    for root, _, names in os.walk(textures) if textures else ():
        found += [os.path.join(root, n) for n in sorted(names) if n.endswith((".jpg", ".png"))]
    if len(found) >= 2:
        made = [Image.open(p).convert("RGB").resize((160, 160)) for p in (found[0], found[-1])]
    else:
        y, x = np.mgrid[:160, :160]
        made = [Image.fromarray(np.stack([127 + 100 * np.sin(x / a + i) * np.cos(y / b) for i in range(3)], 2)
                                .astype(np.uint8)) for a, b in ((3, 7), (11, 4))]
    for i, image in enumerate(made):
        image.save(os.path.join(folder, "%d.png" % i))


def run(*command):
    done = subprocess.run([sys.executable, *command], cwd=HERE, capture_output=True, text=True)
    if done.returncode:
        sys.exit("%s failed:\n%s%s" % (command[0], done.stdout, done.stderr))
    return done.stdout


def check_sampler():
    """With the true picture as the estimate, the spread around it is the level at every step; the paper's form of the
    step, corrected, is the same step."""
    d, n = 4, 4000
    torch.manual_seed(2)
    x0 = torch.randn(1, d * d, n, 1)
    for eta in (0, 0.5, 1):
        s = schedule.level(d, -2).float()[None, :, None, None]
        x = x0 + s * torch.randn(x0.shape)
        for mu in (-1, 2.5, 3):
            s_next = schedule.level(d, mu).float()[None, :, None, None]
            z = torch.randn(x0.shape)
            a, b = 1 / (1 + s[0, :, 0, 0] ** 2), 1 / (1 + s_next[0, :, 0, 0] ** 2)
            old = sampler.algorithm2_step(x * a.sqrt()[:, None, None], x0, a, b, 0, z) / b.sqrt()[:, None, None]
            if eta == 0 and not torch.allclose(old, sampler.step(x, x0, s, s_next, 0, z), rtol=1e-3, atol=1e-3):
                sys.exit("smoke.py: the two forms of a step differ")
            x, s = sampler.step(x, x0, s, s_next, eta, z), s_next
            spread = ((x - x0) / s).std(2)
            if (spread - 1).abs().max() > 0.06:
                sys.exit("smoke.py: at eta %g the spread is %.3f of the level" % (eta, spread.max()))


def equal(a, b):
    """Whether two weights files hold the same numbers."""
    a, b = (safetensors.read(path)[0] for path in (a, b))
    return a.keys() == b.keys() and all(np.allclose(a[k], b[k], rtol=2e-3, atol=1e-5) for k in a)


def check_small_texture(photos, pack):
    """A texture smaller than a crop is in a pack as well, once for each of its sizes."""
    def crops(folder):
        with open(os.path.join(folder, "pack.json")) as f:
            return json.load(f)["crops"]

    with tempfile.TemporaryDirectory() as folder:
        textures, more = os.path.join(folder, "textures"), os.path.join(folder, "pack")
        os.mkdir(textures)
        Image.new("RGB", (100, 70), "gray").save(os.path.join(textures, "small.png"))
        run("prepare.py", "--photos", photos, "--textures", textures, "--out", more)
        if crops(more) != crops(pack) + 3:
            sys.exit("smoke.py: of a small texture %d crops are in the pack" % (crops(more) - crops(pack)))


def check_start(pack, out, small, folder):
    """A training at rate 0 that starts from a weights file ends with its weights: the denoiser's OUT, and a meter's."""
    still = ["--pack", pack, "--minutes", "0.02", "--lr", "0", "--muon-lr", "0"]
    again, meter, other = (os.path.join(folder, name) for name in ("again", "meter", "other"))
    run("train.py", "--out", again + ".pt", "--start", out, *still, *small)
    run("export.py", "--checkpoint", again + ".pt", "--name", "again", "--mix", out, "0.5", "--out", again + ".safetensors")
    tiny = ["--width", "8", "--blocks", "1", "--batch", "4", "--side", "64"]
    run("meter.py", "--pack", pack, "--out", meter + ".pt", "--minutes", "0.03", *tiny)
    run("meter.py", "--out", meter + ".pt", "--export", meter + ".safetensors")
    run("meter.py", "--out", other + ".pt", "--start", meter + ".safetensors", *still, *tiny)
    run("meter.py", "--out", other + ".pt", "--export", other + ".safetensors")
    for a, b in ((out, again + ".safetensors"), (meter + ".safetensors", other + ".safetensors")):
        if not equal(a, b):
            sys.exit("smoke.py: training did not start from %s" % os.path.basename(a))
    check_growth(meter + ".safetensors", pack, folder)


def check_growth(start, pack, folder):
    """A meter grown out of the weights file START, at rate 0, tells what that one tells."""
    grown = os.path.join(folder, "grown")
    run("meter.py", "--pack", pack, "--out", grown + ".pt", "--start", start, "--minutes", "0.02", "--lr", "0", "--muon-lr", "0",
        "--width", "16", "--blocks", "2", "--batch", "4", "--side", "64")
    run("meter.py", "--out", grown + ".pt", "--export", grown + ".safetensors")
    small, large = (weights.load_meter(path) for path in (start, grown + ".safetensors"))
    seen = torch.randn(1, small.network.tensors()["head.weight"].shape[1], 12, 12)
    with torch.no_grad():
        error = (small.network(seen) - large.network(seen)).abs().max()
    if not error < 1e-2:
        sys.exit("smoke.py: a meter that grew tells other levels, by %g" % error)


def check_reading():
    """What a batch is told is what a picture is told, where the brightness is one; and levels by smaller patches."""
    reader = weights.load_meter(os.path.join(HERE, "../noise-meter.safetensors"))
    flat = 0.0625 + 0.03 * torch.randn(2, 3, 64, 64)
    with torch.no_grad():
        each = meter.read_each(*reader(transform.patch_dct(transform.to_ycc(flat), meter.PATCH)))
    for i in range(2):
        one = torch.from_numpy(meter.read(reader, flat[i:i + 1])[0]).float()
        if not (each[i] - one).abs().max() < 1e-3 * one.max():
            sys.exit("smoke.py: read_each() differs from read()")
    levels = torch.zeros(2, meter.COEFFICIENTS)
    levels[0], levels[1, 0] = 3, 1               # white noise stays white; DC of 4 x 4 is half as strong in each 2 x 2
    parts = meter.split(levels, 2)
    if not (torch.allclose(parts[0], torch.full((12,), 3.0)) and torch.allclose(parts[1], 0.5 * torch.eye(12)[0])):
        sys.exit("smoke.py: levels of patches of 4 x 4 are not those of 2 x 2")
    clean, noisy, told = noise.make(flat.repeat(8, 1, 1, 1), 2, {"white": 0, "camera": 1, "path": 0}, reader=reader)
    if not torch.isfinite(told).all() or told.shape != noisy.shape:
        sys.exit("smoke.py: levels as read are out of range")


def check_truth():
    """The truth of a camera's picture: what is saved without loss stays, detail too fine for JPEG's steps goes."""
    board = (torch.arange(64)[:, None] + torch.arange(64)) % 2 * (8 / 255)
    clean, weak = board.expand(2, 3, 64, 64) - 4 / 255, 1e-3 * torch.randn(2, 3, 64, 64)
    if not torch.allclose(camera.mean_of_shots(lambda x: x, clean, 30 * weak), clean, atol=1e-6):
        sys.exit("smoke.py: noise is left in the truth")
    quality, halve = torch.full((2, 1, 1, 1), 60.0), torch.zeros(2, 1, 1, 1, dtype=torch.bool)
    kept = camera.mean_of_shots(lambda x: jpeg.compress(x, quality, halve, (3, 5)), clean, weak)
    if not kept.std() < 0.1 * clean.std():
        sys.exit("smoke.py: the truth has detail that no shot has")


def check_told():
    """Cameras' levels are told more than threefold as often as asked for, by that alone, and never beyond the most."""
    s = torch.full((8000, 12, 1, 1), 0.05)
    told = noise.mistake(s, len(s), read=s) / s
    share = noise.CAMERA_OVER * (1 - noise.CAMERA_WHITE) * (1 - np.log(3) / np.log(noise.OVER_MOST))
    if abs((told[:, 0] > 3).float().mean() - share) > 0.015 or told.max() > 1.001 * noise.OVER_MOST:
        sys.exit("smoke.py: %.3f of the levels told too high, not %.3f; at most %g" % (
            (told[:, 0] > 3).float().mean(), share, told.max()))


def check_mirrored():
    """Textures too small for a crop go on as their mirror images."""
    small = np.random.default_rng(1).integers(0, 256, (80, 130, 3), np.uint8)
    large = prepare.mirrored(small)
    if large.shape != (prepare.SIDE, 130, 3) or not (large[80:] == small[:31:-1]).all() or not (large[:80] == small).all():
        sys.exit("smoke.py: a texture isn't mirrored")


def check_seed():
    """A run that goes on draws other samples than it began with, and the same again if it goes on from there again."""
    draws = []
    for stored in (None, {"step": 0}, {"step": 7}, {"step": 7}):
        seed_everything(1, stored)
        draws.append(torch.rand(4).tolist())
    if draws[0] != draws[1] or draws[0] == draws[2] or draws[2] != draws[3]:
        sys.exit("smoke.py: the seed does not follow the step")


def main():
    check_seed()
    check_sampler()
    check_reading()
    check_truth()
    check_told()
    check_mirrored()
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    out, textures = os.path.abspath(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else None
    with tempfile.TemporaryDirectory() as folder:
        pictures(textures, folder)
        pack, checkpoint = os.path.join(folder, "pack"), os.path.join(folder, "c.pt")
        run("prepare.py", "--photos", folder, "--out", pack)
        check_small_texture(folder, pack)
        small = ["--patch", "4", "--width", "16", "--blocks", "1", "--batch", "8", "--side", "64", "--threads", "2", "--device", "cpu"]
        run("train.py", "--pack", pack, "--out", checkpoint, "--minutes", "0.08", *small)
        run("train.py", "--pack", pack, "--out", checkpoint, "--minutes", "0.2", "--resume", *small)
        run("export.py", "--checkpoint", checkpoint, "--name", "smoke", "--out", out)
        check_start(pack, out, small, folder)
        history = torch.load(checkpoint)["history"]
        first, last = history[0][2], history[-1][2]
        if not last < 0.97 * first:
            sys.exit("smoke.py: the loss did not fall: %.3f, then %.3f" % (first, last))

        model, about = weights.load(out)
        picture = evaluate.load(folder)[0][1]
        noisy = evaluate.add_noise(picture, 25, 1)
        done = evaluate.denoise(model, noisy[None], int(about["patch"]), 25)[0]
        before, after = evaluate.psnr(noisy, picture), evaluate.psnr(done, picture)
        if not after > before + 1:
            sys.exit("smoke.py: %.2f dB became %.2f dB" % (before, after))
        clean, dirty, level = noise.make(picture[None, :, :128, :128].repeat(16, 1, 1, 1), 4)
        if not torch.isfinite(dirty).all() or level.min() < noise.LOW or transform.patch_idct(clean, 4).abs().max() > 1.1:
            sys.exit("smoke.py: training samples out of range")
    print("loss %.3f -> %.3f; %.2f dB -> %.2f dB; %s" % (first, last, before, after, out))


if __name__ == "__main__":
    main()
