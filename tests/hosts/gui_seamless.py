# SPDX-License-Identifier: Apache-2.0
"""Uses the dialog of FDDM Make Seamless as a person does; see gui.py."""


def check(tap, screen, main):
    """From the menu and by a key; one undo takes the layer back."""
    before = screen.layers(main)
    screen.menu(main, "alt+r", "r", "k")
    dialog = screen.until(lambda: screen.window("^FDDM Make Seamless"), 60)
    if not tap.line(dialog, "the menu opens the dialog that makes seamless"):
        screen.shot("no-seamless")
        return
    screen.shot("docs-seamless", dialog)
    screen.key("alt+m")
    screen.type("30")
    screen.key("Tab")
    screen.shot("seamless")
    screen.key("Escape")
    tap.line(screen.until(lambda: not screen.window("^FDDM Make Seamless"), 60) and screen.layers(main) == before,
             "Escape closes it, and the image is as it was")

    screen.ask(main, "seamless", "^FDDM Make Seamless")
    screen.key("Return")
    done = screen.until(lambda: "seamless" in screen.name_of(main) and screen.layers(main) == before + 1, 240)
    tap.line(done, f"Enter: there is a layer more ({screen.name_of(main)})")
    screen.shot("made-seamless")
    screen.call("xdotool", "windowactivate", "--sync", main)
    screen.key("ctrl+z")
    tap.line(screen.until(lambda: screen.layers(main) == before, 20), "one undo takes it back")
