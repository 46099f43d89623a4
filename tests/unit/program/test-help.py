#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What fddm --help says is true: test-help.py PROGRAM. TAP."""
import os
import re
import subprocess
import sys

from program import GENERATOR, NETWORK, PROGRAM, WORDS, main, noise, read_png, run, test, write_png

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


@test
def usage_can_be_typed():
    """With the program's name; operands are called there as in the sentence below, in every language."""
    for command in COMMANDS:
        assert "\n  fddm %s [OPTION…]" % command in run(command, "--help").stdout, command
        assert "\nDefaults are in parentheses." in run(command, "--help").stdout, command
    german = run("denoise", "--help", LANGUAGE="de").stdout
    assert "Rauschstärke" not in german or " EIN AUS |" in german, german        # where translations are installed


@test
def what_an_option_needs_is_said():
    needy = set()
    for command in COMMANDS:
        texts = dict(re.findall(r"^  (?:-\w, )?--([\w-]+)(?:=\S+)? +(.*)$", run(command, "--help").stdout, re.M))
        for name, words in texts.items():
            for value in ("", "=1", "=opengl"):
                status, error = told(command, *LINES[command], "--%s%s" % (name, value))
                match = re.search(r"--%s needs (\S+)" % name, error)
                if status != 2 or not match:
                    continue
                partner = {"--output-dir": "-o"}.get(match[1], match[1])
                assert partner in words, (command, name, words, error)
                needy.add(name)
    assert needy >= {"seed", "suffix", "format", "recursive", "skip-existing", "jobs", "closeness", "band", "keep-light",
                     "map-strength", "normals"}, needy


@test
def defaults_change_nothing():
    """Numbers in parentheses at the end of an option's line."""
    write_png("in.png", 24, 20, noise(24, 20))
    for command, common in (("denoise", ("in.png", "out.png", "--weights", NETWORK, "--noise", "20")),
                            ("generate", ("out.png", "--model", GENERATOR, "--width", "16", "--height", "16"))):
        plain, tried = None, 0
        for name, words in [("", "()"), *options(command)]:
            match = re.search(r"\((\d*)(?:;.*)?\)$", words)
            if not match or name in ("seed", "width", "height", "noise", "closeness", "map-strength"):
                continue
            run(command, *common, "--device", "cpu", "--quiet", *(("--%s=%s" % (name, match[1]),) if name else ()))
            plain, tried = plain or read_png("out.png"), tried + 1
            assert read_png("out.png") == plain, (command, name, match[1])
        assert tried > 4, (command, tried)


if __name__ == "__main__":
    sys.exit(main())
