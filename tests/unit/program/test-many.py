#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""fddm denoise with many pictures, from outside: test-many.py PROGRAM (environment: FDDM_GOLDEN). TAP."""
import ctypes
import glob
import os
import resource
import sys

from many import JOURNAL, OPTIONS, content, counts, many, photo, start, tree
from program import main, read_png, run, test


@test
def many_are_as_one():
    for i in range(4):
        photo("in/p%d.png" % i, seed=i)
    before = {name: content("in/" + name) for name in tree("in")}
    lines, problems = many("-o", "out", "in")
    assert counts(lines) == (4, 0, 0) and len(problems) == 0
    for i in range(4):
        run("denoise", "in/p%d.png" % i, "one.png", *OPTIONS)
        assert read_png("out/p%d.png" % i) == read_png("one.png")
    assert {name: content("in/" + name) for name in tree("in")} == before
    many("-o", "three", "--jobs", "3", "in")
    assert all(read_png("three/p%d.png" % i) == read_png("out/p%d.png" % i) for i in range(4))
    told = [line for line in lines if line["input"] == "in/p2.png"][0]
    assert told["output"] == "out/p2.png" and told["width"] == 24 and told["measured"] and told["peak-memory"] > 1e6
    assert all(type(told[k]) is int for k in ("width", "peak-memory")), told


@test
def names_of_results():
    for name in ("in/a.png", "in/b.c.png", "in/deep/er/a.png", "in/.hidden.png", "in/.trash/a.png", "in/deep/d.png"):
        photo(name)
    os.symlink("..", "in/deep/circle")
    for name in ("in/notes.txt", "in/noending"):
        with open(name, "w") as f:
            f.write("no picture")
    assert counts(many("-o", "out", "in")[0]) == (2, 0, 0) and tree() == ["a.png", "b.c.png"]
    many("-o", "out", "-r", "in", "--suffix=-clean", "--format", ".TIF")
    assert tree() == ["a-clean.tif", "a.png", "b.c-clean.tif", "b.c.png", "deep/d-clean.tif", "deep/er/a-clean.tif"]
    # The output folder is no input, and a photo given twice is one.
    assert counts(many("-o", "in/out", "-r", "in")[0]) == (4, 0, 0)
    assert counts(many("-o", "in/out", "-r", "in", "./in/a.png")[0]) == (0, 4, 0)
    assert tree("in/out") == ["a.png", "b.c.png", "deep/d.png", "deep/er/a.png"]


@test
def names_of_any_bytes():
    names = [b"new\nline.png", b"tab\tand\\n.png", b"-r.png", b"\xff\xfe.png", "Grüße 100 %s.png".encode(), b"'\"`$(x).png"]
    os.mkdir("in")
    for name in names:
        photo("plain.png")
        os.rename("plain.png", os.path.join(b"in", name))
    assert counts(many("-o", "out", "in")[0]) == (6, 0, 0)
    assert sorted(os.listdir(b"out")) == sorted(names + [b".fddm-journal"])
    assert counts(many("-o", "out", "in")[0]) == (0, 6, 0)
    with open("in/cut\nhere.png", "wb") as f:
        f.write(content("in/-r.png")[:99])
    lines, problems = many("-o", "out", "in", status=3)
    assert counts(lines) == (0, 6, 1) and len(problems) == 2 and "cut here.png" in problems[0]


@test
def no_two_photos_become_one():
    for name in ("x/a.png", "y/a.png", "x/b.png", "x/c.png"):
        photo(name)
    run("denoise", "x/c.png", "x/b.jpg", *OPTIONS)
    lines, problems = many("-o", "out", "--format", "png", "x", "y", status=3)
    assert counts(lines) == (1, 0, 4) and tree() == ["c.png"]
    assert len(problems) == 5
    for line in problems[:4]:
        a, b = ("x/a.png", "y/a.png") if "out/a.png" in line else ("x/b.png", "x/b.jpg")
        assert a in line and b in line, line
    # Nor do those of two runs, as long as the first result is there.
    many("-o", "out", "x/a.png")
    first = content("out/a.png")
    assert "x/a.png" in many("-o", "out", "y/a.png", status=1)[1][0] and content("out/a.png") == first
    os.remove("out/a.png")
    assert counts(many("-o", "out", "y/a.png")[0]) == (1, 0, 0)


@test
def originals_stay():
    photo("in/a.png")
    photo("in/b.png", seed=2)
    before = content("in/a.png"), content("in/b.png")
    os.symlink("in", "link")
    os.makedirs("hard")
    os.link("in/b.png", "hard/a.png")
    for folder in ("in", "link", "in/../in"):
        lines, problems = many("-o", folder, "in", status=1)
        assert counts(lines) == (0, 0, 2) and "/a.png" in problems[0] and "original" in problems[0], problems
    assert counts(many("-o", "hard", "in", status=3)[0]) == (1, 0, 1)
    assert (content("in/a.png"), content("in/b.png")) == before
    assert counts(many("-o", "in", "--suffix=-clean", "in")[0]) == (2, 0, 0)
    assert tree("in") == ["a-clean.png", "a.png", "b-clean.png", "b.png"]
    assert (content("in/a.png"), content("in/b.png")) == before


