# SPDX-License-Identifier: Apache-2.0
"""Asks for what cannot be done: each time a sentence tells why, and nothing is lost; see gui.py."""
import pathlib
import shutil

import gui_denoise
import gui_generate

SYSTEM_WEIGHTS = pathlib.Path("/usr/local/share/fddm/weights")    # where the plug-in of the tests looks, too

# Made of a picture: a layer that is locked, one of which a part is selected, and one that a selection does not touch.
FORMS = {"gimp2": """
(let* ((image (car (gimp-file-load RUN-NONINTERACTIVE "{0}" "{0}"))) (layer (car (gimp-image-get-active-layer image))))
  (gimp-item-set-lock-content layer TRUE)
  (gimp-xcf-save RUN-NONINTERACTIVE image layer "{1}/locked.xcf" "{1}/locked.xcf")
  (gimp-item-set-lock-content layer FALSE)
  (gimp-image-crop image 200 200 0 0)
  (gimp-image-select-ellipse image CHANNEL-OP-REPLACE 0 0 200 200)
  (gimp-xcf-save RUN-NONINTERACTIVE image layer "{1}/part.xcf" "{1}/part.xcf")
  (gimp-image-resize image 500 500 400 400)
  (gimp-image-select-rectangle image CHANNEL-OP-REPLACE 0 0 300 300)
  (gimp-xcf-save RUN-NONINTERACTIVE image layer "{1}/beside.xcf" "{1}/beside.xcf"))""",
         "gimp3": """(script-fu-use-v3)
(let* ((image (gimp-file-load RUN-NONINTERACTIVE "{0}")) (layer (vector-ref (gimp-image-get-layers image) 0)))
  (gimp-item-set-lock-content layer #t)
  (gimp-xcf-save RUN-NONINTERACTIVE image "{1}/locked.xcf")
  (gimp-item-set-lock-content layer #f)
  (gimp-image-crop image 200 200 0 0)
  (gimp-image-select-ellipse image CHANNEL-OP-REPLACE 0 0 200 200)
  (gimp-xcf-save RUN-NONINTERACTIVE image "{1}/part.xcf")
  (gimp-image-resize image 500 500 400 400)
  (gimp-image-select-rectangle image CHANNEL-OP-REPLACE 0 0 300 300)
  (gimp-xcf-save RUN-NONINTERACTIVE image "{1}/beside.xcf"))"""}


def prepare(screen, picture):
    screen.console(FORMS[screen.host].format(picture, screen.folder))


def check_small(tap, screen, main, *images):
    """Layers of 1 × 1 and 1 × 4000."""
    for number, name in images:
        if not tap.line(screen.turn_to(main, number, name), f"{name}: the image is there"):
            continue
        dialog = gui_denoise.Dialog(screen, main)
        screen.rest()
        screen.key("Return")
        tap.line(dialog.window and dialog.wait(dialog.tells, 20), f"{name}: a sentence tells that there is no noise")
        screen.shot(name)
        tap.line(dialog.leave() and screen.layers(main) == 1, f"{name}: no layer")


def check_message(tap, screen, main, action, name):
    """GIMP shows a sentence instead of a dialog."""
    said = screen.ask(main, action, "GIMP Message")
    tap.line(said and not screen.window("^FDDM"), f"{name}: {action}: a sentence instead of the dialog")
    screen.shot(f"{name}-{action}")
    screen.key("Escape")
    tap.line(screen.until(lambda: not screen.window("GIMP Message"), 10) and screen.layers(main) == 1, f"{name}: {action}: no layer")


