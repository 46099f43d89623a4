# SPDX-License-Identifier: Apache-2.0
"""A display of its own with a GIMP on it, for the checks that use dialogs as a person does."""
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

from run import Tap

NEEDED = ("Xvfb", "xdotool", "openbox", "dbus-run-session", "import", "convert")
SETTINGS = ("(color-profile-policy keep)", "(show-welcome-dialog no)", "(check-updates no)")


class Screen:
    """A display with a GIMP on it."""

    def __init__(self, host, plugin, weights, folder, shots):
        self.host, self.folder, self.shots, self.processes = host, folder, shots, []
        self.profile = folder / "profile"
        self.environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "LC_ALL": "C.UTF-8", "TMPDIR": str(folder),
                            "NO_AT_BRIDGE": "1", "XDG_RUNTIME_DIR": str(folder / "run"),
                            "GIMP2_DIRECTORY" if host == "gimp2" else "GIMP3_DIRECTORY": str(self.profile)}
        (folder / "run").mkdir(mode=0o700)
        console = ["gimp-console-2.10", "-idf", "-b", "(gimp-quit 0)"] if host == "gimp2" else [
            "gimp-console-3", "-idf", "--quit", "--batch-interpreter=plug-in-script-fu-eval", "-b", "(display 1)"]
        subprocess.run(console, env=self.environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL, timeout=300)
        own = self.profile / "plug-ins" / "fddm"
        (own / "weights").mkdir(parents=True)
        shutil.copy(plugin, own / "fddm")
        for file in weights.glob("denoise-*.safetensors"):
            shutil.copy(file, own / "weights")
        with open(self.profile / "gimprc", "a", encoding="utf-8") as rc:
            rc.write("\n".join(SETTINGS[:1 if host == "gimp2" else None]) + "\n")

    def start(self, *command, pass_fds=()):
        log = open(self.folder / (pathlib.Path(command[0]).name + ".log"), "wb")
        self.processes.append(subprocess.Popen(command, env=self.environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                               pass_fds=pass_fds))

    def call(self, *command, binary=False):
        done = subprocess.run(command, env=self.environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL, timeout=60)
        return done.stdout if binary else done.stdout.decode(errors="replace").strip()

    def open(self, *images):
        self.show()
        self.until(self.manage, 30)
        self.start("dbus-run-session", "--", "gimp-2.10" if self.host == "gimp2" else "gimp-3", "--no-splash",
                   "--new-instance", *map(str, images))
        main = self.until(lambda: self.window(images[-1].stem + ".*GIMP"), 180)
        if len(images) > 1:
            self.call("xdotool", "windowactivate", "--sync", main)
            time.sleep(2)
            self.key("alt+1")
        return self.until(lambda: self.window(images[0].stem + ".*GIMP"), 20)

    def show(self):
        """Starts the display, under a number that is free."""
        told, tell = os.pipe()
        self.start("Xvfb", "-displayfd", str(tell), "-screen", "0", "1280x900x24", "-nolisten", "tcp", pass_fds=(tell,))
        os.close(tell)
        with open(told, encoding="ascii") as number:
            self.environment["DISPLAY"] = ":" + number.readline().strip()

    def manage(self):
        """Starts a window manager; the display may not be ready for it yet."""
        self.start("openbox")
        time.sleep(1)
        return self.processes[-1].poll() is None

    def close(self):
        for process in reversed(self.processes):
            process.terminate()
        for process in self.processes:
            process.wait(30)

    @staticmethod
    def until(what, seconds):
        """What WHAT returns once it is something."""
        end = time.monotonic() + seconds
        while not (answer := what()) and time.monotonic() < end:
            time.sleep(0.2)
        return answer

    def window(self, name):
        return self.call("xdotool", "search", "--onlyvisible", "--name", name).split("\n")[0]

    def title(self, name):
        """Of the window that has NAME in its title, or nothing."""
        window = self.window(name)
        return self.name_of(window) if window else ""

    def name_of(self, window):
        return self.call("xdotool", "getwindowname", window)

    def type(self, text):
        self.call("xdotool", "type", "--delay", "40", text)
        time.sleep(0.2)

    def key(self, *keys):
        for key in keys:
            self.call("xdotool", "key", key)
            time.sleep(0.1)

    def shot(self, name, window=None):
        """Of the whole screen, or of a window in its frame, in few colours."""
        kind = ["-frame", "-window", window, "-colors", "220"] if window else ["-window", "root"]
        if self.shots:
            self.call("import", *kind, ("PNG8:" if window else "") + str(self.shots / f"{self.host}-{name}.png"))


def run(title, check):
    """A test on a screen, from its command line: HOST PLUGIN WEIGHTS-FOLDER [SHOTS-FOLDER] [--keep]. CHECK is given the tap and
    the screen, on which no GIMP runs yet."""
    host, plugin, weights = sys.argv[1:4]
    shots = pathlib.Path(sys.argv[4]) if len(sys.argv) > 4 else None
    tap = Tap()
    missing = [name for name in NEEDED if not shutil.which(name)]
    if missing:
        tap.line(True, title + " on a screen", skip="there is no " + ", ".join(missing))
        return tap.end()
    if shots:
        shots.mkdir(parents=True, exist_ok=True)
    folder = pathlib.Path(tempfile.mkdtemp(prefix="fddm-screen-"))
    started, screen = time.monotonic(), None
    try:
        screen = Screen(host, plugin, pathlib.Path(weights), folder, shots)
        check(tap, screen)
        print(f"# {time.monotonic() - started:.0f} s")
        return tap.end()
    finally:
        if screen:
            screen.close()
        if "--keep" in sys.argv:
            print(f"# kept {folder}")
        else:
            shutil.rmtree(folder, ignore_errors=True)
