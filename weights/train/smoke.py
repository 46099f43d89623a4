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
import time

import numpy as np
import torch
from PIL import Image

from data import camera, jpeg, noise
import evaluate
from fddm import meter, safetensors, sampler, schedule, transform, weights
from learn import checkpoint, config, log
from learn.loop import Training
from learn.plan import Plan
from learn.tasks import denoise, measure
import prepare
import ranges
import train as commands

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


def check_gray_files():
    """Gray pictures in 8-bit files have whole steps from 0 to 255, and black rises by what their own noise is clipped by."""
    torch.manual_seed(3)
    kinds = noise.Kinds(white=1, camera=0, path=0, film=0, gray=1, file=1)
    _, noisy, levels = noise.make(torch.full((64, 3, 32, 32), -1.0), 2, kinds, truth=True)
    steps = (transform.synthesise(noisy, 2, 32, 32) + 1) * 127.5
    if (steps - steps.round()).abs().max() > 0.01 or (steps < -0.01).any() or (steps[:, :1] - steps).abs().max() > 0.01:
        sys.exit("smoke.py: gray pictures are not stored as 8-bit files are")
    sigma = levels[:, :1].mean((1, 2, 3)) * 127.5
    lift = (steps.mean((1, 2, 3)) / sigma)[sigma > 5].mean() * (2 * np.pi) ** 0.5         # of clipped noise: sigma / sqrt (2 pi)
    if abs(lift - 1) > 0.05:
        sys.exit("smoke.py: black of gray files rises by %.2f times what it should" % lift)


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


SMALL = ["network.width=16", "network.blocks=1", "network.patch=4", "sample.batch=8", "sample.side=64"]
STEP = 8 * 64 * 64              # pixels of a step of those


def train(name, out, *more, constant=0, fall=0, changes=SMALL):
    """Trains by the configuration NAME with CHANGES, on random numbers if MORE names no start, for so many pixels in all, with
    more arguments."""
    path = os.path.join(HERE, "configs", name)
    o = commands.options([path, "--out", out, "--device", "cpu", "--threads", "1", *more])
    lengths = ["length.constant=%g" % constant, "length.rise=%g" % STEP, *(["length.fall=%g" % fall] if fall else [])]
    alone = ["start=''"] + (["sample.meter=''"] if "denoise" in name else [])
    return Training(config.read(path, alone + changes + lengths), o, time.time()).run()


def check_slices(pack, folder):
    """A training in two slices, the first ended by the clock, is the same as one in one piece, to the bit; so is one that
    branched off between. The branch's rate ends at 0, and its log tells of all."""
    once, twice, branch = (os.path.join(folder, name + ".ckpt") for name in ("once", "twice", "branch"))
    same = ["--pack", pack, "--precision", "float"]
    train("denoise-fast.toml", once, *same, constant=6 * STEP)
    if train("denoise-fast.toml", twice, *same, "--minutes", "1e-6", constant=6 * STEP):
        sys.exit("smoke.py: the clock did not end a slice")
    train("denoise-fast.toml", twice, *same, "--fall", branch, constant=6 * STEP, fall=4 * STEP)
    train("denoise-fast.toml", twice, *same, constant=6 * STEP)
    a, b, c = (checkpoint.read(path) for path in (once, twice, branch))
    for part in ("model", "average", "random", "task"):
        if not all(torch.equal(a[part][k], b[part][k]) for k in a[part]):
            sys.exit("smoke.py: two slices have another %s than one" % part)
    if (a["pixels"], a["step"]) != (b["pixels"], b["step"]) or b["fell"] >= 0 or c["fell"] != STEP or c["pixels"] != 5 * STEP:
        sys.exit("smoke.py: slices or their branch are not as long as they are to be")
    rows = log.read(log.path_of(branch))
    if [int(r["step"]) for r in rows] != [1, 2, 3, 4, 5] or float(rows[0]["rate"]) != 1 or float(rows[-1]["rate"]) != 0:
        sys.exit("smoke.py: the log of a branch is wrong: %s" % rows)
    try:
        train("denoise-fast.toml", branch, *same, constant=9 * STEP)
    except config.Wrong:
        return
    sys.exit("smoke.py: a branch went on at the full rate")


