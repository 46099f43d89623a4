# SPDX-License-Identifier: Apache-2.0
"""What all.py measures: cells, each of a set, a network or peer and a protocol, picture by picture; and its results."""
import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import tempfile

import numpy as np
from PIL import Image

import dark
import harmless
import peers
from program import denoise, psnr

QUALITIES = ("fast", "balanced", "best")
WEIGHTS = {"fast": ("denoise-fast", "denoise-fast-white"), "balanced": ("denoise-balanced", "denoise-balanced-white")}
WEIGHTS["best"] = WEIGHTS["balanced"]
SIGMAS, DARK_SIGMAS, BLIND_SIGMAS = (15, 25, 50), (5, 10, 20, 30), (5, 10, 15, 25, 50)


def pictures(folder):
    return [os.path.join(folder, n) for n in sorted(os.listdir(folder)) if n.lower().endswith(dark.NAMES)]


def load(path):
    return np.asarray(Image.open(path).convert("RGB"), np.float32) / 255


class Cell:
    """One figure, or a row of such. what: of the table; of: the network or peer, which KEY names exactly; work: the function
    of (item, index) that measures ITEMS one by one, each as a dictionary of numbers."""

    def __init__(self, what, of, key, protocol, items, work):
        self.what, self.of, self.items, self.work = what, of, items, work
        self.protocol = protocol
        text = "|".join([what, of, key, protocol, str(len(items))])
        self.id = "%s, %s, %s [%s]" % (what, of, protocol, hashlib.sha256(text.encode()).hexdigest()[:12])


class Sets:
    """Folders, and the program: makes all cells that can be measured with them."""

    def __init__(self, program, weights, folders, pairs, limit=None):
        """folders: name -> folder of clean pictures; pairs: name -> folder as for peers.py."""
        self.program, self.folders, self.pairs, self.limit = program, folders, pairs, limit
        self.keys = {q: " ".join(self.key(os.path.join(weights, n + ".safetensors")) for n in names + ("noise-meter",))
                     for q, names in WEIGHTS.items()}

    @staticmethod
    def key(path):
        """Of a weights file without its ranges: cells are of floats, which do not use them."""
        with open(path, "rb") as f:
            data = f.read()
        end = 8 + int.from_bytes(data[:8], "little")
        header = json.loads(data[8:end])
        for name in ("ranges", "ranges_from"):
            header.get("__metadata__", {}).pop(name, None)
        text = json.dumps(header, ensure_ascii=False, separators=(",", ":")).encode()        # as fddm.safetensors writes it
        text += b" " * (-len(text) % 8)
        return hashlib.sha256(len(text).to_bytes(8, "little") + text + data[end:]).hexdigest()[:16]

    def _run(self, quality, *options):
        return denoise(self.program, options[0], "--quality", quality, *options[1:])

    def _ours(self, what, quality, protocol, items, work):
        return Cell(what, quality, self.keys[quality], protocol, items[:self.limit], work)

    def white(self, name, quality, sigma, stored):
        def work(path, i):
            clean = load(path)
            noise = np.random.default_rng(i).standard_normal((3, *clean.shape[:2]), np.float32)      # as evaluate.py's
            noisy = clean + noise.transpose(1, 2, 0) * (sigma / 255)
            if stored:
                noisy = dark.stored(noisy)
            return {"psnr": float(psnr(self._run(quality, noisy, "--noise", "%g" % sigma)[0], clean))}
        what, items = "8 bit" if stored else "white", pictures(self.folders[name])
        return self._ours(what, quality, "%s, sigma %g" % (name, sigma), items, work)

    def blind(self, name, quality, sigma):
        def work(path, i):
            clean = load(path)
            noisy = clean + np.random.default_rng(i).standard_normal(clean.shape) * sigma / 255
            result, report = self._run(quality, noisy)
            return {"psnr": float(psnr(result, clean)), "wrong": abs(report["luma-noise"] / sigma - 1)}
        return self._ours("blind", quality, "%s, sigma %g" % (name, sigma), pictures(self.folders[name])[:24], work)

    def harm(self, name, quality):
        """Clean pictures, as files; `drawings` are made here."""
        made = harmless.made() if name == "drawings" else {}

        def work(item, i):
            picture = made[item] if name == "drawings" else Image.open(item).convert("RGB")
            with tempfile.TemporaryDirectory() as folder:
                source, target = (os.path.join(folder, n) for n in ("in.png", "out.png"))
                picture.save(source)
                peers.fddm(self.program, quality)(source, target)
                return {"psnr": min(99.0, float(psnr(picture, Image.open(target).convert("RGB"), 255)))}
        return self._ours("clean", quality, name, sorted(made) or pictures(self.folders[name]), work)

    def dark(self, name, quality, sigma):
        def run(noisy, level):
            return self._run(quality, noisy, "--noise", "%g" % level)[0]

        def work(path, i):
            return dark.blacks(run, dark.darkened(path), sigma, i)
        return self._ours("dark", quality, "%s, sigma %g" % (name, sigma), pictures(self.folders[name])[:12], work)

    def sky(self, quality, sigma):
        def run(noisy, level):
            return self._run(quality, noisy, "--noise", "%g" % level)[0]

        def work(item, i):
            faint = dark.stars(run, sigma, dark.FAINT)
            return {**dark.stars(run, sigma), **{"faint " + k: v for k, v in faint.items()}, **dark.hot_pixels(run, sigma)}
        return self._ours("sky", quality, "sigma %g" % sigma, ["stars and hot pixels"], work)

    def pair(self, name, of, setting, function, key):
        def work(item, i):
            before, after = (peers.judge(f, [item])[0] for f in (None, function))
            return {"psnr": after[0], "ssim": after[1], "noisy psnr": before[0], "noisy ssim": before[1]}
        return Cell("pairs", of, key, "%s, %s" % (name, setting), peers.pairs(self.pairs[name])[:self.limit], work)

    def all_pairs(self, name):
        for of, settings in peers.contestants(self.program).items():
            for setting, function in settings.items():
                quality = of.split(" ")[-1]
                key = self.keys[quality] if of.startswith("FDDM") else version(of)
                yield self.pair(name, of, setting, function, key)

    def all(self):
        """Every cell, the cheap and the telling first."""
        for quality in QUALITIES[:2]:
            yield from (self.sky(quality, sigma) for sigma in DARK_SIGMAS)
        for quality in QUALITIES[:2]:
            yield self.harm("drawings", quality)
        for name in self.folders:
            for quality in QUALITIES[:2]:
                yield from (self.dark(name, quality, sigma) for sigma in DARK_SIGMAS)
                yield from (self.white(name, quality, sigma, stored) for stored in (False, True) for sigma in SIGMAS)
        for name in self.pairs:
            yield from self.all_pairs(name)
        for name in self.folders:
            yield from (self.blind(name, "balanced", sigma) for sigma in BLIND_SIGMAS)
            yield from (self.harm(name, quality) for quality in QUALITIES[:2])
            yield from (self.white(name, "best", sigma, False) for sigma in SIGMAS)


