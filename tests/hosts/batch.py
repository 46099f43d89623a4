# SPDX-License-Identifier: Apache-2.0
"""Checks of the batch scripts in a real GIMP: what is saved differs from the photo in its noise alone; what fails is counted."""
import os
import pathlib
import re
import resource
import shutil
import stat
import struct
import subprocess

import pictures

CALL = '(fddm-batch-denoise "{}" "{}" {} 0 "fast" "cpu" 0)'
UNCHANGED = "20 0 0"     # strengths 0: the pixels are the photo's
DENOISED = "20 100 100"


def counted(said, done, failed, name="fddm-batch-denoise"):
    return re.search(rf"{name}: {done} done, {failed} failed$", said, re.M) is not None


def folder(gimp, name):
    path = gimp.work / name
    path.mkdir(parents=True, exist_ok=True)
    return path


def magick(*arguments):
    """ImageMagick; whether it could."""
    return subprocess.run(["convert", *map(str, arguments)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                          check=False).returncode == 0


def pixels(path):
    """RGBA samples of 8 bits, as ImageMagick reads them; empty for what it cannot read."""
    done = subprocess.run(["convert", f"{path}[0]", "-depth", "8", "rgba:-"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                          check=False)
    return done.stdout if done.returncode == 0 else b""


def error(one, other):
    """Mean squared difference of two pictures; infinite if their sizes differ."""
    a, b = pixels(one), pixels(other)
    return sum((x - y) ** 2 for x, y in zip(a, b)) / len(a) if a and len(a) == len(b) else float("inf")


def jpeg_segments(path, kinds):
    data, at, found = path.read_bytes(), 2, []
    while data[at] == 0xff and data[at + 1] != 0xda:
        size = struct.unpack(">H", data[at + 2:at + 4])[0]
        if data[at + 1] in kinds:
            found.append(data[at + 4:at + 2 + size])
        at += 2 + size
    return found


def tables(path):
    """Quantisation tables by number."""
    joined = b"".join(jpeg_segments(path, {0xdb}))
    return {joined[at]: joined[at + 1:at + 65] for at in range(0, len(joined), 65)}


def sampling(path):
    """Sampling factors of the components."""
    frame = jpeg_segments(path, {0xc0, 0xc1, 0xc2})[0]
    return [frame[7 + 3 * i] for i in range(frame[5])]


def tiff_compression(path):
    data = path.read_bytes()
    order = "<" if data[:2] == b"II" else ">"
    at, = struct.unpack(order + "I", data[4:8])
    for i in range(struct.unpack(order + "H", data[at:at + 2])[0]):
        tag, _, _, value = struct.unpack(order + "HHIH", data[at + 2 + 12 * i:at + 12 + 12 * i])
        if tag == 259:
            return value
    return None


def check_batch(tap, gimp):
    """The lines of docs/scripting.md: a pattern, a folder, one broken file."""
    call = '(fddm-batch-denoise "{}" "{}" 20 100 100 0 "fast" "cpu" 0)'
    status, said = gimp.run(call.format("in/[ac]*.png", "batch"))
    tap.line(status == 0 and re.search(r"fddm-batch-denoise: 3 done, 0 failed$", said, re.M), "batch: three files, all done")
    status, said = gimp.run(call.format("in/*.png", "mixed"))
    tap.line(re.search(r"fddm-batch-denoise: 4 done, 1 failed$", said, re.M), "batch: one of five files fails, the rest goes on")
    tap.line(status == (0 if gimp.host == "gimp2" else 70), f"batch: exit status {status} with failed files")
    tap.line("in/broken.png: " in said, "batch: the broken file is named")
    tap.line(re.search(r"^fddm: in/a\.png: Noise: luma 20\.0, chroma 20\.0\. .*, \d+\.\d s\.$", said, re.M),
             "batch: the log tells noise, device and time")
    status, said = gimp.run(call.replace('"cpu" 0', '"auto" 0 200 100 0').format("in/a.png", "bands"))
    tap.line(re.search(r"fddm-batch-denoise: 1 done, 0 failed$", said, re.M), "batch: bands at the end")
    tap.line("No GPU: " in said or " GPU" in said, "batch: the log tells why there is no GPU, where there is none")
    one, other = ((gimp.work / folder / "a.png").read_bytes() for folder in ("mixed", "bands"))
    tap.line(one != other, "batch: bands change the result")
    names = sorted(path.name for path in (gimp.work / "mixed").iterdir())
    tap.line(names == ["a.png", "alpha.png", "c.png", "indexed.png"], "batch: whole results under their names, nothing else")
    before, after = (pictures.roughness(gimp.work / folder / "a.png") for folder in ("in", "mixed"))
    tap.line(after < 0.7 * before, "batch: the saved picture is smoother")
    for pattern, folder, name in (("in/x*.png", "batch", "no such file"), ("in/a.png", "nowhere", "no such folder")):
        _, said = gimp.run(call.format(pattern, folder))
        tap.line(re.search(r"fddm-batch-denoise: 0 done, 1 failed$", said, re.M), f"batch: {name}: counted as failed")


def check_batch_generate(tap, gimp):
    """The lines of docs/scripting.md: textures into a folder."""
    call = '(fddm-batch-generate "texture" "{}" 40 30 2 {} 2 "{}" 5{})'
    status, said = gimp.run(call.format("grass", "TRUE", "textures", ""))
    tap.line(status == 0 and re.search(r"fddm-batch-generate: 2 done, 0 failed$", said, re.M), "batch: two textures, both done")
    tap.line(re.search(r"^fddm: textures/grass-6\.png: 40 × 30, layers: 1\. .*, \d+\.\d s\.", said, re.M),
             "batch: the log tells file, size, device and time")
    _, said = gimp.run(call.format("stone paving", "FALSE", "textures", ' 0 "cpu"'))
    tap.line(re.search(r"fddm-batch-generate: 2 done, 0 failed$", said, re.M), "batch: eta and device at the end")
    names = sorted(path.name for path in (gimp.work / "textures").iterdir())
    tap.line(names == ["grass-5.png", "grass-6.png", "stone paving-5.png", "stone paving-6.png"],
             f"batch: whole textures under their names, nothing else {names}")
    rows = [pictures.read_gray(gimp.work / "textures" / name) for name in names]
    tap.line(all(len(picture) == 30 and len(picture[0]) == 40 for picture in rows), "batch: the size is as told")
    tap.line(len({b"".join(map(bytes, picture)) for picture in rows}) == 4, "batch: four different textures")
    status, said = gimp.run(call.format("gras", "FALSE", "textures", ""))
    tap.line(re.search(r"fddm-batch-generate: 0 done, 2 failed$", said, re.M) and "available: grass, stone paving" in said,
             "batch: an unknown subject fails, the available ones are listed")
    tap.line(status == (0 if gimp.host == "gimp2" else 70), f"batch: exit status {status} with failed textures")


def check_seeds(tap, gimp):
    """The whole range, after whose end a series goes on at 0, and nothing beyond: as in the program."""
    out, reason = folder(gimp, "seeds"), "“seed” is {}, but must be from 0 to 2147483647."
    call = '(fddm-batch-generate "texture" "grass" 40 30 1 FALSE {} "seeds" {} 1 "cpu")'
    _, said = gimp.run(call.format(3, 2147483646))
    names = sorted(path.name for path in out.iterdir())
    tap.line(counted(said, 3, 0, "fddm-batch-generate"), "batch: the last two seeds and the next one")
    tap.line(names == ["grass-0.png", "grass-2147483646.png", "grass-2147483647.png"], f"batch: the next one is 0 {names}")
    if (out / "grass-0.png").exists():
        (out / "grass-0.png").rename(out / "next.png")
    gimp.run(call.format(1, 0))
    tap.line((out / "next.png").exists() and pictures.read_gray(out / "next.png") == pictures.read_gray(out / "grass-0.png"),
             "batch: it is that of seed 0")
    for seed in (2147483648, 4294967301, -1):
        _, said = gimp.run(call.format(2, seed))
        tap.line(counted(said, 0, 2, "fddm-batch-generate") and said.count(reason.format(seed)) == 2,
                 f"batch: textures with seed {seed}: refused with the reason")
        _, said = gimp.run(f'(fddm-batch-denoise "in/a.png" "seeds" 20 100 100 0 "fast" "cpu" {seed})')
        tap.line(counted(said, 0, 1) and reason.format(seed) in said, f"batch: a photo with seed {seed}: likewise")
    tap.line(len(list(out.iterdir())) == 4, "batch: seeds out of range leave no file")


def check_batch_generate_like(tap, gimp):
    """The last arguments: a picture of the material, and maps. Each may be left out with those after it."""
    where, out = folder(gimp, "my stones"), folder(gimp, "like-out")
    rows = [bytes(120 + (7 * x * x + 13 * y + 5 * x * y + 40 * c) % 60 for x in range(80) for c in range(3)) for y in range(70)]
    pictures.write_png(where / "red wall.png", 2, rows)
    pictures.write_png(where / "small.png", 2, rows[:40])
    call = '(fddm-batch-generate "texture" "" 40 30 2 TRUE 1 "like-out" 5{})'
    _, said = gimp.run(call.format(' 1 "cpu" "my stones/red wall.png"'))
    tap.line(counted(said, 1, 0, "fddm-batch-generate") and "like-out/red wall-5.png: 40 × 30" in said,
             "batch: a material like that of a picture")
    close = (out / "red wall-5.png").read_bytes() if (out / "red wall-5.png").exists() else b""
    _, said = gimp.run(call.format(' 1 "cpu" "my stones/red wall.png" 0 "roughness" 80 "directx"'))
    tap.line(counted(said, 1, 0, "fddm-batch-generate"), "batch: closeness, maps, their strength and the direction of normals")
    names = sorted(path.name for path in out.iterdir())
    tap.line(names == ["red wall-5-height.png", "red wall-5-normal.png", "red wall-5-roughness.png", "red wall-5.png"],
             f"batch: maps beside the picture, nothing else {names}")
    tap.line(close and close != (out / "red wall-5.png").read_bytes(), "batch: closeness changes the picture")
    height, normal = (pixels(out / f"red wall-5-{name}.png") for name in ("height", "normal"))
    tap.line(len(height) == 4800 and height[0::4] == height[1::4] == height[2::4] and len(set(height[0::4])) > 5,
             "batch: the height is gray")
    lengths = [sum((2 * value / 255 - 1) ** 2 for value in normal[at:at + 3]) for at in range(0, len(normal), 4)]
    tap.line(lengths and all(0.95 < length < 1.05 for length in lengths), "batch: the normals are of unit length")
    down = normal[1::4]
    gimp.run(call.format(' 1 "cpu" "my stones/red wall.png" 0 "normal" 80 "opengl"'))
    up = pixels(out / "red wall-5-normal.png")[1::4]
    tap.line(up and len(set(up)) > 5 and all(abs(a + b - 255) <= 1 for a, b in zip(up, down)), "batch: their green is turned")
    _, said = gimp.run(call.format(' 1 "cpu" "my stones/small.png"'))
    tap.line(counted(said, 0, 1, "fddm-batch-generate") and "at least 64 × 64" in said, "batch: an example that is too small fails")
    _, said = gimp.run(call.format(' 1 "cpu" "nothing.png"'))
    tap.line(counted(said, 0, 1, "fddm-batch-generate") and "cannot be opened" in said, "batch: one that is not there, too")
    _, said = gimp.run(call.format(' 1 "cpu" "" 0 "none" 100 "opengl" 1'))
    tap.line("Too many arguments" in said and "done" not in said, "batch: an argument too many is an error")


def write_tiff(path, pages):
    """Uncompressed gray pages, each (value, width, height, whether it is a thumbnail)."""
    data, after = bytearray(b"II*\0\0\0\0\0"), 4      # where the place of the next page goes
    for value, width, height, reduced in pages:
        strip = len(data)
        data += bytes([value]) * (width * height)
        data += b"\0" * (len(data) % 2)
        data[after:after + 4] = struct.pack("<I", len(data))
        tags = {254: int(reduced), 256: width, 257: height, 258: 8, 259: 1, 262: 1, 273: strip, 277: 1, 278: height,
                279: width * height}
        data += struct.pack("<H", len(tags)) + b"".join(struct.pack("<HHII", tag, 4, 1, number) for tag, number in tags.items())
        after = len(data)
        data += b"\0\0\0\0"
    path.write_bytes(data)


def check_thumbnail(tap, gimp):
    """A TIFF with a small copy of its picture, as GIMP 3 writes it, is one picture; with two pages it is refused."""
    where, out = folder(gimp, "thumbs"), folder(gimp, "thumbs-out")
    write_tiff(where / "one.tif", [(80, 40, 30, False), (200, 60, 50, True)])
    write_tiff(where / "two.tif", [(80, 40, 30, False), (200, 60, 50, False)])
    _, said = gimp.run(CALL.format("thumbs/*.tif", "thumbs-out", UNCHANGED))
    tap.line(counted(said, 1, 1) and "thumbs/two.tif: " in said,
             "batch: a TIFF with a thumbnail is done, one with two pages is not")
    tap.line(pixels(out / "one.tif") == bytes([80, 80, 80, 255]) * 1200, "batch: its picture is kept, not the thumbnail")


def make_formats(where, source):
    """The photo in the formats that ImageMagick can write here."""
    options = {"q60.jpg": ["-quality", 60, "-sampling-factor", "2x2"], "q98.jpg": ["-quality", 98, "-sampling-factor", "1x1"],
               "wide.jpg": ["-quality", 80, "-sampling-factor", "2x1"], "lossy.webp": ["-quality", 80],
               "lossy.heic": ["-quality", 80], "lossy.avif": ["-quality", 80],
               "exact.webp": ["-define", "webp:lossless=true"], "plain.ppm": [], "gray.pgm": ["-colorspace", "Gray"],
               "lzw.tif": ["-compress", "lzw"], "zip.tif": ["-compress", "zip"], "none.tif": ["-compress", "none"],
               "whole.pcx": [], "whole.sgi": ["-compress", "RLE"], "sun.ras": [],
               "a.bmp": [], "palette.png": ["-colors", 64, "-type", "Palette"], "old.gif": ["-colors", 64]}
    return [name for name, more in options.items() if magick(source, *more, where / name)]


def check_formats(tap, gimp):
    """Every saver gets arguments that keep the picture."""
    where, out = folder(gimp, "formats"), folder(gimp, "formats-out")
    names = make_formats(where, gimp.work / "in" / "a.png")
    _, said = gimp.run(CALL.format("formats/*", "formats-out", UNCHANGED))
    lacks = "heic|avif|pcx" if "'file-pcx-load' has been called with value ''" in said else "heic|avif"   # GIMP 3.0.4 opens no PCX
    unknown = [name for name in names if re.search(lacks, name)           # not every GIMP writes the others
               and re.search(rf"formats/{name}: The (?!.*written whole)", said)]
    names = [name for name in names if name not in unknown]
    tap.line(names and counted(said, len(names), len(unknown)), f"batch: {len(names)} files of all formats are done")
    for name in names:
        before, after = where / name, out / re.sub("gif|ras", "png", name)
        most = 0 if not re.search(r"jpg|lossy", name) else 60 if "q60" in name else 12
        if not tap.line(after.exists() and error(before, after) <= most,
                        f"batch: {name}: the pixels are kept ({error(before, after):.1f})"):
            continue
        if name.endswith("jpg"):
            tap.line(tables(after) == tables(before), f"batch: {name}: the quality is kept")
            tap.line(sampling(after) == sampling(before), f"batch: {name}: the sampling of colours is kept")
        if name.endswith("tif"):
            tap.line(tiff_compression(after) == tiff_compression(before) or (name, tiff_compression(after)) == ("zip.tif", 32946),
                     f"batch: {name}: the compression is kept ({tiff_compression(after)})")
        if name.endswith(("ppm", "pgm")):
            tap.line(after.read_bytes()[:2] in (b"P6", b"P5"), f"batch: {name}: binary, as it was")


def check_unfit(tap, gimp):
    """Cut files, pages, frames and what the format cannot hold are refused by name."""
    where, out, source = folder(gimp, "unfit"), folder(gimp, "unfit-out"), gimp.work / "in" / "a.png"
    for name in ("cut1.jpg", "cut2.png", "cut3.bmp", "cut4.tga", "cut5.gif", "cut6.psd", "cut7.tga", "cut8.pcx", "cut9.sgi",
                 "cut10.ras", "cut11.exr"):
        if not magick(source, *(["-compress", "RLE"] if name[3] in "79" else []), where / name):
            continue
        data = (where / name).read_bytes()
        (where / name).write_bytes(data[:len(data) - 100])
    for name in ("pages.tif", "frames.gif", "frames.webp"):
        magick(source, gimp.work / "in" / "c.png", where / name)
    magick(source, "-alpha", "set", "-channel", "A", "-evaluate", "set", "50%", where / "clear.png")
    (where / "clear.png").rename(where / "clear.jpg")
    pictures.write_png(where / "wide.webp", 2, [os.urandom(3 * 16384)] * 8)
    os.mkfifo(where / "pipe.png")
    names = sorted(path.name for path in where.iterdir())
    _, said = gimp.run(CALL.format("unfit/*", "unfit-out", DENOISED))
    tap.line(len(names) > 8 and counted(said, 0, len(names)) and not list(out.iterdir()),
             f"batch: {len(names)} cut, paged or animated files: none is done")
    for name in names:
        reason = {"cut": "it is cut off", "pip": "regular file", "cle": "transparency", "wid": "at most 16383 pixels"}.get(name[:3], "several pages or frames")
        tap.line(re.search(rf"unfit/{name}: .*{reason}", said), f"batch: {name}: refused, saying “{reason}”")


def check_names(tap, gimp):
    """Wildcards in folders, names that are long or not UTF-8, results that would meet, links."""
    source = (gimp.work / "in" / "a.png").read_bytes()
    odd, long = b"n\xefve.png", "l" * 250 + ".png"
    for day, name in (("day1", "a.png"), ("day1", "b.png"), ("day2", "a.png"), ("day2", "c.png"), ("day2", long)):
        (folder(gimp, f"days/{day}") / name).write_bytes(source)
    out = folder(gimp, "days-out")
    target = folder(gimp, "aside") / "target.png"
    target.write_bytes(b"old")
    target.chmod(0o640)
    (out / "c.png").symlink_to(target)
    _, said = gimp.run(CALL.format("days/day*/*.png", "days-out", UNCHANGED))
    tap.line(counted(said, 3, 2), "batch: a wildcard in the folder; two photos of one name are not begun")
    tap.line("would become it" in said and not (out / "a.png").exists(), "batch: photos of one name: the reason is told")
    tap.line(sorted(path.name for path in out.iterdir()) == ["b.png", "c.png", long], "batch: a name of 254 bytes; no leftovers")
    tap.line((out / "c.png").is_symlink() and target.read_bytes()[:4] == b"\x89PNG", "batch: a link is followed")
    tap.line(stat.S_IMODE(target.stat().st_mode) == 0o640, "batch: the permissions are kept")

    check_device(tap, gimp)
    where = os.fsencode(folder(gimp, "odd"))
    with open(os.path.join(where, odd), "wb") as file:
        file.write(source)
    _, said = gimp.run(CALL.format("odd/*", "odd-out", UNCHANGED))
    tap.line(counted(said, 0, 1), "batch: a missing folder fails for a name that is not UTF-8, too")
    folder(gimp, "odd-out")
    _, said = gimp.run(CALL.format("odd/*", "odd-out", UNCHANGED))
    tap.line(counted(said, 1, 0) and os.listdir(os.fsencode(gimp.work / "odd-out")) == [odd],
             "batch: a name that is not UTF-8 is done under its name")
    _, said = gimp.run(CALL.format("days/day*/[bc].png", "days/day2", UNCHANGED))
    tap.line(counted(said, 1, 1) and "over itself" in said, "batch: into a folder with an original: that one is refused")
    (folder(gimp, "days/day1") / "c.jpg").write_bytes(b"")
    shutil.copy(gimp.work / "days" / "day2" / "c.png", gimp.work / "days" / "day1" / "e.png")
    shutil.copy(gimp.work / "days" / "day2" / "c.png", gimp.work / "days" / "day2" / "e.gif")
    _, said = gimp.run(CALL.format("days/day*/e.*", "days/day1", UNCHANGED))
    tap.line(counted(said, 0, 2), "batch: a GIF that would become another photo's PNG is refused, like the photo itself")


def check_device(tap, gimp):
    """A pipe or a device, here by a link, is not replaced by a result."""
    shutil.copy(gimp.work / "in" / "a.png", folder(gimp, "plain") / "a.png")
    os.mkfifo(gimp.work / "pipe")
    (folder(gimp, "device") / "a.png").symlink_to(gimp.work / "pipe")
    _, said = gimp.run(CALL.format("plain/*", "device", UNCHANGED))
    tap.line(counted(said, 0, 1) and "not a regular file" in said and stat.S_ISFIFO((gimp.work / "pipe").stat().st_mode),
             "batch: a result does not take the place of a pipe")


def check_full_disk(tap, gimp):
    """A file that cannot be written whole is counted as failed, and the old one stays. A limit on sizes acts as a full disk."""
    where, out = folder(gimp, "large"), folder(gimp, "large-out")
    made = [name for name in ("a.bmp", "a.webp", "a.png", "a.ppm", "a.tif")
            if magick("-size", "400x300", "xc:gray50", "-seed", 1, "-attenuate", 2, "+noise", "Gaussian", "-quality", 95,
                      where / name)]
    for name in made:
        (out / name).write_bytes(b"old")
    limit = 50000
    gimp.run("(display 1)")   # so that GIMP has nothing to write down
    _, said = gimp.run(CALL.format("large/*", "large-out", UNCHANGED),
                       before=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)))
    tap.line(counted(said, 0, len(made)), f"batch: full disk: none of {len(made)} files counts as done")
    tap.line(all((out / name).read_bytes() == b"old" for name in made) and len(list(out.iterdir())) == len(made),
             "batch: full disk: the old files are as they were, nothing is left")


