#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Metadata through fddm denoise, judged by exiftool: test-metadata.py PROGRAM. TAP."""
import json
import os
import pathlib
import shutil
import struct
import subprocess
import sys
import zlib

from program import GENERATOR, NETWORK, PROGRAM, generate, main, noise, read_png, run, test, write_png

FORMATS = ("jpg", "png", "tif", "webp")
EXIF = {"IFD0:Orientation": 6, "IFD0:Make": "Acme", "IFD0:Software": "Camera 1.0", "IFD0:XResolution": 300,
        "IFD0:YResolution": 300, "IFD0:ResolutionUnit": 2, "ExifIFD:ISO": 3200, "ExifIFD:ExposureTime": 0.02,
        "ExifIFD:UserComment": "hello", "ExifIFD:ExifImageWidth": 999, "ExifIFD:ExifImageHeight": 888, "GPS:GPSLatitude": 48.5,
        "GPS:GPSLatitudeRef": "N"}
XMP = {"XMP-xmp:Rating": 4, "XMP-dc:Title": "Täst", "XMP-dc:Creator": "Ann"}
IPTC = {"IPTC:Keywords": "cat", "IPTC:By-line": "Ann"}
# What EXIF of a TIFF, and of a JPEG by exiftool, says about its data.
STRUCTURE = {"ImageWidth", "ImageHeight", "BitsPerSample", "Compression", "PhotometricInterpretation", "StripOffsets",
             "SamplesPerPixel", "RowsPerStrip", "StripByteCounts", "PlanarConfiguration", "SampleFormat", "ExtraSamples",
             "SubfileType", "Predictor", "WhitePoint", "PrimaryChromaticities", "YCbCrPositioning"}
BARE = {}                                                             # a picture without metadata in each format


class Exiftool:
    """One process for all calls in a folder: to start Perl and exiftool's tables costs more than what they do."""
    process, folder = None, None

    @classmethod
    def ask(cls, *arguments):
        """What exiftool says and its exit status."""
        if cls.folder != os.getcwd():
            cls.end()
            cls.process = subprocess.Popen(["exiftool", "-stay_open", "True", "-@", "-"], stdin=subprocess.PIPE,
                                           stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, encoding="utf-8")
            cls.folder = os.getcwd()
        lines = [*arguments, "-q", "-q", "-n", "-echo3", "{over ${status}}", "-execute"]
        cls.process.stdin.write("".join(line + "\n" for line in lines))
        cls.process.stdin.flush()
        said = ""
        for line in cls.process.stdout:
            if line.startswith("{over "):
                return said, int(line[6:-2])
            said += line
        raise RuntimeError("exiftool has ended: " + said)

    @classmethod
    def end(cls):
        if cls.process:
            cls.process.communicate("-stay_open\nFalse\n")
            cls.process = None


def exiftool(*arguments):
    said, status = Exiftool.ask("-overwrite_original", *arguments)
    assert status == 0, said


def tags(*paths):
    """Tags of each file by group and name, as numbers where they are; warnings of exiftool are among them."""
    said, status = Exiftool.ask("-j", "-G1", "-a", *paths)
    assert status == 0, said
    return {found["SourceFile"]: found for found in json.loads(said)}


def tags_of(path):
    return tags(path)[path]


def denoise(source, target, *more, **how):
    return run("denoise", source, target, "--weights", NETWORK, "--device", "cpu", "--noise", "20", *more, **how)


def denoise_all(sources, ending, *more):
    """In one process, into out/NAME.ENDING. What was said."""
    return run("denoise", *sources, "-o", "out", "--format", ending, "--quiet", "-j", "1", "--weights", NETWORK, "--device",
               "cpu", "--noise", "20", *more).stderr


