#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Prints "PASSED FAILED SKIPPED" of the run whose logs lie in meson's FOLDER/meson-logs.

The checks within the programs count; a program that died without telling of a failed check counts as one.
"""
import json
import pathlib
import sys
import xml.etree.ElementTree as tree

logs = pathlib.Path(sys.argv[1]) / "meson-logs"
passed = failed = skipped = 0
for case in tree.parse(logs / "testlog.junit.xml").getroot().iter("testcase"):
    if case.find("failure") is not None or case.find("error") is not None:
        failed += 1
    elif case.find("skipped") is not None:
        skipped += 1
    else:
        passed += 1
results = [json.loads(line)["result"] for line in (logs / "testlog.json").read_text().splitlines() if line]
failed = max(failed, sum(result not in ("OK", "EXPECTEDFAIL", "SKIP") for result in results))
if not results:
    sys.exit("no test ran")
print(passed, failed, skipped)