def german(gimp):
    """Environment with a locale that has decimal commas, or None."""
    if "de_DE.utf8" in subprocess.run(["locale", "-a"], stdout=subprocess.PIPE, text=True, check=False).stdout:
        return {"LC_ALL": "de_DE.UTF-8", "LANGUAGE": "C"}
    if shutil.which("localedef"):
        made = subprocess.run(["localedef", "-i", "de_DE", "-f", "UTF-8", str(folder(gimp, "locales") / "de_DE.UTF-8")],
                              check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        if made.returncode == 0:
            return {"LC_ALL": "de_DE.UTF-8", "LOCPATH": str(gimp.work / "locales"), "LANGUAGE": "C"}
    return None


def check_decimal_comma(tap, gimp):
    environment = german(gimp)
    if not environment:
        tap.line(True, "batch: fractions where the decimal sign is a comma", "no German locale")
        return
    folder(gimp, "comma")
    _, said = gimp.run(CALL.format("in/a.png", "comma", "20.5 99.5 70.25"), **environment)
    tap.line(counted(said, 1, 0), "batch: fractions where the decimal sign is a comma")
    tap.line(re.search(r"luma 20[.,]5, chroma 20[.,]5", said), "batch: and they are read as meant")
    _, said = gimp.run('(fddm-batch-generate "texture" "grass" 40 30 2 TRUE 1 "comma" 5 0.5 "cpu")', **environment)
    tap.line(counted(said, 1, 0, "fddm-batch-generate"), "batch: likewise for textures")


def check_crash(tap, gimp):
    """The second of three photos crashes the plug-in, here a script in its place."""
    plugin = gimp.profile / "plug-ins" / "fddm" / "fddm"
    real, count = plugin.with_name("real"), gimp.folder / "profile" / "count"
    plugin.rename(real)
    count.write_text("")
    plugin.write_text(f"""#!/bin/sh
case " $* " in *" -run "*)
  echo >>'{count}'
  [ $(wc -l <'{count}') != 3 ] || kill -SEGV $$ ;;     # the first call lists the files
esac
exec '{real}' "$@"
""")
    plugin.chmod(0o755)
    for name in "abc":
        shutil.copy(gimp.work / "in" / "a.png", folder(gimp, "crash") / f"{name}.png")
    folder(gimp, "crash-out")
    status, said = gimp.run(CALL.format("crash/*", "crash-out", UNCHANGED))
    plugin.unlink()
    real.rename(plugin)
    tap.line(counted(said, 2, 1), "batch: a crash of the plug-in is counted, and the rest is done")
    tap.line("crash/b.png: the plug-in crashed" in said, "batch: the photo is named")
    tap.line(status == (0 if gimp.host == "gimp2" else 70), f"batch: exit status {status} after a crash")


def check_batches(tap, gimp, only=""):
    """All checks, or those whose names contain ONLY."""
    for check in (check_batch, check_batch_generate, check_batch_generate_like, check_seeds, check_decimal_comma,
                  check_crash):
        if only in check.__name__:
            check(tap, gimp)
    if not shutil.which("convert"):
        tap.line(True, "batch: formats, cut files, full disk", "ImageMagick is not there")
        return
    for check in (check_formats, check_unfit, check_thumbnail, check_names, check_full_disk):
        if only in check.__name__:
            check(tap, gimp)