def photo(name, ending, **more):
    """The file NAME.ENDING: a photo that is not square and has all metadata that its format can hold."""
    if not BARE:
        write_png("bare.png", 60, 40, noise(60, 40))
        for other in FORMATS:
            if other != "png":
                denoise("bare.png", "bare." + other)
            with open("bare." + other, "rb") as f:
                BARE[other] = f.read()
    path = name + "." + ending
    with open(path, "wb") as f:
        f.write(BARE[ending])
    wanted = {**EXIF, **XMP, **({} if ending == "webp" else IPTC), **{key.replace("_", ":"): more[key] for key in more}}
    exiftool(*["-%s=%s" % pair for pair in wanted.items()], path)
    return path


def is_about_the_picture(name):
    group, _, tag = name.partition(":")
    return (group in ("IFD0", "ExifIFD", "GPS", "IPTC") or group.startswith("XMP-")) and tag not in STRUCTURE | {
        "XMPToolkit", "ExifImageWidth", "ExifImageHeight"}


def made(source, out):
    """Denoises SOURCE, or makes it seamless, into OUT. FALSE if its format cannot be written here."""
    words = ("generate", out, "--seamless", source, "--model", GENERATOR, "--steps", "2") if out.startswith("seam") else (
        "denoise", source, out, "--weights", NETWORK, "--noise", "20")
    done = subprocess.run([PROGRAM, *words, "--device", "cpu", "--quiet"], stderr=subprocess.PIPE, text=True)
    assert done.returncode == 0 or "Cannot write" in done.stderr, done.stderr
    return done.returncode == 0


# ---- Tests ----

@test
def all_pairs_of_formats_keep_what_the_output_can_hold():
    sources = [photo("from-" + source, source) for source in FORMATS]
    before = tags(*sources)
    for target in FORMATS:
        assert denoise_all(sources, target) == ""
    after = tags(*["out/from-%s.%s" % (source, target) for source in FORMATS for target in FORMATS])
    for source in FORMATS:
        known = {name: value for name, value in before["from-%s.%s" % (source, source)].items() if is_about_the_picture(name)}
        assert len(known) >= 14, known
        for target in FORMATS:
            found = after["out/from-%s.%s" % (source, target)]
            lost = {name: (value, found.get(name)) for name, value in known.items()
                    if found.get(name) != value and not (target == "webp" and name.startswith("IPTC:"))}
            assert not lost, "%s to %s: %s" % (source, target, lost)
            assert found["IFD0:ProcessingSoftware"].startswith("fddm "), found
            assert (found["ExifIFD:ExifImageWidth"], found["ExifIFD:ExifImageHeight"]) == (60, 40)
            assert not any("Warning" in name or "Error" in name for name in found), found
            data = {name for name in found if name.startswith("IFD0:") and name[5:] in STRUCTURE - {"YCbCrPositioning"}}
            assert target == "tif" or not data, "%s to %s tells of data: %s" % (source, target, data)
    for target in FORMATS:                                            # not turned
        os.rename("out/from-jpg." + target, "as-%s.%s" % (target, target))
    denoise_all(["as-%s.%s" % (target, target) for target in FORMATS], "png")
    assert all(read_png("out/as-%s.png" % target)[:2] == (60, 40) for target in FORMATS)


@test
def every_orientation_stays():
    for target in range(4):
        turned = [(target + shift) % 8 for shift in (0, 4)]
        sources = [photo("turned-%d" % (1 + n), FORMATS[n % 3], IFD0_Orientation=1 + n) for n in turned]
        denoise_all(sources, FORMATS[target])
        for source in sources:
            name = "out/%s.%s" % (source.partition(".")[0], FORMATS[target])
            assert tags_of(name)["IFD0:Orientation"] == int(source[7]), name


def height_of(found, target):
    """The height that a viewer shows, from the tags FOUND: of a HEIC, which is coded in whole blocks, that of its aperture."""
    if "QuickTime:CleanAperture" in found:
        return int(found["QuickTime:CleanAperture"].split()[1])
    return found["File:ImageHeight" if target in ("jpg", "ppm") else next(tag for tag in found if tag.endswith(":ImageHeight"))]