@test
def files_of_others_stay():
    photo("in/a.png")
    os.mkdir("out")
    with open("out/a.png", "w") as f:
        f.write("mine")
    assert "out/a.png" in many("-o", "out", "in", status=1)[1][0] and content("out/a.png") == b"mine"
    assert counts(many("-o", "out", "in", "--skip-existing")[0]) == (0, 1, 0) and content("out/a.png") == b"mine"
    os.remove("out/a.png")
    many("-o", "out", "in")
    with open("out/a.png", "w") as f:
        f.write("retouched")
    assert counts(many("-o", "out", "in")[0]) == (0, 1, 0)
    assert "changed" in many("-o", "out", "in", "--noise", "9", status=1)[1][0] and content("out/a.png") == b"retouched"


@test
def command_lines():
    photo("a.png")
    os.mkdir("empty")
    for bad in (["a.png"], ["a.png", "b.png", "c.png"], ["-o", "out"], ["-o", "out", "--jobs", "0", "a.png"],
                ["-o", "out", "--jobs", "65", "a.png"], ["-o", "out", "--format", "frob", "a.png"], ["--suffix", "-x", "a.png", "b.png"],
                ["-o", "out", "--suffix", "a/b", "a.png"], ["-o", "out", "--uncertainty", "u.png", "a.png"],
                ["--recursive", "a.png", "b.png"], ["--skip-existing", "a.png", "b.png"], ["--jobs", "2", "a.png", "b.png"],
                ["-o", "out", "--noise", "101", "a.png"]):
        run("denoise", *OPTIONS, *bad, status=2)
    assert "empty" in run("denoise", *OPTIONS, "-o", "out", "empty", status=1).stderr
    assert not os.path.exists("out")
    assert "a.png/out" in run("denoise", *OPTIONS, "-o", "a.png/out", "a.png", status=1).stderr
    assert "frob" in run("denoise", "--weights", "frob", "-o", "out", "a.png", status=1).stderr
    assert tree("out") == []


# ---- Failures ----

def as_anybody():
    """Root without its right to read what nobody may: PR_CAPBSET_DROP of CAP_DAC_OVERRIDE and CAP_DAC_READ_SEARCH. Another
    user might not reach the program."""
    library = ctypes.CDLL(None)
    for capability in (1, 2):
        library.prctl(24, capability, 0, 0, 0)


@test
def a_failure_stops_nothing():
    for i in range(3):
        photo("in/p%d.png" % i, seed=i)
    run("denoise", "in/p0.png", "good.jpg", *OPTIONS)
    jpeg = bytearray(content("good.jpg"))
    frame = jpeg.index(b"\xff\xc0")
    jpeg[frame + 5:frame + 7] = b"\0\0"                              # libjpeg ends the process: a picture without rows
    for name, data in (("in/ends.jpg", bytes(jpeg)), ("in/cut.jpg", content("good.jpg")[:300]), ("in/junk.png", b"hello"),
                       ("in/p1-cut.png", content("in/p1.png")[:500]), ("in/zero.png", b"")):
        with open(name, "wb") as f:
            f.write(data)
    bad = ["in/ends.jpg", "in/cut.jpg", "in/junk.png", "in/p1-cut.png", "in/zero.png", "missing.png", "odd.ending"]
    for jobs in ("1", "2"):
        lines, problems = many("-o", "out" + jobs, "-j", jobs, "missing.png", "odd.ending", "in", status=3)
        assert counts(lines) == (3, 0, 7) and tree("out" + jobs) == ["p0.png", "p1.png", "p2.png"], (lines, problems)
        assert all(sum(name in line for line in problems) == 1 for name in bad) and len(problems) == 8, problems
    assert all("problem" in line for line in lines if line["status"] == "failed")
    # The next run tries them again.
    assert counts(many("-o", "out1", "in", status=3)[0]) == (0, 3, 5)


@test
def unreadable_folders():
    for name in ("in/a.png", "in/locked/b.png", "in/z/c.png", "in/secret.png"):
        photo(name)
    os.mkdir("out")
    for name, mode in ((".", 0o755), ("out", 0o777), ("in/locked", 0), ("in/secret.png", 0)):
        os.chmod(name, mode)
    how = {"preexec_fn": as_anybody} if os.getuid() == 0 else {}
    lines, problems = many("-o", "out", "-r", "in", status=3, **how)
    os.chmod("in/locked", 0o755)
    assert tree() == ["a.png", "z/c.png"] and counts(lines) == (2, 0, 2)
    assert sum("in/locked" in line for line in problems) == 1 and sum("in/secret.png" in line for line in problems) == 1


