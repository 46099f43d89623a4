#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""fddm denoise with many pictures, and what may lie in their folders: files of others, results beside photos, journals that are
none. test-folders.py PROGRAM (environment: FDDM_GOLDEN). TAP."""
import os
import shutil
import socket
import stat
import subprocess
import sys
import time
import unittest.mock

from many import JOURNAL, OPTIONS, children, content, counts, many, photo, start, tree, until
from program import PROGRAM, main, run, test

SLOW = ("--device", "reference", "--tile", "32")                        # a second or more for 400 × 400 pixels


def own(path):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w") as f:
        f.write("mine")


# ---- Files of others ----

@test
def what_comes_after_an_interruption_stays():
    """A photo is begun and left; its user denoises it elsewhere and saves it there."""
    for i in range(2):
        photo("in/p%d.png" % i, seed=i, width=400, height=400)
    running = start("-o", "out", "in", *SLOW)
    until(lambda: os.path.exists(JOURNAL) and b"begun" in content(JOURNAL) and children(running))
    time.sleep(0.3)
    running.terminate()
    running.communicate()
    assert running.returncode == 130 and not tree()
    own("out/p0.png")
    lines, problems = many("-o", "out", "in", status=3)
    assert counts(lines) == (1, 0, 1) and "no run of fddm wrote" in problems[0] and content("out/p0.png") == b"mine"


@test
def what_comes_after_a_run_that_could_not_work_stays():
    photo("in/a.png")
    for broken, variables in ((("--weights", "frob"), {}), ((), {"FDDM_CPU_CONVOLUTION": "magic"})):
        with unittest.mock.patch.dict(os.environ, variables):
            many("-o", "out", "in", *broken, status=1)
        own("out/a.png")
        assert "no run of fddm wrote" in many("-o", "out", "in", status=1)[1][0] and content("out/a.png") == b"mine"
        os.remove("out/a.png")
    assert counts(many("-o", "out", "in")[0]) == (1, 0, 0)


@test
def what_comes_after_a_kill_stays():
    """A run is killed before its result has a name; the journal of earlier versions tells no more."""
    for i in range(2):
        photo("in/p%d.png" % i, seed=i, width=400, height=400)
    running = start("-o", "out", "in", "-j", "1", *SLOW)
    until(lambda: os.path.exists(JOURNAL) and b"begun" in content(JOURNAL) and children(running))
    running.kill()
    running.communicate()
    assert not tree() and b"begun" in content(JOURNAL) and b"failed" not in content(JOURNAL)
    own("out/p0.png")
    lines, problems = many("-o", "out", "in", status=3)
    assert counts(lines) == (1, 0, 1) and "no run of fddm wrote" in problems[0] and content("out/p0.png") == b"mine"
    os.remove("out/p0.png")
    assert counts(many("-o", "out", "in")[0]) == (1, 1, 0)
    # An older result, which a killed run was to replace, is ours: unless it was changed since.
    for mine in (False, True):
        many("-o", "out", "in/p0.png", "--luma", "70" if mine else "60")
        running = start("-o", "out", "in/p0.png", "--luma", "50", *SLOW)
        before = content(JOURNAL)
        until(lambda: b"begun" in content(JOURNAL)[len(before):] or running.poll() is not None)
        running.kill()
        running.communicate()
        assert b"made" not in content(JOURNAL)[len(before):]
        if mine:
            own("out/p0.png")
            assert "no run of fddm wrote" in many("-o", "out", "in/p0.png", status=1)[1][0] and content("out/p0.png") == b"mine"
        else:
            assert counts(many("-o", "out", "in/p0.png", "--luma", "50")[0]) == (1, 0, 0)


@test
def what_replaces_an_older_result_meanwhile_stays():
    photo("in/a.png", width=400, height=400)
    many("-o", "out", "in")
    before = content(JOURNAL)
    running = start("-o", "out", "in", "--luma", "50", *SLOW)
    until(lambda: b"begun" in content(JOURNAL)[len(before):])
    own("out/a.png")
    _, problems = running.communicate()
    assert running.returncode == 1 and "changed" in problems and content("out/a.png") == b"mine", problems
    assert "no run of fddm wrote" in many("-o", "out", "in", "--luma", "50", status=1)[1][0] and content("out/a.png") == b"mine"


@test
def what_comes_meanwhile_stays():
    """Somebody puts a file in the place of a result while that is made."""
    photo("in/a.png", width=400, height=400)
    running = start("-o", "out", "in", *SLOW)
    until(lambda: os.path.exists(JOURNAL) and b"begun" in content(JOURNAL))
    own("out/a.png")
    _, problems = running.communicate()
    assert running.returncode == 1 and "out/a.png" in problems and content("out/a.png") == b"mine" and tree() == ["a.png"], problems
    os.remove("out/a.png")
    assert counts(many("-o", "out", "in")[0]) == (1, 0, 0)
    assert counts(many("-o", "out", "in", "--luma", "50")[0]) == (1, 0, 0)          # its own result is replaced


@test
def two_names_of_one_result():
    """Two photos at a time, whose results are one file by a link: as on a file system that takes a.png and A.png for the same."""
    for seed, name in enumerate(("x/a.png", "y/a.png")):
        photo("in/" + name, seed=seed, width=200, height=200)
    os.makedirs("out/x")
    os.symlink("x", "out/y")
    lines, problems = many("-o", "out", "-r", "-j", "2", "in", *SLOW, status=3)
    assert counts(lines) == (1, 0, 1) and "File exists" in problems[0], (lines, problems)


@test
def folders_of_the_user_stay():
    """A hidden folder may have a name like ours."""
    photo("in/a.png")
    own("out/.fddm-photos/a.png")
    os.makedirs("out/.fddm-abcdef", 0o700)
    own("out/.fddm-abcdef/a.png")
    for name in ("photos", "abcdef"):
        os.utime("out/.fddm-" + name, (1, 1))
    many("-o", "out", "in")
    assert content("out/.fddm-photos/a.png") == b"mine" and not os.path.exists("out/.fddm-abcdef")


@test
def devices_and_pipes_stay():
    """A result does not take the place of a device, however it is named."""
    photo("in.png")
    os.mkfifo("pipe.png")
    server = socket.socket(socket.AF_UNIX)
    server.bind("socket.png")
    special = ["pipe.png", "socket.png"]
    try:
        os.mknod("node", 0o666 | stat.S_IFCHR, os.makedev(1, 3))
        os.symlink("node", "device.png")
        special.append("device.png")
    except PermissionError:
        pass
    for name in special:
        mode = os.stat(name).st_mode
        assert "not a regular file" in run("denoise", "in.png", name, *OPTIONS, status=1).stderr, name
        assert "not a regular file" in run("info", "in.png", "--plot", name, status=1).stderr, name
        assert os.stat(name).st_mode == mode, name
    server.close()


# ---- Photos and results in one folder ----

@test
def results_beside_the_photos():
    """The same command again finds nothing to do, whether results have another ending or a suffix, or both."""
    for i, how in enumerate((["--suffix=-clean"], ["--format", "tif"], ["--suffix=-clean", "--format", "tif", "-r"])):
        folder = "in%d" % i
        photo(folder + "/a.png")
        photo(folder + "/sub/b.png", seed=2)
        made = 2 if "-r" in how else 1
        os.symlink(folder, "link%d" % i)
        assert counts(many("-o", folder, folder, *how)[0]) == (made, 0, 0)
        before = tree(folder)
        assert counts(many("-o", folder, folder, *how)[0]) == (0, made, 0)
        assert counts(many("-o", "link%d" % i, folder, *how)[0]) == (0, made, 0)
        assert counts(many("-o", folder, folder, *how, "--luma", "50")[0]) == (made, 0, 0)
        assert tree(folder) == before
    # A result that is asked for by itself is a photo, and so is what the user has made of one.
    assert counts(many("-o", "in0", "--suffix=-2", "in0/a-clean.png")[0]) == (1, 0, 0)
    photo("in0/a-clean.png", seed=7)
    assert counts(many("-o", "in0", "--suffix=-3", "in0/a.png", "in0/a-clean.png")[0]) == (2, 0, 0)


@test
def one_photo_by_several_paths():
    photo("in/a.png")
    os.symlink("in", "link")
    os.mkdir("hard")
    os.link("in/a.png", "hard/a.png")
    assert counts(many("-o", "out", "in", "link", "hard")[0]) == (1, 0, 0)
    for folder in ("link", "hard"):
        assert counts(many("-o", "out", folder)[0]) == (0, 1, 0)
    assert counts(many("-o", "out", "link", "--luma", "50")[0]) == (1, 0, 0)


@test
def folders_that_cannot_be_entered():
    """What is in them is not left out without a word."""
    photo("in/a.png")
    here, name = os.getcwd(), "d" * 250
    os.chdir("in")
    for _ in range(20):
        os.mkdir(name)
        os.chdir(name)
    photo("deep.png")
    os.chdir(here)
    lines, problems = many("-o", "out", "-r", "in", status=3)
    assert counts(lines) == (1, 0, 1) and "too long" in problems[0], problems
    assert counts(many("-o", "out", "in")[0]) == (0, 1, 0)
    shutil.rmtree("in")


# ---- The journal ----

@test
def a_folder_that_goes_away():
    """Results that no journal tells of would be in the way of the next run."""
    for i in range(3):
        photo("in/p%d.png" % i, seed=i, width=300, height=300)
    for gone in (lambda: shutil.rmtree("out"), lambda: os.rename("out", "elsewhere")):
        running = start("-o", "out", "in", *SLOW)
        until(lambda: os.path.exists(JOURNAL) and b"begun" in content(JOURNAL))
        gone()
        _, problems = running.communicate()
        assert running.returncode == 1 and not os.path.exists("out"), (running.returncode, problems)
        assert ".fddm-journal" in problems, problems
    assert counts(many("-o", "out", "in")[0]) == (3, 0, 0)


@test
def lines_of_other_versions():
    """Such a line tells nothing: neither that a result is ours nor that it is done."""
    photo("in/a.png")
    photo("in/b.png", seed=2)
    path = os.path.abspath("in/a.png")
    many("-o", "out", "in/b.png")
    known = content(JOURNAL)
    for line in ("kept\t%s\ta.png\tmore\t.", "begun\t%s\ta.png\t.", "begun\t%s\ta.png\t1\t2\t.", "done\t%s\ta.png\tx\t."):
        with open(JOURNAL, "wb") as f:
            f.write(known + (line % path + "\n").replace("a.png\t", "b.png\t").encode() + (line % path + "\n").encode())
        own("out/a.png")
        lines, problems = many("-o", "out", "in", status=3)
        assert counts(lines) == (0, 1, 1) and "no run of fddm wrote" in problems[0], (line, problems)
        assert content("out/a.png") == b"mine", line


@test
def journals_that_are_no_files():
    """A link could lead to any file, to which lines would be added; a pipe would be waited for."""
    photo("in/a.png")
    own("profile/file")
    makers = (lambda: os.symlink("../profile/file", JOURNAL), lambda: os.symlink("/dev/zero", JOURNAL),
              lambda: os.mkfifo(JOURNAL), lambda: os.mkdir(JOURNAL))
    for make in makers:
        os.makedirs("out", exist_ok=True)
        make()
        _, problems = many("-o", "out", "in", status=1)
        assert ".fddm-journal" in problems[0] and tree() == [], problems
        (os.rmdir if os.path.isdir(JOURNAL) else os.remove)(JOURNAL)
    assert content("profile/file") == b"mine"


@test
def journals_without_end():
    """Zeros, as after a failure of power: read within bounded memory, and what stands around them counts."""
    photo("in/a.png")
    many("-o", "out", "in")
    line = content(JOURNAL)
    with open(JOURNAL, "wb") as f:
        f.write(line)
        f.truncate(100 << 20)
    limited = "ulimit -v 180000; exec %s denoise %s --skip-existing -q -o out in" % (PROGRAM, " ".join(OPTIONS))
    env = dict(os.environ, LC_ALL="C.UTF-8")
    done = subprocess.run(["sh", "-c", limited], stderr=subprocess.PIPE, text=True, env=env, timeout=120)
    assert done.returncode == 0, done.stderr
    assert counts(many("-o", "out", "in")[0]) == (0, 1, 0)
    with open(JOURNAL, "ab") as f:
        f.write(b"\n" + line)
    os.utime("in/a.png", (5, 5))
    assert counts(many("-o", "out", "in")[0]) == (1, 0, 0)
    assert counts(many("-o", "out", "in")[0]) == (0, 1, 0)
    os.truncate(JOURNAL, 3 << 30)
    assert "too large" in many("-o", "out", "in", status=1)[1][0]


# ---- Signals ----

@test
def a_signal_while_photos_are_passed_over():
    """The parent waits for its stderr to be read, between one photo and the next: the busy worker is stopped all the same."""
    photo("in/a.png", width=800, height=800)
    for i in range(1500):
        name = "p%04d-%s.png" % (i, "x" * 80)
        own("in/" + name)
        own("out/" + name)
    running = start("-o", "out", "in", "-j", "2", *SLOW)
    until(lambda: len(children(running)) > 0)
    time.sleep(1)
    running.terminate()
    time.sleep(0.2)
    since = time.monotonic()
    _, problems = running.communicate(timeout=120)
    assert running.returncode == 130 and "Interrupted" in problems and time.monotonic() - since < 5, problems[-200:]
    assert not os.path.exists("out/a.png")


if __name__ == "__main__":
    sys.exit(main())