@test
def orientation_in_xmp_alone():
    """It counts, and is told in EXIF, too, which more programs read."""
    photo("photo", "jpg")
    sources = ["xmp-%s.%s" % (source, source) for source in FORMATS]
    for source, name in zip(FORMATS, sources):
        pathlib.Path(name).write_bytes(BARE.get(source) or pathlib.Path("bare.png").read_bytes())
        exiftool("-EXIF:all=", "-XMP-tiff:Orientation=6", name)
        assert "IFD0:Orientation" not in tags_of(name), name
    for target in (*FORMATS, "jxl", "heic", "avif", "ppm"):
        if not made("xmp-jpg.jpg", "first." + target):
            continue
        denoise_all(sources, target)
        for name in sources:
            found = tags_of("out/%s.%s" % (name.partition(".")[0], target))
            turned = target in ("heic", "avif", "ppm")
            assert target == "ppm" or found.get("XMP-tiff:Orientation") == (1 if turned else 6), (name, target, found)
            assert turned or found.get("IFD0:Orientation") == 6, (name, target, found)
            assert target == "jxl" or height_of(found, target) == (60 if turned else 40), (name, target, found)


@test
def samples_stay_beside_metadata():
    for kind, depth in ((2, 8), (6, 16), (0, 16)):
        samples = noise(23, 17, kind, depth)
        write_png("in.png", 23, 17, samples, kind, depth)
        exiftool("-IFD0:Make=Acme", "-XMP-dc:Title=x", "-IPTC:Keywords=cat", "in.png")
        none = ("--luma", "0", "--chroma", "0")
        denoise("in.png", "a.tif", *none)
        denoise("a.tif", "b.tif", *none)
        denoise("b.tif", "c.png", *none)
        assert read_png("c.png") == (23, 17, kind, depth, tuple(samples)), (kind, depth)
        assert tags_of("c.png")["IFD0:Make"] == "Acme"


@test
def old_thumbnails_are_left_out():
    photo("photo", "jpg")
    shutil.copy("photo.jpg", "small.jpg")
    exiftool("-ThumbnailImage<=small.jpg", "photo.jpg")
    assert tags_of("photo.jpg")["IFD1:ThumbnailLength"] > 0
    for target in ("jpg", "tif"):
        denoise("photo.jpg", "out." + target)
        assert not any(name.startswith("IFD1:") for name in tags_of("out." + target)), target


@test
def resolution_without_exif():
    for dots in (72, 300):
        write_png("in.png", 60, 40, noise(60, 40))
        exiftool("-PixelsPerUnitX=%d" % round(dots / 0.0254), "-PixelsPerUnitY=%d" % round(dots / 0.0254), "-PixelUnits=1",
                 "in.png")
        denoise("in.png", "a.jpg")
        exiftool("-EXIF:all=", "a.jpg")
        jfif = tags_of("a.jpg")
        assert (jfif["JFIF:XResolution"], jfif["JFIF:YResolution"], jfif["JFIF:ResolutionUnit"]) == (dots, dots, 1), jfif
        for target in ("tif", "webp"):
            denoise("a.jpg", "b." + target)
            found = tags_of("b." + target)
            assert (found["IFD0:XResolution"], found["IFD0:ResolutionUnit"]) == (dots, 2), target
        denoise("b.webp", "c.png")
        assert tags_of("c.png")["PNG-pHYs:PixelsPerUnitX"] == round(dots / 0.0254), target
    write_png("in.png", 60, 40, noise(60, 40))
    denoise("in.png", "a.webp")
    assert "IFD0:XResolution" not in tags_of("a.webp"), "a resolution from nowhere"


