# SPDX-License-Identifier: Apache-2.0
"""Configurations of trainings: TOML files that state everything but where data lie. A missing or an unknown key is an error."""
import copy
import dataclasses
import os
import tomllib

from data import noise

PLAIN = {int: (int,), float: (int, float), str: (str,), bool: (bool,), list: (list,), tuple: (list,)}

# Table -> key -> type; a tuple: its choices.
EVERY = {
    "": {"name": str, "kind": ("denoise", "measure", "generate"), "start": str, "seed": int},
    "length": {"rise": float, "constant": float, "fall": float},
    "optimiser": {"kind": ("muon", "adamw"), "rate": float, "muon_rate": float, "average": float},
}
NOISE = {f.name: f.type for f in dataclasses.fields(noise.Kinds)}
KINDS = {
    "denoise": {
        "network": {"patch": int, "width": int, "blocks": int, "activation": str},
        "sample": {"batch": int, "side": int, "dark": float, "meter": str},
        "noise": NOISE,
        "loss": {"own": float, "uniform": bool},
    },
    "measure": {
        "network": {"width": int, "blocks": int},
        "sample": {"batch": int, "side": int, "free": float, "drawn": float, "pages": float, "stored": float},
        "noise": NOISE,
        "loss": {"whole": float},
    },
    "generate": {
        "network": {"patch": int, "channels": int, "side": int, "width": int, "multipliers": list, "blocks": int,
                    "attention": list, "middle": bool, "sampled": bool, "heads": int, "dropout": float, "condition": ("map", "time"),
                    "input": ("whitened", "wiener"), "output": ("residual", "clean"), "padding": ("zero", "circular"),
                    "mu_range": list, "temperature": float},
        "sample": {"batch": int, "crop": int, "view": ("crop", "tile"), "classes": bool, "variants": bool, "inexact": float,
                   "any": float, "balance": float, "favour": list, "favour_share": float},
        "loss": {"whitening": bool, "power": float, "focus": ("", "active", "learnable"), "pixels": bool},
    },
}


class Wrong(SystemExit):
    """A configuration that can't be used: ends the program with the reason."""


def check(config, name):
    """Raises Wrong where CONFIG, which NAME stands for in messages, isn't whole."""
    kind = config.get("kind")
    if kind not in KINDS:
        raise Wrong("%s: `kind` is to be one of %s" % (name, ", ".join(KINDS)))
    tables = {**EVERY, **KINDS[kind]}
    for table, keys in tables.items():
        found = config if table == "" else config.get(table, {})
        extra = set(found) - set(keys) - (set(tables) if table == "" else set())
        for key in sorted(extra | (set(keys) - set(found))):
            raise Wrong("%s: `%s` is %s" % (name, ".".join(filter(None, (table, key))), "unknown" if key in extra else "missing"))
        for key, wanted in keys.items():
            value, chosen = found[key], isinstance(wanted, tuple)
            kind = wanted if chosen else PLAIN[wanted]
            if not (value in kind if chosen else type(value) in kind):
                raise Wrong("%s: `%s` is %r, not %s" % (name, ".".join(filter(None, (table, key))), value,
                                                        " or ".join(map(repr, wanted)) if chosen else wanted.__name__))


def change(config, entry):
    """ENTRY: `table.key=value`, the value as TOML writes it; or a bare word."""
    path, _, text = entry.partition("=")
    try:
        value = tomllib.loads("x = " + text)["x"]
    except tomllib.TOMLDecodeError:
        value = text
    *tables, key = path.split(".")
    for name in tables:
        config = config.setdefault(name, {})
    config[key] = value


def read(path, changes=()):
    """The configuration in the file PATH, with CHANGES. `file` and `changed` tell where it came from; `start` and
    `sample.meter` are found from the file's folder."""
    try:
        with open(path, "rb") as f:
            config = tomllib.load(f)
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise Wrong("%s: %s" % (path, error)) from None
    for entry in changes:
        change(config, entry)
    check(config, path)
    return {**config, "file": os.path.basename(path), "changed": list(changes)}


def beside(path, name):
    """The weights file NAME that the configuration PATH names; None where it names none."""
    return os.path.join(os.path.dirname(os.path.abspath(path)), name) if name else None


def without_origin(config):
    """What decides about a training: CONFIG without where it came from, or how long it is to be."""
    plain = copy.deepcopy(config)
    for key in ("file", "changed", "length"):
        plain.pop(key, None)
    return plain


def words(config):
    """For a card: the file, and what was changed."""
    return " ".join(["configs/" + config["file"]] + ["--set " + entry for entry in config["changed"]])
