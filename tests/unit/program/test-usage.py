#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Wrong usage of fddm ends with status 2, whatever the command, before anything is made: test-usage.py PROGRAM. TAP."""
import os
import sys

from many import photo
from program import GENERATOR, NETWORK, main, run, test

# For all commands, and for those of networks that denoise.
COMMON = ("--device frob", "--threads -1", "--threads 1025", "--threads x", "--threads 99999999999", "--memory 0", "--memory -5",
          "--memory x", "--memory 1e3", "--frob", "--json --threads")
NETWORKS = ("--quality x", "--tile -1", "--tile x", "--tile 16777217", "--quality fast --weights " + NETWORK)
DENOISE = ("--noise -1", "--noise 101", "--noise nan", "--noise inf", "--noise x", "--luma 101", "--chroma -1", "--coarse 201",
           "--medium nan", "--fine -0.1", "--detail 101", "--detail 5 --seed -1", "--detail 5 --seed 2147483648",
           "--detail 5 --seed 4294967299", "--detail 5 --seed 99999999999999999999", "--seed 1", "--jpeg-quality 0",
           "--jpeg-quality 101", "--jpeg-quality x")
MANY = ("--suffix a/b", "--format frob", "--jobs 0", "--jobs 65", "--jobs x", "--uncertainty u.png", "--in-place")
ONE = ("--suffix a", "--format png", "--jobs 1", "--recursive", "--skip-existing", "--uncertainty a.png", "--uncertainty out.png")
GENERATE = ("--width 0", "--width 99999999", "--height -1", "--steps 0", "--steps 1001", "--eta 2", "--eta nan", "--closeness 50",
            "--band 5", "--keep-light", "--count 0", "--count 17", "--seed -1", "--seed 2147483648", "--seed 4294967299",
            "--jpeg-quality 0", "--subject frob", "--map-strength 50", "--normals directx", "--maps --map-strength 201",
            "--maps --normals x", "--like a.png --closeness 101", "--like a.png --seamless a.png", "--seamless a.png --band -1",
            "--seamless a.png --band 9999")
SIZES = ("0", "-1", "x", "nan", "inf", "1e9", "1,x", "1x", "")


def wrong(*arguments):
    """A command line that is wrong: one line that says why, no result, no output folder."""
    before = sorted(os.listdir("."))
    run(*arguments, status=2)
    assert sorted(os.listdir(".")) == before, arguments


@test
def denoising():
    photo("a.png", width=64, height=64)
    photo("in/a.png")
    for options in COMMON + NETWORKS + DENOISE:
        network = () if "--weights" in options else ("--weights", NETWORK) if "--quality" not in options else ()
        wrong("denoise", "a.png", "out.png", *network, *options.split())
        wrong("denoise", "-o", "out", "in", *network, *options.split())
    for options in MANY:
        wrong("denoise", "-o", "out", "in", "--weights", NETWORK, *options.split())
    for options in ONE:
        wrong("denoise", "a.png", "out.png", "--weights", NETWORK, *options.split())
    for files in ((), ("a.png",), ("a.png", "b.png", "c.png"), ("--in-place", "a.png", "b.png"), ("a.png", "a.png"), ("-o", "", "in"),
                  ("-o", "out")):
        wrong("denoise", *files)


@test
def generating():
    photo("a.png", width=64, height=64)
    for options in COMMON + GENERATE:
        wrong("generate", "out.png", "--model", GENERATOR, *options.split())
    wrong("generate")
    wrong("generate", "a.png", "b.png")


@test
def telling_and_timing():
    photo("a.png")
    for options in COMMON + NETWORKS:
        for command in (("info",), ("info", "a.png"), ("bench",)):
            wrong(*command, *options.split())
    for options in ("--plot x.png", "--quality fast", "--weights " + NETWORK):
        wrong("info", *options.split())
    for size in SIZES:
        wrong("bench", "--weights", NETWORK, "--size", size)
    for words in (("info", "a.png", "b.png"), ("bench", "a.png"), ("frob",), ("--frob",), ("",)):
        wrong(*words)


if __name__ == "__main__":
    sys.exit(main())
