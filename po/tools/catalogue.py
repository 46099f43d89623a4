#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Hands the texts to a translator as one JSON file, and makes a catalogue of it.

    catalogue.py extract [LANGUAGE]        prints {text: translation}; "" where there is none yet
    catalogue.py build LANGUAGE FILE.json  writes po/LANGUAGE.po; nothing may be missing, and nothing too much

The key of a text with a context is the context, "\\u0004" and the text. The value of a text with a plural is a list, one for
each form of the language. Needs xgettext.
"""
import json
import os
import pathlib
import re
import subprocess
import sys
import time

PO = pathlib.Path(__file__).resolve().parents[1]
SOURCE = PO.parent
CONTEXT = "\x04"
KEYWORDS = ("_", "N_", "C_:1c,2", "NC_:1c,2", "ngettext:1,2", "g_dngettext:2,3", "Q_")

# Name and plural forms, as GNU gettext's manual and GIMP's own catalogues have them.
SLAVIC = "nplurals=3; plural=(n%10==1 && n%100!=11 ? 0 : n%10>=2 && n%10<=4 && (n%100<10 || n%100>=20) ? 1 : 2);"
LANGUAGES = {
    "de": ("German", "nplurals=2; plural=(n != 1);"),
    "es": ("Spanish", "nplurals=2; plural=(n != 1);"),
    "fr": ("French", "nplurals=2; plural=(n > 1);"),
    "it": ("Italian", "nplurals=2; plural=(n != 1);"),
    "ja": ("Japanese", "nplurals=1; plural=0;"),
    "pl": ("Polish", "nplurals=3; plural=(n==1 ? 0 : n%10>=2 && n%10<=4 && (n%100<10 || n%100>=20) ? 1 : 2);"),
    "pt_BR": ("Brazilian Portuguese", "nplurals=2; plural=(n > 1);"),
    "ru": ("Russian", SLAVIC),
    "uk": ("Ukrainian", SLAVIC),
    "zh_CN": ("Simplified Chinese", "nplurals=1; plural=0;"),
}


class Entry:
    """A text of a catalogue. STRINGS: its translation, or one for each plural form."""

    def __init__(self):
        self.context, self.text, self.plural, self.strings, self.flags, self.places = None, "", None, [], [], []

    @property
    def key(self):
        return self.text if self.context is None else self.context + CONTEXT + self.text


def unquote(line):
    return re.sub(r"\\(.)", lambda match: {"n": "\n", "t": "\t", "r": "\r"}.get(match[1], match[1]), line.strip()[1:-1])


def quote(text):
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t") + '"'


def parse(text):
    """The entries of a catalogue but for its header and what is obsolete, by their keys."""
    entries = {}
    for block in re.split(r"\n\s*\n", text):
        entry, add = Entry(), None
        for line in block.split("\n"):
            match = re.match(r'(msgctxt|msgid|msgid_plural|msgstr(?:\[\d+\])?) (".*")$', line)
            if line.startswith("#,"):
                entry.flags += [flag.strip() for flag in line[2:].split(",")]
            elif line.startswith("#: "):
                entry.places += line[3:].split()
            elif match:
                add = match[1]
            if not line.startswith("#") and '"' in line:
                words = unquote(match[2] if match else line)
                if add == "msgctxt":
                    entry.context = (entry.context or "") + words
                elif add == "msgid":
                    entry.text += words
                elif add == "msgid_plural":
                    entry.plural = (entry.plural or "") + words
                elif match:
                    entry.strings.append(words)
                else:
                    entry.strings[-1] += words
        if entry.text:
            entries[entry.key] = entry
    return entries


def sources():
    """The texts of the sources that POTFILES names."""
    done = subprocess.run(["xgettext", "--from-code=UTF-8", "--keyword", *(f"-k{word}" for word in KEYWORDS), "-f",
                           "po/POTFILES", "-o", "-"], cwd=SOURCE, stdout=subprocess.PIPE, check=True)
    return parse(done.stdout.decode("utf-8"))


def read(language):
    path = PO / f"{language}.po"
    return parse(path.read_text(encoding="utf-8")) if path.exists() else {}


def forms(language):
    return int(re.search(r"nplurals=(\d)", LANGUAGES[language][1])[1])


def extract(language):
    known = read(language) if language else {}
    texts = {}
    for key, entry in sources().items():
        old = known[key].strings if key in known and "fuzzy" not in known[key].flags else []
        if entry.plural is None:
            texts[key] = old[0] if old else ""
        else:
            texts[key] = old or [""] * (forms(language) if language else 2)
    json.dump(texts, sys.stdout, ensure_ascii=False, indent=1)
    print()


def strings_of(translation):
    return translation if isinstance(translation, list) else [translation]


def complain(language, wanted, texts):
    """Says what is missing or too much; whether that is anything."""
    wrong = [f"not translated: {key!r}" for key in wanted if not all(strings_of(texts.get(key, "")))]
    wrong += [f"not in the sources: {key!r}" for key in texts if key not in wanted]
    wrong += [f"needs {forms(language)} forms: {key!r}" for key, entry in wanted.items()
              if len(strings_of(texts.get(key, ""))) != (1 if entry.plural is None else forms(language))]
    print("\n".join(wrong), end="\n" if wrong else "", file=sys.stderr)
    return bool(wrong)


def write_entry(entry, strings):
    lines = ["#, c-format"] if "c-format" in entry.flags else []
    if entry.context is not None:
        lines.append("msgctxt " + quote(entry.context))
    lines.append("msgid " + quote(entry.text))
    if entry.plural is None:
        return "\n".join(lines + ["msgstr " + quote(strings)]) + "\n"
    lines.append("msgid_plural " + quote(entry.plural))
    return "\n".join(lines + [f"msgstr[{i}] {quote(text)}" for i, text in enumerate(strings)]) + "\n"


def build(language, path):
    name, plural = LANGUAGES[language]
    wanted = sources()
    texts = json.loads(pathlib.Path(path).read_text(encoding="utf-8"))
    if complain(language, wanted, texts):
        return 1
    head = (f"# {name} translation of FDDM for GIMP.\n# SPDX-License-Identifier: Apache-2.0\n"
            'msgid ""\nmsgstr ""\n"Project-Id-Version: fddm\\n"\n"Report-Msgid-Bugs-To: \\n"\n'
            f'"PO-Revision-Date: {time.strftime("%Y-%m-%d")} 00:00+0000\\n"\n'
            f'"Last-Translator: The FDDM for GIMP authors\\n"\n"Language-Team: {name}\\n"\n"Language: {language}\\n"\n'
            '"MIME-Version: 1.0\\n"\n"Content-Type: text/plain; charset=UTF-8\\n"\n"Content-Transfer-Encoding: 8bit\\n"\n'
            f'"Plural-Forms: {plural}\\n"\n')
    target = PO / f"{language}.po"
    part = target.with_suffix(".po.part")
    part.write_text("\n".join([head] + [write_entry(entry, texts[key]) for key, entry in wanted.items()]), encoding="utf-8")
    os.replace(part, target)
    return 0


def main():
    match sys.argv[1:]:
        case ["extract", *language] if len(language) <= 1 and set(language) <= set(LANGUAGES):
            return extract(language[0] if language else None)
        case ["build", language, path] if language in LANGUAGES:
            return build(language, path)
    print(__doc__.strip(), file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main())
