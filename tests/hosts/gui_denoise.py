# SPDX-License-Identifier: Apache-2.0
"""Uses the dialog of FDDM Denoise as a person does; see gui.py."""
import pathlib
import random
import re
import subprocess
import time

import pictures

PHOTO = pathlib.Path(__file__).resolve().parents[1] / "data" / "photo.jpg"
SIGMA = 20

# Shares of the noise that are gone by the defaults, at least, and with brightness noise at 0 %, at most: the screen's gray is not
# the plug-in's brightness.
MOST, LITTLE = 0.75, 0.6


def noisy_picture(path):
    """A photo under noise, which is everywhere the same."""
    width, height = (int(number) for number in subprocess.run(["convert", str(PHOTO), "-format", "%w %h", "info:"], check=True,
                                                              stdout=subprocess.PIPE).stdout.split())
    clean = subprocess.run(["convert", str(PHOTO), "-depth", "8", "rgb:-"], check=True, stdout=subprocess.PIPE).stdout
    rng = random.Random(1)
    noise = [round(rng.gauss(0, SIGMA)) for _ in range(99991)]
    rows = []
    for y in range(height):
        start = y * width * 3
        drawn = rng.randrange(len(noise) - width * 3)
        rows.append(bytes(min(255, max(0, value + step))
                          for value, step in zip(clean[start:start + width * 3], noise[drawn:drawn + width * 3])))
    pictures.write_png(path, 2, rows)


class Dialog:
    """The dialog, and the canvas in it: the large part at the left."""

    def __init__(self, screen, main, menu=False):
        """Opens it with a key, or from the menu."""
        self.screen = screen
        if menu:
            screen.menu(main, "alt+r", "h", "f")
            self.window = screen.until(lambda: screen.window("FDDM Denoise: "), 60)
        else:
            self.window = screen.ask(main, "denoise", "FDDM Denoise: ")

    def place(self):
        """Its upper left on the screen."""
        geometry = self.screen.geometry(self.window)
        return geometry.get("X", 0), geometry.get("Y", 0)

    def there(self):
        return bool(self.screen.window("FDDM Denoise: "))

    def leave(self):
        """Closes it. The first Escape may only stop a run that is still on its way to its error, or go to a window that takes the
        focus."""
        for _ in range(3):
            self.screen.key("Escape")
            if self.screen.until(lambda: not self.there(), 10):
                return True
            self.screen.call("xdotool", "windowactivate", "--sync", self.window)
        return False

    def gray(self, left, top, width, height):
        """Rows of a part of the window."""
        for _ in range(3):    # a window that is just drawn cannot always be read
            rows = self.read_gray(left, top, width, height)
            if rows:
                break
        return rows

    def read_gray(self, left, top, width, height):
        rows = self.screen.display.pixels(self.window, left, top, width, height)
        return [bytes((54 * r + 183 * g + 19 * b) >> 8 for r, g, b in zip(row[2::4], row[1::4], row[0::4])) for row in rows]

    def rows(self):
        """60 rows from the middle of the canvas, which is 520 pixels wide."""
        return self.gray(32, 120, 480, 60)

    def noise(self, left, right):
        """Mean step between neighbours in the columns from LEFT to RIGHT."""
        steps = [abs(row[x + 1] - row[x]) for row in self.rows() for x in range(left, right - 1)]
        return sum(steps) / len(steps) if steps else 0

    def gone(self):
        """How much of the noise is gone at the right of the handle, 0…1 and a little less for what the photo has itself."""
        left = self.noise(0, 200)
        return 1 - self.noise(300, 480) / left if left else 0

    def handle(self):
        """Where the handle's white line is, from the window's left."""
        columns = [32 + x for x, column in enumerate(zip(*self.rows())) if min(column) > 250]
        return columns[0] if columns else 0

    def set(self, mnemonic, value):
        self.screen.key("alt+" + mnemonic, "ctrl+a", *value, "Tab")

    def preset(self, *keys):
        """Opens the menu of presets and goes on with these keys."""
        self.screen.key("alt+p")
        time.sleep(0.5)
        self.screen.key(*keys)

    def focus(self):
        """Waits until this is the window that takes keys."""
        return self.screen.until(lambda: self.screen.display.active() == self.window, 10)

    def line(self):
        """Rows of where a sentence is, above the buttons at the left."""
        height = self.screen.geometry(self.window).get("HEIGHT")
        return self.gray(14, height - 108, 300, 44) if height else []

    def tells(self, other_than=None):
        """Whether there is a sentence, or another one."""
        rows = self.line()
        values = [value for row in rows for value in row]
        return bool(values) and max(values) - min(values) > 80 and rows != other_than

    def wait(self, truth, seconds=45):
        return self.screen.until(truth, seconds)


