#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Checks each catalogue that po/LINGUAS names, and the mnemonics of each dialog in each language, English among them.

Nothing is untranslated or fuzzy, printf's conversions are the same, a mnemonic is where the English text has one, and no
letter opens two things in one window, GIMP's own buttons included (po/tools/windows.py). Prints what is wrong; exits 1 if
anything is.
"""
import pathlib
import re
import subprocess
import sys

SOURCE = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(SOURCE / "po" / "tools"))
import catalogue  # noqa: E402
from windows import all_buttons_of_gimp, buttons_of_gimp, mnemonic, windows  # noqa: E402

CONVERSION = re.compile(r"%(?:(\d+)\$)?[-+#0]*(?:\d+|\*)?(?:\.(?:\d+|\*))?((?:hh|h|ll|l|z|j|t)?[diouxXeEfFgGcsp%])")
problems = []


def complain(text):
    problems.append(text)
    print(text)


# ---- One text ----

def conversions(text):
    """Kind of each argument by its place; those that print nothing of an argument are left out."""
    kinds, place = {}, 0
    for number, kind in CONVERSION.findall(text):
        if kind != "%":
            place += 1
            kinds[int(number) if number else place] = kind.translate(str.maketrans("i", "d"))
    return kinds


def check_text(language, entry, translation, visible):
    name = f"{language}: {entry.text!r}"
    if "c-format" in entry.flags and conversions(entry.text) != conversions(translation) and \
            conversions(entry.plural or entry.text) != conversions(translation):
        complain(f"{name}: other conversions in {translation!r}")
    for edge, end in ((str.startswith, "at the beginning"), (str.endswith, "at the end")):
        if edge(entry.text, "\n") != edge(translation, "\n"):
            complain(f"{name}: a line break {end} is missing or too much")
    if visible and bool(mnemonic(entry.text)) != bool(mnemonic(translation)):
        complain(f"{name}: a mnemonic is missing or too much in {translation!r}")


def check_catalogue(language, wanted):
    done = subprocess.run(["msgfmt", "--check", "--check-accelerators=_", "-o", "/dev/null", f"po/{language}.po"], cwd=SOURCE,
                          stderr=subprocess.PIPE, text=True)
    # It takes every underscore for a mnemonic, those in file names too; a mnemonic that is missing is found below.
    said = [line for line in done.stderr.splitlines() if "keyboard accelerator" not in line and "fatal error" not in line]
    if said:
        complain("\n".join(said))
    known = catalogue.read(language)
    for key, entry in wanted.items():
        old = known.get(key)
        if not old or "fuzzy" in old.flags or not all(old.strings) or not old.strings:
            complain(f"{language}: not translated{' (fuzzy)' if old and 'fuzzy' in old.flags else ''}: {entry.text!r}")
            continue
        visible = any(place.startswith(("ui/", "plugin/")) for place in entry.places)
        for translation in old.strings:
            check_text(language, entry, translation, visible)
    return {key: entry.strings[0] for key, entry in known.items() if entry.strings}


# ---- One window ----

def check_windows(language, translations, shown):
    """No letter twice in a window. What GIMP itself has twice is not ours to mend."""
    for (host, dialog), texts in shown.items():
        letters = {}
        theirs = {english: text for english, text in buttons_of_gimp(host, dialog, language).items() if english not in texts}
        for text in theirs.values():
            letters.setdefault(mnemonic(text), []).append(f"GIMP's {text!r}")
        for english in dict.fromkeys(texts):
            text = translations.get(english, english)
            letters.setdefault(mnemonic(text), []).append(repr(text))
        for letter, owners in letters.items():
            if letter and len(owners) > 1 and not all(owner.startswith("GIMP's") for owner in owners):
                complain(f"{language}: {host}, {dialog}: Alt+{letter.upper()} opens {' and '.join(owners)}")


def main():
    buttons, wanted = all_buttons_of_gimp(), catalogue.sources()
    shown, lost = windows()
    for what in lost:
        complain(what)
    check_windows("en", {}, shown)
    for language in (SOURCE / "po/LINGUAS").read_text(encoding="utf-8").split():
        if language not in buttons["gimp3"]:
            complain(f"{language}: po/tools/gimp-buttons.json does not have GIMP's own buttons")
        check_windows(language, check_catalogue(language, wanted), shown)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
