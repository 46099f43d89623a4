# SPDX-License-Identifier: Apache-2.0
"""A display of its own with a GIMP on it, for the checks that use dialogs as a person does."""
import os
import pathlib
import re
import shutil
import subprocess
import sys
import time

import pictures
from display import Display
from run import Tap, forgetful, scratch

NEEDED = ("Xvfb", "xdotool", "openbox", "dbus-run-session", "import", "convert")
# The window's title tells the file, the chosen layer's name and how many layers there are.
SETTINGS = ('(image-title-format "%f [%n] %L")', "(color-profile-policy keep)", "(show-welcome-dialog no)", "(check-updates no)")

# Keys for actions, whatever the menus look like: by the name of the action in GIMP 2.10, and in GIMP 3.
KEYS = {"denoise": ("F9", "plug-in/plug-in-fddm-denoise", "plug-in-fddm-denoise"),
        "generate": ("F10", "plug-in/plug-in-fddm-generate", "plug-in-fddm-generate"),
        "seamless": ("F11", "plug-in/plug-in-fddm-make-seamless", "plug-in-fddm-make-seamless"),
        "delete-layer": ("F8", "layers/layers-delete", "layers-delete")}


class Screen:
    """A display with a GIMP on it."""

    def __init__(self, host, plugin, weights, folder, shots):
        self.host, self.folder, self.shots, self.processes = host, folder, shots, []
        self.profile = folder / "profile"
        self.environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "LC_ALL": "C.UTF-8", "TMPDIR": str(folder),
                            "NO_AT_BRIDGE": "1", "OMP_WAIT_POLICY": "passive", "XDG_RUNTIME_DIR": str(folder / "run"),
                            "GIMP2_DIRECTORY" if host == "gimp2" else "GIMP3_DIRECTORY": str(self.profile),
                            **forgetful(folder)}
        (folder / "run").mkdir(mode=0o700)
        self.console("(display 1)")    # makes the profile
        own = self.profile / "plug-ins" / "fddm"
        (own / "weights").mkdir(parents=True)
        shutil.copy(plugin, own / "fddm")
        for file in weights.glob("denoise-*.safetensors"):
            shutil.copy(file, own / "weights")
        with open(self.profile / "gimprc", "a", encoding="utf-8") as rc:
            rc.write("\n".join(SETTINGS[:2 if host == "gimp2" else None]) + "\n")
        self.give_keys()

    def console(self, form):
        """Runs a Scheme form in a GIMP without a display."""
        command = ["gimp-console-2.10", "-idf", "-b", form, "-b", "(gimp-quit 0)"] if self.host == "gimp2" else [
            "gimp-console-3", "-idf", "--quit", "--batch-interpreter=plug-in-script-fu-eval", "-b", form]
        subprocess.run(command, env=self.environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL, timeout=300)

    def give_keys(self):
        if self.host == "gimp2":
            text = "".join(f'(gtk_accel_path "<Actions>/{name}" "<Primary><Shift>{key}")\n' for key, name, _ in KEYS.values())
            (self.profile / "menurc").write_text(text)
        else:
            text = "".join(f'(action "{name}" "<Primary><Shift>{key}")\n' for key, _, name in KEYS.values())
            (self.profile / "shortcutsrc").write_text("(file-version 1)\n" + text)

    def start(self, *command, pass_fds=()):
        log = open(self.folder / (pathlib.Path(command[0]).name + ".log"), "wb")
        self.processes.append(subprocess.Popen(command, env=self.environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                               pass_fds=pass_fds))

    def call(self, *command, binary=False):
        """What the command prints. Some wait for ever for a window that has just gone: they print nothing."""
        try:
            printed = subprocess.run(command, env=self.environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                     stderr=subprocess.DEVNULL, timeout=20).stdout
        except subprocess.TimeoutExpired:
            printed = b""
        return printed if binary else printed.decode(errors="replace").strip()

    def open(self, *images):
        """Starts GIMP with these pictures and shows the first; the main window, once it takes keys."""
        self.show()
        self.until(self.manage, 30)
        self.start("dbus-run-session", "--", "gimp-2.10" if self.host == "gimp2" else "gimp-3", "--no-splash",
                   "--new-instance", *map(str, images))
        main = self.until(lambda: self.window(re.escape(images[-1].stem) + ".*GIMP"), 180)
        return main if main and self.turn_to(main, 1, images[0].stem) else ""

    def turn_to(self, main, number, name):
        """Shows another of the images that are open."""
        def turned():
            self.call("xdotool", "windowactivate", "--sync", main, "key", f"alt+{number}")
            return self.until(lambda: name in self.name_of(main), 2)

        return self.until(turned, 30)

    def action(self, main, name):
        """Does what one of KEYS is for."""
        self.call("xdotool", "windowactivate", "--sync", main, "key", "ctrl+shift+" + KEYS[name][0])

    def ask(self, main, name, title):
        """The window with TITLE that one of KEYS opens. A GIMP that is just changing images may not take the key at first."""
        for _ in range(5):
            self.action(main, name)
            self.until(lambda: self.window(title) or self.process(), 4)
            if self.process() or self.window(title):
                break
        return self.until(lambda: self.window(title), 60)

    def layers(self, main):
        """How many the image has that is shown."""
        found = re.search(r"\] (\d+) layer", self.name_of(main))
        return int(found[1]) if found else -1

    def show(self):
        """Starts the display, under a number that is free."""
        told, tell = os.pipe()
        self.start("Xvfb", "-displayfd", str(tell), "-screen", "0", "1280x900x24", "-nolisten", "tcp", pass_fds=(tell,))
        os.close(tell)
        with open(told, encoding="ascii") as number:
            self.environment["DISPLAY"] = ":" + number.readline().strip()
        self.display = Display(self.environment["DISPLAY"])

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
        return self.display.window(name)

    def geometry(self, window):
        """X, Y, WIDTH and HEIGHT of a window; nothing if it is gone."""
        return self.display.geometry(window)

    def name_of(self, window):
        return self.display.name_of(window)

    def type(self, text):
        self.call("xdotool", "type", "--delay", "40", text)
        time.sleep(0.2)

    def key(self, *keys):
        for key in keys:
            self.call("xdotool", "key", key)
            time.sleep(0.1)

    def popups(self):
        """How many windows GIMP shows, menus among them."""
        return len(self.call("xdotool", "search", "--onlyvisible", "--class", "gimp").split())

    def menu(self, main, *keys):
        """Chooses in GIMP's menus as a person does; each key but the last opens one."""
        self.call("xdotool", "windowactivate", "--sync", main)
        for key in keys[:-1]:
            before = self.popups()
            self.call("xdotool", "key", key)
            self.until(lambda: self.popups() > before, 5)
        self.call("xdotool", "key", keys[-1])

    def process(self):
        """The folder of the plug-in's process in /proc, while there is one."""
        path = str(self.profile / "plug-ins" / "fddm" / "fddm")
        for folder in pathlib.Path("/proc").glob("[0-9]*"):
            try:
                if (folder / "cmdline").read_bytes().split(b"\0")[0].decode() == path:
                    return folder
            except (OSError, UnicodeDecodeError):
                pass
        return None

    def work(self):
        """Seconds of processor time that the plug-in's process has taken so far; 0: it is gone."""
        try:
            words = (self.process() / "stat").read_text().rsplit(")", 1)[1].split()
        except (OSError, TypeError):
            return 0
        return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")

    def rest(self, seconds=60):
        """Waits until the plug-in has next to nothing to do for half a second: its pictures are as they will be."""
        def rests():
            before = self.work()
            time.sleep(0.5)
            return self.work() - before < 0.02

        return self.until(rests, seconds)

    def shot(self, name, window=None):
        """Of the whole screen, or of a window in its frame."""
        if self.shots and window:
            self.call("import", "-frame", "-window", window, "-quality", "88", str(self.shots / f"{self.host}-{name}.jpg"))
        elif self.shots:
            pictures.write_png(self.shots / f"{self.host}-{name}.png", 2, self.display.screen(), level=1)


def run(title, check):
    """A test on a screen, from its command line: HOST PLUGIN WEIGHTS-FOLDER [SHOTS-FOLDER]. CHECK is given the tap and the
    screen, on which no GIMP runs yet."""
    host, plugin, weights = sys.argv[1:4]
    shots = pathlib.Path(sys.argv[4]) if len(sys.argv) > 4 else None
    tap = Tap()
    missing = [name for name in NEEDED if not shutil.which(name)]
    if missing:
        tap.line(True, title + " on a screen", skip="there is no " + ", ".join(missing))
        return tap.end()
    if shots:
        shots.mkdir(parents=True, exist_ok=True)
    started = time.monotonic()
    with scratch("fddm-screen-") as folder:
        screen = Screen(host, plugin, pathlib.Path(weights), folder, shots)
        try:
            check(tap, screen)
        finally:
            screen.close()
        print(f"# {time.monotonic() - started:.0f} s")
        return tap.end()
