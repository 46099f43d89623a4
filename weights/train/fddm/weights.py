# SPDX-License-Identifier: Apache-2.0
"""Denoiser, Meter <-> weights file `fddm/1`."""
import json

import numpy as np
import torch

from . import meter, networks, safetensors


def texts_of(network, metadata):
    texts = {"format": "fddm/1"}
    texts.update({k: v if isinstance(v, str) else json.dumps(v) for k, v in metadata.items()})
    texts["layers"] = json.dumps(network.layers, separators=(",", ":"))
    return texts


def tensors_of(network, half):
    return {name: value.detach().float().cpu().contiguous().numpy().astype("<f2" if half else "<f4")
            for name, value in network.tensors().items()}


def save(path, model, metadata, half=True):
    """metadata: the keys of weights/FORMAT.md but format and layers; values that are not text become JSON."""
    tensors = {"coef_mean": model.mean.cpu().numpy().astype("<f4"),
               "coef_var": model.variance.cpu().numpy().astype("<f4")}
    if model.counts:
        tensors["own_mean"] = model.own_mean.cpu().numpy().astype("<f4")
        tensors["own_var"] = model.own_variance.cpu().numpy().astype("<f4")
        metadata = dict(metadata, variants=model.counts)
    tensors.update(tensors_of(model.network, half))
    safetensors.write(path, tensors, texts_of(model.network, metadata))


def save_meter(path, model, about, half=True):
    """model: fddm.meter.Meter. about: name and provenance, as in weights/FORMAT.md."""
    metadata = {"kind": "measure", "patch": str(meter.PATCH), "channels": str(meter.CHANNELS), "colour": "ycbcr-bt601"}
    safetensors.write(path, tensors_of(model.network, half), texts_of(model.network, {**metadata, **about}))


def network_of(tensors, metadata, **more):
    """The network that a file's tensors (name -> array) make up."""
    layers = json.loads(metadata["layers"])
    for layer in layers:                     # widths are in the tensors
        if layer["op"].startswith("conv"):
            layer["channels"] = int(tensors[layer["weights"] + ".weight"].shape[0])
    channels = int(metadata["channels"]) * int(metadata["patch"]) ** 2
    network = networks.Network(layers, channels, len(json.loads(metadata.get("classes", "[]"))), **more)
    state = {"weights." + k.rsplit(".", 1)[0].replace(".", "/") + "." + k.rsplit(".", 1)[1]:
             torch.from_numpy(v.astype(np.float32)) for k, v in tensors.items() if not k.startswith(("coef_", "own_", "examples"))}
    network.load_state_dict(state)
    return network


def load(path):
    """Returns (Denoiser in float32, metadata)."""
    tensors, metadata = safetensors.read(path)
    network = network_of(tensors, metadata)
    low, high = json.loads(metadata["noise_range"])
    variants = None
    if "variants" in metadata:
        own = (torch.from_numpy(tensors[name].copy()) for name in ("own_mean", "own_var"))
        variants = (*own, json.loads(metadata["variants"]))
    model = networks.Denoiser(network, torch.from_numpy(tensors["coef_mean"].copy()),
                              torch.from_numpy(tensors["coef_var"].copy()), low, high, variants,
                              metadata.get("input") == "wiener", metadata.get("output") == "clean")
    return model.eval(), metadata


def load_meter(path):
    """Returns a Meter in float32."""
    tensors, metadata = safetensors.read(path)
    network = network_of(tensors, metadata, inputs=meter.COEFFICIENTS + meter.CHANNELS, outputs=2 * meter.COEFFICIENTS)
    return meter.Meter(network)
