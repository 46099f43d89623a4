#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""fddm denoise with many pictures, its processes: killed, interrupted, several at a time. test-workers.py PROGRAM (environment:
FDDM_GOLDEN). TAP."""
import glob
import json
import os
import pty
import random
import signal
import subprocess
import sys
import time

from many import JOURNAL, OPTIONS, children, content, counts, many, photo, results, settled, start, tree, until
from program import PROGRAM, WORDS, main, read_png, run, test


@test
def killed_at_any_moment():
    names = ["p%02d.png" % i for i in range(60)]      # enough for several kills on a fast computer
    for i in range(len(names)):
        photo("in/" + names[i], seed=i, width=120, height=90)
    rand, noted, kills = random.Random(5), 0, 0
    for attempt in range(40):
        before = results() if attempt else []
        running = start("-o", "out", "in", "-q", "-j", "1" if attempt % 2 else "2", start_new_session=True)
        until(lambda: running.poll() is not None or (os.path.exists("out") and results() != before))
        time.sleep(rand.random() * 0.05)
        workers = children(running)
        if running.poll() is None and kills < 8:
            (os.killpg if attempt % 3 else os.kill)(running.pid, signal.SIGKILL)     # alone: its workers notice
        running.communicate()
        until(lambda: not any(os.path.exists("/proc/%d" % worker) for worker in workers))
        for name in results():
            assert read_png("out/" + name)[:2] == (120, 90), name
        if running.returncode == 0:
            break
        kills += 1
        done = sum(line.startswith(b"done") for line in content(JOURNAL).splitlines())
        assert done >= noted, "the journal lost something"
        noted = done
    assert kills >= 3 and running.returncode == 0 and results() == names, (kills, running.returncode, results())
    assert sum(line.startswith(b"done") for line in content(JOURNAL).splitlines()) == len(names), "something was done twice"
    os.makedirs("out/.fddm-abcdef", 0o700)
    with open("out/.fddm-abcdef/p.png", "w") as f:
        f.write("half")
    settled()
    assert counts(many("-o", "out", "in")[0]) == (0, len(names), 0)
    assert tree() == names, tree()


@test
def interrupted():
    for i in range(8):
        photo("in/p%d.png" % i, seed=i, width=300, height=300)
    for number, to_all in ((signal.SIGINT, True), (signal.SIGTERM, False)):
        before = len(results()) if os.path.exists("out") else 0
        running = start("-o", "out", "in", start_new_session=True)
        until(lambda: os.path.exists("out") and len(results()) > before)
        workers = children(running)
        (os.killpg if to_all else os.kill)(running.pid, number)
        _, problems = running.communicate(timeout=60)
        assert running.returncode == 130 and "Interrupted" in problems and problems.count("\n") == 1, problems
        assert tree() == results() and not any(os.path.exists("/proc/%d" % worker) for worker in workers)
    done = len(results())
    assert 2 <= done < 8
    lines, _ = many("-o", "out", "in")
    assert counts(lines) == (8 - done, done, 0) and len(results()) == 8
    # What has been begun is not waited for: four seconds of work here.
    running = start("-o", "slow", "in/p0.png", "--device", "reference", "--tile", "32")
    until(lambda: os.path.exists("slow/.fddm-journal") and children(running))
    time.sleep(0.5)
    running.terminate()
    running.communicate(timeout=60)
    assert running.returncode == 130 and tree("slow") == []


@test
def workers_that_die():
    for i in range(3):
        photo("in/p%d.png" % i, seed=i, width=500, height=500)
    running = start("-o", "out", "in", "--json")
    until(lambda: glob.glob("out/.fddm-journal") and children(running))
    time.sleep(0.1)
    os.kill(children(running)[0], signal.SIGKILL)
    out, problems = running.communicate(timeout=60)
    lines = [json.loads(line) for line in out.splitlines()]
    assert running.returncode == 3 and counts(lines) == (2, 0, 1) and "in/p0.png" in problems and "signal 9" in problems, problems
    assert counts(many("-o", "out", "in")[0]) == (1, 2, 0)


@test
def two_runs_in_one_folder():
    for i in range(6):
        photo("x/p%d.png" % i, seed=i)
        photo("y/p%d.png" % i, seed=i + 10)
        photo("y/q%d.png" % i, seed=i)
    runs = [start("-o", "out", "x", "--json"), start("-o", "out", "y", "--json")]
    lines = [[json.loads(line) for line in r.communicate()[0].splitlines()][:-1] for r in runs]
    assert counts(lines[0] + lines[1]) == (12, 0, 6) and len(results()) == 12, lines
    for line in content(JOURNAL).splitlines():
        assert line.endswith(b"\t.") and line.split(b"\t")[0] in (b"begun", b"made", b"done"), line
    for told in lines[0] + lines[1]:
        if told["status"] == "done":
            run("denoise", told["input"], "one.png", *OPTIONS)
            assert read_png("one.png") == read_png(told["output"])


@test
def two_runs_share_the_work():
    for i in range(16):
        photo("in/p%02d.png" % i, seed=i, width=200, height=200)
    runs = [start("-o", "out", "in", "--json") for _ in range(2)]
    lines = [[json.loads(line) for line in r.communicate()[0].splitlines()][:-1] for r in runs]
    done = [counts(told)[0] for told in lines]
    assert sum(done) == 16 and min(done) > 0 and counts(lines[0] + lines[1]) == (16, 16, 0) and len(results()) == 16, done


# ---- What is shown ----

@test
def a_bar_on_a_terminal():
    for i in range(3):
        photo("in/p%d.png" % i, seed=i)
    def shown(*more):
        leader, follower = pty.openpty()
        done = subprocess.Popen([PROGRAM, "denoise", *OPTIONS, "-o", "out", "in", *more], stdout=subprocess.DEVNULL,
                                stderr=follower, env=dict(os.environ, **WORDS))
        os.close(follower)
        text = b""
        try:
            while piece := os.read(leader, 4096):
                text += piece
        except OSError:
            pass
        os.close(leader)
        assert done.wait() == 0
        return text.decode()
    text = shown()
    assert "2 of 3 photos" in text and " left" in text and "#" in text and text.endswith("\r\033[K3 done, 0 already there, 0 failed, "
                                                                                    + text.split(", ")[-1]), text
    assert shown("-q", "--luma", "50") == ""
    with_pipe = start("-o", "out", "in", "--luma", "40").communicate()
    assert with_pipe[0] == "" and with_pipe[1].count("\n") == 1 and "\r" not in with_pipe[1]
    assert start("-o", "out", "in", "-q", "--luma", "30").communicate() == ("", "")


@test
def two_at_a_time():
    """Left to itself, on a CPU with two cores and 6 GiB of memory; one where threads or jobs are given, or one photo is."""
    for i in range(4):
        photo("in/p%d.png" % i, seed=i, width=300, height=300)
    two = 2 if os.cpu_count() > 1 and os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGESIZE") >= 6 << 30 else 1

    def most(folder, *arguments):
        """Threads 0 are all."""
        running, seen = start("-q", "-o", folder, *arguments), 0
        while running.poll() is None:
            seen = max(seen, len(children(running)))
            time.sleep(0.002)
        assert running.returncode == 0
        return seen
    assert most("a", "--threads", "0", "in") == two
    assert most("b", "--threads", "0", "-j", "1", "in") == most("c", "in") == most("d", "--threads", "0", "in/p0.png") == 1


@test
def workers_are_renewed():
    """What libraries lose stays small."""
    for i in range(105):
        photo("in/p%03d.png" % i, seed=i % 7)
    running, workers = start("-o", "out", "in", "--noise", "20", "--json"), set()
    lines = []
    for line in running.stdout:
        lines.append(json.loads(line))
        workers.update(children(running))
    running.communicate()
    assert running.returncode == 0 and counts(lines[:-1]) == (105, 0, 0) and len(workers) == 2, workers


@test
def memory_is_flat():
    """What the worker holds now: the peak that systems tell may be that of whoever started the process."""
    for i in range(80):
        photo("in/p%02d.png" % i, seed=i % 7, width=24 + i % 5, height=18)
    # Under the address sanitizer, what is freed would be kept for a while.
    os.environ["ASAN_OPTIONS"] = os.environ.get("ASAN_OPTIONS", "") + ":quarantine_size_mb=1"
    running, sizes = start("-o", "out", "in", "--noise", "20", "--json"), []
    for line in running.stdout:
        for worker in children(running):
            try:
                with open("/proc/%d/statm" % worker) as f:
                    sizes.append(int(f.read().split()[1]))
            except OSError:
                pass                                                # it has ended
    running.communicate()
    assert running.returncode == 0 and len(sizes) > 60, len(sizes)
    assert max(sizes[-10:]) <= 1.05 * max(sizes[15:25]), sizes


if __name__ == "__main__":
    sys.exit(main())