def check_locked(tap, screen, main, number):
    """A locked layer is denoised as others are, because it is not changed; then it is removed below the dialog."""
    screen.turn_to(main, number, "locked")
    dialog = gui_denoise.Dialog(screen, main)
    screen.key("Return")
    tap.line(screen.until(lambda: screen.layers(main) == 2, 120), f"locked layer: a layer more ({screen.name_of(main)})")
    screen.until(lambda: not dialog.there(), 20)
    screen.call("xdotool", "windowactivate", "--sync", main, "key", "ctrl+z")
    tap.line(screen.until(lambda: screen.layers(main) == 1, 20), "locked layer: one undo takes it back")
    dialog = gui_denoise.Dialog(screen, main)
    dialog.wait(lambda: dialog.noise(0, 200) > 5)
    screen.action(main, "delete-layer")
    tap.line(screen.until(lambda: screen.layers(main) == 0, 20), f"the layer is removed ({screen.name_of(main)})")
    tap.line(tells_after(screen, dialog, "alt+y"), "layer removed: a sentence in the dialog")
    screen.shot("removed")
    tap.line(dialog.leave() and screen.layers(main) == 0, "layer removed: the dialog can be closed")


def tells_after(screen, dialog, key):
    """Whether the dialog tells something else after KEY than before it."""
    before = dialog.line()
    screen.call("xdotool", "windowactivate", "--sync", dialog.window, "key", key)
    return dialog.there() and dialog.wait(lambda: dialog.tells(other_than=before), 20)


def close_image(screen, main, name):
    """Closes the shown image without saving it."""
    screen.call("xdotool", "windowactivate", "--sync", main, "key", "ctrl+w")
    screen.until(lambda: screen.display.active() != main, 10)
    screen.key("alt+d")
    return screen.until(lambda: name not in screen.name_of(main), 20)


def check_closed(tap, screen, main, number, name):
    """The image is closed below the open dialog."""
    screen.turn_to(main, number, name)
    dialog = gui_denoise.Dialog(screen, main)
    dialog.wait(lambda: dialog.noise(0, 200) > 5)
    tap.line(close_image(screen, main, name), f"{name}: the image is closed")
    # The window that had the image may take the focus once more, and the key with it.
    tap.line(any(tells_after(screen, dialog, "alt+y") for _ in range(3)), "image closed: a sentence in the dialog")
    screen.shot("closed")
    tap.line(dialog.leave(), "image closed: the dialog can be closed")


def check_generate_closed(tap, screen, main, number, name):
    screen.turn_to(main, number, name)
    dialog = gui_generate.Dialog(screen, main)
    close_image(screen, main, name)
    for _ in range(3):                    # as above
        screen.call("xdotool", "windowactivate", "--sync", dialog.window, "key", "Return")
        said = screen.until(lambda: screen.window("GIMP Message"), 20)
        if said:
            break
    height = screen.geometry(said).get("HEIGHT", 0) if said else 0
    tap.line(0 < height < 200, f"image closed: generate: one sentence (in a window of {height} rows)")
    screen.shot("closed-generate")
    screen.key("Escape")


def check_no_weights(tap, screen, main):
    if SYSTEM_WEIGHTS.exists():
        tap.line(True, "no weights", skip=f"{SYSTEM_WEIGHTS} has some: FDDM is installed for all users")
        return
    weights = screen.profile / "plug-ins" / "fddm" / "weights"
    weights.rename(weights.with_name("aside"))
    before = screen.layers(main)
    dialog = gui_denoise.Dialog(screen, main)
    screen.rest()
    tap.line(tells_after(screen, dialog, "alt+y"), "no weights: a sentence in the dialog")
    screen.shot("no-weights")
    tap.line(dialog.leave() and screen.layers(main) == before, "no weights: nothing lost")
    dialog = gui_generate.Dialog(screen, main)
    screen.rest()
    screen.key("Return")
    screen.rest()
    tap.line(dialog.window and dialog.there(), "no weights: the dialog that generates takes no Enter")
    screen.shot("no-weights-generate")
    screen.key("Escape")
    tap.line(screen.until(lambda: not dialog.there(), 30) and screen.layers(main) == before, "no weights: generate: nothing lost")
    weights.with_name("aside").rename(weights)
