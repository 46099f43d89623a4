#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Names of networks on the command line of fddm: test-networks.py PROGRAM. TAP."""
import json
import os
import re
import shutil
import sys

from program import GENERATOR, NETWORK, main, noise, run, test, write_png


@test
def names_of_info_are_those_of_options():
    """Whatever a file says of itself, and whatever it is called."""
    os.mkdir("networks")
    for source, names in ((NETWORK, ("denoise-fast", "denoise-mine", "mine", "denoise-grass", "plain")),
                          (GENERATOR, ("generate-texture", "generate-mine", "generate-grass", "cloth"))):
        for name in names:
            shutil.copy(source, "networks/%s.safetensors" % name)
    write_png("in.png", 20, 20, noise(20, 20))
    told = json.loads(run("info", "--json", FDDM_WEIGHTS_DIR="networks").stdout)["weights"]
    told = [network for network in told if network["path"].startswith("networks/")]
    listed = re.findall(r"^Weights (\S+) \((\w+)\).*\n    (\S+)$", run("info", FDDM_WEIGHTS_DIR="networks").stdout, re.M)
    assert len(told) == 9 and {network["name"] for network in told} >= {"fast", "denoise-mine", "mine", "texture", "cloth"}, told
    assert [(network["name"], network["kind"], network["path"]) for network in told] == [
        network for network in listed if network[2].startswith("networks/")], listed
    for network in told:
        if network["kind"] == "denoise":
            done = run("denoise", "in.png", "out.png", "--weights", network["name"], "--device", "cpu", "--noise", "20", "--json",
                       FDDM_WEIGHTS_DIR="networks")
        else:
            done = run("generate", "out.png", "--model", network["name"], "--device", "cpu", "--width", "16", "--height", "16",
                       "--steps", "2", "--json", FDDM_WEIGHTS_DIR="networks")
        assert json.loads(done.stdout)["weights"] == network["path"], network


@test
def names_of_files_are_taken_as_ever():
    os.mkdir("networks")
    shutil.copy(NETWORK, "networks/denoise-fast.safetensors")
    write_png("in.png", 20, 20, noise(20, 20))
    for name in ("fast", "denoise-fast", "./networks/denoise-fast.safetensors"):
        run("denoise", "in.png", "out.png", "--weights", name, "--device", "cpu", "--noise", "20", FDDM_WEIGHTS_DIR="networks")


if __name__ == "__main__":
    sys.exit(main())
