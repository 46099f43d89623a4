#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Measures everything that docs/results.md tells of quality, with the C program, and writes its tables.

    all.py --set CBSD68=FOLDER --set Kodak24=FOLDER --pairs PolyU=FOLDER --pairs simulated=FOLDER
           [--program fddm] [--weights FOLDER] [--minutes M] [--only white dark ...] [--limit N] [--write]

Results are kept picture by picture in docs/results.json, by the weights (their ranges for 8 bits aside) and the protocol: --minutes ends a run, the
next goes on, and only what new weights change is measured anew. --write puts the tables between their marks in
docs/results.md; a figure that is not measured yet is "–". Peers that are not installed are left out. --limit: fewer pictures,
for a try (another protocol, so never in the tables).
"""
import argparse
import os
import sys
import time

from cells import Results, Sets
from tables import write

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../..")


def named(entries):
    return dict(entry.split("=", 1) for entry in entries)


def measure(cells, results, end):
    """Whatever isn't known of CELLS, until the time END."""
    for cell in cells:
        if results.done(cell):
            continue
        for i, item in enumerate(cell.items):
            if i < len(results.rows(cell)):
                continue
            if time.time() > end:
                return False
            results.add(cell, cell.work(item, i))
        print(cell.id, " ".join("%s %.3f" % item for item in results.mean(cell).items()), flush=True)
    return True


def main():
    a = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    a.add_argument("--set", action="append", default=[], metavar="NAME=FOLDER", help="of clean pictures")
    a.add_argument("--pairs", action="append", default=[], metavar="NAME=FOLDER", help="NAME_real.* and NAME_mean.*")
    a.add_argument("--program", default="fddm")
    a.add_argument("--weights", default=os.path.join(ROOT, "weights"), help="those that the program takes, too")
    a.add_argument("--results", default=os.path.join(ROOT, "docs/results.json"))
    a.add_argument("--minutes", type=float, default=float("inf"))
    a.add_argument("--only", nargs="+", help="beginnings of cells' names, as they are printed")
    a.add_argument("--convolution", choices=["direct", "winograd"], default="direct", help="of floats; the faster one here")
    a.add_argument("--limit", type=int)
    a.add_argument("--write", action="store_true")
    o = a.parse_args()
    os.environ["FDDM_CPU_CONVOLUTION"] = o.convolution
    os.environ["FDDM_WEIGHTS_DIR"] = os.path.abspath(o.weights)
    cells = list(Sets(o.program, o.weights, named(o.set), named(o.pairs), o.limit).all())
    results = Results(o.results)
    chosen = [c for c in cells if not o.only or any(c.id.startswith(p) for p in o.only)]
    done = measure(chosen, results, time.time() + 60 * o.minutes)
    print("%d of %d cells measured" % (sum(map(results.done, cells)), len(cells)))
    if o.write:
        write(os.path.join(ROOT, "docs/results.md"), cells, results)
    return 0 if done else 3


if __name__ == "__main__":
    sys.exit(main())
