# SPDX-License-Identifier: Apache-2.0
"""Uses the dialog of FDDM Generate as a person does; see gui.py."""
import random
import re
import shutil
import time

import pictures

WIDTH, HEIGHT = 240, 160   # of the image: little to compute
# Middles of the four samples, from the window's upper left; the samples are 200 pixels wide.
CELLS = [(122, 122), (340, 122), (122, 340), (340, 340)]
TILE = 100                 # pixels of a tile that is shown repeated
FRAME = 25                 # height of a window's title and border
# Keys that choose the size after the image's, and the last of the maps.
SMALL = {"gimp2": ["Down"], "gimp3": ["space", "Down", "Return"]}
MAPS = {"gimp2": ["Down", "Down", "Down"], "gimp3": ["space", "Down", "Down", "Down", "Return"]}
SUBJECTS = 460             # the subjects' pictures are to the right of this


def install(screen, weights):
    """The network that generates."""
    for file in weights.glob("generate-texture*"):
        if file.suffix == ".safetensors" or file.name.endswith("-subjects.jpg"):
            shutil.copy(file, screen.profile / "plug-ins" / "fddm" / "weights")


class Dialog:
    def __init__(self, screen, main, menu=False):
        """Opens it with a key, or from the menu."""
        self.screen = screen
        if menu:
            screen.menu(main, "alt+r", "r", "e")
            self.window = screen.until(lambda: screen.window("^FDDM Generate"), 60)
        else:
            self.window = screen.ask(main, "generate", "^FDDM Generate")

    def there(self):
        return bool(self.screen.window("^FDDM Generate"))

    def pixels(self, left, top, width, height):
        """Rows of (red, green, blue) of a part of the window."""
        return [list(zip(row[2::4], row[1::4], row[0::4])) for row in self.screen.display.pixels(self.window, left, top, width,
                                                                                               height)]

    def cell(self, which, side):
        """The middle of a sample."""
        x, y = CELLS[which]
        return self.pixels(x - side // 2, y - side // 2, side, side)

    def means(self):
        """Mean red, green and blue of each sample; nothing while the window is not drawn."""
        cells = [[pixel for row in self.cell(i, 100) for pixel in row] for i in range(4)]
        return all(cells) and [tuple(sum(channel) / len(cell) for channel in zip(*cell)) for cell in cells]

    def all_are(self, truth):
        means = self.means()
        return means and all(truth(*mean) for mean in means)

    def wait(self, truth, seconds=150):
        return self.screen.until(truth, seconds)

    def click(self, x, y):
        self.screen.call("xdotool", "mousemove", "--window", self.window, str(x), str(y), "click", "1")
        time.sleep(0.3)

    def greenest(self):
        """Where the picture of grass is among the subjects: the middle of the greenest 60 × 60 pixels."""
        rows = self.pixels(SUBJECTS, 20, 660, 300)
        mean = lambda x, y: [sum(channel) / 400 for channel in zip(*(pixel for row in rows[y:y + 20] for pixel in row[x:x + 20]))]
        green = [[max(0, g - max(r, b)) for r, g, b in (mean(x, y) for x in range(0, 660, 20))] for y in range(0, 300, 20)]
        sums = {(x, y): sum(green[y + dy][x + dx] for dy in range(3) for dx in range(3))
                for y in range(len(green) - 2) for x in range(len(green[0]) - 2)}
        x, y = max(sums, key=sums.get)
        return SUBJECTS + 20 * x + 30, 20 + 20 * y + 30

    def contrast(self, left, top, width, height):
        """How far the green of a word is from that of the surface below it."""
        green = sorted(g for row in self.pixels(left, top, width, height) for _, g, _ in row)
        return max(green[-1] - green[len(green) // 2], green[len(green) // 2] - green[0]) if green else 0

    def is_repeated(self):
        """Whether the first sample has each tile's pixels twice, and is not of one colour."""
        rows = self.cell(0, TILE + 50)
        return bool(rows) and all(row[:50] == row[TILE:] for row in rows) and len(set(rows[0])) > 5


def is_snow(red, green, blue):
    return min(red, green, blue) > 170 and abs(red - blue) < 60


def is_no_snow(red, green, blue):
    return red > blue + 10


def check_subjects(tap, dialog):
    """One by the keyboard, one by its picture."""
    dialog.screen.key("alt+u", "Home", "Down", "Down", "Right", "Right")
    tap.line(dialog.wait(lambda: dialog.all_are(is_snow)), f"snow is chosen by the keyboard: four samples of snow {dialog.means()}")
    dialog.screen.shot("generate-snow")
    before = dialog.means()
    grass = dialog.greenest()
    dialog.click(*grass)
    changed = dialog.wait(lambda: dialog.all_are(is_no_snow))
    tap.line(changed, f"a click on the picture of grass: four samples of no snow {dialog.means()}")
    contrast = dialog.contrast(grass[0] - 30, grass[1] + 35, 60, 18)
    tap.line(contrast > 110, f"the word below the chosen picture is legible ({contrast})")
    return before


def check_tileable(tap, dialog):
    tap.line(not dialog.is_repeated(), "a sample that is not tileable is no repetition")
    dialog.screen.key("alt+t")
    tap.line(dialog.wait(dialog.is_repeated), "tileable: a sample shows its tile repeated")
    dialog.screen.shot("generate-tileable")
    dialog.screen.key("alt+t")
    tap.line(dialog.wait(lambda: dialog.means() and not dialog.is_repeated()), "not tileable: it does not")


def check_four(tap, dialog):
    """The next four, and the last of them."""
    before = dialog.means()
    dialog.screen.key("alt+f")
    changed = dialog.wait(lambda: dialog.means() and sum(max(abs(a - b) for a, b in zip(*pair)) > 4
                                                         for pair in zip(before, dialog.means())) >= 3)
    tap.line(changed, f"four more: others are shown {before} {dialog.means()}")
    dialog.click(*CELLS[3])
    dialog.screen.call("xdotool", "mousemove", "0", "0")    # no tooltip
    dialog.screen.rest()
    dialog.screen.shot("docs-generate", dialog.window)


def check_in_sight(tap, dialog):
    """With the row of the example, too, the focus gets from the subjects to the last control, and nothing has to scroll for it."""
    def title():
        return dialog.pixels(SUBJECTS, 13, 120, 16)    # the word above the subjects

    before = title()
    dialog.screen.key(*["Tab"] * 7)
    dialog.screen.shot("generate-like", dialog.window)
    tap.line(before and title() == before, "all controls are in sight")
    height = dialog.screen.geometry(dialog.window).get("HEIGHT", 0)
    tap.line(0 < height < 720 - FRAME, f"at 1280 × 720 ({height} pixels high)")
    dialog.screen.key(*["shift+Tab"] * 7)


def draw_green(path):
    """A material: green grains of a few pixels, without anything else in it that a sample could be like."""
    draw = random.Random(5)
    grain = [[draw.gauss(0, 30) for _ in range(80)] for _ in range(60)]
    rows = (b"".join(bytes(max(0, min(255, round(level + grain[y // 4][x // 4] + draw.gauss(0, 8)))) for level in (95, 130, 60))
                     for x in range(320)) for y in range(240))
    pictures.write_png(path, 2, list(rows))


def is_green(red, green, blue):
    return green > max(red, blue) + 20


def check_like(tap, screen, main):
    """More like the layer, which is green, with all maps."""
    layers = screen.layers(main)
    dialog = Dialog(screen, main)
    screen.key("alt+u", "Home", "Right")
    tap.line(dialog.wait(lambda: dialog.all_are(is_green)), f"like the layer: four samples in its colours {dialog.means()}")
    screen.call("xdotool", "mousemove", "0", "0")
    screen.rest(150)
    check_in_sight(tap, dialog)
    before = dialog.cell(0, 100)
    screen.key("Tab", "Tab")
    screen.type("0")
    screen.key("Tab", *SMALL[screen.host])    # now at the size
    changed = dialog.wait(lambda: dialog.cell(0, 100) not in ([], before))
    tap.line(changed, "closeness: another one makes other samples")
    screen.rest(150)
    screen.key("Tab", "Tab", "Tab", *MAPS[screen.host])
    screen.shot("generate-maps", dialog.window)
    screen.key("alt+o")
    done = screen.until(lambda: re.search(rf"\(seed \d+\)\] {layers + 4} layers", screen.name_of(main)), 240)
    tap.line(done, f"with all maps: there are four layers more ({screen.name_of(main)})")
    screen.shot("generated-maps")
    screen.key("ctrl+z")
    tap.line(screen.until(lambda: screen.layers(main) == layers, 20), "one undo takes all of them back")


def check(tap, screen, main):
    dialog = Dialog(screen, main, menu=True)
    if not tap.line(dialog.window, "the menu opens the dialog that generates"):
        screen.shot("no-generate")
        return
    check_subjects(tap, dialog)
    check_tileable(tap, dialog)
    check_four(tap, dialog)
    screen.key("Return")
    done = screen.until(lambda: "[grass (seed 7)] 2 layers" in screen.name_of(main), 240)
    tap.line(done, f"Enter: there is a layer more, the last of the second four ({screen.name_of(main)})")
    screen.shot("generated")

    dialog = Dialog(screen, main)
    screen.key("Escape")
    tap.line(screen.until(lambda: not dialog.there(), 60), "Escape while it computes closes the dialog that generates")
    tap.line(screen.until(lambda: not screen.process(), 60), "the process of the plug-in that generates is gone")
    tap.line(screen.layers(main) == 2, "the image is as it was before that dialog")
