#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Times a denoising network in PyTorch on the GPU, as fast as PyTorch goes: channels last, bf16, torch.compile.

    compare-torch.py WEIGHTS MPIXEL

The last line is "PyTorch VERSION: MILLISECONDS ms". Ends with status 77 where there is no PyTorch with CUDA."""
import json
import math
import struct
import sys

try:
    import torch
except ImportError:
    sys.exit(77)
if not torch.cuda.is_available():
    sys.exit(77)

TYPES = {"F32": torch.float32, "F16": torch.float16, "BF16": torch.bfloat16}


def read(path):
    """The metadata and the tensors of a safetensors file."""
    with open(path, "rb") as file:
        header = json.loads(file.read(struct.unpack("<Q", file.read(8))[0]))
        data = bytearray(file.read())
    meta = header.pop("__metadata__")
    tensors = {}
    for name, entry in header.items():
        begin, end = entry["data_offsets"]
        tensors[name] = torch.frombuffer(data[begin:end], dtype=TYPES[entry["dtype"]]).reshape(entry["shape"])
    return meta, tensors


class Network(torch.nn.Module):
    """The layers as weights/FORMAT.md has them; those of denoising networks only."""

    def __init__(self, layers, tensors):
        super().__init__()
        self.layers = layers
        self.convs = torch.nn.ModuleDict()
        for layer in layers:
            if layer["op"] != "concat":
                weight = tensors[layer["weights"] + ".weight"]
                conv = torch.nn.Conv2d(weight.shape[1], weight.shape[0], weight.shape[2], padding=weight.shape[2] // 2)
                conv.weight.data = weight.float()
                conv.bias.data = tensors[layer["weights"] + ".bias"].float()
                self.convs[layer["weights"].replace(".", "_")] = conv

    def forward(self, x):
        values = {"input": x}
        for layer in self.layers:
            if layer["op"] == "concat":
                y = torch.cat([values[name] for name in layer["in"]], 1)
            else:
                y = self.convs[layer["weights"].replace(".", "_")](values[layer["in"]])
            if "residual" in layer:
                y = y + values[layer["residual"]]
            activation = layer.get("activation", "none")
            y = torch.relu(y) if activation == "relu" else torch.nn.functional.silu(y) if activation == "silu" else y
            values[layer["out"]] = y
        return y


def main(path, megapixels):
    meta, tensors = read(path)
    patch = int(meta["patch"])
    height = int(math.sqrt(megapixels * 1e6 / 1.5))
    width = int(megapixels * 1e6 / height)
    rows, columns = -(-height // patch), -(-width // patch)
    network = Network(json.loads(meta["layers"]), tensors).cuda().to(torch.bfloat16, memory_format=torch.channels_last)
    network = torch.compile(network, mode="max-autotune")
    x = torch.randn(1, 2 * int(meta["channels"]) * patch**2, rows, columns, device="cuda", dtype=torch.bfloat16)
    x = x.contiguous(memory_format=torch.channels_last)
    best = math.inf
    with torch.inference_mode():
        for _ in range(5):
            network(x)
        for _ in range(10):
            begin, end = torch.cuda.Event(enable_timing=True), torch.cuda.Event(enable_timing=True)
            begin.record()
            for _ in range(5):
                network(x)
            end.record()
            torch.cuda.synchronize()
            best = min(best, begin.elapsed_time(end) / 5)
    print(f"PyTorch {torch.__version__}: {best:.2f} ms")


main(sys.argv[1], float(sys.argv[2]))