@test
def a_full_disk():
    photo("in/a.png", width=8, height=8)
    photo("in/b.png", width=200, height=200)
    photo("in/c.png", width=8, height=8)
    lines, problems = many("-o", "out", "in", status=3, preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096)))
    assert counts(lines) == (2, 0, 1) and tree() == ["a.png", "c.png"] and "out/b.png" in problems[0], problems
    assert counts(many("-o", "out", "in")[0]) == (1, 2, 0)
    # The journal itself finds no room, at any byte of its lines: what is noted is right, and a run with room does the rest.
    size = os.path.getsize(JOURNAL)
    for more in (0, 1, 40, 200):
        os.utime("in/a.png", (1000 + more, 1000 + more))
        limit = size + more
        lines, problems = many("-o", "out", "in", status=3,
                               preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)))
        assert counts(lines) == (0, 2, 1) and len(problems) == 2, (more, lines, problems)
        assert os.path.getsize(JOURNAL) <= limit and content(JOURNAL).endswith(b"\t.\n")
        size = os.path.getsize(JOURNAL)
    assert counts(many("-o", "out", "in")[0]) == (1, 2, 0) and tree() == ["a.png", "b.png", "c.png"]


@test
def photos_that_are_replaced():
    photo("in/a.png", width=300, height=300)
    photo("in/b.png")
    other = content("in/b.png"), content("in/a.png")
    running = start("-o", "out", "in", "--json")
    turn = 0
    while running.poll() is None and "out/b.png" not in glob.glob("out/*"):
        with open("new.png", "wb") as f:
            f.write(other[turn % 2])
        os.replace("new.png", "in/a.png")                           # the same time, sometimes the same size: another file
        os.utime("in/a.png", (1000, 1000))
        turn += 1
    out, problems = running.communicate()
    assert running.returncode == 3 and tree() == ["b.png"], problems
    assert "in/a.png" in problems.splitlines()[0] and "replaced" in problems.splitlines()[0], problems
    assert counts(many("-o", "out", "in")[0]) == (1, 1, 0)


# ---- The journal ----

@test
def what_the_journal_knows():
    for i in range(3):
        photo("in/p%d.png" % i, seed=i)
    assert counts(many("-o", "out", "in")[0]) == (3, 0, 0)
    first = {name: os.stat("out/" + name).st_mtime_ns for name in tree()}
    assert counts(many("-o", "out", "in")[0]) == (0, 3, 0)
    assert {name: os.stat("out/" + name).st_mtime_ns for name in tree()} == first
    photo("in/p1.png", seed=9)                                     # changed
    os.remove("out/p2.png")                                        # lost
    lines, _ = many("-o", "out", "in")
    assert [line["status"] for line in lines] == ["skipped", "done", "done"]
    assert counts(many("-o", "out", "in", "--luma", "50")[0]) == (3, 0, 0)
    assert counts(many("-o", "out", "in", "--luma", "50")[0]) == (0, 3, 0)
    os.rename("in", "elsewhere")                                   # moved, the same photos
    assert counts(many("-o", "out", "elsewhere", "--luma", "50")[0]) == (0, 3, 0)


@test
def journals_that_are_cut():
    for i in range(3):
        photo("in/p%d.png" % i, seed=i)
    many("-o", "out", "in")
    whole = content(JOURNAL)
    lines = whole.splitlines(keepends=True)
    time_of_result = os.stat("out/p2.png").st_mtime_ns
    assert [line.split(b"\t")[0] for line in lines] == [b"begun", b"made", b"done"] * 3
    result = content("out/p2.png")
    for cut, there, first, count in ((3, True, b"done\t", (0, 3, 0)), (3, False, b"begun\t", (1, 2, 0)),
                                     (2, False, b"begun\t", (1, 2, 0))):
        start_of = len(b"".join(lines[:6 + cut - 1]))
        for at in range(start_of, len(whole) if cut == 3 else start_of + len(lines[7]), 29):
            with open(JOURNAL, "wb") as f:                           # cut in the middle of the last line, or of the one before
                f.write(whole[:at])
            if not there:
                os.remove("out/p2.png")
            assert counts(many("-o", "out", "in")[0]) == count, at
            assert content(JOURNAL).startswith(whole[:at] + (b"\n" if whole[at - 1:at] != b"\n" else b"") + first), at
            assert counts(many("-o", "out", "in")[0]) == (0, 3, 0), at
            assert content("out/p2.png") == result, at
            os.utime("out/p2.png", ns=(time_of_result,) * 2)
    with open(JOURNAL, "wb") as f:
        f.write(b"\0\xff\n\t\t.\n.\ndone\t.\ndone\ta\tb\tc\td\te\tf\tg\t.\nbegun\\\t\\\t\\9\t.\n" + whole + b"begun\t/x")
    assert counts(many("-o", "out", "in")[0]) == (0, 3, 0)


if __name__ == "__main__":
    sys.exit(main())
