#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Writes the noise meter's weights file and its card from a checkpoint of train.py.

    export_meter.py --checkpoint meter-ship.ckpt --out ../noise-meter.safetensors [--hardware TEXT] [--log CSV]
"""
import argparse
import os

import export
from fddm import meter, weights
from learn import checkpoint

CARD = """<!-- SPDX-License-Identifier: Apache-2.0 -->
# Noise meter

Reads off a photograph how noisy it is, by frequency, channel and brightness (format: [FORMAT.md](FORMAT.md), kind
`measure`). Patches of 4×4, a 3×3 head to {width} channels, {blocks} residual blocks of two 3×3 convolutions, a 3×3 tail; no
normalisation. {operations:.1f} thousand multiply-adds per pixel that is looked at, {size:.2f} million parameters, stored as float16.
It is built into the program.

| | |
| --- | --- |
{rows}
| noise in training | {shares}; {free:.0f} % of the pictures without; drawings made while training, too |
"""


def main():
    a = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    a.add_argument("--checkpoint", required=True)
    a.add_argument("--out", required=True)
    a.add_argument("--hardware", default="")
    a.add_argument("--log", metavar="FILE", help="where the training's log is copied to: logs/DATE-NAME.csv")
    o = a.parse_args()
    stored = checkpoint.read(o.checkpoint)
    settings, shape = stored["config"], stored["config"]["network"]
    model = meter.Meter(meter.network_of(shape["width"], shape["blocks"]))
    model.load_state_dict(stored["average"])
    about = dict(name=settings["name"], training_data=export.DATA + "; drawings made while training", licence=export.LICENCE,
                 **export.provenance(stored, o.checkpoint, o.hardware, o.log))
    weights.save_meter(o.out, model, about)
    export.keep_log(o.checkpoint, o.log)
    noise = settings["noise"]
    shares = ["%.0f %% %s" % (100 * noise[k], k) for k in ("white", "camera", "path") if noise[k]]
    with open(os.path.splitext(o.out)[0] + ".md", "w") as f:
        f.write(CARD.format(**shape, rows=export.rows_of(about), operations=model.network.operations(meter.PATCH) / 1000,
                            size=sum(p.numel() for p in model.parameters()) / 1e6, free=100 * settings["sample"]["free"],
                            shares=", ".join(shares)))
    print(o.out, os.path.getsize(o.out), "bytes")


if __name__ == "__main__":
    main()
