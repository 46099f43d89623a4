#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Checks of what measures quality, without the program: figures against closed forms, results that are kept, tables.

    test-all.py      exit status 0 when all is right
"""
import argparse
import contextlib
import hashlib
import importlib
import io
import math
import os
import tempfile
import time

import numpy as np
from PIL import Image

from cells import Cell, Results, Sets
import dark
import film
import peers
import tables

from fddm import safetensors  # cells has put it on the path

measure = importlib.import_module("all").measure


def same(noisy, sigma):
    return noisy


def test_key_is_of_what_computes():
    """The file's own hash, whether it has ranges or not; another one for another number."""
    tensors = {"a": np.arange(6, dtype=np.float32).reshape(2, 3)}
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "x.safetensors")
        safetensors.write(path, tensors, {"name": "x"})
        with open(path, "rb") as f:
            expected = hashlib.sha256(f.read()).hexdigest()[:16]
        assert Sets.key(path) == expected
        safetensors.write(path, tensors, {"name": "x", "ranges": "[1, 2]", "ranges_from": "[0, 1]"})
        assert Sets.key(path) == expected
        safetensors.write(path, {"a": tensors["a"] + 1}, {"name": "x"})
        assert Sets.key(path) != expected


def test_clipped_noise_has_its_mean():
    """E max (0, x + s z) = x P(x/s) + s p(x/s), P the normal distribution and p its density."""
    x, s = 10, 20
    expected = x * 0.5 * (1 + math.erf(x / s / math.sqrt(2))) + s * math.exp(-(x / s) ** 2 / 2) / math.sqrt(2 * math.pi) - x
    found = dark.blacks(same, np.full((400, 400, 3), x / 255), s, 1)
    assert abs(found["error"] - expected) < 0.1 and found["error"] == found["noisy error"], (found, expected)


def test_what_is_dark_by_chance():
    """Of a picture half of which is 0 and half 40, an estimate that knows no more than that is 20 steps too bright where the
    truth is dark, but right where it looks dark; one that is 3 steps too bright is so either way."""
    halves = np.repeat(np.repeat([[[0.0], [40 / 255]]], 20, 0), 3, 2)
    found = dark.blacks(lambda noisy, s: np.full_like(noisy, 20 / 255), halves, 5, 1)
    assert abs(found["error"] - 20) < 1e-6 and abs(found["shown error"]) < 1e-6, found
    found = dark.blacks(lambda noisy, s: halves + 3 / 255, halves, 5, 1)
    assert abs(found["error"] - 3) < 1e-6 and abs(found["shown error"] - 3) < 1e-6, found


def test_stars_and_hot_pixels():
    perfect, gone = dark.stars(lambda noisy, s: dark.add_noise(noisy, 0, 1), 5), dark.stars(lambda noisy, s: 0 * noisy + 0.04, 5)
    assert abs(perfect["energy"] - 1) < 0.05 and perfect["kept"] == perfect["noisy kept"]
    assert abs(gone["energy"]) < 1e-6 and gone["kept"] == 0
    assert abs(dark.hot_pixels(same, 1)["left"] - 1) < 0.02 and dark.hot_pixels(same, 1)["stay"] == 1
    assert dark.hot_pixels(lambda noisy, s: np.full_like(noisy, dark.SKY / 255), 1) == {"left": 0, "stay": 0}


def test_energy_is_the_volume_of_a_gaussian():
    y, x = np.mgrid[:41, :41]
    star = 0.3 + np.exp(-((y - 20) ** 2 + (x - 20) ** 2) / (2 * dark.SPREAD ** 2))
    within = 1 - math.exp(-(dark.APERTURE + 0.5) ** 2 / (2 * dark.SPREAD ** 2))
    found = dark.energy(np.repeat(star[:, :, None], 3, 2), 20, 20)
    assert abs(found / (2 * math.pi * dark.SPREAD ** 2 * within) - 1) < 0.01, found


def test_grain_has_its_size():
    """White noise behind a Gaussian of s pixels: neighbours agree by exp (-1 / 4 s^2)."""
    for pixels in film.BLURS:
        noise = film.blurred(np.random.default_rng(1).standard_normal((400, 400, 1)), pixels)[:, :, 0]
        found = (noise[:, 1:] * noise[:, :-1]).mean()
        assert abs(noise.std() - 1) < 1e-9 and abs(found - math.exp(-1 / (4 * pixels ** 2))) < 0.01, (pixels, found)
    flat = np.full((300, 300, 3), 0.5)
    for colour in (False, True):
        own = film.judge(lambda noisy: (flat, {"luma-noise": 12}), flat, colour, 0.7, 12, 1)
        assert abs(own["read"] - 1) < 0.02 and own["psnr"] > 200, own          # sums round


def test_results_are_kept_and_go_on():
    seen = []

    def cells(key):
        def work(item, i):
            seen.append(item)
            return {"psnr": 30 + i}
        return [Cell("white", "fast", key, "Set, sigma %d" % s, ["a", "b"], work) for s in (15, 25)]

    with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stdout(io.StringIO()):
        path, page = (os.path.join(folder, n) for n in ("results.json", "results.md"))
        assert not measure(cells("old"), Results(path), 0) and seen == []
        results = Results(path)
        results.add(cells("old")[0], {"psnr": 30})
        assert results.mean(cells("old")[0]) is None
        assert measure(cells("old"), Results(path), time.time() + 60) and seen == ["b", "a", "b"]
        assert measure(cells("old"), Results(path), time.time() + 60) and len(seen) == 3
        with open(page, "w") as f:
            f.write("before\n<!-- white -->\nstale\n<!-- end -->\nbetween\n<!-- dark -->\n<!-- end -->\nafter\n")
        tables.write(page, cells("old"), Results(path))
        with open(page) as f:
            text = f.read()
        assert "| *fast* | 30.50 / 30.50 |" in text and "stale" not in text
        assert text.endswith("<!-- dark -->\n<!-- end -->\nafter\n")
        one, other = Results(path), Results(path)
        one.add(cells("one")[0], {"psnr": 1})
        other.add(cells("other")[0], {"psnr": 2})
        assert Results(path).rows(cells("one")[0]) and Results(path).rows(cells("other")[0])
        assert measure(cells("new"), Results(path), time.time() + 60) and len(seen) == 7


def test_a_race_takes_turns():
    """Each of two, three times; a loop of a tenth of a second of processor time counts as that."""
    turns = []

    def idle(source, target):
        turns.append("idle")

    def busy(source, target):
        turns.append("busy")
        end = time.process_time() + 0.1
        while time.process_time() < end:
            pass

    with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stdout(io.StringIO()):
        path = os.path.join(folder, "photo.ppm")
        Image.new("RGB", (100, 100)).save(path)
        found = peers.race(argparse.Namespace(speed=[path], rounds=3), {"idle": {"a": idle}, "busy": {"a": busy}})
    assert turns == ["idle", "busy"] * 3, turns
    assert 0.1 <= found["photo.ppm"]["busy"]["median"] < 0.2 and found["photo.ppm"]["idle"]["median"] < 0.05, found


def main():
    for name, test in list(globals().items()):
        if name.startswith("test_"):
            test()
    print("figures of quality: as closed forms have them; results go on, tables are written")


if __name__ == "__main__":
    main()
