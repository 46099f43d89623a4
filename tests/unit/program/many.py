# SPDX-License-Identifier: Apache-2.0
"""What the tests of fddm denoise with many pictures share."""
import glob
import json
import os
import subprocess
import time

from program import NETWORK, PROGRAM, WORDS, noise, write_png

OPTIONS = ("--weights", NETWORK, "--device", "cpu", "--threads", "1")
JOURNAL = "out/.fddm-journal"


def photo(path, seed=1, width=24, height=18):
    os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
    write_png(path, width, height, noise(width, height, seed=seed))


def start(*arguments, **how):
    env = dict(os.environ, **WORDS, XDG_DATA_HOME="/nonexistent", XDG_CONFIG_HOME="/nonexistent")
    return subprocess.Popen([PROGRAM, "denoise", *OPTIONS, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                            text=True, env=env, errors="surrogateescape", **how)


def many(*arguments, status=0, **how):
    """Lines on stdout as JSON, the last one apart, and lines on stderr."""
    done = start("--json", *arguments, **how)
    out, problems = done.communicate(timeout=120)
    assert done.returncode == status, "status %d, not %d: %s" % (done.returncode, status, problems)
    lines = [json.loads(line) for line in out.splitlines()]
    problems = problems.splitlines()
    assert all(line.startswith("fddm: ") for line in problems), problems
    if lines:
        for what in ("done", "skipped", "failed"):
            assert lines[-1][what] == sum(line["status"] == what for line in lines[:-1]), lines
    return lines[:-1], problems


def counts(lines):
    return tuple(sum(line["status"] == what for line in lines) for what in ("done", "skipped", "failed"))


def content(path):
    with open(path, "rb") as f:
        return f.read()


def tree(folder="out"):
    """Pictures and what else lies below a folder, the journal aside."""
    found = [os.path.relpath(os.path.join(place, name), folder) for place, folders, names in os.walk(folder)
             for name in names + [f for f in folders if f.startswith(".")]]
    return sorted(name for name in found if name != ".fddm-journal")


def settled():
    """What killed processes left is old."""
    for name in glob.glob("out/.fddm-??????"):
        os.utime(name, (1, 1))


# ---- Names ----


def children(process):
    try:
        with open("/proc/%d/task/%d/children" % (process.pid, process.pid)) as f:
            return [int(child) for child in f.read().split()]
    except OSError:
        return []


def until(condition):
    end = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)


def results():
    return [name for name in tree() if name.endswith(".png") and not name.startswith(".")]