def check_plan():
    """Rise, constant, fall; and what was seen before the rise began counts for none of them."""
    p = Plan(rise=10, constant=1000, fall=100, began=500)
    rates = [p.rate(x) for x in (500, 505, 510, 999)] + [Plan(10, 1000, 100, 0, 700).rate(x) for x in (700, 725, 800, 900)]
    if not np.allclose(rates, [0.02, 0.51, 1, 1, 1, 0.5, 0, 0]) or p.end() != 1000:
        sys.exit("smoke.py: the learning rate is not its closed form: %s" % rates)


def check_configurations():
    """Those of the shipped networks are whole, and their network is the file's; a missing and an unknown key are errors."""
    for name in sorted(os.listdir(os.path.join(HERE, "configs"))):
        settings = config.read(os.path.join(HERE, "configs", name))
        shipped = os.path.join(HERE, "..", name.replace(".toml", ".safetensors"))
        width = safetensors.read(shipped)[0]["head.weight"].shape[0]
        if width != settings["network"]["width"] or not settings["changed"] == []:
            sys.exit("smoke.py: %s states another network than is shipped" % name)
    whole = config.read(os.path.join(HERE, "configs", "denoise-fast.toml"))
    for broken in ({k: v for k, v in whole.items() if k != "seed"}, dict(whole, network=dict(whole["network"], depth=3)),
                   dict(whole, seed="1"), dict(whole, kind="paint")):
        broken = {k: v for k, v in broken.items() if k not in ("file", "changed")}
        try:
            config.check(broken, "broken")
        except config.Wrong:
            continue
        sys.exit("smoke.py: a broken configuration passes")


def check_checkpoint(folder):
    """What a checkpoint holds comes back, keys and all; one of pickle, which could bring code along, is not read."""
    path = os.path.join(folder, "values.ckpt")
    held = {"a": {3: torch.randn(2, 3)}, "b": [0.5, 7, None, "text", True, {"c": torch.arange(3)}], "d": torch.get_rng_state()}
    checkpoint.save(path, held)
    found = checkpoint.read(path)
    tensors = [(f["a"][3], f["d"], f["b"][5]["c"]) for f in (found, held)]
    if not all(map(torch.equal, *tensors)) or found["b"][:5] != held["b"][:5]:
        sys.exit("smoke.py: a checkpoint does not hold what was saved: %s" % found)
    torch.save(held, path)
    try:
        checkpoint.read(path)
    except SystemExit:
        return
    sys.exit("smoke.py: a pickled checkpoint is read")


def export_meter(checkpoint_path, out):
    run("export_meter.py", "--checkpoint", checkpoint_path, "--out", out)


def check_white(checkpoint_path, folder):
    """A file for white noise is named by the one whose place it takes, which stays as it was otherwise."""
    any_noise, white = (os.path.join(folder, name) for name in ("denoise-any.safetensors", "denoise-any-white.safetensors"))
    run("export.py", "--checkpoint", checkpoint_path, "--name", "any", "--out", any_noise)
    before = safetensors.read(any_noise)
    for _ in range(2):
        run("export.py", "--checkpoint", checkpoint_path, "--name", "any-white", "--for-white", "any", "--out", white)
    tensors, metadata = safetensors.read(any_noise)
    with open(os.path.splitext(any_noise)[0] + ".md") as f:
        named = f.read().count("[denoise-any-white](denoise-any-white.md)")
    if metadata != dict(before[1], white="denoise-any-white") or named != 1 or any(
            (tensors[name] != array).any() for name, array in before[0].items()):
        sys.exit("smoke.py: denoise-any does not name what takes its place, or is not what it was")


def check_start(pack, out, folder):
    """A training at rate 0 that starts from a weights file ends with its weights: the denoiser's OUT, and a meter's."""
    still = ["optimiser.rate=0.0", "optimiser.muon_rate=0.0"]
    again, meter, other = (os.path.join(folder, name) for name in ("again", "meter", "other"))
    train("denoise-fast.toml", again + ".ckpt", "--pack", pack, "--start", out, constant=2 * STEP, changes=SMALL + still)
    run("export.py", "--checkpoint", again + ".ckpt", "--name", "again", "--mix", out, "0.5", "--out", again + ".safetensors")
    check_white(again + ".ckpt", folder)
    tiny = ["network.width=8", "network.blocks=1", "sample.batch=4", "sample.side=64"]
    train("noise-meter.toml", meter + ".ckpt", "--pack", pack, constant=STEP, changes=tiny)
    export_meter(meter + ".ckpt", meter + ".safetensors")
    begin = ["--pack", pack, "--start", meter + ".safetensors"]
    train("noise-meter.toml", other + ".ckpt", *begin, constant=STEP, changes=tiny + still)
    export_meter(other + ".ckpt", other + ".safetensors")
    for a, b in ((out, again + ".safetensors"), (meter + ".safetensors", other + ".safetensors")):
        if not equal(a, b):
            sys.exit("smoke.py: training did not start from %s" % os.path.basename(a))
    check_growth(meter + ".safetensors", begin, folder, tiny[2:] + still)


