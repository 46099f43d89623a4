#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""One system call after another fails on the way of a small picture: faults-system.py PROGRAM tiny.safetensors [CALL…]. TAP.

faults.py stands in front of libc's functions, so that it does not see what stdio and libraries ask of the system. Here strace answers
in the place of the kernel. All calls of the main thread that are about pictures, in any folder of theirs, and networks fail in turn, each
in a run of its own, for each format. Each run must end with the whole result, or with status 1, a message, the old file or the new
one, and nothing else in the folder. Without strace, or where it may not trace: skipped."""
import concurrent.futures
import os
import re
import shutil
import subprocess
import sys
import tempfile

PROGRAM, NETWORK = (os.path.abspath(path) for path in sys.argv[1:3])
CHOSEN = sys.argv[3:]
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "unit", "program"))
sys.argv = [sys.argv[0], PROGRAM]
from program import noise, write_png  # noqa: E402
from tap import tell  # noqa: E402

GENERATOR = os.path.join(os.path.dirname(NETWORK), "tiny-generate.safetensors")
# What the system answers.
CALLS = {"read": "EIO", "write": "ENOSPC", "pread64": "EIO", "pwrite64": "ENOSPC", "lseek": "EIO", "newfstatat": "EACCES",
         "openat": "EMFILE", "close": "EIO", "mmap": "ENOMEM", "fsync": "EIO", "rename": "EACCES", "renameat2": "EACCES", "fchmod": "EPERM",
         "flock": "ENOLCK", "mkdir": "EACCES", "ftruncate": "EIO", "fallocate": "ENOSPC", "fcntl": "EINVAL"}
READING = ("read", "pread64", "openat", "newfstatat", "lseek", "mmap") # of the original, once its pixels have been read
MOST = 10000 if os.environ.get("FDDM_FAULTS") == "all" else 12   # runs of a call and a command; of more calls, every n-th fails
ENDINGS = ("png", "jpg", "tif", "webp", "ppm", "hdr")
OLD = b"the old file"
QUIET = ("--weights", NETWORK, "--device", "cpu", "--noise", "20", "--quiet")
COMMANDS = {"to " + ending: ("denoise", "in.png", "out." + ending, *QUIET) for ending in ENDINGS}
COMMANDS.update({"from " + ending: ("denoise", "in." + ending, "out.png", *QUIET) for ending in ("jpg", "tif", "webp", "ppm")})
COMMANDS["generate"] = ("generate", "out.png", "--model", GENERATOR, "--width", "20", "--height", "22", "--steps", "2", "--device",
                        "cpu", "--quiet")
OURS = re.compile(r"/pictures/|\.fddm-|\b(?:in|out)\.\w+\"|\.safetensors")


class Room:
    """Pictures to start from, and what the processor remembers."""
    def __init__(self, folder):
        self.folder, self.cache = folder, os.path.join(folder, "cache")
        write_png(os.path.join(folder, "in.png"), 40, 36, noise(40, 36))
        for ending in ("jpg", "tif", "webp", "ppm"):
            subprocess.run([PROGRAM, "denoise", "in.png", "in." + ending, *QUIET], cwd=folder, env=self.env(), check=True)

    def env(self):
        return dict(os.environ, LC_ALL="C.UTF-8", LANGUAGE="C", XDG_DATA_HOME="/nonexistent", XDG_CONFIG_HOME="/nonexistent",
                    XDG_CACHE_HOME=self.cache, OMP_WAIT_POLICY="passive", OMP_NUM_THREADS="1", FDDM_CPU_CONVOLUTION="direct")

    def run(self, command, call, at):
        """Status, stderr, lines of strace, names in the folder, the output."""
        with tempfile.TemporaryDirectory(dir=self.folder) as folder:
            pictures, log = os.path.join(folder, "pictures"), os.path.join(folder, "log")
            os.mkdir(pictures)
            source, out = COMMANDS[command][1], next(word for word in COMMANDS[command] if word.startswith("out."))
            if source != out:
                shutil.copy(os.path.join(self.folder, source), pictures)
            with open(os.path.join(pictures, out), "wb") as f:
                f.write(OLD)
            fault = ["-e", "inject=%s:error=%s:when=%d" % (call, CALLS[call], at)] if at else []
            done = subprocess.run(["strace", "-qq", "-o", log, "-y", "-e", "trace=" + call, *fault, PROGRAM, *COMMANDS[command]],
                                  cwd=pictures, env=self.env(), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
                                  timeout=120)
            with open(log, errors="replace") as f:
                lines = f.read().split("\n")
            with open(os.path.join(pictures, out), "rb") as f:
                content = f.read()
            names = sorted(set(os.listdir(pictures)) - {source, out})
            return done.returncode, done.stderr, lines, names, content

    def defect(self, command, call, at, whole):
        try:
            status, words, lines, names, content = self.run(command, call, at)
        except subprocess.TimeoutExpired:
            return "a hang"
        failing = next((line for line in lines if "(INJECTED)" in line), "not injected")
        last = words.strip().split("\n")[-1]
        told = "%s, status %d, “%s”" % (failing, status, last)
        if names:
            return "left behind: %s: %s" % (names, told)
        if status == 0 and content == whole:
            return None
        if status == 0 and call in READING and "Not all metadata" in words:
            return None
        if status != 1 or not words.strip():
            return told
        return None if content in (OLD, whole) else "neither the old file nor the new one: " + told


def check(room, call, command, pool):
    """Number of runs, and their defects."""
    status, words, lines, _, whole = room.run(command, call, 0)
    assert status == 0, words
    calls = [line for line in lines if line.startswith(call + "(")]
    numbers = [number for number, line in enumerate(calls, 1) if OURS.search(line)]
    numbers = numbers[::-(-len(numbers) // MOST) or 1]
    defects = pool.map(lambda at: room.defect(command, call, at, whole), numbers)
    return len(numbers), [told for told in defects if told]


def main():
    if not shutil.which("strace") or subprocess.run(["strace", "-qq", "-o", "/dev/null", "true"], stderr=subprocess.DEVNULL).returncode:
        print("1..0 # SKIP there is no strace, or it may not trace")
        return 0
    chosen = [call for call in CALLS if not CHOSEN or call in CHOSEN]
    failed = number = 0
    print("1..%d" % (len(chosen) * len(COMMANDS)))
    with tempfile.TemporaryDirectory() as folder, concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        room = Room(folder)
        for call in chosen:
            for command in COMMANDS:
                number += 1
                n, defects = check(room, call, command, pool)
                failed += bool(defects)
                tell(number, "%s, %s" % (call, command), n, defects)
    return failed > 0


if __name__ == "__main__":
    sys.exit(main())
