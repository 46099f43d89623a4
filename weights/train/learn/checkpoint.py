# SPDX-License-Identifier: Apache-2.0
"""Checkpoints, and the random numbers of a run that goes on from one.

A checkpoint is a safetensors file: tensors, and as text where they belong and the plain values beside them. So reading one
runs no code that it could bring along, as torch.load() would (PyTorch 1.13's `weights_only` can't read a float, and its
`pickle_module` is ignored). It is written whole or not at all.
"""
import json

import torch

from fddm import safetensors

FORMAT = "fddm training 2"


def flatten(value, tensors):
    """VALUE as JSON can hold it; its tensors move to TENSORS, as arrays."""
    if isinstance(value, torch.Tensor):
        name = "t%d" % len(tensors)
        tensors[name] = value.detach().cpu().contiguous().numpy()
        return {"tensor": name}
    if isinstance(value, dict):
        return {"pairs": [[k, flatten(v, tensors)] for k, v in value.items()]}
    if isinstance(value, (list, tuple)):
        return [flatten(v, tensors) for v in value]
    return value


def unflatten(value, tensors):
    if isinstance(value, list):
        return [unflatten(v, tensors) for v in value]
    if isinstance(value, dict):
        if "tensor" in value:
            return torch.from_numpy(tensors[value["tensor"]].copy())
        return {k: unflatten(v, tensors) for k, v in value["pairs"]}
    return value


def save(path, contents):
    """contents: a dictionary of tensors, plain values, and lists and dictionaries of such."""
    tensors = {}
    text = json.dumps(flatten(contents, tensors))
    safetensors.write(path, tensors, {"format": FORMAT, "contents": text})


def read(path):
    """What save() wrote, on the CPU."""
    with open(path, "rb") as f:
        if f.read(4) == b"PK\3\4":
            raise SystemExit("%s: a checkpoint of an older train.py; convert_checkpoint.py makes a new one of it" % path)
    tensors, metadata = safetensors.read(path)
    if metadata.get("format") != FORMAT:
        raise SystemExit("%s: not a checkpoint of train.py" % path)
    return unflatten(json.loads(metadata["contents"]), tensors)


def random_state(device):
    """Of the numbers that samples are drawn by."""
    state = {"cpu": torch.get_rng_state()}
    if device.type == "cuda":
        state["cuda"] = torch.cuda.get_rng_state(device)
    return state


def resume_random(state, device, seed):
    """Goes on with the numbers of STATE, as random_state() returned it on the same kind of device; where that isn't so, draws
    others, by SEED. Either way a run that goes on sees new samples."""
    torch.manual_seed(seed)
    if state and set(state) == set(random_state(device)):
        torch.set_rng_state(state["cpu"])
        if "cuda" in state:
            torch.cuda.set_rng_state(state["cuda"], device)
