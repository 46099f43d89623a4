# SPDX-License-Identifier: Apache-2.0
"""Starts a host in other languages and reads what the plug-in says there."""
import gettext
import os
import pathlib
import re
import shutil
import subprocess

SOURCE = pathlib.Path(__file__).resolve().parents[2]
LANGUAGES = {"de": "de_DE", "ja": "ja_JP", "ru": "ru_RU"}
LABEL = "_FDDM Denoise…"
REFUSAL = "“%s” would be written over itself. Choose another folder."


def environment(language, locale):
    """What makes gettext speak the language, or None. Newer C libraries do not translate in C.UTF-8."""
    known = subprocess.run(["locale", "-a"], stdout=subprocess.PIPE, text=True).stdout.split()
    if f"{locale}.utf8" in known:
        return {"LC_ALL": f"{locale}.UTF-8"}
    version = tuple(int(number) for number in os.confstr("CS_GNU_LIBC_VERSION").split()[1].split("."))
    return {"LANGUAGE": language} if version < (2, 37) else None


def label(gimp, language, translate):
    """The menu's words as GIMP has them: GIMP 3 notes them down translated; GIMP 2.10 notes a folder to look them up in."""
    notes = gimp.notes()
    if gimp.host == "gimp3":
        return next((text for text in re.findall(r'^ +"(.*)"$', notes, re.M) if text == translate(LABEL)), "")
    folder = re.search(r'\(locale-def "fddm" "([^"]*)"\)', notes)
    try:
        return gettext.translation("fddm", folder[1].replace("${gimp_dir}", str(gimp.profile)), [language]).gettext(LABEL)
    except OSError:
        return ""


def check_language(tap, gimp, catalogue, language, variables):
    """The plug-in's words where GIMP speaks the language, out of the folder beside it."""
    target = gimp.profile / "plug-ins" / "fddm" / "locale" / language / "LC_MESSAGES"
    target.mkdir(parents=True)
    shutil.copy(catalogue, target)
    with open(catalogue, "rb") as file:
        translate = gettext.GNUTranslations(file).gettext
    program = gimp.profile / "plug-ins" / "fddm" / "fddm"
    os.utime(program, (0, program.stat().st_mtime - 60))    # GIMP asks a program of another time again, and this one alone
    _, said = gimp.run('(fddm-batch-denoise "in/a.png" "in" 20 100 100 0 "fast" "cpu" 0)', **variables)
    tap.line(translate(REFUSAL) != REFUSAL and translate(REFUSAL) % "in/a.png" in said, f"{language}: the reason of a refusal")
    tap.line(translate(LABEL) != LABEL and label(gimp, language, translate) == translate(LABEL), f"{language}: the menu's words")


def check_languages(tap, gimp, plugin):
    """Languages that po/LINGUAS does not have yet, or the system cannot speak, are named as skipped."""
    built = pathlib.Path(plugin).resolve().parents[2] / "po"
    ours = (SOURCE / "po" / "LINGUAS").read_text(encoding="utf-8").split()
    for language, locale in LANGUAGES.items():
        variables = environment(language, locale)
        if language not in ours:
            tap.line(True, f"{language}: GIMP speaks it", skip="po/LINGUAS does not have it")
        elif not variables:
            tap.line(True, f"{language}: GIMP speaks it", skip=f"there is no locale {locale}.UTF-8")
        else:
            check_language(tap, gimp, built / language / "LC_MESSAGES" / "fddm.mo", language, variables)
