# SPDX-License-Identifier: Apache-2.0
"""The log of a training: a CSV file beside its checkpoint, a row each time it is looked at."""
import csv
import os

FIRST = ("pixels", "step", "minutes", "loss", "rate", "norm")


def path_of(checkpoint):
    return os.path.splitext(checkpoint)[0] + ".csv"


def read(path):
    """Rows as dictionaries of text; none where there is no file."""
    if not os.path.exists(path):
        return []
    with open(path, newline="") as f:
        return list(csv.DictReader(f))


class Log:
    """begun: the rows that it begins with; those beyond PIXELS, of work that was lost, are left out."""

    def __init__(self, checkpoint, columns, begun, pixels):
        self.path, self.columns = path_of(checkpoint), FIRST + tuple(columns)
        with open(self.path + ".part", "w", newline="") as f:
            writer = csv.DictWriter(f, self.columns, extrasaction="ignore", lineterminator="\n")
            writer.writeheader()
            writer.writerows(row for row in begun if float(row["pixels"]) <= pixels)
        os.replace(self.path + ".part", self.path)

    def add(self, values):
        row = {k: "%d" % v if isinstance(v, int) else "%.6g" % v for k, v in values.items()}
        with open(self.path, "a", newline="") as f:
            csv.DictWriter(f, self.columns, lineterminator="\n").writerow(row)
        print("  ".join("%s %s" % (k, row[k]) for k in self.columns if row.get(k)), flush=True)
