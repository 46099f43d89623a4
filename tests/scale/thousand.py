#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""A thousand small photos, three of them bad, in one go: thousand.py program PROGRAM | gimp2|gimp3 PLUGIN PROBE WEIGHTS. TAP.

997 become what each of them becomes alone, the three are named, and memory stays as it is in the second quarter. Some minutes; in
GIMP, whose plug-in is started for each photo, half an hour on a slow computer."""
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import threading
import time

import numpy as np
from PIL import Image

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "hosts")]
from run import Gimp  # noqa: E402

N = int(os.environ.get("FDDM_TEST_PHOTOS", 1000))
ENDINGS = ("jpg", "png", "tif", "webp")
BAD = {"0101.png": "cut", "%04d.jpg" % (N // 2): "cut", "%04d.tif" % (N - 2): "no picture"}


def make(folder):
    rand = np.random.default_rng(7)
    for i in range(N):
        height, width = rand.integers(40, 120, 2)
        y, x = np.mgrid[0:height, 0:width]
        photo = np.stack([128 + 90 * np.sin(x / 9 + i), 128 + 90 * np.cos(y / 7), x + y], -1) + rand.normal(0, 12, (height, width, 3))
        path = folder / ("%04d.%s" % (i, ENDINGS[i % 4]))
        Image.fromarray(photo.clip(0, 255).astype(np.uint8)).save(path)
        if path.name in BAD:
            data = path.read_bytes()
            path.write_bytes(data[:len(data) * 2 // 3] if BAD[path.name] == "cut" else b"holiday in Rome\n" * 99)
    assert all((folder / name).exists() for name in BAD)


class Memory(threading.Thread):
    """Resident memory of a process and all below it, in MiB, five times a second."""

    def __init__(self, process):
        super().__init__(daemon=True)
        self.process, self.seen = process, []

    def run(self):
        while self.process.poll() is None:
            total, wanted = 0, {self.process.pid}
            for entry in sorted((int(name) for name in os.listdir("/proc") if name.isdigit())):
                try:
                    with open("/proc/%d/status" % entry) as f:
                        status = f.read()
                except OSError:
                    continue
                if entry in wanted or int(re.search(r"^PPid:\s*(\d+)", status, re.M)[1]) in wanted:
                    wanted.add(entry)
                    found = re.search(r"^VmRSS:\s*(\d+)", status, re.M)
                    total += int(found[1]) / 1024 if found else 0
            self.seen.append(total)
            time.sleep(0.2)


def watched(command, **how):
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                               errors="replace", **how)
    memory = Memory(process)
    memory.start()
    said = process.communicate()[0]
    return process.returncode, said, memory.seen


def program(work):
    path, network = os.path.abspath(sys.argv[2]), str(HERE.parents[1] / "weights" / "denoise-fast.safetensors")
    quiet = ("--weights", network, "--device", "cpu", "--noise", "20")
    env = dict(os.environ, LC_ALL="C.UTF-8", LANGUAGE="C")
    alone = lambda name: subprocess.run([path, "denoise", "in/" + name, "one-" + name, *quiet], cwd=work, env=env, check=True,
                                        stderr=subprocess.PIPE)
    return ([path, "denoise", "-o", "out", "in", *quiet], dict(cwd=work, env=env), alone, 3,
            r"(\d+) done, 0 already there, (\d+) failed")


def gimp(work):
    host = Gimp(sys.argv[1], work / "gimp", "/nonexistent")
    host.run("(display 1)")
    host.install(*sys.argv[2:4], pathlib.Path(sys.argv[4]))
    call = '(fddm-batch-denoise "%s/%s" "%s/%s" 20 100 100 0 "fast" "cpu" 0)'
    command = (["gimp-console-2.10", "-idf", "-b", call % (work, "in/*", work, "out"), "-b", "(gimp-quit 0)"] if sys.argv[1] == "gimp2" else
               ["gimp-console-3", "-idf", "--quit", "--batch-interpreter=plug-in-script-fu-eval", "-b", call % (work, "in/*", work, "out")])
    (work / "out").mkdir()
    (work / "alone").mkdir()

    def alone(name):
        host.run(call % (work, "in/" + name, work, "alone"))
        os.rename(work / "alone" / name, work / ("one-" + name))
    return command, dict(cwd=host.work, env=host.environment), alone, None, r"(\d+) done, (\d+) failed"


def main():
    failed = number = 0

    def tell(good, what):
        nonlocal failed, number
        number, failed = number + 1, failed + (not good)
        print("%s %d %s" % ("ok" if good else "not ok", number, what), flush=True)
    print("1..5")
    with tempfile.TemporaryDirectory() as folder:
        work = pathlib.Path(folder)
        (work / "in").mkdir()
        (work / "gimp").mkdir()
        make(work / "in")
        command, how, alone, status, counts = (program if sys.argv[1] == "program" else gimp)(work)
        ended, said, memory = watched(command, **how)
        found = re.search(counts, said)
        tell(status in (None, ended) and found and (int(found[1]), int(found[2])) == (N - len(BAD), len(BAD)),
             "counts: %s, status %d" % (found and found[0], ended))
        unnamed = [name for name in BAD if not re.search(re.escape(name) + r"\W", said)]
        tell(not unnamed, "the bad ones are named %s" % unnamed)
        made = sorted(path.name for path in (work / "out").iterdir() if not path.name.startswith("."))
        names = sorted(path.name for path in (work / "in").iterdir())
        tell(made == [name for name in names if name not in BAD] and not list((work / "out").glob(".fddm-??????")), "nothing else")
        other = []
        for i in list(range(0, N, N // 20)) + [N - 1]:
            name = names[i]
            if name in BAD:
                continue
            alone(name)
            if not (np.array(Image.open(work / "out" / name)) == np.array(Image.open(work / ("one-" + name)))).all():
                other.append(name)
        sizes = [name for name in made if Image.open(work / "in" / name).size != Image.open(work / "out" / name).size]
        changed = [name for name in made if psnr(work / "in" / name, work / "out" / name) > 60]
        tell(not other and not sizes and not changed, "21 are as they become alone; sizes are right, all are changed %s" %
             (other + sizes + changed))
        quarters = [max(memory[len(memory) * i // 4:len(memory) * (i + 1) // 4] or [0]) for i in range(4)]
        tell(max(quarters[2:]) < 1.05 * quarters[1] + 10, "memory at most, in MiB, by quarters: %s" % " ".join("%.0f" % q for q in quarters))
    return failed > 0


def psnr(a, b):
    with Image.open(a) as one, Image.open(b) as two:
        return 10 * np.log10(255 ** 2 / max(np.mean((np.array(one, float) - np.array(two, float)) ** 2), 1e-9))


if __name__ == "__main__":
    sys.exit(main())
