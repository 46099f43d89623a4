# SPDX-License-Identifier: Apache-2.0
"""Asks for help in the dialogs, with a browser that writes down what it is to open; see gui.py."""
import pathlib
import shutil
import urllib.parse

from help_pages import built_help


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


def check_dialog(tap, screen, main, opened, action, title, page):
    """F1, wherever the focus is, and the Help button open the page of this dialog, which exists."""
    dialog = screen.ask(main, action, title)
    if not tap.line(dialog, f"{title}: a key opens the dialog"):
        screen.shot("help-no-dialog")
        return
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


def prepare(screen, plugin):
    """Before GIMP starts: our pages, and a browser, whose notes are in the file that this returns."""
    shutil.copytree(built_help(plugin), screen.profile / "plug-ins" / "fddm" / "help")
    return give_browser(screen)


def check(tap, screen, main, opened):
    check_dialog(tap, screen, main, opened, "denoise", "FDDM Denoise", "denoise.html")
    check_dialog(tap, screen, main, opened, "generate", "FDDM Generate", "generate.html")
    check_dialog(tap, screen, main, opened, "seamless", "FDDM Make Seamless", "seamless.html")