@test
def resolution_of_what_lay_on_its_side():
    """Where the pixels are turned, columns become rows; where they are not, each number stays."""
    write_png("flat.png", 96, 72, noise(96, 72))
    denoise("flat.png", "flat.jpg")
    denoise("flat.png", "flat.tif")
    for source in ("png", "jpg", "tif"):
        for turn in (3, 6) if source == "jpg" else (6,):
            name = "side-%d.%s" % (turn, source)
            shutil.copy("flat." + source, name)
            exiftool("-IFD0:Orientation=%d" % turn, "-IFD0:XResolution=300", "-IFD0:YResolution=150", "-IFD0:ResolutionUnit=2",
                     "-ExifIFD:FocalPlaneXResolution=4000", "-ExifIFD:FocalPlaneYResolution=2000", "-XMP-tiff:XResolution=300",
                     "-XMP-tiff:YResolution=150", "-JFIF:XResolution=300", "-JFIF:YResolution=150", "-JFIF:ResolutionUnit=1",
                     *(("-PixelsPerUnitX=11811", "-PixelsPerUnitY=5906", "-PixelUnits=1") if source == "png" else ()), name)
            for target in ("png", "jpg", "tif", "webp", "jxl", "heic", "avif"):
                for out, turned in (("seam." + target, True), ("out." + target, target in ("heic", "avif"))):
                    if (turn == 3 or source != "jpg") and target not in (source, "jpg", "heic") or not made(name, out):
                        continue
                    wanted = (150, 300) if turned and turn == 6 else (300, 150)
                    found, seen = tags_of(out), 0
                    for across, times in (("IFD0:XResolution", 1), ("ExifIFD:FocalPlaneXResolution", 3 / 40),
                                          ("XMP-tiff:XResolution", 1), ("JFIF:XResolution", 1), ("PNG-pHYs:PixelsPerUnitX", 0.0254)):
                        if across in found:
                            down = across[:-1] + "Y" if across[-1] == "X" else across.replace("XRes", "YRes")
                            pair = (round(found[across] * times), round(found[down] * times))
                            assert pair == wanted, (name, out, across, pair)
                            seen += 1
                    assert seen >= {"jpg": 4, "png": 4}.get(target, 3), (out, found)


@test
def resolution_in_centimetres():
    photo("photo", "tif", IFD0_XResolution=120, IFD0_YResolution=60, IFD0_ResolutionUnit=3)
    denoise("photo.tif", "out.tif")
    found = tags_of("out.tif")
    inches = 1 if found["IFD0:ResolutionUnit"] == 3 else 2.54
    assert abs(found["IFD0:XResolution"] / inches - 120) < 0.01 and abs(found["IFD0:YResolution"] / inches - 60) < 0.01, found


@test
def resolution_that_no_picture_has():
    photo("photo", "tif", IFD0_XResolution="4294967295", IFD0_YResolution="300", IFD0_ResolutionUnit=2)
    photo("photo", "jpg", IFD0_XResolution="4294967295", IFD0_YResolution="300", IFD0_ResolutionUnit=2)
    exiftool("-JFIF:ResolutionUnit=0", "photo.jpg")
    for source in ("tif", "jpg"):
        denoise("photo." + source, "out.png")
        found = tags_of("out.png")
        assert "PNG-pHYs:PixelsPerUnitX" not in found, found


