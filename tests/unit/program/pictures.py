# SPDX-License-Identifier: Apache-2.0
"""What the tests of picture files share: pictures, profiles, files laid out by hand.

Pictures and expected values come from Pillow, which has encoders and decoders of its own for what surrounds the libraries that
both use. Strengths of 0 keep every pixel, so that a result shows only what reading and writing did to it."""
import importlib.util
import os
import struct
import sys
import zlib

if importlib.util.find_spec("PIL") is None or importlib.util.find_spec("numpy") is None:
    if sys.executable != "/usr/bin/python3" and os.path.exists("/usr/bin/python3"):      # Debian's Python has Debian's packages
        os.execv("/usr/bin/python3", ["/usr/bin/python3", *sys.argv])
    print("1..0 # SKIP Pillow and NumPy are not installed (python3-pil, python3-numpy)")
    sys.exit(0)

import numpy as np
from PIL import Image

from program import NETWORK, run


def keep(source, target, *more, status=0, **how):
    return run("denoise", source, target, "--weights", NETWORK, "--device", "cpu", "--luma", "0", "--chroma", "0", "--noise", "20",
               "--quiet", *more, status=status, **how)


def refused(source, *words, target="out.png"):
    before = set(os.listdir("."))
    told = keep(source, target, status=1).stderr
    assert source in told, told
    for word in words:
        assert word in told, "%s is not in: %s" % (word, told)
    assert set(os.listdir(".")) == before, "left behind"


def picture(width=61, height=47):
    """Smooth colours and one hard edge."""
    y, x = np.mgrid[0:height, 0:width]
    a = np.stack([x * 4, y * 5, 255 - x * 2 - y], -1).clip(0, 255).astype(np.uint8)
    a[height // 2:, width // 2:] //= 3
    return a


def pixels(path):
    with Image.open(path) as image:
        return np.array(image)


def profile(primaries=((0.68, 0.32), (0.265, 0.69), (0.15, 0.06)), name=b"Test P3"):
    """An ICC profile of matrix and curve, here of Display P3's primaries; laid out by hand after ICC.1:2010."""
    white = np.array([0.3127 / 0.329, 1, (1 - 0.3127 - 0.329) / 0.329])
    bradford = np.array([[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]])
    d50 = np.array([0.9642, 1, 0.8249])
    adapt = np.linalg.inv(bradford) @ np.diag((bradford @ d50) / (bradford @ white)) @ bradford
    columns = np.array([[x / y, 1, (1 - x - y) / y] for x, y in primaries]).T
    columns = adapt @ columns @ np.diag(np.linalg.solve(columns, white))
    fixed = lambda v: struct.pack(">i", int(round(v * 65536)))
    xyz = lambda v: b"XYZ \0\0\0\0" + b"".join(fixed(c) for c in v)
    curve = b"para\0\0\0\0\0\3\0\0" + b"".join(fixed(v) for v in (2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045))
    text = b"desc\0\0\0\0" + struct.pack(">I", len(name) + 1) + name + b"\0" + bytes(79)
    tags = {b"desc": text, b"cprt": b"text\0\0\0\0none\0", b"wtpt": xyz(d50), b"rXYZ": xyz(columns[:, 0]),
            b"gXYZ": xyz(columns[:, 1]), b"bXYZ": xyz(columns[:, 2]), b"rTRC": curve, b"gTRC": curve, b"bTRC": curve}
    return icc(tags, b"RGB ")


def gray_profile():
    return icc({b"desc": b"desc\0\0\0\0\0\0\0\5gray\0" + bytes(79), b"cprt": b"text\0\0\0\0none\0",
                b"wtpt": b"XYZ \0\0\0\0" + struct.pack(">iii", 63190, 65536, 54061),
                b"kTRC": b"curv\0\0\0\0\0\0\0\1\2\x33\0\0"}, b"GRAY")


def icc(tags, colours):
    body, table, at = b"", b"", 128 + 4 + 12 * len(tags)
    for name, data in tags.items():
        data += bytes(-len(data) % 4)
        table += struct.pack(">4sII", name, at + len(body), len(data))
        body += data
    size = at + len(body)
    head = struct.pack(">I4sI4s4s4s", size, b"none", 0x02400000, b"scnr", colours, b"XYZ ") + struct.pack(">6H", 2026, 1, 1, 0, 0, 0)
    head += b"acsp" + bytes(28) + struct.pack(">iii", 63190, 65536, 54061)
    return head.ljust(128, b"\0") + struct.pack(">I", len(tags)) + table + body


def table_profile():
    """A profile with tables, as scanners have: its connection space is Lab. Pillow's only one of that kind is Lab itself, so the
    tables are made by hand: identity from RGB to Lab."""
    grid = 2
    cells = b"".join(struct.pack(">HHH", 65280 * (r + g + b) // 3, 32768 + 8000 * (r - g), 32768 + 8000 * (g - b))
                     for r in range(grid) for g in range(grid) for b in range(grid))
    lut = b"mft2\0\0\0\0" + bytes([3, 3, grid, 0]) + b"".join(struct.pack(">i", 65536 * (i % 4 == 0)) for i in range(9))
    lut += struct.pack(">HH", 2, 2) + struct.pack(">HH", 0, 65535) * 3 + cells + struct.pack(">HH", 0, 65535) * 3
    data = icc({b"desc": b"desc\0\0\0\0\0\0\0\5scan\0" + bytes(79), b"cprt": b"text\0\0\0\0none\0",
                b"wtpt": b"XYZ \0\0\0\0" + struct.pack(">iii", 63190, 65536, 54061), b"A2B0": lut}, b"RGB ")
    return data[:20] + b"Lab " + data[24:]


def png(path, array, chunks=(), bits=8):
    """A PNG with CHUNKS before its pixels."""
    chunk = lambda name, data: struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
    kind = 0 if array.ndim == 2 else {2: 4, 3: 2, 4: 6}[array.shape[2]]
    lines = b"".join(b"\0" + row.astype(">u2" if bits == 16 else "u1").tobytes() for row in array)
    with open(path, "wb") as f:
        f.write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", array.shape[1], array.shape[0], bits, kind, 0, 0, 0))
                + b"".join(chunk(*c) for c in chunks) + chunk(b"IDAT", zlib.compress(lines)) + chunk(b"IEND", b""))


def chunks(path):
    with open(path, "rb") as f:
        data = f.read()
    at, found = 8, []
    while at < len(data):
        length, name = struct.unpack(">I4s", data[at:at + 8])
        found.append((name, data[at + 8:at + 8 + length]))
        at += 12 + length
    return found


def psnr(a, b):
    return 10 * np.log10(255 ** 2 / max(np.mean((a.astype(float) - b.astype(float)) ** 2), 1e-9))
