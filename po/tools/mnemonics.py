#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Gives the translations in a file of catalogue.py mnemonics that are unique in every window.

    mnemonics.py LANGUAGE FILE.json      rewrites FILE.json, and prints what it has changed

A mnemonic that clashes with none stays. Scripts without letters on the keyboard get "(_X)" behind the text, as in GIMP. Where
a text is one of GIMP's own buttons, it gets GIMP's words, and GIMP's letter if that is free. A text for which no letter is left is an error: word it otherwise.
"""
import json
import pathlib
import re
import sys

from windows import all_buttons_of_gimp, buttons_of_gimp, mnemonic, windows

SUFFIX = {"ja", "zh_CN"}
TRIES = 100                  # to find an order in which all texts get a letter


def candidates(language, english, text):
    """The text with each mnemonic that it may have, the best first: as it is, beginnings of words, any letter."""
    bare = re.sub(r"\(_\w\)", "", text).replace("_", "")
    if language in SUFFIX:
        wanted = (mnemonic(english) or "").upper()
        letters = list(dict.fromkeys(wanted + "ABDEFGIJKMNPQTUVWXYZCHLORS"))
        tail = re.search(r"[…:.]*$", bare).start()
        choices = [f"{bare[:tail]}(_{letter}){bare[tail:]}" for letter in letters if letter]
    else:
        directive = [match.span() for match in re.finditer(r"%[\d.$]*\w", bare)]
        places = [i for i, letter in enumerate(bare) if letter.isalpha() and not any(a <= i < b for a, b in directive)]
        places.sort(key=lambda i: (bool(i and bare[i - 1].isalnum()), ord(bare[i].lower()) > 127 and bare[i].isascii(), i))
        if not re.search("[а-яёіїєґ]", bare, re.I):   # what is not on every keyboard comes last
            places.sort(key=lambda i: not bare[i].isascii())
        choices = [bare[:i] + "_" + bare[i:] for i in places]
    digit = mnemonic(english) or ""
    if digit.isdigit() and digit in bare:   # a number that is to be seen stays the key
        choices = [bare.replace(digit, "_" + digit, 1)]
    return ([text] if mnemonic(text) else []) + choices


def neighbours(shown):
    """Texts that may not share a letter with a text: all that stand in one window with it."""
    near = {}
    for texts in shown.values():
        for text in texts:
            near.setdefault(text, set()).update(other for other in texts if other != text)
    return near


def taken_by_gimp(language, shown):
    """Letters of GIMP's own buttons in the windows of each text."""
    taken = {}
    for (host, dialog), texts in shown.items():
        theirs = {mnemonic(text) for english, text in buttons_of_gimp(host, dialog, language).items() if english not in texts}
        for text in texts:
            taken.setdefault(text, set()).update(theirs)
    return taken


def assign(options, near):
    """A choice from the options of each text, no two neighbours with one letter; and the texts for which no letter is left. Those
    with most neighbours come first; where that does not do, those that were left come first at the next try."""
    order, best = sorted(options, key=lambda text: (-len(near[text]), len(options[text]))), None
    for _ in range(TRIES):
        chosen, left = assign_in(order, options, near)
        if best is None or len(left) < len(best[1]):
            best = chosen, left
        if not left:
            break
        order = left + [text for text in order if text not in left]
    return best


def assign_in(order, options, near):
    """Text by text; where each letter is taken, its owners are asked to take another one: augmenting paths, each letter once."""
    chosen = {}

    def place(text, asked):
        for option in options[text]:
            letter = mnemonic(option)
            owners = [other for other in near[text] if other in chosen and mnemonic(chosen[other]) == letter]
            if not owners:
                chosen[text] = option
                return True
        for option in options[text]:
            letter = mnemonic(option)
            if letter in asked:
                continue
            asked.add(letter)
            owners = [other for other in near[text] if other in chosen and mnemonic(chosen[other]) == letter]
            before = dict(chosen)
            for other in owners:
                del chosen[other]
            chosen[text] = option
            if all(place(other, asked) for other in owners):
                return True
            chosen.clear()
            chosen.update(before)
        return False

    return chosen, [text for text in order if not place(text, set())]


def main():
    language, path = sys.argv[1], pathlib.Path(sys.argv[2])
    texts = json.loads(path.read_text(encoding="utf-8"))
    shown, _ = windows()
    near, taken = neighbours(shown), taken_by_gimp(language, shown)
    theirs = {english: text for host in ("gimp3", "gimp2") for english, text in all_buttons_of_gimp()[host][language].items()}
    options = {}
    for text in near:
        if text in theirs:
            options[text] = [option for option in candidates(language, text, theirs[text]) if mnemonic(option) not in taken[text]]
        elif texts.get(text):
            options[text] = [option for option in candidates(language, text, texts[text]) if mnemonic(option) not in taken[text]]
    chosen, left = assign(options, near)
    for text, option in chosen.items():
        if texts[text] != option:
            print(f"{texts[text]} → {option}")
        texts[text] = option
    path.write_text(json.dumps(texts, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    for text in left:
        print(f"no letter is left for {texts[text]!r} ({text!r})", file=sys.stderr)
    return 1 if left else 0


if __name__ == "__main__":
    sys.exit(main())
