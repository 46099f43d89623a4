#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Uses the dialog of FDDM Denoise as a person does, in a real GIMP on a display of its own, and looks at the screen.

    gui.py gimp2|gimp3 PLUGIN WEIGHTS-FOLDER [SHOTS-FOLDER]

Prints TAP as run.py does; a GIMP without Xvfb, xdotool, openbox, dbus-run-session and ImageMagick is skipped. Screenshots go
to SHOTS-FOLDER.
"""
import os
import pathlib
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time

import pictures
from run import Tap

NEEDED = ("Xvfb", "xdotool", "openbox", "dbus-run-session", "import", "convert")
WIDTH, HEIGHT = 900, 700
SETTINGS = ("(color-profile-policy keep)", "(show-welcome-dialog no)", "(check-updates no)")


def noisy_picture(path):
    """Gray, but for its noise, which is everywhere the same."""
    rng = random.Random(1)
    noise = [max(0, min(255, round(rng.gauss(120, 20)))) for _ in range(99991)]
    pictures.write_png(path, 2, [bytes(noise[(y * WIDTH * 3 + i) % len(noise)] for i in range(WIDTH * 3))
                                 for y in range(HEIGHT)])


class Screen:
    """A display with a GIMP on it."""

    def __init__(self, host, plugin, weights, folder, shots):
        self.host, self.folder, self.shots, self.processes = host, folder, shots, []
        self.number = 90 + (host == "gimp3")
        self.profile = folder / "profile"
        self.environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "LC_ALL": "C.UTF-8", "TMPDIR": str(folder),
                            "DISPLAY": f":{self.number}", "NO_AT_BRIDGE": "1", "XDG_RUNTIME_DIR": str(folder / "run"),
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

    def start(self, *command):
        log = open(self.folder / (pathlib.Path(command[0]).name + ".log"), "wb")
        self.processes.append(subprocess.Popen(command, env=self.environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log))

    def call(self, *command, binary=False):
        done = subprocess.run(command, env=self.environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL, timeout=60)
        return done.stdout if binary else done.stdout.decode(errors="replace").strip()

    def open(self, picture):
        self.start("Xvfb", f":{self.number}", "-screen", "0", "1280x900x24", "-nolisten", "tcp")
        self.until(lambda: self.call("xdotool", "getdisplaygeometry"), 20)
        self.start("openbox")
        self.start("dbus-run-session", "--", "gimp-2.10" if self.host == "gimp2" else "gimp-3", "--no-splash",
                   "--new-instance", str(picture))
        return self.until(lambda: self.window(picture.stem + ".*GIMP"), 180)

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

    def name_of(self, window):
        return self.call("xdotool", "getwindowname", window)

    def key(self, *keys):
        for key in keys:
            self.call("xdotool", "key", key)
            time.sleep(0.1)

    def shot(self, name):
        if self.shots:
            self.call("import", "-window", "root", str(self.shots / f"{self.host}-{name}.png"))


class Dialog:
    """The dialog, and the canvas in it: the large part at the left that is as gray and noisy as the picture."""

    def __init__(self, screen, main):
        self.screen = screen
        screen.call("xdotool", "windowactivate", "--sync", main)
        time.sleep(0.5)
        screen.call("xdotool", "key", "alt+r")
        time.sleep(1.5)
        screen.call("xdotool", "key", "h")
        time.sleep(1)
        screen.call("xdotool", "key", "f")
        self.window = screen.until(lambda: screen.window("FDDM Denoise: "), 60)

    def place(self):
        """Its upper left on the screen."""
        geometry = self.screen.call("xdotool", "getwindowgeometry", "--shell", self.window)
        return [int(re.search(rf"^{axis}=(-?\d+)$", geometry, re.M)[1]) for axis in "XY"]

    def there(self):
        return bool(self.screen.window("FDDM Denoise: "))

    def rows(self):
        """60 rows of gray from the middle of the canvas, which is 520 pixels wide."""
        data = self.screen.call("import", "-window", self.window, "-crop", "480x60+32+120", "-colorspace", "Gray", "-depth", "8",
                                "gray:-", binary=True)
        return [data[i * 480:(i + 1) * 480] for i in range(60)] if len(data) == 480 * 60 else []

    def noise(self, left, right):
        """Mean step between neighbours in the columns from LEFT to RIGHT."""
        steps = [abs(row[x + 1] - row[x]) for row in self.rows() for x in range(left, right - 1)]
        return sum(steps) / len(steps) if steps else 0

    def handle(self):
        """Where the handle's white line is, from the window's left."""
        columns = [32 + x for x, column in enumerate(zip(*self.rows())) if min(column) > 250]
        return columns[0] if columns else 0

    def wait(self, truth, seconds=90):
        return self.screen.until(truth, seconds)


def check_preview(tap, dialog):
    """Left of the handle the original, right of it the result."""
    shown = dialog.wait(lambda: dialog.noise(0, 200) > 5)
    tap.line(shown, f"the original appears (noise {dialog.noise(0, 200):.1f})")
    denoised = dialog.wait(lambda: dialog.noise(300, 480) < 0.5 * dialog.noise(0, 200))
    tap.line(denoised, f"the result appears right of the handle (noise {dialog.noise(300, 480):.1f})")


def check_hold(tap, dialog):
    dialog.screen.call("xdotool", "keydown", "space")
    held = dialog.wait(lambda: dialog.noise(300, 480) > 5, 10)
    dialog.screen.call("xdotool", "keyup", "space")
    back = dialog.wait(lambda: dialog.noise(300, 480) < 5, 10)
    tap.line(held and back, "the space bar shows the original as long as it is held")


def check_fit(tap, dialog):
    x, y = dialog.place()
    before = dialog.noise(0, 200)
    dialog.screen.key("alt+y")
    smaller = dialog.wait(lambda: 1 < dialog.noise(0, 200) < 0.85 * before and dialog.noise(300, 480) < 1)
    tap.line(smaller, f"the whole layer is seen, smaller ({before:.1f}, {dialog.noise(0, 200):.1f})")
    dialog.screen.shot("whole")
    dialog.screen.call("xdotool", "mousemove", str(x + 120), str(y + 200), "click", "1")
    back = dialog.wait(lambda: dialog.noise(0, 200) > 0.95 * before and dialog.noise(300, 480) < 0.5 * before)
    tap.line(back, f"a click shows it at 1:1 again ({dialog.noise(0, 200):.1f})")


def check_handle(tap, dialog):
    x, y = dialog.place()
    before, handle = dialog.noise(60, 200), dialog.handle()
    dialog.screen.call("xdotool", "mousemove", str(x + handle), str(y + 250), "mousedown", "1")
    for place in (240, 180, 120, 70):
        dialog.screen.call("xdotool", "mousemove", str(x + place), str(y + 250))
        time.sleep(0.1)
    dialog.screen.call("xdotool", "mouseup", "1")
    moved = dialog.wait(lambda: dialog.noise(60, 200) < 0.6 * before, 10)
    tap.line(moved, f"the handle is dragged to the left, from {handle}: more of the result is seen ({before:.1f}, "
                    f"{dialog.noise(60, 200):.1f})")


def check_slider(tap, dialog):
    before = dialog.noise(300, 480)
    for key in ("alt+b", "ctrl+a", "0", "Tab"):
        dialog.screen.key(key)
    changed = dialog.wait(lambda: dialog.noise(300, 480) > 2 * before)
    tap.line(changed, f"brightness noise 0 %: the preview has it again ({before:.1f}, {dialog.noise(300, 480):.1f})")
    for key in ("alt+b", "ctrl+a", "1", "0", "0", "Tab"):
        dialog.screen.key(key)
    back = dialog.wait(lambda: dialog.noise(300, 480) < 1.5 * before)
    tap.line(back, f"brightness noise 100 %: it is gone again ({dialog.noise(300, 480):.1f})")


def check_all(tap, screen, picture):
    main = screen.open(picture)
    tap.line(main, "GIMP opens the picture")
    time.sleep(3)
    dialog = Dialog(screen, main)
    if not tap.line(dialog.window, "the menu opens the dialog"):
        screen.shot("no-dialog")
        return
    check_preview(tap, dialog)
    check_hold(tap, dialog)
    screen.shot("dialog")
    check_fit(tap, dialog)
    check_handle(tap, dialog)
    check_slider(tap, dialog)
    screen.shot("moved")
    screen.key("alt+o")
    tap.line(screen.until(lambda: "2 layers" in screen.name_of(main), 120), f"OK: there is a layer more ({screen.name_of(main)})")
    screen.shot("done")

    dialog = Dialog(screen, main)
    screen.key("Escape")
    tap.line(screen.until(lambda: not dialog.there(), 30), "Escape while it computes closes the dialog")
    gone = screen.until(lambda: not screen.call("pgrep", "-f", str(screen.profile / "plug-ins" / "fddm" / "fddm")), 30)
    tap.line(gone, "the plug-in's process is gone")
    tap.line("2 layers" in screen.name_of(main), "the image is as it was")


def main():
    host, plugin, weights = sys.argv[1:4]
    shots = pathlib.Path(sys.argv[4]) if len(sys.argv) > 4 else None
    tap = Tap()
    missing = [name for name in NEEDED if not shutil.which(name)]
    if missing:
        tap.line(True, "the dialog on a screen", skip="there is no " + ", ".join(missing))
        return tap.end()
    if shots:
        shots.mkdir(parents=True, exist_ok=True)
    folder = pathlib.Path(tempfile.mkdtemp(prefix="fddm-gui-"))
    started, screen = time.monotonic(), None
    try:
        noisy_picture(folder / "noisy.png")
        screen = Screen(host, plugin, pathlib.Path(weights), folder, shots)
        check_all(tap, screen, folder / "noisy.png")
        print(f"# {time.monotonic() - started:.0f} s")
        return tap.end()
    finally:
        if screen:
            screen.close()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
