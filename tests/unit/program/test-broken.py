#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Broken picture files, links, full disks and interruption of fddm denoise: test-broken.py PROGRAM. TAP."""
import os
import resource
import signal
import struct
import subprocess
import sys
import time
import zlib

from pictures import keep, picture, pixels, refused
import numpy as np
from PIL import Image

from program import NETWORK, PROGRAM, WORDS, main, test


# ---- Broken files ----

@test
def cut_and_damaged():
    rand = np.random.default_rng(3)
    a = rand.integers(0, 256, (100, 120, 3)).astype(np.uint8)
    Image.fromarray(a).save("a.png")
    Image.fromarray(a).save("a.jpg")
    Image.fromarray(a).save("p.jpg", progressive=True)
    Image.fromarray(a).save("a.tif", compression="tiff_lzw")
    Image.fromarray(a).save("a.webp")
    Image.fromarray(a).save("l.webp", lossless=True)
    Image.fromarray(a).save("a.ppm")
    keep("a.png", "a.exr")
    keep("a.png", "a.hdr")
    for name in ("a.png", "a.jpg", "p.jpg", "a.tif", "a.webp", "l.webp", "a.ppm", "a.exr", "a.hdr"):
        with open(name, "rb") as f:
            data = f.read()
        for length in (len(data) * 9 // 10, len(data) // 2, len(data) - 60):
            with open("cut-" + name, "wb") as f:
                f.write(data[:length])
            refused("cut-" + name, *(["cut off"] if name != "a.exr" else []))
    with open("a.jpg", "rb") as f:
        data = bytearray(f.read())
    data[len(data) // 2:len(data) // 2 + 200] = bytes(200)
    with open("damaged.jpg", "wb") as f:
        f.write(data)
    refused("damaged.jpg", "damaged")
    with open("a.png", "rb") as f:
        data = bytearray(f.read())
    data[len(data) // 2] ^= 1
    with open("damaged.png", "wb") as f:
        f.write(data)
    refused("damaged.png", "IDAT")                                                   # zlib's words follow
    for size in (1, 3, 8, 12, 20):
        for name in ("a.png", "a.jpg", "a.tif", "a.webp", "a.ppm"):
            with open(name, "rb") as f:
                data = f.read(size)
            with open("short", "wb") as f:
                f.write(data)
            refused("short")


@test
def last_bytes_of_webp():
    """Where all pixels are there, and only padding or metadata behind them are not, they come out right, and a word is said; whatever
    else is missing, the file is refused."""
    noisy = (picture() + np.random.default_rng(3).normal(0, 4, picture().shape)).clip(0, 255).astype(np.uint8)
    for how in ({}, {"lossless": True}, {"xmp": b" " * 50}, {"xmp": b" " * 50, "lossless": True}):
        Image.fromarray(noisy).save("a.webp", **how)
        with open("a.webp", "rb") as f:
            data = f.read()
        taken = []
        for missing in (1, 2, 3, 10, 40, 70):
            with open("cut.webp", "wb") as f:
                f.write(data[:-missing])
            try:
                words = keep("cut.webp", "out.png").stderr
            except AssertionError:
                refused("cut.webp", "cut off")
                continue
            assert (pixels("out.png") == pixels("a.webp")).all() and "Not all metadata of “cut.webp”" in words, (how, missing, words)
            os.remove("out.png")
            taken.append(missing)
        assert ([1, 2, 3, 10, 40] == taken[:5] if "xmp" in how else not {10, 40} & set(taken)) and 70 not in taken, (how, taken)


@test
def rows_of_gigabytes():
    """A few bytes, in which a run goes on for the whole row: it took all memory, and then GEGL waited for more."""
    with open("wide.hdr", "wb") as f:
        f.write(b"#?RADIANCE\nFORMAT=32-bit_rle_rgbe\n\n-Y 1 +X 700000000\n" + b"\x80" * 4 + b"\x01\x01\x01\xff" * 4)
    refused("wide.hdr", "700000000 × 1 pixels are too many")


@test
def what_else_it_is():
    for name, data in (("Photoshop", b"8BPS\0\1"), ("CR3", b"\0\0\0\x18ftypcrx "), ("FITS", b"SIMPLE  =    T")):
        with open("in.x", "wb") as f:
            f.write(data.ljust(200, b"\0"))
        refused("in.x", name, "PNG")
    os.mkfifo("pipe.png")
    start = time.monotonic()
    refused("pipe.png", "regular file")
    assert time.monotonic() - start < 20


# ---- Places ----

@test
def a_link_is_followed():
    Image.fromarray(picture()).save("in.png")
    os.mkdir("there")
    with open("there/real.png", "wb") as f:
        f.write(b"old")
    os.chmod("there/real.png", 0o604)
    os.symlink("there/real.png", "link.png")
    os.symlink("there/new.png", "dangling.png")
    os.symlink("loop.png", "loop.png")
    owner = 12345 if os.getuid() == 0 else os.getuid()
    os.chown("there/real.png", owner, os.getgid())
    keep("in.png", "link.png")
    keep("in.png", "dangling.png")
    assert os.path.islink("link.png") and os.path.islink("dangling.png")
    assert (pixels("there/real.png") == picture()).all() and (pixels("there/new.png") == picture()).all()
    kept = os.stat("there/real.png")
    assert kept.st_mode & 0o777 == 0o604 and kept.st_uid == owner
    assert sorted(os.listdir("there")) == ["new.png", "real.png"]
    keep("in.png", "loop.png", status=1)


@test
def full_disks():
    """A limit on the size of files fails like a full disk; the old file stays."""
    rand = np.random.default_rng(3)
    Image.fromarray(rand.integers(0, 256, (100, 120, 3)).astype(np.uint8)).save("in.png")
    for ending in ("png", "jpg", "tif", "webp", "ppm", "exr", "hdr"):
        target = "old." + ending
        with open(target, "wb") as f:
            f.write(b"old")
        before = sorted(os.listdir("."))
        for limit in (100, 4096, 8000):
            assert target in keep("in.png", target, status=1, limit=limit).stderr
            with open(target, "rb") as f:
                assert f.read() == b"old", ending
            assert sorted(os.listdir(".")) == before, ending


@test
def interruption():
    """Within a second, while reading and while writing a large picture. Its rows are alike, so that the file is small."""
    side = 12000
    row = zlib.compressobj(1)
    chunk = lambda name, data: struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
    data = b"".join(row.compress(bytes(1 + 3 * side)) for _ in range(side)) + row.flush()
    with open("in.png", "wb") as f:
        f.write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)) + chunk(b"IDAT", data)
                + chunk(b"IEND", b""))
    before = sorted(os.listdir("."))
    for wait in (0.3, 1):
        process = subprocess.Popen([PROGRAM, "denoise", "in.png", "out.png", "--weights", NETWORK, "--device", "cpu"],
                                   env=dict(os.environ, **WORDS), stderr=subprocess.PIPE)
        time.sleep(wait)
        process.send_signal(signal.SIGTERM)
        spent = resource.getrusage(resource.RUSAGE_CHILDREN)
        process.wait(60)
        now = resource.getrusage(resource.RUSAGE_CHILDREN)
        assert process.returncode in (130, -signal.SIGTERM), process.returncode
        assert now.ru_utime - spent.ru_utime < wait + 3, "it went on"
        assert sorted(os.listdir(".")) == before


if __name__ == "__main__":
    sys.exit(main())