@test
def exif_of_phones_photos():
    """Their reader turns the pixels."""
    write_png("in.png", 96, 64, noise(96, 64))
    done = subprocess.run(["convert", "in.png", "in.heic"], stderr=subprocess.DEVNULL)
    # Where it lacks the codec, ImageMagick may write a PNG under that name.
    if done.returncode or not os.path.exists("in.heic") or pathlib.Path("in.heic").read_bytes()[4:8] != b"ftyp":
        print("# HEIC is not tested: ImageMagick cannot write it")
        return
    exiftool("-IFD0:Orientation=6", "-IFD0:Make=Acme", "-ExifIFD:ISO=3200", "-XMP-dc:Title=Täst", "-XMP-xmp:Rating=4", "in.heic")
    done = subprocess.run([PROGRAM, "info", "in.heic", "--weights", NETWORK, "--device", "cpu"], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    if done.returncode:
        print("# HEIC is not tested: " + done.stderr.strip())
        return
    denoise("in.heic", "out.jpg")
    found = tags_of("out.jpg")
    assert (found["IFD0:Orientation"], found["IFD0:Make"], found["ExifIFD:ISO"]) == (1, "Acme", 3200), found
    assert (found["XMP-dc:Title"], found["XMP-xmp:Rating"]) == ("Täst", 4), found
    exiftool("-EXIF:all=", "in.heic")
    denoise("in.heic", "out.jpg")
    assert tags_of("out.jpg")["XMP-dc:Title"] == "Täst"


@test
def exif_of_a_png_has_a_chunk():
    """Viewers take the orientation from there alone; Exiv2 0.27 writes a text in its place."""
    photo("photo", "jpg")
    denoise("photo.jpg", "out.png")
    denoise("out.png", "again.png")
    for name in ("out.png", "again.png"):
        data = pathlib.Path(name).read_bytes()
        at = data.index(b"eXIf")
        length, = struct.unpack(">I", data[at - 4:at])
        exif = data[at + 4:at + 4 + length]
        assert data[at + 4 + length:at + 8 + length] == struct.pack(">I", zlib.crc32(b"eXIf" + exif)), "checksum"
        assert struct.pack("<HHI", 0x112, 3, 1) + b"\6\0" in exif and exif[:4] == b"II*\0", "orientation"
        assert data.count(b"eXIf") == 1 and at < data.index(b"IDAT") and b"Raw profile type exif" not in data, name


@test
def comments():
    photo("photo", "jpg")
    exiftool("-Comment=a word", "photo.jpg")
    for target, name in (("jpg", "File:Comment"), ("png", "PNG:Description"), ("tif", "IFD0:ImageDescription"),
                         ("webp", "IFD0:ImageDescription")):
        denoise("photo.jpg", "out." + target)
        assert tags_of("out." + target)[name] == "a word", target
    photo("photo", "png")
    exiftool("-PNG:Title=A title", "-PNG:Comment=a word", "photo.png")
    denoise("photo.png", "out.png")
    assert (tags_of("out.png")["PNG:Title"], tags_of("out.png")["PNG:Comment"]) == ("A title", "a word")
    denoise("photo.png", "out.tif")
    assert tags_of("out.tif")["IFD0:ImageDescription"] == "a word"


def segment(marker, data):
    return bytes((0xff, marker)) + struct.pack(">H", len(data) + 2) + data


def directory(*entries, following=0):
    """An EXIF directory: tag, type, count, value."""
    return struct.pack("<H", len(entries)) + b"".join(struct.pack("<HHII", *entry) for entry in entries) + struct.pack(
        "<I", following)


def chunk(name, data):
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def hostile():
    """Names and bytes of JPEG and PNG files with metadata that are damaged or meant to do damage."""
    exif, xmp = b"Exif\0\0II*\0\x08\0\0\0", b"http://ns.adobe.com/xap/1.0/\0"
    turned = (0x112, 3, 1, 6)
    bomb = b"<!DOCTYPE l [<!ENTITY a 'lol'>%s]><x:xmpmeta xmlns:x='adobe:ns:meta/'>&k;</x:xmpmeta>" % b"".join(
        b"<!ENTITY %c '%s'>" % (98 + i, b"&%c;" % (97 + i) * 10) for i in range(10))
    packet = b"<x:xmpmeta xmlns:x='adobe:ns:meta/'><rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'>%s" \
             b"</rdf:RDF></x:xmpmeta>"
    deep = packet % (b"<rdf:Description xmlns:q='http://q/'>" + b"<q:a rdf:parseType='Resource'>" * 1500)
    huge = packet % (b"<rdf:Description xmlns:dc='http://purl.org/dc/elements/1.1/'><dc:format>%s</dc:format>"
                     b"</rdf:Description>" % (b"A" * 200000))
    jpegs = {"noise": segment(0xe1, exif[:10] + b"\xff" * 40), "short": segment(0xe1, b"Exif\0\0II"),
             "outside": segment(0xe1, exif + directory((0x10f, 2, 100, 0x7fffff00), turned)),
             "endless": segment(0xe1, exif + directory(turned, (0x8769, 4, 1, 8), following=8)),
             "many": segment(0xe1, exif + directory((0x10f, 2, 0xffffffff, 16), turned)),
             "maker": segment(0xe1, exif + directory(turned, (0x8769, 4, 1, 38)) + directory((0x927c, 7, 50000, 0xffffff))),
             "broken": segment(0xe1, xmp + b"<x:xmpmeta <<<"), "bomb": segment(0xe1, xmp + bomb),
             "deep": segment(0xe1, xmp + deep)}
    pngs = {"nonsense": chunk(b"eXIf", b"nonsense"), "unpacked": chunk(b"zTXt", b"Raw profile type exif\0\0garbage"),
            "expanding": chunk(b"zTXt", b"Raw profile type exif\0\0" + zlib.compress(b"\nexif\n 99999999\n" + bytes(30000000))),
            "huge": chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + huge) + chunk(b"eXIf", exif[6:] + directory(turned))}
    with open("clean.jpg", "rb") as f:
        jpeg = f.read()
    with open("clean.png", "rb") as f:
        png = f.read()
    return [(name + ".jpg", jpeg[:2] + more + jpeg[2:]) for name, more in jpegs.items()] + [
        (name + ".png", png[:33] + more + png[33:]) for name, more in pngs.items()]