def version(peer):
    """Of a peer, as its program tells."""
    name = peer.split(":")[0].split(" ")[0].lower().replace("'", "")
    if name == "opencv":
        return peers.cv2.__version__
    done = subprocess.run([shutil.which(name), "--version"], capture_output=True, text=True, check=False)
    return (done.stdout + done.stderr).strip().split("\n")[0]


class Results:
    """The JSON file of what was measured: cell -> rows, one for each picture; a line a cell, written whole after each. Several
    runs may measure other cells at the same time."""

    def __init__(self, path):
        self.path, self.cells = path, {}
        self._read()

    def _read(self):
        if os.path.exists(self.path):
            with open(self.path) as f:
                self.cells = json.load(f)

    def rows(self, cell):
        return self.cells.get(cell.id, {}).get("rows", [])

    def done(self, cell):
        found = self.cells.get(cell.id, {})
        return "mean" in found or len(found.get("rows", [])) == len(cell.items)

    def add(self, cell, row):
        with open(self.path + ".lock", "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            self._read()
            entry = self.cells.setdefault(cell.id, {"rows": []})
            entry["rows"].append({k: round(float(v), 4) for k, v in row.items()})
            with open(self.path + ".part", "w") as f:
                lines = ("%s: %s" % (json.dumps(k), json.dumps(v, sort_keys=True)) for k, v in sorted(self.cells.items()))
                f.write("{\n%s\n}\n" % ",\n".join(lines))
            os.replace(self.path + ".part", self.path)

    def mean(self, cell):
        """Of each figure over the pictures; None until all are measured."""
        if not self.done(cell):
            return None
        found = self.cells[cell.id]
        if "mean" in found:
            return found["mean"]
        rows = found["rows"]
        return {k: sum(r[k] for r in rows) / len(rows) for k in rows[0]}