def check_growth(start, begin, folder, changes):
    """A meter grown out of the weights file START, at rate 0, tells what that one tells."""
    grown = os.path.join(folder, "grown.ckpt")
    train("noise-meter.toml", grown, *begin, constant=STEP, changes=changes + ["network.width=16", "network.blocks=2"])
    small = weights.load_meter(start)
    large = meter.Meter(meter.network_of(16, 2))
    large.load_state_dict(checkpoint.read(grown)["average"])
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
    clean, noisy, told = noise.make(flat.repeat(8, 1, 1, 1), 2, noise.Kinds(white=0, camera=1, path=0), reader=reader)
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


def check_jpeg():
    """The grid may begin anywhere; a slope between black and white is as good at the borders as within; a cut is compressed as the
    whole picture is, where no block leaves it."""
    slope = torch.linspace(-1, 1, 64).expand(1, 3, 64, 64) * torch.tensor([1.0, 0.2, -0.2])[None, :, None, None]
    quality, halve = torch.full((1, 1, 1, 1), 90.0), torch.ones(1, 1, 1, 1, dtype=torch.bool)
    for shift in ((0, 0), (5, 7), (15, 1)):
        error = (jpeg.compress(slope, quality, halve, shift) - slope).abs()
        if not error.max() < 0.03:
            sys.exit("smoke.py: JPEG with its grid at %s is wrong by %.3f" % (shift, error.max()))
    whole = torch.rand(1, 3, 96, 96) - 0.5
    cut = jpeg.compress(whole[..., 21:85, 6:70], quality, ~halve, (21 % 16, 6))[..., 11:43, 10:42]
    if not torch.allclose(cut, jpeg.compress(whole, quality, ~halve, (0, 0))[..., 32:64, 16:48], atol=1e-5):
        sys.exit("smoke.py: a cut is compressed in another way than the whole picture")


def check_told():
    """Cameras' levels are told more than threefold as often as asked for, by that alone, and never beyond the most."""
    s = torch.full((8000, 12, 1, 1), 0.05)
    kinds = noise.Kinds()
    told = noise.mistake(kinds, s, len(s), read=s) / s
    share = kinds.camera_over * (1 - kinds.camera_white) * (1 - np.log(3) / np.log(kinds.over_most))
    if abs((told[:, 0] > 3).float().mean() - share) > 0.015 or told.max() > 1.001 * kinds.over_most:
        sys.exit("smoke.py: %.3f of the levels told too high, not %.3f; at most %g" % (
            (told[:, 0] > 3).float().mean(), share, told.max()))


def check_film():
    """On an even gray, the level told of grain is that of the noise, and lower the finer it is; black-and-white film has no
    colour."""
    gray = torch.zeros(64, 3, 128, 128)
    kinds = noise.Kinds(white=0, camera=0, path=0, film=1, camera_file=0)
    clean, noisy, level = noise.make(gray, 4, kinds, truth=True)
    found = (noisy - clean).pow(2).mean((2, 3)).sqrt()
    ratio = found[:, :16] / level[:, :16].mean((2, 3))
    colour = (noisy - clean)[:, 16:].abs().amax((1, 2, 3)) > 0
    if not 0.97 < ratio[found[:, :16] > 2 * noise.LOW].mean() < 1.03 or not (found[:, 15] < found[:, 5]).float().mean() > 0.7:
        sys.exit("smoke.py: grain of film is told wrong")
    if not 0.2 < colour.float().mean() < 0.6:
        sys.exit("smoke.py: %g of the films have colour" % colour.float().mean())


