#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Opens both dialogs in a font twice as large as usual, in a profile where no settings can be kept.

    large.py gimp2|gimp3 PLUGIN WEIGHTS-FOLDER [SHOTS-FOLDER]

Prints TAP as gui.py does."""
import pathlib
import shutil
import sys
import time

import gui_denoise
from screen import run

FONT = "Sans 20"
SCREEN = 1280


def set_up(screen):
    weights = pathlib.Path(sys.argv[3])
    for file in weights.glob("generate-*"):
        shutil.copy(file, screen.profile / "plug-ins" / "fddm" / "weights")
    (screen.folder / ".gtkrc-2.0").write_text(f'gtk-font-name="{FONT}"\n')
    gtk3 = screen.folder / ".config" / "gtk-3.0"
    gtk3.mkdir(parents=True, exist_ok=True)
    (gtk3 / "settings.ini").write_text(f"[Settings]\ngtk-font-name={FONT}\n")
    (screen.profile / "fddm").write_text("where the folder of the presets would be")


def check_fits(tap, screen, window, name):
    time.sleep(2)    # the list of subjects takes its size late
    geometry = screen.geometry(window)
    screen.shot("large-" + name)
    tap.line(0 < geometry.get("WIDTH", 0) <= SCREEN, f"{name} in a large font: it fits on the screen {geometry}")


def check_complaints(tap, screen, main, dialog):
    """That settings cannot be kept is told at the first run, not at each, nor at the end."""
    def complains():
        return screen.display.active() not in ("", dialog.window)

    for n in range(1, 3):
        screen.key("alt+y")
        told = bool(screen.until(complains, 4))
        tap.line(told == (n == 1), f"settings that cannot be kept, run {n}: {'' if told else 'not '}told")
        if told:
            screen.key("Return")
        made = screen.until(lambda: screen.layers(main) == 1 + n, 60)
        tap.line(made, f"settings that cannot be kept, run {n}: there is a new layer")
        screen.call("xdotool", "windowactivate", "--sync", dialog.window)
        dialog.focus()
        time.sleep(1)
    tap.line(dialog.leave(), "settings that cannot be kept: the dialog closes")


def check(tap, screen):
    set_up(screen)
    photo = screen.folder / "noisy.png"
    gui_denoise.noisy_picture(photo)
    main = screen.open(photo)
    dialog = gui_denoise.Dialog(screen, main)
    dialog.focus()
    check_fits(tap, screen, dialog.window, "denoise")
    check_complaints(tap, screen, main, dialog)
    check_fits(tap, screen, screen.ask(main, "generate", "FDDM Generate"), "generate")
    screen.key("Escape")


if __name__ == "__main__":
    sys.exit(run("large fonts", check))
