#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Uses both dialogs as a person does, in a real GIMP on a display of its own, and looks at the screen.

    gui.py gimp2|gimp3 PLUGIN WEIGHTS-FOLDER [SHOTS-FOLDER [PART…]]

Prints TAP as run.py does; a GIMP without Xvfb, xdotool, openbox, dbus-run-session and ImageMagick is skipped. Screenshots go
to SHOTS-FOLDER. The parts, all of them if none is named, share one GIMP: help denoise generate like seamless
refusals.
"""
import pathlib
import sys

import gui_denoise
import gui_generate
import gui_help
import gui_refusals
import gui_seamless
import pictures
from screen import run

# Images in the order in which GIMP opens them; Alt and the number shows one.
IMAGES = ("noisy.png", "plain.png", "one.png", "tall.png", "indexed.png", "locked.xcf", "beside.xcf", "green.png", "part.xcf")
NUMBER = {name.split(".")[0]: number for number, name in enumerate(IMAGES, 1)}


def draw(folder):
    gui_denoise.noisy_picture(folder / "noisy.png")
    plain = bytes([120, 120, 120] * gui_generate.WIDTH)
    pictures.write_png(folder / "plain.png", 2, [plain] * gui_generate.HEIGHT)
    gui_generate.draw_green(folder / "green.png")
    pictures.write_png(folder / "one.png", 2, [bytes((90, 120, 60))])
    pictures.write_png(folder / "tall.png", 2, [bytes((90, 120, 60))] * 4000)
    pictures.write_png(folder / "indexed.png", 3, [bytes((x + y) % 4 for x in range(40)) for y in range(30)],
                       bytes(range(0, 240, 20)))


def refusals(tap, screen, main):
    gui_refusals.check_small(tap, screen, main, (NUMBER["one"], "one"), (NUMBER["tall"], "tall"))
    screen.turn_to(main, NUMBER["indexed"], "indexed")
    for action in ("denoise", "generate", "seamless"):
        gui_refusals.check_message(tap, screen, main, action, "indexed")
    screen.turn_to(main, NUMBER["beside"], "beside")
    gui_refusals.check_message(tap, screen, main, "denoise", "beside")
    gui_refusals.check_locked(tap, screen, main, NUMBER["locked"])
    screen.turn_to(main, NUMBER["plain"], "plain")
    gui_refusals.check_no_weights(tap, screen, main)
    gui_refusals.check_generate_closed(tap, screen, main, NUMBER["plain"], "plain")
    gui_refusals.check_closed(tap, screen, main, NUMBER["noisy"], "noisy")


def main(tap, screen):
    parts = sys.argv[5:] or ["help", "denoise", "generate", "like", "seamless", "refusals"]
    draw(screen.folder)
    gui_generate.install(screen, pathlib.Path(sys.argv[3]))
    opened = gui_help.prepare(screen, sys.argv[2])
    gui_refusals.prepare(screen, screen.folder / "noisy.png")
    window = screen.open(*(screen.folder / name for name in IMAGES))
    if not tap.line(window, "GIMP opens the pictures"):
        screen.shot("no-gimp")
        return
    if "help" in parts:
        gui_help.check(tap, screen, window, opened)
    if "denoise" in parts:
        gui_denoise.check(tap, screen, window)
        screen.turn_to(window, NUMBER["part"], "part")
        gui_denoise.check_selection(tap, screen, window)
    if "generate" in parts:
        screen.turn_to(window, NUMBER["plain"], "plain")
        gui_generate.check(tap, screen, window)
    if "like" in parts:
        screen.turn_to(window, NUMBER["green"], "green")
        gui_generate.check_like(tap, screen, window)
    if "seamless" in parts:
        screen.turn_to(window, NUMBER["plain"], "plain")
        gui_seamless.check(tap, screen, window)
    if "refusals" in parts:
        refusals(tap, screen, window)


if __name__ == "__main__":
    sys.exit(run("the dialogs", main))
