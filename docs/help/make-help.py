#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Makes the pages behind Help and F1 out of the Markdown in docs/, as GIMP's help plug-in wants them.

    make-help.py FOLDER [DEPFILE]

FOLDER becomes en/*.html with their pictures and en/gimp-help.xml, which leads from a procedure to its page. DEPFILE lists,
for ninja, what they were made from. Reads the Markdown that our docs use; what it does not know is an error, not a guess.
"""
import html
import pathlib
import re
import shutil
import sys

DOCS = pathlib.Path(__file__).resolve().parents[1]
SOURCE = DOCS.parent
# The pages, and the procedure that each is the help of. Links to other files of the sources become plain words.
PAGES = {"denoise": "plug-in-fddm-denoise", "generate": "plug-in-fddm-generate", "seamless": "plug-in-fddm-make-seamless",
         "scripting": None, "gpu": None}

PAGE = """<!DOCTYPE html>
<html xmlns="http://www.w3.org/1999/xhtml" lang="en">
<head>
<meta charset="utf-8"/>
<meta name="viewport" content="width=device-width"/>
<title>{title}</title>
<link rel="stylesheet" href="style.css"/>
</head>
<body>
<nav>{nav}</nav>
<main>
{body}
</main>
<footer>{footer}</footer>
</body>
</html>
"""


class Problem(Exception):
    pass


def anchor(heading):
    """The name under which others link to a heading, as on GitHub."""
    return re.sub(r"[^\w\- ]", "", re.sub(r"[`*]", "", heading).lower()).replace(" ", "-")


def title_of(path):
    return re.search(r"^# (.*)$", path.read_text(encoding="utf-8"), re.M)[1]


class Page:
    """One Markdown file on its way to HTML."""

    def __init__(self, name):
        self.name, self.path = name, DOCS / f"{name}.md"
        self.pictures, self.kept, self.line, self.start = [], [], 0, 0
        text = re.sub(r"<!--.*?-->\n?", "", self.path.read_text(encoding="utf-8"), flags=re.S)
        self.lines = text.split("\n")
        self.title = title_of(self.path)

    def stop(self, what):
        raise Problem(f"{self.path.relative_to(SOURCE)}: {what}: in the lines from {self.lines[self.start]!r} on")

    # ---- Within a line ----

    def keep(self, markup):
        """Puts finished markup aside, so that nothing within it is read again."""
        self.kept.append(markup)
        return f"\x00{len(self.kept) - 1}\x00"

    def picture(self, match):
        file = (self.path.parent / match[2]).resolve()
        if not file.is_file():
            self.stop(f"there is no picture {match[2]}")
        self.pictures.append(file)
        return self.keep(f'<img src="{html.escape(file.name)}" alt="{html.escape(match[1])}"/>')

    def link(self, match):
        words, (path, _, place) = match[1], match[2].partition("#")
        if re.match(r"https?:", path):
            return self.keep(f'<a href="{html.escape(match[2])}">') + words + self.keep("</a>")
        file = (self.path.parent / path).resolve() if path else self.path
        if not file.exists():
            self.stop(f"there is no {path} to link to")
        if file.parent == DOCS and file.suffix == ".md" and file.stem in PAGES:
            target = (f"{file.stem}.html" if path else "") + (f"#{place}" if place else "")
            return self.keep(f'<a href="{target}">') + (title_of(file) if words == path else words) + self.keep("</a>")
        where = file.relative_to(SOURCE)
        return self.keep(f'<span title="{where} in the source code of FDDM">') + (str(where) if words == path else words) + \
            self.keep("</span>")

    def inline(self, text):
        self.kept = []
        text = re.sub(r"`([^`]+)`", lambda match: self.keep(f"<code>{html.escape(match[1])}</code>"), text)
        text = re.sub(r"\\([*_`#|\[\]])", lambda match: self.keep(match[1]), text)
        text = html.escape(text, quote=False)
        text = re.sub(r"!\[([^\]]*)\]\(([^)\s]+)\)", self.picture, text)
        text = re.sub(r"\[([^\]]+)\]\(([^)\s]+)\)", self.link, text)
        text = re.sub(r"\*\*(\S(?:[^*]*\S)?)\*\*", r"<strong>\1</strong>", text)
        text = re.sub(r"\*(\S(?:[^*]*\S)?)\*", r"<em>\1</em>", text)
        if re.search(r"\*|\]\(", text):
            self.stop("emphasis or link that does not end")
        while "\x00" in text:
            text = re.sub("\x00(\\d+)\x00", lambda match: self.kept[int(match[1])], text)
        return text

    # ---- Blocks ----

    def take(self, pattern):
        """The lines from here on that match, and the place moves on."""
        start = self.line
        while self.line < len(self.lines) and re.match(pattern, self.lines[self.line]):
            self.line += 1
        return self.lines[start:self.line]

    def heading(self):
        marks, text = self.lines[self.line].split(" ", 1)
        self.line += 1
        level = len(marks)
        return f'<h{level} id="{anchor(text)}">{self.inline(text)}</h{level}>'

    def table(self):
        rows = [[cell.strip() for cell in re.split(r"(?<!\\)\|", line.strip()[1:-1])] for line in self.take(r"\|")]
        if len(rows) < 2 or any(not re.fullmatch(r":?-+:?", cell) for cell in rows[1]) or len({len(row) for row in rows}) > 1:
            self.stop("table without a line of dashes, or with rows of different lengths")

        def row(cells, kind):
            return "<tr>" + "".join(f"<{kind}>{self.inline(cell)}</{kind}>" for cell in cells) + "</tr>"
        head = f"<thead>{row(rows[0], 'th')}</thead>\n" if any(rows[0]) else ""
        return f"<table>\n{head}<tbody>\n" + "\n".join(row(cells, "td") for cells in rows[2:]) + "\n</tbody>\n</table>"

    def items(self, mark, kind):
        """A list of one level; an item may go on in indented lines."""
        items = []
        while self.line < len(self.lines) and re.match(mark, self.lines[self.line]):
            first = re.sub(mark, "", self.lines[self.line])
            self.line += 1
            items.append(" ".join([first] + [line.strip() for line in self.take(r" +\S")]))
        return f"<{kind}>\n" + "\n".join(f"<li>{self.inline(item)}</li>" for item in items) + f"\n</{kind}>"

    def code(self):
        lines = self.take(r"    ")
        return "<pre><code>" + html.escape("\n".join(line[4:] for line in lines), quote=False) + "</code></pre>"

    def fence(self):
        self.line += 1
        lines = self.take(r"(?!```)")
        if self.line == len(self.lines):
            self.stop("code that does not end")
        self.line += 1
        return "<pre><code>" + html.escape("\n".join(lines), quote=False) + "</code></pre>"

    def paragraph(self):
        text = " ".join(line.strip() for line in self.take(r"(?! *$|#+ |\||- |\d+\. |```|    )"))
        only = re.fullmatch(r"!\[([^\]]*)\]\([^)]+\)", text)
        if only:
            return f"<figure>{self.inline(text)}<figcaption>{html.escape(only[1], quote=False)}</figcaption></figure>"
        return f"<p>{self.inline(text)}</p>"

    def block(self):
        self.start, line = self.line, self.lines[self.line]
        for pattern, kind in ((r"#{1,4} ", self.heading), (r"\|", self.table), (r"- ", lambda: self.items(r"- ", "ul")),
                              (r"\d+\. ", lambda: self.items(r"\d+\. ", "ol")), (r"    ", self.code), (r"```", self.fence)):
            if re.match(pattern, line):
                return kind()
        if re.match(r"[<>]|[*+] |={3}|-{3}| ", line):
            self.stop("Markdown that this program does not know")
        return self.paragraph()

    def body(self):
        blocks = []
        while self.line < len(self.lines):
            if self.lines[self.line].strip():
                blocks.append(self.block())
            else:
                self.line += 1
        return "\n".join(blocks)


def licence(picture):
    """Whose the picture is and how it may be used, as REUSE.toml has it."""
    name = str(picture.relative_to(SOURCE))
    for block in (SOURCE / "REUSE.toml").read_text(encoding="utf-8").split("[[annotations]]")[2:]:
        path = re.search(r"^path = (.*)$", block, re.M)[1]
        if any(pathlib.PurePath(name).match(pattern) for pattern in re.findall(r'"([^"]+)"', path)):
            owners = re.findall(r'"([^"]+)"', re.search(r"^SPDX-FileCopyrightText = (.*)$", block, re.M)[1])
            terms = re.search(r'^SPDX-License-Identifier = "(.*)"$', block, re.M)[1]
            return ", ".join([terms] + [f"© {owner}" for owner in owners if owner != "NONE"])
    return "Apache-2.0, © The FDDM for GIMP authors"


def write(folder):
    """Writes everything into FOLDER; returns what it was made from."""
    pages = [Page(name) for name in PAGES]
    sources = [pathlib.Path(__file__), SOURCE / "REUSE.toml"] + [page.path for page in pages]
    items = []
    for page in pages:
        body = page.body()
        nav = " · ".join(f"<strong>{html.escape(other.title)}</strong>" if other is page else
                         f'<a href="{other.name}.html">{html.escape(other.title)}</a>' for other in pages)
        footer = "<br/>".join(html.escape(f"{picture.name}: {licence(picture)}") for picture in page.pictures)
        (folder / f"{page.name}.html").write_text(PAGE.format(title=html.escape(page.title), nav=nav, body=body, footer=footer),
                                                  encoding="utf-8")
        for picture in page.pictures:
            shutil.copyfile(picture, folder / picture.name)
        sources += page.pictures
        if PAGES[page.name]:
            items.append(f'  <help-item id="{PAGES[page.name]}" ref="{page.name}.html" title="{html.escape(page.title)}"/>\n')
    style = pathlib.Path(__file__).with_name("style.css")
    shutil.copyfile(style, folder / "style.css")
    (folder / "gimp-help.xml").write_text('<?xml version="1.0" encoding="UTF-8"?>\n<gimp-help>\n' + "".join(items) +
                                          '  <help-missing ref="denoise.html"/>\n</gimp-help>\n', encoding="utf-8")
    return sources + [style]


def main():
    if not 2 <= len(sys.argv) <= 3 or sys.argv[1].startswith("-"):
        sys.exit(__doc__)
    target = pathlib.Path(sys.argv[1])
    part = target.with_name(target.name + ".part")
    shutil.rmtree(part, ignore_errors=True)
    (part / "en").mkdir(parents=True)
    try:
        sources = write(part / "en")
    except Problem as problem:
        shutil.rmtree(part)
        sys.exit(f"make-help.py: {problem}")
    shutil.rmtree(target, ignore_errors=True)
    part.rename(target)
    if len(sys.argv) > 2:
        names = " ".join(str(source).replace(" ", "\\ ") for source in sources)
        pathlib.Path(sys.argv[2]).write_text(f"{sys.argv[1]}: {names}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
