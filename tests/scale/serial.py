#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""How far more processors help: the share of a run's work that one thread does alone.

    serial.py PICTURE [--program fddm] [--quality fast balanced] [--end .ppm] [--runs 3]

Denoises PICTURE, level told, with two threads that sleep while they wait; so the processor time by which the first is ahead of the
second is what no other thread can take over. Reading, writing and checking the file, and the start, are part of it. Told: that share
(least of the runs), and how long 4, 8 and 16 processors like these would take (Amdahl's law). Nothing else should run.
"""
import argparse
import os
import subprocess
import tempfile
import time

TICK = os.sysconf("SC_CLK_TCK")


def descendants(pid):
    found = [pid]
    for task in threads(pid):
        try:
            with open("/proc/%d/task/%d/children" % (pid, task)) as f:
                for child in f.read().split():
                    found += descendants(int(child))
        except OSError:
            pass
    return found


def threads(pid):
    try:
        return [int(t) for t in os.listdir("/proc/%d/task" % pid)]
    except OSError:
        return []


def spent(pid, task):
    """Processor seconds of a thread; None when it has ended."""
    try:
        with open("/proc/%d/task/%d/stat" % (pid, task)) as f:
            fields = f.read().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICK
    except OSError:
        return None


def watch(process):
    """Seconds of each thread of PROCESS and its children, the last that were seen."""
    seen = {}
    while process.poll() is None:
        for pid in descendants(process.pid):
            for task in threads(pid):
                seconds = spent(pid, task)
                if seconds is not None:
                    seen[task] = seconds
        time.sleep(0.01)
    return sorted(seen.values(), reverse=True)


def run(program, picture, quality, end):
    with tempfile.TemporaryDirectory() as folder:
        command = [program, "denoise", picture, os.path.join(folder, "out" + end), "--device", "cpu", "--quality", quality,
                   "--noise", "10", "--threads", "2", "--quiet"]
        process = subprocess.Popen(command, env={**os.environ, "OMP_WAIT_POLICY": "passive"})
        times = watch(process)
        if process.returncode:
            raise SystemExit("%s failed" % " ".join(command))
    return times


def shares(times):
    """Alone, shared and all seconds of the threads' TIMES, largest first: what the third and later ones do, others could."""
    first, second = times[0], times[1] if len(times) > 1 else 0
    return first - second, 2 * second + sum(times[2:]), sum(times)


def main():
    a = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    a.add_argument("picture")
    a.add_argument("--program", default="fddm")
    a.add_argument("--quality", nargs="+", default=["fast", "balanced"])
    a.add_argument("--end", default=".ppm")
    a.add_argument("--runs", type=int, default=3)
    o = a.parse_args()
    for quality in o.quality:
        found = [shares(run(o.program, o.picture, quality, o.end)) for _ in range(o.runs)]
        alone, shared, whole = min(found, key=lambda f: f[0] / f[2])
        print("%s: %.2f of %.2f s alone, %.1f %%; %s" % (quality, alone, whole, 100 * alone / whole, ", ".join(
            "%d processors: %.2f s" % (n, alone + shared / n) for n in (1, 2, 4, 8, 16))), flush=True)


if __name__ == "__main__":
    main()
