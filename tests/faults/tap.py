# SPDX-License-Identifier: Apache-2.0
"""A line of TAP for the faults of one kind and command, and a comment for each defect."""
import sys


def tell(number, name, faults, defects):
    print("%s %d %s: %d faults" % ("not ok" if defects else "ok", number, name, faults))
    for told in defects:
        print("# " + told)
    sys.stdout.flush()
