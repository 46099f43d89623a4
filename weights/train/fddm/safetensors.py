# SPDX-License-Identifier: Apache-2.0
"""Reads and writes safetensors files: 8 bytes length, a JSON header, raw tensors (weights/FORMAT.md)."""
import json
import os

import numpy as np

TYPES = {"F32": np.dtype("<f4"), "F16": np.dtype("<f2"), "F64": np.dtype("<f8"), "I64": np.dtype("<i8"), "U8": np.dtype("u1")}
NAMES = {v: k for k, v in TYPES.items()}


def write(path, tensors, metadata):
    """tensors: name -> numpy array of one of TYPES. metadata: name -> text. The file appears whole."""
    header, offset = {"__metadata__": metadata}, 0
    for name, array in tensors.items():
        header[name] = {"dtype": NAMES[array.dtype], "shape": list(array.shape),
                        "data_offsets": [offset, offset + array.nbytes]}
        offset += array.nbytes
    text = json.dumps(header, ensure_ascii=False, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    with open(path + ".part", "wb") as f:
        f.write(len(text).to_bytes(8, "little") + text)
        for array in tensors.values():
            f.write(np.ascontiguousarray(array).tobytes())
    os.replace(path + ".part", path)


def read(path):
    """Returns (tensors by name, metadata)."""
    with open(path, "rb") as f:
        data = f.read()
    n = int.from_bytes(data[:8], "little")
    header = json.loads(data[8:8 + n])
    metadata = header.pop("__metadata__", {})
    tensors = {}
    for name, item in header.items():
        begin, end = item["data_offsets"]
        tensors[name] = np.frombuffer(data[8 + n + begin:8 + n + end], TYPES[item["dtype"]]).reshape(item["shape"])
    return tensors, metadata
