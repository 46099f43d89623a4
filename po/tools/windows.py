# SPDX-License-Identifier: Apache-2.0
"""Which texts with a mnemonic share a window: read from the sources, and from gimp-buttons.json for GIMP's own buttons.

gimp-buttons.json has the buttons that GIMP adds to a dialog, as GIMP 2.10.34 and 3.0.4 translate them.
"""
import json
import pathlib
import re

SOURCE = pathlib.Path(__file__).resolve().parents[2]
# A dialog's parameters, and sources outside of ui/ that have words of it with a mnemonic.
DIALOGS = {"denoise": ("fddm_denoise_parameters", []),
           "generate": ("fddm_generate_parameters", []),
           "plain": ("fddm_seamless_parameters", [])}
# Texts of a source that stand in windows and menus of their own.
APART = {"ui/preset-button.c": {"presets": ["_Save as…", "_Rename…", "Re_move"], "name of a preset": ["_Name", "_Cancel", "_OK"]}}
# A label that takes the place of another one of the same button.
INSTEAD = {"_Close": "_Cancel"}


def mnemonic(text):
    """The letter behind the only underscore, in lower case; None where there is none. _ twice is a name, no mnemonic."""
    found = re.findall(r"_(\w)", text)
    return found[0].lower() if len(found) == 1 and text.count("_") == 1 else None


def texts_in(path):
    """What a source has translated that has a mnemonic."""
    joined = re.sub(r'"\s*"', "", (SOURCE / path).read_text(encoding="utf-8"))
    return [text for text in re.findall(r'\bN?_ ?\("((?:[^"\\]|\\.)*)"', joined) if mnemonic(text)]


def reached(path, seen):
    """PATH and the sources whose headers it includes, and so on, within ui/."""
    if path in seen or not (SOURCE / path).exists():
        return seen
    seen.add(path)
    for included in re.findall(r'#include "(ui/[\w/-]+)\.h"', (SOURCE / path).read_text(encoding="utf-8")):
        reached(included + ".h", seen)
        reached(included + ".c", seen)
    return seen


def parameter_texts(table):
    """The labels of a table in plugin/parameters.c, and of the groups that it uses."""
    text = re.sub(r'"\s*"', "", (SOURCE / "plugin/parameters.c").read_text(encoding="utf-8"))
    rows = re.search(rf"{table}\[.*?\n}};", text, re.S)[0]
    labels = re.findall(r'\{ "[\w-]+",\s*N_ \("([^"]*)"\)', rows)
    groups = [label for name, label in re.findall(r'#define (\w+)\s+N_ \("([^"]*)"\)', text) if re.search(rf"\b{name}\b", rows)]
    assert len(labels) == len(re.findall(r"\n  \[", rows)), f"plugin/parameters.c: a row of {table} has no label that can be found"
    return [label for label in labels + groups if mnemonic(label)]


def windows():
    """(host, dialog) and the texts of ours that it shows with a mnemonic; and complaints about texts that no dialog shows."""
    found, used, lost = {}, set(), []
    for host in ("gimp2", "gimp3"):
        for dialog, (table, more) in DIALOGS.items():
            files = sorted(path for path in reached(f"ui/{host}/{dialog}-dialog.c", set()) if path.endswith(".c")) + more
            used |= set(files)
            apart = {text for path in files for texts in APART.get(path, {}).values() for text in texts}
            texts = parameter_texts(table) + [text for path in files for text in texts_in(path)
                                              if path not in APART or text not in apart]
            found[host, dialog] = [text for text in texts if text not in INSTEAD]
            for text in set(texts) & set(INSTEAD):
                found[host, f"{dialog} with {text}"] = [other for other in texts if other != INSTEAD[text]]
        for path in APART:
            found.update({(host, name): texts for name, texts in APART[path].items()})
    for path in sorted([*SOURCE.glob("ui/**/*.c"), *SOURCE.glob("plugin/jobs/*.c")]):
        name = str(path.relative_to(SOURCE))
        if name not in used and texts_in(name):
            lost.append(f"{name} has mnemonics, but no dialog includes its header; DIALOGS in po/tools/windows.py may name it")
    return found, lost


def buttons_of_gimp(host, dialog, language):
    """{English: translation} of the buttons that GIMP adds to the dialog: Help to each, more to a procedure's."""
    source = SOURCE / f"ui/{host}/{dialog.split(' with ')[0]}-dialog.c"
    if not source.exists():
        return {}
    found = all_buttons_of_gimp()[host].get(language, {})
    if "gimp_procedure_dialog_new" in source.read_text(encoding="utf-8"):
        return found
    return {english: text for english, text in found.items() if english == "_Help"}


def all_buttons_of_gimp():
    """{host: {language: {English: translation}}}"""
    return json.loads((SOURCE / "po/tools/gimp-buttons.json").read_text(encoding="utf-8"))
