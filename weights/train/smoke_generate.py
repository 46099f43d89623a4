#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Checks of what generates, in half a minute: the paper's networks have its multiply-adds; time is read off the noise
level; a tiny network trains, goes on, its file samples as its checkpoint does, and knows only the classes offered.

    smoke_generate.py OUT.safetensors
"""
import os
import shutil
import subprocess
import sys
import tempfile
import time

import numpy as np
import torch
from PIL import Image

from data.textures import Textures
from fddm import safetensors, sampler, schedule, transform, weights
from learn import config, features, generative
from learn.loop import Training
import smoke
import table1
import train as commands

SETTLE = -1.5           # ln s below which the tiny network's file places no step


def check_table1():
    for name, (published, _) in table1.PUBLISHED.items():
        count = table1.multiply_adds(*table1.model_of(name))
        total = (count["convolution"] + count["linear"]) * table1.SAMPLES / 1e9
        if abs(total / published - 1) > 0.01:
            sys.exit("smoke_generate.py: %s has %.0f G multiply-adds, the paper's %d" % (name, total, published))


def check_time():
    """The paper's time, 0 ... 999, comes back from the noise of the first coefficient; at its ends the paper's alpha."""
    shape = generative.shape_of("fddm-p4-64", width=32)
    model, path = generative.build(shape, torch.zeros(48), torch.ones(48)), generative.path_of(shape)
    at = torch.tensor([0, 0.25, 0.7, 1], dtype=torch.float64)
    level = path.log_level(at).exp().float()
    if not torch.allclose(model.time(level[:, :, None, None]), at.float() * 999, atol=0.02):
        sys.exit("smoke_generate.py: the time is not that of the level")
    alpha = torch.stack([schedule.alpha_bar(4, mu) for mu in (4.0, -4.0)]).repeat(1, 3).float()
    if not torch.allclose(1 / (1 + level[[0, 3]] ** 2), alpha, rtol=1e-4):
        sys.exit("smoke_generate.py: the path's ends are not the paper's")


def check_clean():
    """A network that tells clean coefficients is not bound to what it is shown: its estimate is m + sqrt(v) F at any noise."""
    shape = generative.shape_of("fddm-p4-64", width=32, condition="map", output="clean")
    model = generative.build(shape, torch.full((48,), 0.5), torch.full((48,), 4.0))
    for s in (0.01, 100.0):
        found = model.combine(torch.randn(2, 48, 4, 4), torch.full((1, 48, 1, 1), s), torch.full((2, 48, 4, 4), 0.25))
        if (found - 1).abs().max() > 1e-6:
            sys.exit("smoke_generate.py: clean coefficients that a network tells don't come out")


def check_frechet():
    torch.manual_seed(1)
    a = torch.randn(20000, 3) * torch.tensor([1.0, 2.0, 0.5])
    b = torch.randn(20000, 3) * torch.tensor([2.0, 1.0, 0.5]) + 1
    if abs(features.frechet(a, b) - 5) > 0.3 or features.frechet(a, a) > 1e-4:
        sys.exit("smoke_generate.py: the Frechet distance of two Gaussians is not its closed form")


def check_guidance():
    """Of a model whose estimate is its class, -1 for any: 2.5 times as far from any as the class is."""
    x, classes = torch.zeros(2, 3, 4, 4), torch.tensor([3, -1])

    def model(x, s, classes):
        return x + classes[:, None, None, None]

    for guidance, expected in ((1, [3, -1]), (2.5, [9, -1])):
        if sampler.guided(model, guidance)(x, None, classes)[:, 0, 0, 0].tolist() != expected:
            sys.exit("smoke_generate.py: guidance is not what it is to be")
    inside, outside = 0.1 * torch.randn(1, 3, 8, 8), 3 * torch.randn(1, 3, 8, 8)
    for rgb in (inside, outside):
        found = transform.clamp_pixels(transform.patch_dct(transform.to_ycc(rgb), 4), 4)
        if not torch.allclose(transform.to_rgb(transform.patch_idct(found, 4)), rgb.clamp(-1, 1), atol=1e-5):
            sys.exit("smoke_generate.py: clamped pixels are not clamped")


def draw_textures(folder):
    """Three classes: waves, checks and flecks, of 24 pictures each; they tile."""
    y, x = np.mgrid[:128, :128] * (2 * np.pi / 128)
    random = np.random.default_rng(4)
    for name in ("waves", "checks", "flecks"):
        os.makedirs(os.path.join(folder, name))
        for i in range(24):
            wave = {"waves": np.sin(8 * x + i), "checks": np.sign(np.sin(16 * x + i) * np.sin(16 * y)),
                    "flecks": (random.random((128, 128)) < 0.05) * 2.0}[name]
            colour = 127 + 60 * wave[:, :, None] * random.uniform(0.5, 1, 3) + random.uniform(-20, 20, 3)
            Image.fromarray(colour.clip(0, 255).astype(np.uint8)).save(os.path.join(folder, name, "t_%02d.png" % i))


def check_windows():
    """The ragged edges of ambientCG's previews are in no window that fits between them; other pictures' edges meet. Favoured
    classes make up their share."""
    with tempfile.TemporaryDirectory() as folder:
        for name, stem in (("a", "acg-x_1"), ("b", "0ad-x")):
            os.makedirs(os.path.join(folder, name))
            a = np.zeros((128, 128, 3), np.uint8)
            a[0], a[-1], a[:, 0], a[:, -1] = 255, 255, 255, 255
            for i in range(40):
                Image.fromarray(a).save(os.path.join(folder, name, "%s%02d.png" % (stem, i)))
        data = Textures(folder, 124, torch.device("cpu"), favour=("a",), share=0.8)
        torch.manual_seed(1)
        pictures, labels = data.batch(400)
    white = (pictures > 0).flatten(1).any(1)
    if white[labels == 0].any() or not white[labels == 1].all():
        sys.exit("smoke_generate.py: windows do not lie where they should")
    if abs((labels == 0).float().mean() - 0.8) > 0.08:
        sys.exit("smoke_generate.py: a favoured class has not its share")


def train(checkpoint, data, steps, *changes):
    """A tiny network for textures, until it has seen so many STEPS of 16 pictures."""
    path, pixels = os.path.join(smoke.HERE, "configs/generate-texture.toml"), 16 * 32 * 32
    tiny = ["start=''", "network.width=32", "network.multipliers=[1]", "network.side=32", "sample.batch=16", "sample.crop=32",
            "sample.variants=false", "sample.favour=[]", "sample.balance=0.5", "loss.focus=''", "loss.power=0.25",
            "network.mu_range=[-6, 8]", "optimiser.muon_rate=0.01", "length.constant=%g" % (steps * pixels),
            "length.rise=%g" % pixels]
    o = commands.options([path, "--out", checkpoint, "--device", "cpu", "--precision", "float", *data])
    Training(config.read(path, tiny + list(changes)), o, time.time()).run()


def errors(trained, data):
    """Of a fresh network and of the TRAINED one, on the same pictures and noise, where the path is half-way to noise: there
    a network learns first."""
    fresh = generative.build(trained.shape, trained.model.mean, trained.model.variance)
    torch.manual_seed(3)
    pictures, labels = data.batch(64)
    clean = transform.patch_dct(transform.to_ycc(pictures), trained.shape["patch"])
    for g in (generative.Generator(fresh, trained.shape), trained):
        yield np.mean(g.difficulty(clean, labels)["error"][8:12])


def check_training(out):
    with tempfile.TemporaryDirectory() as folder:
        pictures, checkpoint = os.path.join(folder, "textures"), os.path.join(folder, "c.ckpt")
        draw_textures(pictures)
        data = ("--textures", pictures)
        train(checkpoint, data, 20, "optimiser.average=0.9")
        train(checkpoint, data, 60, "optimiser.average=0.9")
        smoke.run("export_generate.py", "--checkpoint", checkpoint, "--name", "smoke", "--out", out, "--offer", "waves",
                  "flecks", "--guidance", "1.5", "--clamp", "--settle", "%g" % SETTLE, *data)
        smoke.run("sample.py", checkpoint, "--out", os.path.join(folder, "sheet.png"), "--steps", "2", "--count", "2", *data)
        stored, loaded = generative.load(checkpoint), generative.load(out)
        first, last = errors(stored, Textures(pictures, 32, torch.device("cpu")))
    if not last < 0.99 * first:
        sys.exit("smoke_generate.py: the error did not fall: %.3f, then %.3f" % (first, last))
    asked = {"waves": stored.shape["classes"].index("waves"), "flecks": stored.shape["classes"].index("flecks")}
    about = weights.load(out)[1]
    if (about["side"], about["guidance"], about["clamp"]) != ("32", "1.5", "true"):
        sys.exit("smoke_generate.py: the file does not say how to sample")
    if loaded.shape["classes"] != list(asked):
        sys.exit("smoke_generate.py: the file offers %s" % loaded.shape["classes"])
    a, b = (g.draw(torch.tensor(k), 3, generator=torch.Generator().manual_seed(1))
            for g, k in ((stored, [*asked.values(), -1]), (loaded, [0, 1, -1])))
    if (a - b).abs().max() > 0.02:
        sys.exit("smoke_generate.py: the file's samples differ from the checkpoint's by %g" % (a - b).abs().max())
    times = loaded.times(10, "difficulty")
    if not ((times[1:] < times[:-1]).all() and times[0] == 1 and times[-1] > 0):
        sys.exit("smoke_generate.py: steps placed by difficulty do not fall")
    curve, shape = loaded.curve, loaded.shape
    first_mu, last_mu = shape["mu_range"]
    lowest = -(last_mu + (first_mu - last_mu) * times[-1].item()) / (2 * shape["temperature"])
    flat = [at for at, e in zip(curve["log_s"], curve["error"]) if e == 0]
    if not flat or lowest < max(flat):
        sys.exit("smoke_generate.py: a step at ln s = %.2f, where the curve is 0" % lowest)
    return first, last


def check_variants():
    """A picture's own statistics go through training, the checkpoint, the file with fewer classes and sampling."""
    with tempfile.TemporaryDirectory() as folder:
        pictures, checkpoint, out = (os.path.join(folder, n) for n in ("textures", "c.ckpt", "v.safetensors"))
        draw_textures(pictures)
        train(checkpoint, ("--textures", pictures), 4, "sample.variants=true", "loss.focus='active'", "sample.favour=['waves']",
              "sample.crop=16", "sample.batch=8")
        smoke.run("export_generate.py", "--checkpoint", checkpoint, "--name", "smoke", "--out", out, "--offer", "waves",
                  "flecks", "--keep", "waves=3", "flecks=5,1", "--textures", pictures)
        smoke.run("sample.py", checkpoint, "--out", os.path.join(folder, "each.png"), "--steps", "1", "--each", "--classes", "waves",
                  "--textures", pictures)
        stored, loaded = generative.load(checkpoint), generative.load(out)
    known = [stored.shape["classes"].index(n) for n in loaded.shape["classes"]]
    rows = [32 * known[0] + 3, 32 * known[1] + 5, 32 * known[1] + 1]
    if loaded.model.counts != [1, 2] or not torch.equal(loaded.model.own_mean, stored.model.own_mean[rows]):
        sys.exit("smoke_generate.py: the file has not the variants that were to be kept")
    same = stored.model.own(rows[:2])
    stored.model.variant = loaded.model.variant = lambda classes, generator: same
    a, b = (g.draw(torch.tensor(k), 2, generator=torch.Generator().manual_seed(1)) for g, k in ((stored, known), (loaded, [0, 1])))
    if (a - b).abs().max() > 0.02:
        sys.exit("smoke_generate.py: the file's variants differ from the checkpoint's by %g" % (a - b).abs().max())
    own = loaded.model.own([1])
    x = own[0].expand(1, 48, 8, 8)
    if not torch.allclose(stored.model(x, torch.full((1, 48, 1, 1), 1e3), torch.tensor([known[1]]), (own[0], 0 * own[1])), x):
        sys.exit("smoke_generate.py: a picture without variance is not its mean")
    check_own_difficulty(stored.model)