@test
def damaged_metadata_cost_a_warning_and_not_the_photo():
    write_png("clean.png", 60, 40, noise(60, 40))
    denoise("clean.png", "clean.jpg")
    exiftool("-EXIF:all=", "clean.jpg")
    for name, data in hostile():
        with open(name, "wb") as f:
            f.write(data)
        before = set(os.listdir())
        done = denoise(name, "out.jpg", "--quiet")
        assert done.stderr.startswith("fddm: Not all metadata of “%s”" % name) and done.stderr.count("\n") == 1, (
            name, done.stderr)
        assert set(os.listdir()) - before <= {"out.jpg"}, name
        if name in ("outside.jpg", "endless.jpg", "many.jpg", "maker.jpg", "huge.png"):
            assert tags_of("out.jpg")["IFD0:Orientation"] == 6, name
        denoise("out.jpg", "again.png")
        assert read_png("again.png")[:2] == (60, 40)
    with open("huge.png", "rb") as f:                                 # has room in a PNG
        assert f.read(4) == b"\x89PNG" and denoise("huge.png", "out.png", "--quiet").stderr == ""
    report = json.loads(denoise("maker.jpg", "out.jpg", "--json").stdout)
    assert "maker.jpg" in report["warning"]
    many = run("denoise", "maker.jpg", "clean.png", "-o", "all", "--json", "--weights", NETWORK, "--device", "cpu", "--noise",
               "20")
    lines = [json.loads(line) for line in many.stdout.splitlines()]
    assert sorted("warning" in line for line in lines if line["status"] == "done") == [False, True], many.stdout
    assert many.stderr.startswith("fddm: Not all metadata of “maker.jpg”") and many.stderr.count("\n") == 1, many.stderr
    write_png("cloth.png", 70, 66, noise(70, 66))
    with open("cloth.png", "rb+") as f:
        data = f.read()
        f.seek(33)
        f.write(chunk(b"eXIf", b"nonsense") + data[33:])
    said = generate("seam.png", "--seamless", "cloth.png", "--quiet").stderr
    assert said.startswith("fddm: Not all metadata of “cloth.png”") and said.count("\n") == 1, said


