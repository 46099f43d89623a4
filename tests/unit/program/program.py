# SPDX-License-Identifier: Apache-2.0
"""What the tests of the program fddm share: pictures, a way to run it, TAP."""
import contextlib
import functools
import os
import random
import resource
import shutil
import statistics
import signal
import struct
import subprocess
import sys
import tempfile
import time
import unittest.mock
import zlib

PROGRAM = os.path.abspath(sys.argv[1])
GOLDEN = os.environ.get("FDDM_GOLDEN", os.path.join(os.path.dirname(__file__), "..", "..", "golden"))
NETWORK = os.path.abspath(os.path.join(GOLDEN, "tiny.safetensors"))
GENERATOR = os.path.abspath(os.path.join(GOLDEN, "tiny-generate.safetensors"))
CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}                     # samples a pixel, by PNG's colour type
WORDS = {"LC_ALL": "C.UTF-8", "LANGUAGE": "C"}
TESTS = []


def test(function):
    TESTS.append(function)
    return function


# ---- The end of a process ----

def ended(child):
    """Waits for the end of CHILD. What it took of the system."""
    _, status, used = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    return used


def ended_by(child, number=signal.SIGTERM):
    """Interrupts CHILD and waits for its end. What it took of the system, and the seconds from the signal on."""
    start = time.monotonic()
    os.kill(child.pid, number)                                 # Popen would wait for one that has ended
    return ended(child), time.monotonic() - start


# ---- PNG ----

def write_png(path, width, height, samples, kind=2, depth=8, palette=None):
    def chunk(name, data):
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
    row = width * CHANNELS[kind]
    pack = ">%d%s" % (row, "H" if depth == 16 else "B")
    lines = b"".join(b"\0" + struct.pack(pack, *samples[y * row:(y + 1) * row]) for y in range(height))
    with open(path, "wb") as f:
        f.write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, kind, 0, 0, 0))
                + (chunk(b"PLTE", bytes(palette)) if palette else b"") + chunk(b"IDAT", zlib.compress(lines))
                + chunk(b"IEND", b""))


def unfiltered(how, line, above, step):
    """A row of bytes as PNG's filter HOW has it; those STEP before and those ABOVE are whole."""
    if how == 0:
        return line
    if how == 2:
        return bytes((x + b) & 255 for x, b in zip(line, above))
    line = bytearray(step) + line
    if how == 1:
        for i in range(step, len(line)):
            line[i] = (line[i] + line[i - step]) & 255
    elif how == 3:
        for i in range(step, len(line)):
            line[i] = (line[i] + (line[i - step] + above[i - step]) // 2) & 255
    else:
        corner = bytes(step) + above
        for i in range(step, len(line)):
            a, b, c = line[i - step], above[i - step], corner[i - step]
            p, q, r = abs(b - c), abs(a - c), abs(a + b - 2 * c)
            line[i] = (line[i] + (a if p <= q and p <= r else b if q <= r else c)) & 255
    return bytes(line[step:])


def read_png(path):
    """Width, height, colour type, depth, samples."""
    with open(path, "rb") as f:
        data = f.read()
    at, packed = 8, b""
    while at < len(data):
        length, name = struct.unpack(">I4s", data[at:at + 8])
        body = data[at + 8:at + 8 + length]
        if name == b"IHDR":
            width, height, depth, kind = struct.unpack(">IIBB", body[:10])
        packed += body if name == b"IDAT" else b""
        at += 12 + length
    step = CHANNELS[kind] * depth // 8
    row, raw, above, rows = width * step, zlib.decompress(packed), bytes(width * step), []
    for y in range(height):
        above = unfiltered(raw[y * (row + 1)], raw[y * (row + 1) + 1:(y + 1) * (row + 1)], above, step)
        rows.append(above)
    out = b"".join(rows)
    samples = struct.unpack(">%d%s" % (len(out) * 8 // depth, "H" if depth == 16 else "B"), out)
    return width, height, kind, depth, samples


@functools.lru_cache
def gray_with_noise(sigma, top):
    """Middle gray with normal noise, 4096 equally likely samples: drawing from them costs a tenth of drawing each."""
    bell = statistics.NormalDist(0.5, sigma / 255)
    return [min(max(int(top * bell.inv_cdf((i + 0.5) / 4096)), 0), top) for i in range(4096)]


def noise(width, height, kind=2, depth=8, sigma=20, seed=1):
    return random.Random(seed).choices(gray_with_noise(sigma, 65535 if depth == 16 else 255), k=width * height * CHANNELS[kind])


# ---- Running ----

def run(*arguments, status=0, limit=None, stdout=subprocess.PIPE, **environment):
    def limits():
        if limit is not None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
    env = dict(os.environ, **WORDS, XDG_DATA_HOME="/nonexistent", XDG_CONFIG_HOME="/nonexistent")
    env.pop("FDDM_WEIGHTS_DIR", None)
    env.update(environment)
    done = subprocess.run([PROGRAM, *arguments], stdout=stdout, stderr=subprocess.PIPE, text=True, env=env, preexec_fn=limits,
                          timeout=120)
    assert done.returncode == status, "status %d: %s" % (done.returncode, done.stderr)
    if status:
        assert done.stderr.startswith("fddm: ") and done.stderr.count("\n") == 1, "not one line: " + done.stderr
    return done


def generate(target, *more, model=GENERATOR, **how):
    small = () if "--width" in more else ("--width", "21", "--height", "14")         # not whole patches
    return run("generate", target, "--model", model, "--device", "cpu", "--steps", "3", *small, *more, **how)


KNOWN = os.path.join(os.environ.get("XDG_CACHE_HOME", os.path.expanduser("~/.cache")), "fddm", "convolutions.ini")


def copy_whole(source, target):
    """Nobody ever reads a part of TARGET."""
    os.makedirs(os.path.dirname(target), exist_ok=True)
    part = "%s.%d" % (target, os.getpid())
    shutil.copyfile(source, part)
    os.replace(part, target)


@contextlib.contextmanager
def own_cache():
    """babl remembers the conversions of all that ran before. Of some kinds it measures tables of hundreds of megabytes at the start
    of each process that finds one remembered, needed or not; so a test meets its own conversions alone. How fast this processor
    is, is known to all."""
    with tempfile.TemporaryDirectory() as folder, unittest.mock.patch.dict(os.environ, {"XDG_CACHE_HOME": folder}):
        own = os.path.join(folder, "fddm", "convolutions.ini")
        if os.path.exists(KNOWN):
            copy_whole(KNOWN, own)
        yield
        if os.path.exists(own) and not os.path.exists(KNOWN):
            copy_whole(own, KNOWN)


def main():
    """All tests, or those that the command line names."""
    chosen = [function for function in TESTS if not sys.argv[2:] or function.__name__ in sys.argv[2:]]
    print("1..%d" % len(chosen))
    failed = 0
    for number, function in enumerate(chosen, 1):
        with tempfile.TemporaryDirectory() as folder, own_cache():
            os.chdir(folder)
            try:
                function()
                print("ok %d %s" % (number, function.__name__), flush=True)
            except Exception as problem:
                failed += 1
                print("not ok %d %s\n# %s: %s" % (number, function.__name__, type(problem).__name__,
                                                 str(problem).replace("\n", "\n# ")), flush=True)
            os.chdir("/")
    return failed > 0
