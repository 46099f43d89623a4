#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Prints the targets of ninja that the tests of some suites need: test-targets.py BUILD-FOLDER SUITE…"""
import json
import pathlib
import sys

folder, suites = pathlib.Path(sys.argv[1]), set(sys.argv[2:])
tests, targets = (json.loads((folder / "meson-info" / f"intro-{name}.json").read_text()) for name in ("tests", "targets"))
needed = {name for test in tests for name in test["depends"] if suites & {suite.split(":")[-1] for suite in test["suite"]}}
files = sorted({pathlib.Path(file).relative_to(folder.resolve()) for target in targets if target["id"] in needed
                for file in target["filename"]})
print(*files)
