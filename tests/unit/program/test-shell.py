#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What a shell hands to fddm: closed streams, ignored signals. test-shell.py PROGRAM (environment: FDDM_GOLDEN). TAP."""
import glob
import json
import os
import shutil
import signal
import subprocess
import sys
import time

from many import JOURNAL, OPTIONS, children, content, counts, many, photo, results, start, tree, until
from program import NETWORK, PROGRAM, main, noise, read_png, run, test, write_png


def shell(command):
    """Runs COMMAND, in which $FDDM is the program and $HOW the options of denoise."""
    env = dict(os.environ, FDDM=PROGRAM, HOW=" ".join(OPTIONS), XDG_DATA_HOME="/nonexistent", XDG_CONFIG_HOME="/nonexistent")
    return subprocess.run(["sh", "-c", command], env=env, timeout=120, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode


@test
def closed_streams_are_not_files():
    """What is printed never reaches a file that was opened in place of a closed stream."""
    photo("in/a.png")
    assert shell("$FDDM denoise $HOW --json -o out in >&-") == 1                # results that nobody got
    assert results() == ["a.png"]
    for line in content(JOURNAL).splitlines():
        assert line.split(b"\t")[0] in (b"begun", b"made", b"done"), line
    photo("bad/a.png")
    with open("bad/b.png", "wb") as f:
        f.write(b"\x89PNG no more")
    assert shell("$FDDM denoise $HOW -o all bad <&- >&- 2>&-") in (1, 3)
    for line in content("all/.fddm-journal").splitlines():
        assert line.split(b"\t")[0] in (b"begun", b"made", b"done", b"failed"), line
    for closed in (">&-", "2>&-", "<&- >&- 2>&-"):
        assert shell("$FDDM denoise $HOW in/a.png one.png %s" % closed) == 0, closed
        assert read_png("one.png") == read_png("out/a.png")


@test
def what_the_user_puts_in_place_of_a_failure_stays():
    """A photo fails, its user denoises it elsewhere and saves it there. An older result of fddm is replaced, as ever."""
    photo("in/a.png")
    photo("in/b.png", seed=2)
    good, bad = content("in/b.png"), content("in/b.png")[:60]
    many("-o", "out", "in")
    for own in (False, True):
        with open("in/b.png", "wb") as f:
            f.write(bad)
        many("-o", "out", "in", status=3)
        if own:
            shutil.copy("in/a.png", "out/b.png")
        with open("in/b.png", "wb") as f:
            f.write(good)
        lines, problems = many("-o", "out", "in", status=3 if own else 0)
        assert counts(lines) == ((0, 1, 1) if own else (1, 1, 0)), lines
    assert "no run of fddm wrote" in problems[0] and content("out/b.png") == content("in/a.png")


@test
def help_that_cannot_be_printed():
    for words in ("--help", "--version", "denoise --help", "generate --help", "info"):
        assert shell("$FDDM %s >/dev/full" % words) == 1, words
        assert shell("$FDDM %s >&-" % words) == 1, words
        assert shell("$FDDM " + words) == 0, words


@test
def ignored_signals_stay_ignored():
    """As nohup has it, and a shell for what runs in the background. The others still interrupt."""
    write_png("in.png", 400, 400, noise(400, 400))
    for number in (signal.SIGHUP, signal.SIGINT, signal.SIGTERM):
        def ignore(number=number):
            signal.signal(number, signal.SIG_IGN)
        running = subprocess.Popen([PROGRAM, "denoise", "in.png", "out.png", "--weights", NETWORK, "--device", "reference", "-q"],
                                   preexec_fn=ignore, stderr=subprocess.PIPE)
        time.sleep(0.4)
        assert running.poll() is None, "it was done too soon"
        running.send_signal(number)
        running.send_signal(number)
        running.communicate(timeout=120)
        assert running.returncode == 0 and os.path.exists("out.png"), (number, running.returncode)
        os.remove("out.png")


@test
def a_batch_stops_where_a_signal_is_ignored():
    for i in range(6):
        photo("in/p%d.png" % i, seed=i, width=300, height=300)
    running = start("-o", "out", "in", preexec_fn=lambda: signal.signal(signal.SIGTERM, signal.SIG_IGN))
    until(lambda: os.path.exists("out") and results())
    workers = children(running)
    running.send_signal(signal.SIGINT)
    running.communicate(timeout=60)
    assert running.returncode == 130 and len(results()) < 6 and tree() == results()
    assert not any(os.path.exists("/proc/%d" % worker) for worker in workers)


@test
def a_signal_to_the_group_is_one():
    """As timeout and service managers send it: each worker gets it, and is then stopped by its parent, too. None may end before it
    has removed its unfinished file."""
    os.mkdir("in")
    for i in range(2):
        write_png("in/p%d.png" % i, 1500, 1000, noise(1500, 50, seed=i) * 20)
    for delay in (0.0, 0.01, 0.03, 0.1, 0.2):
        running = start("-o", "out", "in", "-j", "2")
        until(lambda: any(name.endswith(".png") for place, _, names in os.walk("out") for name in names))      # being written
        time.sleep(delay)
        for process in children(running) + [running.pid]:
            os.kill(process, signal.SIGTERM)
            time.sleep(0.003)                                 # on a busy machine, two signals at once may become one
        running.communicate(timeout=60)
        assert not glob.glob("out/.fddm-??????"), os.listdir("out")
        for name in os.listdir("out"):
            os.remove("out/" + name)


@test
def a_signal_that_comes_twice_is_one():
    """timeout sends it to the program, and then to the group that the program is in."""
    os.mkdir("in")
    for i in range(2):
        write_png("in/p%d.png" % i, 1500, 1000, noise(1500, 50, seed=i) * 20)
    for delay in (0.0, 0.1, 0.2):
        running = start("-o", "out", "in", "-j", "2", "--json")
        until(lambda: children(running))
        time.sleep(delay)
        for _ in range(2):
            running.send_signal(signal.SIGTERM)
            time.sleep(0.0003)                                # as above
        out, problems = running.communicate(timeout=60)
        assert running.returncode == 130, (delay, running.returncode)
        assert json.loads(out.splitlines()[-1])["status"] == "interrupted" and "Interrupted" in problems, (out, problems)


if __name__ == "__main__":
    sys.exit(main())
