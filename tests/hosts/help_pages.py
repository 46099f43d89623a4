# SPDX-License-Identifier: Apache-2.0
"""Checks of the help pages that need a host, but no display."""
import pathlib
import re
import urllib.parse
import xml.etree.ElementTree as tree

PAGES = {"plug-in-fddm-denoise": "denoise.html", "plug-in-fddm-generate": "generate.html",
         "plug-in-fddm-make-seamless": "seamless.html"}


def built_help(plugin):
    """The folder of help pages that the build made for the program PLUGIN: beside it, or shared by all hosts."""
    program = pathlib.Path(plugin).resolve()
    return next(folder for folder in (program.parent / "help", program.parents[1] / "help") if folder.is_dir())


def check_registered(tap, gimp):
    """What GIMP has noted down of our plug-in leads from each action to a page that is there, as its help plug-in would go."""
    ours = gimp.notes()
    domain = re.search(r'\(help-def "fddm"\s+"(file:[^"]*)"\)', ours)
    if not tap.line(domain, "help: GIMP knows the folder of our pages"):
        return
    folder = pathlib.Path(urllib.parse.unquote(urllib.parse.urlparse(domain[1]).path)) / "en"
    try:
        items = {item.get("id"): item.get("ref") for item in tree.parse(folder / "gimp-help.xml").getroot().iter("help-item")}
    except OSError as problem:
        tap.line(False, f"help: {problem}")
        return
    for procedure, page in PAGES.items():
        tap.line(items.get(procedure) == page and (folder / page).is_file(), f"help: {procedure} leads to {page}, which is there")