@test
def metadata_beside_packed_texts_of_any_size():
    """Exiv2 refuses a file for one of them. They go along to another PNG, and with them what stands beside them."""
    photo("photo", "png")
    data = pathlib.Path("photo.png").read_bytes()
    long = zlib.compress(b"step " * 1000000)
    texts = {"z": chunk(b"zTXt", b"workflow\0\0" + long), "i": chunk(b"iTXt", b"workflow\0\1\0en\0flow\0" + long),
             "bad": chunk(b"zTXt", b"workflow\0\0garbage"), "short": chunk(b"iTXt", b"workflow\0\1")}
    texts["all"] = b"".join(texts.values())
    for name, text in texts.items():
        pathlib.Path(name + ".png").write_bytes(data[:33] + text + data[33:])
        for target in (*FORMATS, "ppm"):
            out = "out-%s.%s" % (name, target)
            assert denoise(name + ".png", out, "--quiet").stderr == "", (name, target)
            if target == "ppm":
                assert pathlib.Path(out).read_bytes().startswith(b"P6\n40 60\n"), "not turned"
                continue
            found = tags_of(out)
            assert (found["IFD0:Orientation"], found["IFD0:Make"], found["XMP-xmp:Rating"]) == (6, "Acme", 4), (out, found)
            assert target == "webp" or found["IPTC:Keywords"] == "cat", out
        kept = pathlib.Path("out-%s.png" % name).read_bytes()
        assert all(kept.count(part) == (part in text) for part in texts.values() if part != texts["all"]), name
        denoise("out-%s.png" % name, "again.png", "--quiet")
        assert read_png("again.png")[:2] == (60, 40) and tags_of("again.png")["ExifIFD:ISO"] == 3200


def big_tiff(path, *entries):
    """A gray BigTIFF of 60 x 40 pixels that lies on its side; ENTRIES: tag, type, and bytes or a number."""
    samples = bytes(noise(60, 40, 0))
    entries = sorted([(256, 3, 60), (257, 3, 40), (258, 3, 8), (259, 3, 1), (262, 3, 1), (273, 16, 16), (274, 3, 6), (277, 3, 1),
                      (278, 3, 40), (279, 3, len(samples)), *entries])
    data = samples + bytes(-len(samples) % 8)
    rows = b""
    for tag, kind, value in entries:
        if isinstance(value, bytes):
            rows += struct.pack("<HHQQ", tag, kind, len(value), 16 + len(data))
            data += value + bytes(-len(value) % 8)
        else:
            rows += struct.pack("<HHQQ", tag, kind, 1, value)
    with open(path, "wb") as f:
        f.write(struct.pack("<2sHHHQ", b"II", 43, 8, 0, 16 + len(data)) + data + struct.pack("<Q", len(entries)) + rows + bytes(8))


@test
def metadata_of_a_big_tiff():
    """Exiv2 does not read it: XMP and the orientation come along, and what does not is told."""
    packet = (b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description '
              b'rdf:about="" xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmp:Rating="4"/></rdf:RDF></x:xmpmeta>')
    big_tiff("bare.tif")
    big_tiff("xmp.tif", (700, 1, packet))
    big_tiff("all.tif", (700, 1, packet), (34665, 18, 16))
    big_tiff("iptc.tif", (33723, 7, b"\x1c\x02\x05\0\3Cat"))
    big_tiff("place.tif", (34853, 18, 16))
    big_tiff("words.tif", (33432, 2, b"Somebody who owns it\0"))
    for target in FORMATS:
        for name in ("bare", "xmp", "all", "iptc", "place", "words"):
            told = denoise(name + ".tif", "to-%s.%s" % (name, target)).stderr
            assert ("EXIF and IPTC of a BigTIFF cannot be read" in told) == (name not in ("bare", "xmp")), (name, target, told)
            found = tags_of("to-%s.%s" % (name, target))
            assert found.get("XMP-xmp:Rating") == (4 if name in ("xmp", "all") else None), (name, target, found)
            assert found["IFD0:Orientation"] == 6, (name, target, found)


@test
def formats_without_metadata():
    photo("photo", "jpg")
    for target in ("ppm", "exr", "hdr"):
        assert denoise("photo.jpg", "out." + target, "--quiet").stderr == ""
        assert denoise("out." + target, "out.png", "--quiet").stderr == ""
    assert denoise("photo.jpg", "out.jpg", "--uncertainty", "map.png", "--quiet").stderr == ""
    assert tags_of("map.png")["IFD0:Orientation"] == 6


if not shutil.which("exiftool"):
    print("1..0 # SKIP exiftool is missing: no test of metadata (Debian: libimage-exiftool-perl)")
    sys.exit(0)
failed = main()
Exiftool.end()
sys.exit(failed)
