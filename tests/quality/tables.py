# SPDX-License-Identifier: Apache-2.0
"""The tables of docs/results.md, out of all.py's results: each stands between <!-- NAME --> and <!-- end -->."""
import re


class Known:
    """What was measured, by the cell's table, network and protocol."""

    def __init__(self, cells, results):
        self.cells, self.results = cells, results

    def of(self, what):
        return [c for c in self.cells if c.what == what]

    def mean(self, what, of, protocol):
        for c in self.cells:
            if (c.what, c.of, c.protocol) == (what, of, protocol):
                return self.results.mean(c)
        return None

    def text(self, what, of, protocol, figure, form="%.2f"):
        mean = self.mean(what, of, protocol)
        return form % mean[figure] if mean and figure in mean else "–"


def sets_of(cells):
    return list(dict.fromkeys(c.protocol.split(",")[0] for c in cells))


def sigmas_of(cells):
    return list(dict.fromkeys(c.protocol.split("sigma ")[1] for c in cells))


def markdown(head, rows):
    """Rows that nothing was measured of are left out; so is a table of none."""
    rows = [row for row in rows if any(any(c.isdigit() for c in cell) for cell in row[len(row) - len(head) + 1:])]
    if not rows:
        return ""
    return "\n".join("| %s |" % " | ".join(row) for row in [head, ["---"] * len(head), *rows])


def white(known, what="white"):
    cells = known.of(what)
    names, sigmas = sets_of(cells), sigmas_of(cells)
    rows = [["*%s*" % q] + [" / ".join(known.text(what, q, "%s, sigma %s" % (n, s), "psnr") for s in sigmas) for n in names]
            for q in dict.fromkeys(c.of for c in cells)]
    return markdown(["", *names], rows)


def dark(known):
    cells, rows = known.of("dark"), []
    sigmas, qualities = sigmas_of(cells), list(dict.fromkeys(c.of for c in cells))
    asked = [("noisy", cells[0].of, "noisy error"), *(("*%s*" % q, q, "error") for q in qualities),
             *(("*%s*, of its own darkest tenth" % q, q, "shown error") for q in qualities)]
    for name in sets_of(cells):
        for title, of, figure in asked:
            rows.append([name, title] + [known.text("dark", of, "%s, sigma %s" % (name, s), figure, "%+.2f") for s in sigmas])
    return markdown(["error of the darkest tenth, 8-bit steps", "", *("σ = " + s for s in sigmas)], rows)


def sky(known):
    cells, rows = known.of("sky"), []
    sigmas, first = sigmas_of(cells), known.of("sky")[0].of
    for title, figure in (("energy of bright stars", "energy"), ("share that keeps it within 20 %", "kept"),
                          ("energy of faint stars", "faint energy"), ("share that keeps it within 20 %", "faint kept"),
                          ("height left of hot pixels", "left"), ("share that stays", "stay")):
        words = figure.split(" ")
        noisy = " ".join(words[:-1] + ["noisy", words[-1]])
        for of, name, wanted in [(first, "noisy", noisy)] + [(q, "*%s*" % q, figure) for q in dict.fromkeys(c.of for c in cells)]:
            found = [known.text("sky", of, "sigma " + s, wanted) for s in sigmas]
            rows.append([title, name] + [t.replace("-0.00", "0.00") for t in found])
    return markdown(["", "", *("σ = " + s for s in sigmas)], rows)


def pairs(known):
    """Of each peer its best setting."""
    rows = []
    for name in sets_of(known.of("pairs")):
        cells = [c for c in known.of("pairs") if c.protocol.startswith(name + ",")]
        best = {}
        for c in cells:
            mean = known.results.mean(c)
            if mean and mean["psnr"] > best.get(c.of, (mean, 0))[0]["psnr"] or c.of not in best:
                best[c.of] = (mean or {"psnr": 0}, c)
        first = next((m for m, _ in best.values() if "ssim" in m), None)
        if first:
            rows.append([name, "noisy", "%.2f" % first["noisy psnr"], "%.4f" % first["noisy ssim"], "", ""])
        for of, (mean, c) in sorted(best.items(), key=lambda item: -item[1][0]["psnr"]):
            if "ssim" not in mean:
                continue
            gains = [r["psnr"] - r["noisy psnr"] for r in known.results.rows(c)]
            worse = mean.get("worse", sum(g < -0.05 for g in gains))
            setting = "" if of.startswith("FDDM") else ", " + c.protocol.split(", ", 1)[1]
            rows.append([name, of + setting, "%.2f" % mean["psnr"], "%.4f" % mean["ssim"], "%d" % worse,
                         "%+.2f" % min(gains) if gains else ""])
    return markdown(["", "", "PSNR", "SSIM", "made worse", "least gain, dB"], rows)


def clean(known):
    rows = []
    for c in known.of("clean"):
        found = [r["psnr"] for r in known.results.rows(c)] if known.results.done(c) else None
        rows.append([c.protocol, "*%s*" % c.of] + (["%.1f" % min(found), "%d of %d" % (sum(p < 45 for p in found), len(found))]
                                                   if found else ["–", "–"]))
    return markdown(["", "", "least PSNR", "below 45 dB"], rows)


def blind(known):
    cells = known.of("blind")
    sigmas = sigmas_of(cells)
    rows = []
    for name in sets_of(cells):
        for title, figure, form in (("PSNR", "psnr", "%.2f"), ("level off by, mean", "wrong", "%.3f")):
            rows.append([name, title])
            rows[-1] += [known.text("blind", "balanced", "%s, sigma %s" % (name, s), figure, form) for s in sigmas]
    return markdown(["*balanced*", "", *("σ = " + s for s in sigmas)], rows)


TABLES = {"white": white, "8 bit": lambda known: white(known, "8 bit"), "pairs": pairs, "dark": dark, "sky": sky, "clean": clean,
          "blind": blind}


def write(path, cells, results):
    """Every table whose cells there are, into the file PATH."""
    known = Known(cells, results)
    with open(path) as f:
        text = f.read()
    for name, table in TABLES.items():
        if known.of(name):
            made = (table(known) + "\n").lstrip("\n")
            text = re.sub(r"(<!-- %s -->\n).*?(<!-- end -->)" % name, r"\g<1>" + made.replace("\\", r"\\") + r"\g<2>", text, flags=re.S)
    with open(path, "w") as f:
        f.write(text)
