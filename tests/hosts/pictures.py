# SPDX-License-Identifier: Apache-2.0
"""Small PNG files for the host checks, written and read with the standard library alone."""
import math
import random
import struct
import zlib

WIDTH, HEIGHT = 32, 24


def _chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def write_png(path, kind, rows, palette=None, level=-1):
    """KIND is PNG's colour type (2 RGB, 3 indexed, 6 RGBA); each row is bytes."""
    width = len(rows[0]) // {2: 3, 3: 1, 6: 4}[kind]
    data = _chunk(b"IHDR", struct.pack(">IIBBBBB", width, len(rows), 8, kind, 0, 0, 0))
    if palette:
        data += _chunk(b"PLTE", palette)
    data += _chunk(b"IDAT", zlib.compress(b"".join(b"\0" + row for row in rows), level))
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + data + _chunk(b"IEND", b""))


def _noisy(rng, x, c):
    return max(0, min(255, round(120 + 25 * math.sin(0.1 * x + c) + rng.gauss(0, 20))))


def write_all(folder):
    """a, c: noisy RGB; alpha: the same, half transparent; indexed; broken: not a picture."""
    rng = random.Random(1)
    for name, kind, samples in (("a.png", 2, 3), ("c.png", 2, 3), ("alpha.png", 6, 4)):
        write_png(folder / name, kind, [bytes(128 if c == 3 else _noisy(rng, x, c) for x in range(WIDTH)
                                              for c in range(samples)) for _ in range(HEIGHT)])
    write_png(folder / "indexed.png", 3, [bytes((x + y) % 4 for x in range(WIDTH)) for y in range(HEIGHT)],
              bytes(range(0, 240, 20)))
    (folder / "broken.png").write_bytes(b"not a picture\n")


def read_gray(path):
    """Rows of the first sample of an 8-bit RGB or RGBA file without interlacing."""
    data, at, stream, header = path.read_bytes(), 8, b"", None
    while at < len(data):
        size, kind = struct.unpack(">I4s", data[at:at + 8])
        body = data[at + 8:at + 8 + size]
        header = struct.unpack(">IIBBBBB", body) if kind == b"IHDR" else header
        stream += body if kind == b"IDAT" else b""
        at += size + 12
    width, height, _, colour = header[:4]
    step = {0: 1, 2: 3, 4: 2, 6: 4}[colour]
    raw, rows, above = zlib.decompress(stream), [], bytes(width * step)
    for y in range(height):
        start = y * (width * step + 1)
        kind, row = raw[start], bytearray(raw[start + 1:start + 1 + width * step])
        for i in range(len(row)):
            left = row[i - step] if i >= step else 0
            corner = above[i - step] if i >= step else 0
            guess = left + above[i] - corner
            paeth = min((left, above[i], corner), key=lambda value: abs(guess - value))
            row[i] = (row[i] + (0, left, above[i], (left + above[i]) // 2, paeth)[kind]) % 256
        rows.append(row[::step])
        above = row
    return rows


def roughness(path):
    """Sum of the steps between neighbours; infinite for what is no picture."""
    try:
        rows = read_gray(path)
    except (OSError, zlib.error, struct.error, TypeError):
        return math.inf
    return sum(abs(row[i] - row[i - 1]) for row in rows for i in range(1, len(row)))
