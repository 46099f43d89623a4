# SPDX-License-Identifier: Apache-2.0
"""Weights files made for tests: networks of any shape, and the golden ones with other numbers in them."""
import json
import os
import struct

from program import GOLDEN

COMMON = {"format": "fddm/1", "name": "hostile", "licence": "CC0", "k_grid": "open", "temperature": "0.5",
          "mu_range": "[-4, 8.5]", "noise_range": "[0.002, 1]"}


def write(path, metadata, tensors):
    """TENSORS: name -> (shape, bytes of F32)."""
    header, data = {"__metadata__": metadata}, b""
    for name, (shape, values) in tensors.items():
        header[name] = {"dtype": "F32", "shape": shape, "data_offsets": [len(data), len(data) + len(values)]}
        data += values
    text = json.dumps(header).encode()
    with open(path, "wb") as f:
        f.write(struct.pack("<Q", len(text)) + text + data)


def count(shape):
    n = 1
    for side in shape:
        n *= side
    return n


def constant(shape, value=0.0):
    return shape, struct.pack("<f", value) * count(shape)


def network(path, layers, tensors, **metadata):
    """A network of one gray pixel a patch: input 2 channels, output 1. TENSORS: name -> shape of zeros."""
    all_tensors = {"coef_mean": constant([1]), "coef_var": constant([1], 1.0)}
    all_tensors.update((name, constant(shape)) for name, shape in tensors.items())
    write(path, {**COMMON, "kind": "denoise", "patch": "1", "channels": "1", "colour": "gray", **metadata,
                 "layers": json.dumps(layers)}, all_tensors)
    return path


def conv(source, target, weights, kernel=3, **more):
    return {"op": "conv%dx%d" % (kernel, kernel), "in": source, "out": target, "weights": weights, **more}


def golden_with(path, name, tensor, value):
    """The golden file NAME with all numbers of TENSOR replaced by VALUE."""
    with open(os.path.join(GOLDEN, name), "rb") as f:
        data = f.read()
    length = struct.unpack("<Q", data[:8])[0]
    header = json.loads(data[8:8 + length])
    begin, end = header[tensor]["data_offsets"]
    begin, end = begin + 8 + length, end + 8 + length
    with open(path, "wb") as f:
        f.write(data[:begin] + struct.pack("<f", value) * ((end - begin) // 4) + data[end:])
    return path
