#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What fddm --help says is true: test-help.py PROGRAM. TAP."""
import os
import re
import subprocess
import sys

from program import GENERATOR, NETWORK, PROGRAM, WORDS, main, run, test

COMMANDS = ("denoise", "generate", "info", "bench")
# With no picture there, so that they end at once.
LINES = {"denoise": ("missing.png", "out.png", "--weights", NETWORK), "generate": ("missing/out.png", "--model", GENERATOR),
         "info": ("missing.png",), "bench": ("--weights", "missing")}
PARTNERS = {"band": ("--seamless", "missing.png"), "closeness": ("--like", "missing.png"), "map-strength": ("--maps",),
            "seed": ("--detail", "5"), "jobs": ("-o", "out")}


def told(*words):
    """Exit status and standard error, which may have any number of lines."""
    done = subprocess.run([PROGRAM, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                          env=dict(os.environ, **WORDS), timeout=60)
    return done.returncode, done.stderr


def options(command):
    """Each option with a value, and what is said of it."""
    found = re.findall(r"^  (?:-\w, )?--([\w-]+)=\S+ +(.*)$", run(command, "--help").stdout, re.M)
    assert len(found) > 5, found
    return found


@test
def ranges_are_those_taken():
    ranged = 0
    for command in COMMANDS:
        for name, words in options(command):
            match = re.search(r"\b(\d+)–(\d+)\b", words)
            if not match:
                continue
            ranged += 1
            partners = PARTNERS.get(name, ()) if (command, name) != ("generate", "seed") else ()
            for value, right in ((int(match[1]), True), (int(match[2]), True), (int(match[1]) - 1, False), (int(match[2]) + 1, False)):
                status, error = told(command, *LINES[command], *partners, "--%s=%d" % (name, value))
                assert (status in (1, 3)) if right else (status == 2 and "must be from" in error or "megabytes" in error), (
                    command, name, value, status, error)
    assert ranged >= 3, ranged


if __name__ == "__main__":
    sys.exit(main())
