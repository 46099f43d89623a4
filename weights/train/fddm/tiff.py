# SPDX-License-Identifier: Apache-2.0
"""Uncompressed TIFF with 32-bit floats, as GEGL reads and writes it."""
import struct

import numpy as np


def write(path, picture):
    """picture: H x W x 3."""
    data = np.ascontiguousarray(picture, "<f4")
    h, w, n = data.shape
    # tag, type (3: 16 bit, 4: 32 bit), values
    tags = [(256, 4, [w]), (257, 4, [h]), (258, 3, [32] * n), (259, 3, [1]), (262, 3, [2]), (273, 4, [0]),
            (277, 3, [n]), (278, 4, [h]), (279, 4, [data.nbytes]), (284, 3, [1]), (339, 3, [3] * n)]
    extra_at = 8 + 2 + 12 * len(tags) + 4
    extra, entries = b"", b""
    lists = sum(2 * len(v) for _, t, v in tags if t == 3 and len(v) > 2)
    for tag, kind, values in tags:
        if tag == 273:
            values = [extra_at + lists]
        packed = struct.pack("<%d%s" % (len(values), "HI"[kind - 3]), *values)
        if len(packed) > 4:
            entries += struct.pack("<HHII", tag, kind, len(values), extra_at + len(extra))
            extra += packed
        else:
            entries += struct.pack("<HHI", tag, kind, len(values)) + packed.ljust(4, b"\0")
    with open(path, "wb") as f:
        f.write(b"II*\0" + struct.pack("<I", 8) + struct.pack("<H", len(tags)) + entries + struct.pack("<I", 0) + extra)
        f.write(data.tobytes())


def read(path):
    """H x W x 3 float32. Uncompressed strips of 3 or 4 floats for each pixel; alpha is dropped."""
    with open(path, "rb") as f:
        b = f.read()
    order = "<" if b[:2] == b"II" else ">"
    at = struct.unpack(order + "I", b[4:8])[0]
    tags = {}
    for i in range(struct.unpack(order + "H", b[at:at + 2])[0]):
        tag, kind, count = struct.unpack(order + "HHI", b[at + 2 + 12 * i:at + 10 + 12 * i])
        if kind not in (3, 4):
            continue
        size = count * (2 if kind == 3 else 4)
        place = at + 10 + 12 * i
        if size > 4:
            place = struct.unpack(order + "I", b[place:place + 4])[0]
        tags[tag] = struct.unpack("%s%d%s" % (order, count, "HI"[kind - 3]), b[place:place + size])
    n = tags[277][0]
    if tags.get(259, (1,))[0] != 1 or tags[258][0] != 32 or tags.get(339, (1,))[0] != 3:
        raise ValueError(path + ": not an uncompressed TIFF of 32-bit floats")
    data = b"".join(b[o:o + c] for o, c in zip(tags[273], tags[279]))
    return np.frombuffer(data, order + "f4").reshape(tags[257][0], tags[256][0], n)[..., :3].astype(np.float32)
