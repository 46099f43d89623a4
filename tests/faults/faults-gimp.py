#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""One call after another fails in the plug-in within a real GIMP: faults-gimp.py gimp2|gimp3 PLUGIN PROBE LIBRARY WEIGHTS [KIND…]. TAP.

LIBRARY is faults.c. The batch denoises copies of a picture, each by a process of its own in which another call fails. Each copy
must become the whole result, or count as failed and leave the old file. A plug-in that loses a file of GIMP's or its pipe to GIMP
ends, which the batch counts; without memory or threads it says why."""
import os
import pathlib
import re
import sys
import tempfile

sys.path[:0] = [os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", name) for name in ("hosts", "unit/program")]
HOST, PLUGIN, PROBE, LIBRARY, WEIGHTS = [sys.argv[1], *(os.path.abspath(path) for path in sys.argv[2:6])]
CHOSEN = sys.argv[6:]
sys.argv[1:] = [PLUGIN]                                       # program.py takes the first argument as the program
from program import noise, read_png, write_png  # noqa: E402
from run import Gimp  # noqa: E402

KINDS = ("memory", "thread", "read", "write", "open", "rename", "sync", "folder")
MOST = 200 if os.environ.get("FDDM_FAULTS") == "all" else 25  # faults of a kind; of more calls, every n-th
AT_ONCE = 50                                                    # photos of a batch, which has its time
OLD = b"the old file"
CALL = '(fddm-batch-denoise "{}/*.png" "{}-out" 20 100 100 0 "fast" "cpu" 0)'
WRAPPER = """#!/bin/sh
# The first run lists the files. Each further one takes the next number for the call that fails.
case " $* " in *" -run "*)
  echo >>'{count}'
  n=$(wc -l <'{count}')
  [ $n = 1 ] || export LD_PRELOAD='{library}' FAULT_KIND={kind} FAULT_AT=$(sed -n $((n - 1))p '{numbers}') FAULT_LOG='{log}'
esac
exec '{real}' "$@"
"""


class Faults:
    def __init__(self, folder):
        self.gimp = Gimp(HOST, folder, "/nonexistent")
        self.gimp.run("(display 1)")
        self.gimp.install(PLUGIN, PROBE, pathlib.Path(WEIGHTS))
        self.plugin = self.gimp.profile / "plug-ins" / "fddm" / "fddm"
        self.real = self.plugin.with_name("real")
        self.plugin.rename(self.real)
        self.log = folder / "log"

    def batch(self, name, kind, numbers):
        """What is said of as many photos as there are NUMBERS, each the call that fails; by name, and the results."""
        work = self.gimp.work
        names = ["%03d.png" % i for i in range(len(numbers))]
        for part in (name, name + "-out"):
            (work / part).mkdir()
        for photo in names:
            write_png(str(work / name / photo), 40, 36, noise(40, 36))
            (work / (name + "-out") / photo).write_bytes(OLD)
        (work / "numbers").write_text("".join("%d\n" % number for number in numbers))
        (work / "count").unlink(missing_ok=True)
        self.log.unlink(missing_ok=True)
        self.plugin.write_text(WRAPPER.format(count=work / "count", library=LIBRARY, kind=kind, numbers=work / "numbers",
                                              log=self.log, real=self.real))
        self.plugin.chmod(0o755)
        _, said = self.gimp.run(CALL.format(name, name))
        problems = dict(re.findall(r"%s/(\d+\.png): (?!Noise: )(.*)" % name, said))
        counted = re.search(r"fddm-batch-denoise: (\d+) done, (\d+) failed", said)
        return problems, counted and (int(counted[1]), int(counted[2])), said


def defects(faults, name, kind, numbers, whole):
    """What is wrong with the photos whose calls NUMBERS fail, in one batch."""
    problems, counted, said = faults.batch(name, kind, numbers)
    out = faults.gimp.work / (name + "-out")
    found, done = [], 0
    for i, number in enumerate(numbers):
        path = out / ("%03d.png" % i)
        content = path.read_bytes() if path.exists() else None
        problem = problems.get(path.name)
        if problem is None:
            done += 1
        if content == OLD:
            good = problem is not None
        else:                                                   # its folder may fail to be synced behind the new file
            good = content is not None and same(read_png(str(path)), whole)
        if not good:
            found.append("call %d: %s, %s" % (number, "the old file" if content == OLD else "another file", problem))
        if problem and "crash" in problem and kind in ("memory", "thread") and "libgomp: Thread creation failed" not in said:
            found.append("call %d: %s" % (number, problem))
    if counted != (done, len(numbers) - done):
        found.append("counted %s, not %s: %s" % (counted, (done, len(numbers) - done), said[-500:]))
    left = sorted(path.name for path in out.iterdir() if path.name.startswith("."))
    if left and kind not in ("read", "write", "open"):          # where the process ends early, the next run removes them
        found.append("left behind: %s" % left)
    return found


def same(one, other):
    """The same picture, but for what smaller tiles may change."""
    return one[:4] == other[:4] and sum((a - b) ** 2 for a, b in zip(one[4], other[4])) <= 3 ** 2 * len(one[4])


def main():
    failed = 0
    kinds = CHOSEN or KINDS
    print("1..%d" % len(kinds))
    with tempfile.TemporaryDirectory() as folder:
        faults = Faults(pathlib.Path(folder))
        for number, kind in enumerate(kinds, 1):
            _, counted, said = faults.batch(kind + "-0", kind, [0])
            assert counted == (1, 0), said
            calls = int(faults.log.read_text())
            whole = read_png(str(faults.gimp.work / (kind + "-0-out") / "000.png"))
            numbers = list(range(1, calls + 1, -(-calls // MOST) or 1))
            found = [told for first in range(0, len(numbers), AT_ONCE)
                     for told in defects(faults, "%s-%d" % (kind, first + 1), kind, numbers[first:first + AT_ONCE], whole)]
            failed += bool(found)
            print("%s %d %s in %s: %d faults of %d calls" % ("not ok" if found else "ok", number, kind, HOST, len(numbers), calls))
            for told in found:
                print("# " + told.replace("\n", "\n# "))
            sys.stdout.flush()
    return failed > 0


if __name__ == "__main__":
    sys.exit(main())
