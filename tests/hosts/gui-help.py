#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Asks for help in the dialogs of a real GIMP on a display of its own, with a browser that writes down what it is to open.

    gui-help.py gimp2|gimp3 PLUGIN WEIGHTS-FOLDER [SHOTS-FOLDER]

Prints TAP as run.py does. The help pages are taken from where the build put them.
"""
import pathlib
import shutil
import sys
import time
import urllib.parse

import gui
from help_pages import built_help
from screen import run

KEYS = {"plug-in-fddm-denoise": "ctrl+shift+F9", "plug-in-fddm-generate": "ctrl+shift+F10"}


def give_keys(screen):
    """Each action gets a key of its own, whatever the menus look like."""
    keys = {name: key.replace("ctrl+shift+", "<Primary><Shift>") for name, key in KEYS.items()}
    if screen.host == "gimp2":
        text = "".join(f'(gtk_accel_path "<Actions>/plug-in/{name}" "{key}")\n' for name, key in keys.items())
        (screen.profile / "menurc").write_text(text)
    else:
        text = "".join(f'(action "{name}" "{key}")\n' for name, key in keys.items())
        (screen.profile / "shortcutsrc").write_text("(file-version 1)\n" + text)


def give_browser(screen):
    """What opens pages in this home; returns the file in which it writes down their addresses."""
    opened = screen.folder / "opened"
    browser = screen.folder / "browser"
    browser.write_text(f'#!/bin/sh\necho "$1" >>"{opened}"\n')
    browser.chmod(0o755)
    applications = screen.folder / ".local" / "share" / "applications"
    applications.mkdir(parents=True)
    (applications / "stub.desktop").write_text("[Desktop Entry]\nType=Application\nName=Stub\n"
                                               f"Exec={browser} %u\nMimeType=text/html;x-scheme-handler/file;\n")
    (applications / "mimeapps.list").write_text("[Default Applications]\ntext/html=stub.desktop\n"
                                                "x-scheme-handler/file=stub.desktop\n")
    return opened


def check_dialog(tap, screen, main, opened, procedure, title, page):
    """F1, wherever the focus is, and the Help button open the page of this dialog, which exists."""
    screen.call("xdotool", "windowactivate", "--sync", main)
    time.sleep(0.5)
    screen.key(KEYS[procedure])
    dialog = screen.until(lambda: screen.window(title), 120)
    if not tap.line(dialog, f"{title}: a key opens the dialog"):
        screen.shot("help-no-dialog")
        return
    time.sleep(1)
    for name, keys in (("F1", ["F1"]), ("F1 in the third field", ["Tab", "Tab", "Tab", "F1"]), ("the Help button", ["alt+h"])):
        opened.unlink(missing_ok=True)
        screen.call("xdotool", "windowactivate", "--sync", dialog)
        screen.key(*keys)
        said = screen.until(lambda: opened.exists() and opened.read_text().strip(), 30) or "nothing"
        path = pathlib.Path(urllib.parse.unquote(urllib.parse.urlparse(said).path))
        if not tap.line(path.name == page and path.is_file() and screen.profile in path.parents,
                        f"{title}: {name} opens {path.name}"):
            screen.shot("help-" + page)
    screen.call("xdotool", "windowactivate", "--sync", dialog)
    screen.key("Escape")
    screen.until(lambda: not screen.window(title), 30)


def check_all(tap, screen, picture):
    shutil.copytree(built_help(sys.argv[2]), screen.profile / "plug-ins" / "fddm" / "help")
    give_keys(screen)
    opened = give_browser(screen)
    main = screen.open(picture)
    tap.line(main, "GIMP opens the picture")
    time.sleep(3)
    check_dialog(tap, screen, main, opened, "plug-in-fddm-denoise", "FDDM Denoise", "denoise.html")
    check_dialog(tap, screen, main, opened, "plug-in-fddm-generate", "FDDM Generate", "generate.html")


def main(tap, screen):
    gui.noisy_picture(screen.folder / "noisy.png")
    check_all(tap, screen, screen.folder / "noisy.png")


if __name__ == "__main__":
    sys.exit(run("help", main))
