#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""One call after another fails on the way of a small picture: faults.py PROGRAM LIBRARY tiny.safetensors [KIND…]. TAP.

LIBRARY is faults.c, which says what the kinds are. Of many calls some fail, each in a run of its own; all of them where
FDDM_FAULTS=all. Each run must end well with the whole result, or with status 1, a message, the
old or the new file whole, and nothing else in the folder."""
import concurrent.futures
import os
import subprocess
import sys
import tempfile

PROGRAM, LIBRARY, NETWORK = (os.path.abspath(path) for path in sys.argv[1:4])
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "unit", "program"))
sys.argv = [sys.argv[0], PROGRAM] + sys.argv[4:]
from program import noise, read_png, write_png  # noqa: E402
from tap import tell  # noqa: E402

KINDS = ("memory", "thread", "read", "write", "open", "rename", "sync", "folder", "onednn", "onednn-broken")
MOST = 10000 if os.environ.get("FDDM_FAULTS") == "all" else 15  # runs of a kind and a command; of more calls, every n-th fails
GENERATOR = os.path.join(os.path.dirname(NETWORK), "tiny-generate.safetensors")
OLD = b"the old file"
COMMANDS = {
    "denoise": ("denoise", "in.png", "out.png", "--weights", NETWORK, "--device", "cpu"),
    "denoise-tiles": ("denoise", "in.png", "out.png", "--weights", NETWORK, "--device", "cpu", "--tile", "16", "--detail", "30",
                      "--fine", "50"),
    "denoise-reference": ("denoise", "in.png", "out.png", "--weights", NETWORK, "--device", "reference", "--noise", "20"),
    "generate": ("generate", "out.png", "--model", GENERATOR, "--width", "20", "--height", "22", "--steps", "2", "--device", "cpu"),
    "generate-tileable": ("generate", "out.png", "--model", GENERATOR, "--width", "37", "--height", "41", "--steps", "1",
                          "--tileable", "--device", "cpu"),
    "info": ("info", "in.png", "--weights", NETWORK, "--device", "cpu"),
}
# Formats whose decoders are told where to put pixels; the pictures are made before the runs.
ENDINGS = ("jpg", "tif", "webp", "ppm", "hdr")
COMMANDS.update({"from-" + ending: ("denoise", "in." + ending, "out.png", "--weights", NETWORK, "--device", "cpu", "--noise", "20")
                 for ending in ENDINGS})
SOURCES = {}                                    # the contents of the files, by name
FILES = ("denoise", "generate", "info")         # for all kinds but memory, in which alone the others differ
# What the processor's trial of its convolutions takes is asked for with an empty cache.
COLD = {kind: ("denoise",) for kind in ("memory", "onednn", "onednn-broken")}


def run(command, kind, at, cache):
    """Status, stderr, the number of calls, the names in the folder, out.png."""
    with tempfile.TemporaryDirectory() as folder:
        pictures = os.path.join(folder, "pictures")
        os.mkdir(pictures)
        log = os.path.join(folder, "log")
        source = COMMANDS[command][1] if COMMANDS[command][1] in SOURCES else "in.png"
        with open(os.path.join(pictures, source), "wb") as f:
            f.write(SOURCES[source])
        with open(os.path.join(pictures, "out.png"), "wb") as f:
            f.write(OLD)
        env = dict(os.environ, LC_ALL="C.UTF-8", LANGUAGE="C", XDG_DATA_HOME="/nonexistent", XDG_CONFIG_HOME="/nonexistent",
                   XDG_CACHE_HOME=cache or os.path.join(folder, "cache"), LD_PRELOAD=LIBRARY, FAULT_KIND=kind, FAULT_AT=str(at),
                   FAULT_LOG=log, OMP_WAIT_POLICY="passive")
        done = subprocess.run([PROGRAM, *COMMANDS[command]], cwd=pictures, env=env, stdout=subprocess.DEVNULL,
                              stderr=subprocess.PIPE, text=True, timeout=60)
        calls = 0
        if os.path.exists(log):
            with open(log) as f:
                calls = int(f.read())
        out = os.path.join(pictures, "out.png")
        with open(out, "rb") as f:
            content = f.read()
        picture = read_png(out) if content != OLD else None
        return done.returncode, done.stderr, calls, sorted(set(os.listdir(pictures)) - {source}), content, picture


def alike(picture, whole):
    """The same picture, but for what another way to convolve and smaller tiles, without the widest filters, may change."""
    if picture is None or whole is None or picture[:4] != whole[:4]:
        return picture == whole
    most = 3 * (257 if whole[3] == 16 else 1)
    return sum((a - b) ** 2 for a, b in zip(picture[4], whole[4])) <= most ** 2 * len(whole[4])


def defect(command, kind, at, cache, whole):
    """What is wrong with a run whose call AT fails, or None."""
    try:
        status, words, _, names, content, picture = run(command, kind, at, cache)
    except Exception as problem:                                # a hang, or a result that is no picture
        return "%s: %s" % (type(problem).__name__, problem)
    last = words.strip().split("\n")[-1]
    if names != ["out.png"]:
        return "left behind: %s (status %d)" % (names, status)
    if status == 0:
        return None if alike(picture, whole) else "status 0, but another result than without the fault: " + last
    if status != 1:
        return "status %d: %s" % (status, last)
    if content != OLD and not alike(picture, whole):                # the folder may fail to be synced behind the new file
        return "status 1, and neither the old file nor the new one"
    if not last.startswith("fddm: ") and not (kind == "thread" and "libgomp: Thread creation failed" in words):
        return "no message: " + last
    return None


def check(kind, command, cache, pool):
    """Number of runs, and their defects."""
    status, words, calls, _, _, whole = run(command, kind, 0, cache)
    assert status == 0, words
    assert calls > 0 or kind not in ("memory", "read", "open"), "no call of this kind was seen"
    step = -(-calls // MOST) or 1
    numbers = range(1, calls + 1, step)
    defects = pool.map(lambda at: defect(command, kind, at, cache, whole), numbers)
    return len(numbers), ["call %d of %d: %s" % (at, calls, told) for at, told in zip(numbers, defects) if told]


def make_sources():
    """The first picture, and the same in the other formats."""
    with tempfile.TemporaryDirectory() as folder:
        write_png(os.path.join(folder, "in.png"), 40, 36, noise(40, 36))
        for name in ["in.png"] + ["in." + ending for ending in ENDINGS]:
            if name != "in.png":
                subprocess.run([PROGRAM, "denoise", "in.png", name, "--weights", NETWORK, "--device", "cpu", "--luma", "0", "--chroma",
                                "0", "--quiet"], cwd=folder, check=True)
            with open(os.path.join(folder, name), "rb") as f:
                SOURCES[name] = f.read()


def main():
    make_sources()
    chosen = [kind for kind in KINDS if not sys.argv[2:] or kind in sys.argv[2:]]
    rounds = [(kind, command, "") for kind in chosen for command in (COMMANDS if kind == "memory" else FILES)]
    rounds += [(kind, command, ", cold") for kind in chosen for command in COLD.get(kind, ())]
    failed = 0
    print("1..%d" % len(rounds))
    with tempfile.TemporaryDirectory() as cache, concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for command in COMMANDS:
            run(command, "", 0, cache)
        for number, (kind, command, cold) in enumerate(rounds, 1):
            n, defects = check(kind, command, None if cold else cache, pool)
            failed += bool(defects)
            tell(number, "%s, %s%s" % (kind, command, cold), n, defects)
    return failed > 0


if __name__ == "__main__":
    sys.exit(main())