def check_preview(tap, dialog):
    """Left of the handle the original, right of it the result."""
    shown = dialog.wait(lambda: dialog.noise(0, 200) > 5)
    tap.line(shown, f"the original appears (noise {dialog.noise(0, 200):.1f})")
    denoised = dialog.wait(lambda: dialog.gone() > MOST)
    tap.line(denoised, f"the result appears right of the handle (noise {dialog.noise(300, 480):.1f})")


def check_hold(tap, dialog):
    dialog.screen.call("xdotool", "keydown", "space")
    held = dialog.wait(lambda: dialog.gone() < LITTLE, 10)
    dialog.screen.call("xdotool", "keyup", "space")
    back = dialog.wait(lambda: dialog.gone() > MOST, 10)
    tap.line(held and back, "the space bar shows the original as long as it is held")
    dialog.screen.call("xdotool", "keydown", "space")
    held = dialog.wait(lambda: dialog.gone() < LITTLE, 10)
    dialog.screen.call("xdotool", "key", "alt+d", "keyup", "space")
    back = dialog.wait(lambda: dialog.gone() > MOST, 10)
    tap.line(held and back, "so it is when another widget has the focus by then")


def check_fit(tap, dialog):
    x, y = dialog.place()
    before = dialog.noise(0, 200)
    dialog.screen.key("alt+4")
    smaller = dialog.wait(lambda: 0 < dialog.noise(0, 200) < 0.8 * before, 20)
    small = dialog.noise(0, 200)
    tap.line(smaller, f"the whole layer is seen, smaller ({before:.1f}, {small:.1f})")
    dialog.screen.rest()
    dialog.screen.shot("whole")
    dialog.screen.call("xdotool", "mousemove", str(x + 500), str(y + 130), "click", "1")   # a smooth place
    back = dialog.wait(lambda: dialog.noise(0, 200) > 2 * small and dialog.gone() > 0.6)
    tap.line(back, f"a click shows it at 1:1 again ({dialog.noise(0, 200):.1f})")


def check_overview(tap, dialog):
    """In the lower right of the canvas: a click at the place of the layer's lower right goes there."""
    before = dialog.rows()
    geometry = dialog.screen.geometry(dialog.window)
    width, height = geometry.get("WIDTH", 0), geometry.get("HEIGHT", 0)
    x, y = dialog.place()
    # The overview's frame is darker than the photo: its corner is found on the screen.
    rows = dialog.gray(200, 200, width - 200, height - 200)
    found = [(i, j) for j in range(len(rows) - 1, 0, -1) for i in range(len(rows[0]) - 1, 0, -1)
             if rows[j][i] < 60 and all(rows[j][i - k] < 60 for k in range(90)) and all(rows[j - k][i] < 60 for k in range(50))]
    if not tap.line(found, "the overview is there"):
        return
    corner = x + 200 + found[0][0], y + 200 + found[0][1]
    dialog.screen.call("xdotool", "mousemove", str(corner[0] - 80), str(corner[1] - 50), "click", "1")
    tap.line(dialog.wait(lambda: dialog.rows() != before, 10), "a click on it moves the picture")


def check_handle(tap, dialog):
    x, y = dialog.place()
    before, handle = dialog.noise(60, 200), dialog.handle()
    dialog.screen.call("xdotool", "mousemove", str(x + handle), str(y + 250), "mousedown", "1")
    for place in (240, 180, 120, 70):
        dialog.screen.call("xdotool", "mousemove", str(x + place), str(y + 250))
        time.sleep(0.1)
    dialog.screen.call("xdotool", "mouseup", "1")
    moved = dialog.wait(lambda: dialog.noise(60, 200) < 0.7 * before, 10)
    tap.line(moved, f"the handle is dragged to the left, from {handle}: more of the result is seen ({before:.1f}, "
                    f"{dialog.noise(60, 200):.1f})")
    dialog.screen.call("xdotool", "mousemove", str(x + 70), str(y + 250), "mousedown", "1", "mousemove", str(x + handle),
                       str(y + 250), "mouseup", "1")