def check_own_difficulty(model):
    """Told each picture's own variances, a network that adds nothing is the Wiener filter: its error is below min(v, s^2)
    for dim pictures and bright ones alike."""
    known = config.read(os.path.join(smoke.HERE, "configs/generate-texture.toml"))["network"]
    shape = dict(known, width=32, multipliers=[1], side=32, classes=["any"], variants=[1])
    g = generative.Generator(generative.build(shape, model.mean, model.variance), shape)
    strength = torch.tensor([0.02, 2.0])[:, None, None, None]
    clean = strength * torch.randn(2, len(model.mean), 16, 16, generator=torch.Generator().manual_seed(4))
    worst = max(g.difficulty(clean, torch.zeros(2, dtype=torch.long))["error"])
    if not worst < 1.05:
        sys.exit("smoke_generate.py: a picture's difficulty is %.2f of the worst" % worst)


def refused(word, *arguments):
    """Whether add_examples.py fails and says WORD."""
    done = subprocess.run([sys.executable, "add_examples.py", *arguments], cwd=smoke.HERE, capture_output=True, text=True)
    return done.returncode != 0 and word in done.stderr


def check_examples():
    """Pictures get into a file, twice over, and leave all else as it was; such as may not be shipped are refused."""
    with tempfile.TemporaryDirectory() as folder:
        file, listed = os.path.join(folder, "x.safetensors"), os.path.join(folder, "list.toml")
        shutil.copy(os.path.join(smoke.HERE, "../../tests/golden/tiny-generate.safetensors"), file)
        before = safetensors.read(file)
        for stem, lines in (("x.md", "# A card\n"), ("MANIFEST.tsv", "file\tlicence\na.png\tCC0-1.0\nb.png\tCC-BY-SA-3.0\n"
                                                     "brick/acg-bricks_063.jpg\tCC0-1.0\n")):
            with open(os.path.join(folder, stem), "w") as f:
                f.write(lines)
        Image.fromarray(np.full((90, 90, 3), (10, 20, 200), np.uint8)).save(os.path.join(folder, "a.png"))
        arguments = (file, listed, "--textures", folder)
        for picture, word in (("b.png", "CC0"), ("brick/acg-bricks_063.jpg", "held back"), ("a.png", None)):
            with open(listed, "w") as f:
                f.write('margin = 2\nside = 70\n[blue]\ncloseness = 60\npictures = ["%s"]\n' % picture)
            if word and not refused(word, *arguments):
                sys.exit("smoke_generate.py: %s is not refused" % picture)
        smoke.run("add_examples.py", *arguments)
        smoke.run("add_examples.py", *arguments)
        tensors, about = safetensors.read(file)
        with open(os.path.join(folder, "x.md")) as f:
            card = f.read()
        weights.load(file)
    pictures = tensors.pop("examples")
    if pictures.shape != (1, 70, 70, 3) or (pictures != (10, 20, 200)).any() or card.count("| blue | 1 | 60 |") != 1:
        sys.exit("smoke_generate.py: the pictures are not in the file, or not in its card")
    if about.pop("examples") != '[{"name": "blue", "count": 1, "closeness": 60}]' or about.pop("examples_data") == "":
        sys.exit("smoke_generate.py: the file does not say what its pictures are")
    if about != before[1] or any((tensors[k] != before[0][k]).any() for k in before[0]) or list(tensors) != list(before[0]):
        sys.exit("smoke_generate.py: pictures have changed the rest of the file")


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    torch.set_num_threads(1)
    check_table1()
    check_time()
    check_frechet()
    check_clean()
    check_guidance()
    check_windows()
    check_variants()
    check_examples()
    print("error %.3f -> %.3f; %s" % (*check_training(os.path.abspath(sys.argv[1])), sys.argv[1]))


if __name__ == "__main__":
    main()
