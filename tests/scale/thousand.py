#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""A thousand photos, three of them bad, through the program at once: the good ones are right, the bad ones are named, and memory
does not grow.

    tests/scale/thousand.py PROGRAM [PHOTOS]

Prints a line for each figure; exit status 1 if one of them is wrong. It takes minutes, so tests/run.sh does not run it.
"""
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "unit" / "program"))
from program import noise, read_png, write_png   # noqa: E402

WIDTH, HEIGHT = 48, 36
OPTIONS = ("--quality", "fast", "--device", "cpu", "--threads", "1", "--quiet")
GROWTH = 1.05            # of the peak of memory, from the first tenth on


def make(folder, count):
    """COUNT photos; three of them cut short, empty, and no picture. The names of the bad ones."""
    folder.mkdir()
    for i in range(count):
        write_png(str(folder / f"p{i:04}.png"), WIDTH, HEIGHT, noise(WIDTH, HEIGHT, seed=i))
    bad = [f"p{count * part // 4:04}.png" for part in (1, 2, 3)]
    whole = (folder / bad[0]).read_bytes()
    for name, data in zip(bad, (whole[:len(whole) // 2], b"", b"no picture, but a text of some length\n")):
        (folder / name).write_bytes(data)
    return bad


def as_alone(program, folder, names):
    """Whether these photos become the same when each is denoised on its own."""
    for name in names:
        alone = folder / "alone.png"
        subprocess.run([program, "denoise", *OPTIONS, str(folder / "in" / name), str(alone)], check=True,
                       stdout=subprocess.DEVNULL)
        if read_png(alone) != read_png(folder / "out" / name):
            return False
    return True


def main():
    program, count = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 1000
    folder = pathlib.Path(tempfile.mkdtemp(prefix="fddm-thousand-"))
    try:
        bad = make(folder / "in", count)
        start = time.monotonic()
        done = subprocess.run([program, "denoise", "-o", str(folder / "out"), "--jobs", "1", "--json", *OPTIONS,
                               str(folder / "in")], text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
        seconds = time.monotonic() - start
        lines = [json.loads(line) for line in done.stdout.splitlines()]
        right = [line for line in lines if line["status"] == "done" and
                 read_png(line["output"])[:2] == (WIDTH, HEIGHT)]
        failed = sorted(pathlib.Path(line["input"]).name for line in lines if line["status"] == "failed")
        peaks = [line["peak-memory"] for line in lines if line["status"] == "done"]
        early, last = peaks[count // 10], peaks[-1]
        named = [name for name in bad if any(name in line for line in done.stderr.splitlines())]
        left = [path.name for path in (folder / "out").iterdir() if path.suffix != ".png" and path.name != ".fddm-journal"]
        print(f"{len(right)} right, {len(failed)} failed, {len(named)} named, exit status {done.returncode}")
        print(f"memory: {early / 2**20:.1f} MiB after {count // 10} photos, {last / 2**20:.1f} MiB at the end, "
              f"{last / early:.3f} times")
        print(f"{seconds:.1f} s, {count / seconds:.1f} photos a second")
        good = (len(right) == count - 3 and failed == sorted(bad) and len(named) == 3 and done.returncode == 3 and not left
                and last <= GROWTH * early
                and as_alone(program, folder, ["p0000.png", f"p{count // 3:04}.png", f"p{count - 1:04}.png"]))
        print("as it should be" if good else f"WRONG {left or ''}")
        return 0 if good else 1
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    sys.exit(main())