def check_slider(tap, dialog):
    dialog.set("b", "0")
    tap.line(dialog.wait(lambda: dialog.gone() < LITTLE), "brightness noise 0 %: the preview has it again")
    dialog.set("b", "100")
    tap.line(dialog.wait(lambda: dialog.gone() > MOST), "brightness noise 100 %: it is gone again")
    dialog.screen.rest()
    before, height = dialog.noise(300, 480), dialog.screen.geometry(dialog.window).get("HEIGHT", 0)
    dialog.set("d", "100")
    finer = dialog.wait(lambda: dialog.noise(300, 480) > 1.1 * before)
    tap.line(finer, f"detail 100 %: there is texture ({before:.2f}, {dialog.noise(300, 480):.2f})")
    dialog.screen.rest()
    dialog.screen.shot("detail")
    grown = dialog.screen.geometry(dialog.window).get("HEIGHT", 0) - height
    tap.line(grown == 0, f"and no error, for which the dialog grows (by {grown})")
    dialog.set("d", "0")


def check_presets(tap, dialog):
    file = dialog.screen.profile / "fddm" / "denoise-presets.ini"

    def kept():
        return file.read_text(encoding="utf-8") if file.exists() else ""

    dialog.preset(*["Down"] * 6, "Return")
    tap.line(dialog.wait(lambda: dialog.gone() < LITTLE), "preset “Colour only”: the brightness noise is there")
    dialog.preset("s")
    dialog.wait(lambda: dialog.screen.window("Save preset"), 10)
    dialog.screen.type("My own")
    dialog.screen.key("Return")
    tap.line(dialog.wait(lambda: "name=My own\n" in kept() and "luma=0\n" in kept(), 10), "a preset is saved under a name")
    dialog.focus()
    dialog.screen.key("alt+r")
    tap.line(dialog.wait(lambda: dialog.gone() > MOST), "Reset: the noise is gone")
    dialog.preset(*["Down"] * 7)
    dialog.screen.shot("presets")
    dialog.screen.key("Return")
    tap.line(dialog.wait(lambda: dialog.gone() < LITTLE), "the own preset is chosen")
    dialog.preset("r")
    dialog.wait(lambda: dialog.screen.window("Rename preset"), 10)
    dialog.screen.key("ctrl+a")
    dialog.screen.type("Other")
    dialog.screen.key("Return")
    tap.line(dialog.wait(lambda: "name=Other\n" in kept() and "My own" not in kept(), 10), "it is renamed")
    dialog.focus()
    file.unlink()
    file.mkdir()                             # neither read nor replaced, as on a disk that is full
    dialog.preset("m")
    told = dialog.wait(lambda: dialog.screen.display.active() not in ("", dialog.window), 10)
    dialog.screen.shot("not-removed")
    dialog.screen.key("Escape")
    tap.line(told and dialog.focus(), "a preset that cannot be removed: a message says so")
    file.rmdir()
    dialog.preset("m")
    tap.line(dialog.wait(lambda: file.exists() and "[Preset" not in kept(), 10), "it is still there, and is removed now")
    dialog.screen.key("alt+r")
    dialog.wait(lambda: dialog.gone() > MOST)


