#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Checks the help pages that docs/help/make-help.py wrote to FOLDER, by other means than it made them with; prints TAP.

    check-help.py FOLDER
"""
import collections
import pathlib
import re
import sys
import xml.etree.ElementTree as tree

SOURCE = pathlib.Path(__file__).resolve().parents[2]
NAMES = "{http://www.w3.org/1999/xhtml}"
count = bad = 0


def check(good, name):
    global count, bad
    count, bad = count + 1, bad + (not good)
    print(f"{'ok' if good else 'not ok'} {count} - {name}")


def read_pages(folder):
    """Each page as a tree, by its name; one that is not well-formed fails."""
    pages = {}
    for path in sorted(folder.glob("*.html")):
        try:
            pages[path.name] = tree.parse(path).getroot()
            check(True, f"{path.name} is well-formed")
        except tree.ParseError as problem:
            check(False, f"{path.name} is well-formed: {problem}")
    return pages


def check_links(folder, pages):
    """Everything that a page points at lies in the same folder."""
    anchors = {name: [node.get("id") for node in root.iter() if node.get("id")] for name, root in pages.items()}
    for name, root in pages.items():
        lost = [node.get("src") for node in root.iter(NAMES + "img") if not (folder / node.get("src")).is_file()]
        lost += [node.get("href") for node in root.iter(NAMES + "link") if not (folder / node.get("href")).is_file()]
        for node in root.iter(NAMES + "a"):
            page, _, place = node.get("href").partition("#")
            if not re.match("https?:", page) and ((page or name) not in pages or place and place not in anchors[page or name]):
                lost.append(node.get("href"))
        check(not lost, f"{name}: links and pictures are there {lost or ''}")
        check(len(set(anchors[name])) == len(anchors[name]), f"{name}: no two headings have one name")
        check(not root.findall(f".//{NAMES}img[@alt='']"), f"{name}: each picture is described")


def words(text):
    return re.findall(r"\w+", text)


def check_words(pages):
    """A page says what its source says, word for word."""
    for name, root in pages.items():
        source = (SOURCE / "docs" / name).with_suffix(".md").read_text(encoding="utf-8")
        source = re.sub(r"<!--.*?-->", "", source, flags=re.S)
        source = re.sub(r"!\[([^\]]*)\]\([^)]*\)", r"\1", source)
        source = re.sub(r"\[([\w./]+)\]\(\1(#[^)]*)?\)", " ", source)     # named after its file: the page may say it better
        source = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", source)
        source = re.sub(r"(?m)^\d+\. ", "", source)
        said = "".join(" ".join([*node.itertext(), ""]) for node in root.iter(NAMES + "main"))
        missing = sorted(collections.Counter(words(source)) - collections.Counter(words(said)))
        check(not missing, f"{name} says what its source says {missing or ''}")


def check_map(folder, pages):
    """Each action of the plug-in has a page, and the help's list names no other."""
    header = (SOURCE / "plugin" / "procedures.h").read_text(encoding="utf-8")
    actions = {name for what, name in re.findall(r'#define FDDM_(\w+)_PROCEDURE\s+"([^"]+)"', header) if f"FDDM_{what}_MENU" in header}
    items = tree.parse(folder / "gimp-help.xml").getroot().findall("help-item")
    check(len(actions) >= 2 and {item.get("id") for item in items} == actions, f"gimp-help.xml has the actions: {sorted(actions)}")
    check(all(item.get("ref") in pages for item in items), "gimp-help.xml leads to pages that are there")
    missing = tree.parse(folder / "gimp-help.xml").getroot().find("help-missing")
    check(missing is not None and missing.get("ref") in pages, "gimp-help.xml has a page for anything else")


def main():
    folder = pathlib.Path(sys.argv[1]) / "en"
    pages = read_pages(folder)
    check_links(folder, pages)
    check_words(pages)
    check_map(folder, pages)
    shown = {node.get("src") for root in pages.values() for node in root.iter(NAMES + "img")}
    there = {path.name for path in folder.iterdir()} - set(pages) - {"gimp-help.xml", "style.css"}
    check(there == shown, f"no picture lies there unused {sorted(there - shown) or ''}")
    print(f"1..{count}")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