def check_ranges():
    """Inputs are rounded to steps of their channel's range and cut off at it; inputs that are all alike need all of theirs, of two
    channels that differ by the factor 16 the ranges do by its fourth root; a network computes nearly the same in integers."""
    x = torch.tensor([[0.4999, -0.26, 1, 2, -7]]).t()
    for positive, expected in ((False, [63 / 127, -33 / 127, 1, 1, -1]), (True, [127 / 255, 0, 1, 1, 0])):
        found = ranges.rounded(x, torch.ones(1), positive)[:, 0]
        if not torch.allclose(found, torch.tensor(expected, dtype=torch.float32), atol=1e-6):
            sys.exit("smoke.py: rounded to %s, not %s" % (found.tolist(), expected))
    even = torch.linspace(-1, 1, 999).repeat(2, 1) * torch.tensor([[1.0], [1 / 16]])
    wide, narrow = ranges.best(even, torch.ones(4, 2, 3, 3), False).tolist()
    if not 0.9 < wide < 1.25 or abs(wide / narrow - 2) > 1e-3:
        sys.exit("smoke.py: ranges of %g and %g" % (wide, narrow))
    torch.manual_seed(3)
    shape = {"width": 16, "blocks": 2, "activation": "relu", "patch": 2}
    model = denoise.build(shape, torch.zeros(12), torch.ones(12))
    y, s = torch.randn(1, 12, 24, 24), torch.full((1, 12, 24, 24), 0.3)
    before = model(y, s).detach()
    ranges.in_integers(model, {i: torch.full((16,), 4.0) for i in ranges.inner(model.network)})
    lost = float((model(y, s).detach() - before).pow(2).mean().sqrt() / before.std())
    if not 0 < lost < 0.02:
        sys.exit("smoke.py: in integers the estimate differs by %g of its size" % lost)


def check_mirrored():
    """Textures too small for a crop go on as their mirror images."""
    small = np.random.default_rng(1).integers(0, 256, (80, 130, 3), np.uint8)
    large = prepare.mirrored(small)
    if large.shape != (prepare.SIDE, 130, 3) or not (large[80:] == small[:31:-1]).all() or not (large[:80] == small).all():
        sys.exit("smoke.py: a texture isn't mirrored")


def main():
    torch.set_num_threads(1)
    measure.PAGES = 40
    check_plan()
    check_configurations()
    check_sampler()
    check_gray_files()
    check_reading()
    check_truth()
    check_jpeg()
    check_told()
    check_film()
    check_ranges()
    check_mirrored()
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    out, textures = os.path.abspath(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else None
    with tempfile.TemporaryDirectory() as folder:
        pictures(textures, folder)
        pack, checkpoint_path = os.path.join(folder, "pack"), os.path.join(folder, "c.ckpt")
        run("prepare.py", "--photos", folder, "--out", pack)
        check_small_texture(folder, pack)
        check_checkpoint(folder)
        check_slices(pack, folder)
        begin = [os.path.join(HERE, "configs/denoise-fast.toml"), "--out", checkpoint_path, "--pack", pack, "--threads", "1"]
        for change in [*SMALL, "length.constant=%g" % (40 * STEP), "length.rise=%g" % STEP, "start=''", "sample.meter=''"]:
            begin += ["--set", change]
        run("train.py", *begin)
        kept = os.path.join(folder, "log.csv")
        run("export.py", "--checkpoint", checkpoint_path, "--name", "smoke", "--out", out, "--log", kept)
        check_start(pack, out, folder)
        rows = [float(r["error/wiener"]) for r in log.read(kept)]
        first, last = rows[0], rows[-1]
        if not last < 0.97 * first:
            sys.exit("smoke.py: the loss did not fall: %.3f, then %.3f" % (first, last))

        model, about = weights.load(out)
        picture = evaluate.load(folder)[0][1]
        noisy = evaluate.add_noise(picture, 25, 1)
        done = evaluate.denoise(model, noisy[None], int(about["patch"]), 25)[0]
        before, after = evaluate.psnr(noisy, picture), evaluate.psnr(done, picture)
        if not after > before + 1:
            sys.exit("smoke.py: %.2f dB became %.2f dB" % (before, after))
        clean, dirty, level = noise.make(picture[None, :, :128, :128].repeat(16, 1, 1, 1), 4, noise.Kinds())
        if not torch.isfinite(dirty).all() or level.min() < noise.LOW or transform.patch_idct(clean, 4).abs().max() > 1.1:
            sys.exit("smoke.py: training samples out of range")
    print("loss %.3f -> %.3f; %.2f dB -> %.2f dB; %s" % (first, last, before, after, out))


if __name__ == "__main__":
    main()