def check_runs(tap, screen, main, dialog):
    """Apply keeps the dialog, Escape stops a run, OK closes."""
    screen.key("alt+y")
    tap.line(screen.until(lambda: screen.layers(main) == 2, 120), f"Apply: there is a layer more ({screen.name_of(main)})")
    time.sleep(2)                            # longer than OK leaves the summary to be read
    tap.line(dialog.there(), "Apply: the dialog is still there")
    screen.shot("applied")
    dialog.set("d", "100")
    screen.rest()
    before, work = dialog.line(), screen.work()
    screen.key("alt+y")
    screen.until(lambda: screen.work() > work + 0.2, 20)     # all of it takes many times as long
    screen.key("Escape")
    stopped = screen.until(lambda: dialog.tells(other_than=before), 20)
    screen.rest()
    tap.line(stopped and dialog.there() and screen.layers(main) == 2, "Escape in a run stops that, not the dialog; no layer")
    screen.shot("stopped")
    dialog.set("d", "0")
    screen.key("alt+b", "ctrl+a", "3", "6", "alt+y")
    text = "luma=36"
    tap.line(screen.until(lambda: screen.layers(main) == 3, 120), "Apply by its key, while a number is being typed: a layer more")
    tap.line(text in (screen.profile / "fddm" / "denoise-presets.ini").read_text(encoding="utf-8"), "it has that number")
    screen.action(main, "delete-layer")
    tap.line(screen.until(lambda: screen.layers(main) == 2, 20), "that layer is deleted")
    screen.call("xdotool", "windowactivate", "--sync", dialog.window)
    dialog.focus()
    screen.key("Return")
    tap.line(screen.until(lambda: screen.layers(main) == 3 and not dialog.there(), 120),
             "Return with the same settings: it is made again")
    tap.line(not screen.window("GIMP Message"), "GIMP has no complaint")
    screen.action(main, "delete-layer")
    screen.until(lambda: screen.layers(main) == 2, 20)
    dialog = Dialog(screen, main)
    dialog.wait(lambda: 0.1 < dialog.gone() < MOST)
    screen.key("alt+y")
    screen.until(lambda: screen.layers(main) == 3, 120)
    screen.action(main, "delete-layer")
    screen.until(lambda: screen.layers(main) == 2, 20)
    screen.call("xdotool", "windowactivate", "--sync", dialog.window)
    dialog.focus()
    tap.line(dialog.leave() and not screen.window("GIMP Message"), "without its layer, the dialog closes without a complaint")
    dialog = Dialog(screen, main)
    dialog.wait(lambda: 0.1 < dialog.gone() < MOST)
    dialog.set("b", "37")
    screen.key("Return")
    tap.line(screen.until(lambda: screen.layers(main) == 3, 120),
             f"Return after other settings: a layer more ({screen.name_of(main)})")
    tap.line(screen.until(lambda: not dialog.there(), 20), "the dialog is closed")
    screen.shot("done")


def check_again(tap, screen, main):
    """The new layer is the active one now."""
    dialog = Dialog(screen, main)
    title = screen.name_of(dialog.window)
    tap.line(title.endswith(": noisy.png"), f"the next dialog is the original's: “{title}”")
    kept = dialog.wait(lambda: 0.1 < dialog.gone() < MOST)
    tap.line(kept, f"the settings are the last ones ({dialog.gone():.2f})")
    dialog.set("b", "41")
    screen.key("Escape")
    tap.line(screen.until(lambda: not dialog.there(), 30), "Escape while it computes closes the dialog")
    tap.line(screen.until(lambda: not screen.process(), 30), "the plug-in's process is gone")
    tap.line(screen.layers(main) == 3, "the image is as it was")
    text = (screen.profile / "fddm" / "denoise-presets.ini").read_text(encoding="utf-8")
    tap.line("luma=41\n" in text, "settings survive Escape")


def check_selection(tap, screen, main):
    """OK after Apply: the settings are the same, but another part with the same bounds is selected meanwhile."""
    dialog = Dialog(screen, main)
    screen.rest()
    screen.key("alt+y")
    tap.line(screen.until(lambda: screen.layers(main) == 2, 120), f"a selected part: a layer more ({screen.name_of(main)})")
    screen.call("xdotool", "windowactivate", "--sync", main, "key", "ctrl+i")      # what is around an ellipse
    screen.rest()
    screen.call("xdotool", "windowactivate", "--sync", dialog.window)
    dialog.focus()
    screen.key("Return")
    tap.line(screen.until(lambda: screen.layers(main) == 3 and not dialog.there(), 120),
             "Return with the same settings and another selection: it is made again")


def check(tap, screen, main):
    dialog = Dialog(screen, main, menu=True)
    if not tap.line(dialog.window, "the menu opens the dialog"):
        screen.shot("no-dialog")
        return
    check_preview(tap, dialog)
    check_hold(tap, dialog)
    screen.rest()
    screen.shot("dialog")
    screen.shot("docs-denoise", dialog.window)
    check_slider(tap, dialog)
    check_presets(tap, dialog)
    check_handle(tap, dialog)
    check_fit(tap, dialog)
    check_overview(tap, dialog)
    screen.shot("moved")
    check_runs(tap, screen, main, dialog)
    check_again(tap, screen, main)
