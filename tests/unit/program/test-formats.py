#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""TIFF, PNM, HDR and formats that are only read, through fddm denoise: test-formats.py PROGRAM. TAP."""
import os
import shutil
import struct
import subprocess
import sys

from pictures import keep, picture, pixels, png, profile, psnr, refused
import numpy as np
from PIL import Image

from program import NETWORK, PROGRAM, WORDS, generate, main, read_png, run, test


@test
def too_wide():
    for name, side in (("jpg", 65500), ("webp", 16383)):
        for wide in (side, side + 1):
            with open("wide.ppm", "wb") as f:
                f.write(b"P6 %d 1 255\n" % wide + bytes(3 * wide))
            told = keep("wide.ppm", "wide." + name, status=int(wide > side)).stderr
            assert wide == side or "at most %d pixels a side" % side in told, told
            assert os.path.exists("wide." + name) == (wide == side)
            os.path.exists("wide." + name) and os.remove("wide." + name)


@test
def rows_by_strips():
    """A strip of rows after another, each moved by a thread of its own where there may be several."""
    heights = (63, 64, 65, 128, 200)
    for height in heights:
        rng = np.random.default_rng(height)
        colours = rng.integers(0, 256, (height, 37, 3), np.uint8)
        Image.fromarray(colours).save("in.png")
        for ending in ("ppm", "tif", "png"):
            for threads in ("1", "4"):
                keep("in.png", "a." + ending, "--threads", threads)
                keep("a." + ending, "b.png", "--threads", threads)
                assert (np.asarray(Image.open("b.png")) == colours).all(), (height, ending, threads)
        for ending in ("jpg", "webp"):
            for threads in ("1", "4"):
                keep("in.png", threads + "." + ending, "--threads", threads)
            with open("1." + ending, "rb") as one, open("4." + ending, "rb") as four:
                assert one.read() == four.read(), (height, ending)


# ---- TIFF ----

def tiff(path, width, height, tags, data):
    """A little-endian TIFF with one strip. TAGS: number to (type, value or list)."""
    tags = {256: (4, width), 257: (4, height), 273: (4, 8), 278: (4, height), 279: (4, len(data))} | tags
    extra, entries, at = b"", b"", 8 + len(data) + 2 + 12 * len(tags) + 4
    for number, (kind, value) in sorted(tags.items()):
        values = value if isinstance(value, (list, tuple)) else [value]
        packed = struct.pack("<%d%s" % (len(values), {3: "H", 4: "I"}[kind]), *values)
        if len(packed) > 4:
            entries += struct.pack("<HHII", number, kind, len(values), at + len(extra))
            extra += packed
        else:
            entries += struct.pack("<HHI", number, kind, len(values)) + packed.ljust(4, b"\0")
    with open(path, "wb") as f:
        f.write(b"II*\0" + struct.pack("<I", 8 + len(data)) + data + struct.pack("<H", len(tags)) + entries + bytes(4) + extra)


@test
def tiff_samples():
    a = picture()
    h, w = a.shape[:2]
    gray = a[..., 0]
    tiff("in.tif", w, h, {258: (3, 8), 259: (3, 1), 262: (3, 0), 277: (3, 1)}, (255 - gray).tobytes())
    keep("in.tif", "out.png")
    assert (pixels("out.png") == gray).all(), "negative"
    keep("in.tif", "out.tif")
    assert (np.array(Image.open("out.tif").convert("L")) == gray).all()
    Image.fromarray(gray).convert("1").save("fax.tif", compression="group4")
    keep("fax.tif", "out.png")
    assert (pixels("out.png") == np.array(Image.open("fax.tif").convert("L"))).all(), "fax"
    Image.fromarray(a).quantize(200).save("palette.tif")
    keep("palette.tif", "out.tif")
    assert (pixels("out.tif") == np.array(Image.open("palette.tif").convert("RGB"))).all(), "palette"
    deep = gray.astype("<u2") * 257
    tiff("in.tif", w, h, {258: (3, 16), 259: (3, 1), 262: (3, 1), 277: (3, 1)}, deep.tobytes())
    keep("in.tif", "out.tif")
    assert (pixels("out.tif") == deep).all()
    tiff("in.tif", w, h, {258: (3, 16), 259: (3, 1), 262: (3, 1), 277: (3, 1), 339: (3, 2)}, deep.tobytes())
    refused("in.tif", "signed")
    tiff("in.tif", w, h, {258: (3, 32), 259: (3, 1), 262: (3, 1), 277: (3, 1), 339: (3, 3)}, (gray / 200).astype("<f4").tobytes())
    keep("in.tif", "out.tif")
    assert (pixels("out.tif") == (gray / 200).astype("f4")).all(), "floats above 1"
    for bits, kind in ((16, "<f2"), (32, "<f4"), (64, "<f8")):           # the number of black is not told
        tiff("in.tif", w, h, {258: (3, bits), 259: (3, 1), 262: (3, 0), 277: (3, 1), 339: (3, 3)}, (gray / 200).astype(kind).tobytes())
        refused("in.tif", "photometric 0")
    planes = a.transpose(2, 0, 1).tobytes()
    tags = {258: (3, [8, 8, 8]), 259: (3, 1), 262: (3, 2), 277: (3, 3), 284: (3, 2)}
    third = len(planes) // 3
    tiff("in.tif", w, h, tags | {273: (4, [8, 8 + third, 8 + 2 * third]), 279: (4, [third] * 3)}, planes)
    keep("in.tif", "out.png")
    assert (pixels("out.png") == a).all(), "planes"


@test
def tiff_tiles():
    a = picture(61, 47)
    tiles = b""
    for y in (0, 16, 32):
        for x in (0, 16, 32, 48):
            tile = np.zeros((16, 16, 3), np.uint8)
            part = a[y:y + 16, x:x + 16]
            tile[:part.shape[0], :part.shape[1]] = part
            tiles += tile.tobytes()
    tags = {258: (3, [8, 8, 8]), 259: (3, 1), 262: (3, 2), 277: (3, 3), 322: (4, 16), 323: (4, 16),
            324: (4, [8 + 768 * i for i in range(12)]), 325: (4, [768] * 12)}
    tiff("in.tif", 61, 47, tags, tiles)
    keep("in.tif", "out.png")
    assert (pixels("out.png") == a).all()


@test
def tiff_tags_stay():
    a = np.dstack([picture(), picture()[..., 0]])
    for name, number in (("raw", 1), ("tiff_lzw", 5), ("tiff_adobe_deflate", 8), ("packbits", 32773)):
        Image.fromarray(a[..., :3]).save("in.tif", compression=name, dpi=(240, 120), icc_profile=profile())
        keep("in.tif", "out.tif")
        with Image.open("out.tif") as image:
            assert image.tag_v2[259] == number and image.info["dpi"] == (240, 120), (name, image.tag_v2[259])
            assert image.info["icc_profile"] == profile()
        assert (pixels("out.tif") == a[..., :3]).all()
    h, w = a.shape[:2]
    for alpha in (1, 2):
        data = a.copy()
        if alpha == 1:                                                               # multiplied into the colours
            data[..., :3] = data[..., :3].astype(int) * data[..., 3:] // 255
        tiff("in.tif", w, h, {258: (3, [8] * 4), 259: (3, 1), 262: (3, 2), 277: (3, 4), 338: (3, alpha), 274: (3, 6)}, data.tobytes())
        keep("in.tif", "out.tif")
        with Image.open("out.tif") as image:
            assert image.tag_v2[338] == (alpha,) and image.tag_v2[274] == 6, alpha
        keep("out.tif", "flat.tif")
        with open("out.tif", "rb") as one, open("flat.tif", "rb") as two:
            assert one.read() == two.read(), "not stable"


@test
def tiff_tags_that_mean_nothing():
    """Values that do not exist, of tags on which no pixel depends, are no reason to refuse a photo."""
    a = picture()
    h, w = a.shape[:2]
    for number, value in ((274, 0), (274, 9), (296, 0), (296, 7)):
        tiff("in.tif", w, h, {258: (3, [8] * 3), 259: (3, 1), 262: (3, 2), 277: (3, 3), number: (3, value)}, a.tobytes())
        keep("in.tif", "out.tif")
        assert (pixels("out.tif") == a).all()


@test
def tiff_channels_that_are_no_alpha():
    """A saved selection, or the infrared light of a scanner: it hides no noise, and is not lost without a word."""
    a = np.dstack([picture(), picture()[..., 0]])
    for extra in ({338: (3, 0)}, {}):
        tiff("in.tif", 61, 47, {258: (3, [8] * 4), 259: (3, 1), 262: (3, 2), 277: (3, 4)} | extra, a.tobytes())
        refused("in.tif", "channels beside", target="out.tif")


@test
def tiff_layers_of_photoshop_go():
    """Programs would show them, with the noise, in place of the picture."""
    a = picture()
    tags = {258: (3, [8] * 3), 259: (3, 1), 262: (3, 2), 277: (3, 3), 315: (4, [1]), 37724: (4, [0x41424344] * 500)}
    tiff("in.tif", 61, 47, tags, a.tobytes())
    keep("in.tif", "out.tif")
    assert Image.open("in.tif").tag_v2[37724] and 37724 not in Image.open("out.tif").tag_v2
    assert (pixels("out.tif") == a).all()


@test
def tiff_with_a_damaged_jpeg():
    rand = np.random.default_rng(5)
    Image.fromarray(rand.integers(0, 255, (160, 200, 3), np.uint8)).save("in.tif", compression="jpeg")
    keep("in.tif", "out.png")
    with open("in.tif", "rb") as f:
        data = bytearray(f.read())
    data[len(data) // 2:len(data) // 2 + 2] = b"\xff\xd9"                            # its end, in the middle
    with open("in.tif", "wb") as f:
        f.write(data)
    refused("in.tif", "damaged")


@test
def one_picture_only():
    a = Image.fromarray(picture())
    b = Image.fromarray(picture()[::-1])
    for name in ("many.tif", "many.webp", "many.png", "many.gif"):
        a.save(name, save_all=True, append_images=[b, a])
    refused("many.tif", "3 pages")
    refused("many.webp", "animation")
    refused("many.png", "animation")
    refused("many.gif")
    a.convert("CMYK").save("inks.jpg")
    a.convert("CMYK").save("inks.tif")
    for name in ("inks.jpg", "inks.tif"):
        refused(name, "CMYK")


# ---- PNM ----

@test
def pnm_kinds():
    a = picture()
    h, w = a.shape[:2]
    bits = a[..., 0] > 100
    gray, deep = a[..., 0], a[..., 0].astype(np.uint16) * 257
    head = b"# a comment\n%d\t%d\n" % (w, h)
    files = {"P1": (b"P1\n" + head + "\n".join("".join("01"[int(not v)] for v in row) for row in bits).encode(), bits * 255),
             "P2": (b"P2\n" + head + b"100\n" + " ".join(str(v * 100 // 255) for v in gray.astype(int).ravel()).encode(),
                    None),
             "P3": (b"P3\n" + head + b"255 " + " ".join(map(str, a.ravel())).encode(), a),
             "P4": (b"P4\n" + head + np.packbits(~bits, axis=1).tobytes(), bits * 255),
             "P5": (b"P5\n" + head + b"255\n" + gray.tobytes(), gray),
             "P6": (b"P6\n" + head + b"255\n" + a.tobytes(), a)}
    for name, (data, expected) in files.items():
        with open("in.pnm", "wb") as f:
            f.write(data)
        keep("in.pnm", "out.png")
        if expected is not None:
            assert (pixels("out.png") == expected).all(), name
        else:
            assert np.abs(pixels("out.png").astype(int) - gray).max() <= 3
        with open("in.pnm", "wb") as f:
            f.write(data[:-9])
        refused("in.pnm", "cut off")
    with open("in.pgm", "wb") as f:
        f.write(b"P5 %d %d 65535\n" % (w, h) + deep.astype(">u2").tobytes())
    keep("in.pgm", "out.pgm")
    with open("in.pgm", "rb") as one, open("out.pgm", "rb") as two:
        assert one.read().split(b"65535\n")[1] == two.read().split(b"65535\n")[1]


def start(path):
    with open(path, "rb") as f:
        return f.read(2)


@test
def endings_of_pnm_say_what_is_in_it():
    """As in netpbm: .pgm is gray, .ppm is in colours, .pnm is either. Colours are not dropped unasked."""
    a = picture()
    Image.fromarray(a).save("colour.png")
    for name, array in (("gray", a[..., 0]), ("deep", a[..., 0].astype(np.uint16) * 257),
                        ("clear", np.dstack([a[..., 0], np.full_like(a[..., 0], 128)]))):
        png(name + ".png", array, bits=16 if name == "deep" else 8)
        for ending, kind in (("pgm", b"P5"), ("PGM", b"P5"), ("pnm", b"P5"), ("ppm", b"P6")):
            told = keep(name + ".png", "%s.%s" % (name, ending)).stderr
            assert start("%s.%s" % (name, ending)) == kind, (name, ending)
            assert ("transparency" in told) == (name == "clear"), told
    for ending in ("pgm", "pnm"):
        assert (pixels("gray." + ending) == a[..., 0]).all() and (pixels("deep." + ending) == a[..., 0].astype(int) * 257).all()
        assert np.abs(pixels("clear." + ending) - (a[..., 0] / 255 * 128 / 255 + 127 / 255) * 255).max() < 1
    assert (pixels("gray.ppm") == a[..., :1]).all()
    for ending in ("ppm", "pnm"):
        keep("colour.png", "colour." + ending)
        assert start("colour." + ending) == b"P6" and (pixels("colour." + ending) == a).all()
    why = ".pgm”: PGM files hold gray only; PPM files (.ppm) hold colours, too"
    assert why in run("denoise", "colour.png", "colour.pgm", "--weights", NETWORK, status=1).stderr
    many = subprocess.run([PROGRAM, "denoise", "-o", "all", "--format", "pgm", "gray.png", "colour.png", "--weights", NETWORK],
                          stderr=subprocess.PIPE, text=True, env=dict(os.environ, **WORDS))
    assert many.returncode == 3 and why in many.stderr, many.stderr
    assert start("all/gray.pgm") == b"P5" and not os.path.exists("all/colour.pgm") and not os.path.exists("colour.pgm")
    assert why in generate("generated.pgm", status=1).stderr
    shutil.copy("colour.ppm", "named.pgm")                            # what is read is told by its first bytes
    keep("named.pgm", "named.png")
    assert (pixels("named.png") == a).all()
    keep("colour.png", "out.png", "--uncertainty", "map.pgm")
    assert start("map.pgm") == b"P5"
    told = keep("gray.png", "gray.pbm", status=1).stderr
    assert all(ending in told for ending in (".ppm", ".pgm", ".pnm")), told


@test
def numbers_without_end():
    """A number too large for any is the largest one, not two."""
    with open("a.ppm", "wb") as f:
        f.write(b"P3\n2 1\n255\n99999999999999 0 0 0 0 255\n")
    run("denoise", "a.ppm", "a.png", "--weights", NETWORK, "--luma", "0", "--chroma", "0")
    assert read_png("a.png") == (2, 1, 2, 8, (255, 0, 0, 0, 0, 255))
    with open("b.ppm", "wb") as f:
        f.write(b"P6\n21474836479999 5\n255\nxx")
    assert "2147483647 × 5 pixels are too many" in run("denoise", "b.ppm", "b.png", "--weights", NETWORK, status=1).stderr


@test
def files_of_another_writer():
    """Byte orders, tiles, planes, floats, JPEG within TIFF, interlaced PNG, by ImageMagick and Pillow."""
    a = picture()
    Image.fromarray(a).save("in.png")
    Image.fromarray(a).save("inner.tif", compression="jpeg", quality=90)
    keep("inner.tif", "out.png")
    assert psnr(pixels("out.png"), pixels("inner.tif")) > 50
    if not shutil.which("convert"):
        print("# the rest is not tested: no ImageMagick")
        return
    for name, *options in (("in.tif", "-define", "tiff:endian=msb"), ("in.tif", "-depth", "16", "-define", "tiff:endian=msb"),
                           ("in.tif", "-define", "tiff:tile-geometry=32x32"), ("in.tif", "-interlace", "Plane"),
                           ("in.tif", "-define", "quantum:format=floating-point", "-depth", "32"),
                           ("lace.png", "-interlace", "PNG"), ("lace.png", "-interlace", "PNG", "-depth", "16")):
        subprocess.run(["convert", "in.png", *options, name], check=True)
        keep(name, "out.png")
        assert (pixels("out.png") == a).all(), options


@test
def bmp_and_gif():
    """Where the program was built with gdk-pixbuf. They can only be read."""
    a = Image.fromarray(picture())
    for image, name in ((a, "rgb.bmp"), (a.convert("L"), "gray.bmp"), (a.convert("1"), "bits.bmp"), (a.quantize(60), "in.gif")):
        image.save(name)
        if run_quietly(name):
            print("# %s is not tested: the program was built without gdk-pixbuf" % name)
            continue
        keep(name, "out.png")
        assert (pixels("out.png")[..., :3] == np.array(Image.open(name).convert("RGB"))).all(), name
        with open(name, "rb") as f:
            data = f.read()
        for length in (len(data) - 30, len(data) // 2, 20):
            with open("cut-" + name, "wb") as f:
                f.write(data[:length])
            refused("cut-" + name)
    keep("rgb.bmp", "out.bmp", status=1)
    with open("rgb.bmp", "rb") as f:
        head = bytearray(f.read())
    head[17] = 0x8d                                     # a header of 2.4 GB
    with open("head.bmp", "wb") as f:
        f.write(head)
    assert "cut off" in keep("head.bmp", "out.png", status=1).stderr
    Image.new("P", (3300, 3100)).save("flat.gif")       # hardly any file is smaller for its size
    keep("flat.gif", "out.png")
    with open("in.gif", "rb") as f:
        data = bytearray(f.read())
    data[6:10] = struct.pack("<HH", 12000, 12000)       # a screen of 0.6 GB, which nothing fills
    with open("screen.gif", "wb") as f:
        f.write(data)
    refused("screen.gif", "cut off")


@test
def formats_that_no_library_reads_are_named():
    """Neither gdk-pixbuf nor GEGL reads these."""
    card = lambda text: text.ljust(80).encode()
    fits = b"".join(map(card, ("SIMPLE  =                    T", "BITPIX  =                    8", "NAXIS   =                    2",
                               "NAXIS1  =                    1", "NAXIS2  =                    1", "END"))).ljust(2880) + bytes(2880)
    psd = b"8BPS\0\1" + bytes(6) + struct.pack(">HIIHH", 3, 1, 1, 8, 3) + bytes(12) + b"\0\0rgb"
    for name, data, word in (("in.fits", fits, "FITS"), ("in.psd", psd, "Photoshop")):
        with open(name, "wb") as f:
            f.write(data)
        refused(name, word, "convert it to TIFF, PNG or JPEG")


# ---- HEIC and AVIF ----

@test
def photos_of_phones():
    """Made by ImageMagick, where it and the program can."""
    Image.fromarray(picture(64, 48)).save("in.png")
    for name in ("in.heic", "in.avif"):
        made = subprocess.run(["convert", "in.png", "-quality", "95", name], stderr=subprocess.DEVNULL)
        if made.returncode or not os.path.exists(name):
            print("# %s is not tested: ImageMagick cannot write it" % name)
            continue
        if "HE" in run_quietly(name) or "AVIF" in run_quietly(name):
            print("# %s is not tested: the program was built without libheif" % name)
            continue
        keep(name, "out.png")
        assert psnr(pixels("out.png"), picture(64, 48)) > 30, (name, psnr(pixels("out.png"), picture(64, 48)))
        with open(name, "rb") as f:
            data = f.read()
        with open("cut-" + name, "wb") as f:
            f.write(data[:len(data) * 2 // 3])
        refused("cut-" + name, target="other.png")
        os.makedirs("phone", exist_ok=True)
        os.replace(name, "phone/" + name)
        run("denoise", "phone", "-o", "many" + name[-4:], "--format", "jpg", "--weights", NETWORK, "--device", "cpu", "--quiet")
        assert os.listdir("many" + name[-4:] ) and Image.open("many" + name[-4:] + "/in.jpg").size == (64, 48)
        os.remove("phone/" + name)


def run_quietly(name):
    """What is said of a file that cannot be read."""
    done = subprocess.run([PROGRAM, "info", name, "--weights", NETWORK, "--device", "cpu"], stderr=subprocess.PIPE, text=True,
                          env=dict(os.environ, **WORDS), stdout=subprocess.DEVNULL)
    return done.stderr if "convert it to" in done.stderr else ""


# ---- Radiance HDR ----

@test
def hdr_kinds():
    """Rows as they are, with counts that repeat a pixel, and compressed by component."""
    a = picture()
    h, w = a.shape[:2]
    pixel = np.dstack([a | 128, np.full((h, w), 129, np.uint8)])                     # mantissas × 2⁻⁷
    rows = pixel.tobytes()
    repeated = b"".join(bytes(row[0]) + bytes([1, 1, 1, w - 1]) for row in pixel)
    packed = b"".join(bytes([2, 2, 0, w]) + b"".join(bytes([w]) + bytes(row[:, c]) for c in range(4)) for row in pixel)
    runs = b"".join(bytes([2, 2, 0, w]) + b"".join(bytes([128 + w, row[0, c]]) for c in range(4)) for row in pixel)
    first = np.repeat(pixel[:, :1], w, 1)
    for data, expected, exposure in ((rows, pixel, b""), (repeated, first, b""), (packed, pixel, b""), (runs, first, b"EXPOSURE=2\n")):
        with open("in.hdr", "wb") as f:
            f.write(b"#?RADIANCE\n" + exposure + b"FORMAT=32-bit_rle_rgbe\n\n-Y %d +X %d\n" % (h, w) + data)
        keep("in.hdr", "out.tif")
        light = expected[..., :3] / (256 if exposure else 128)                       # sRGB's curve over what is stored
        coded = np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)
        assert np.abs(tiff_floats("out.tif") - coded).max() < 1e-3, exposure
        keep("in.hdr", "out.hdr")
        keep("out.hdr", "again.tif")
        assert (tiff_floats("again.tif") == tiff_floats("out.tif")).all()


@test
def hdr_without_numbers():
    """A sample that is no number is 0 in the file, and the others of its pixel stay, whichever it is."""
    light = np.full((24, 24, 3), 0.25, np.float32)
    for missing in range(3):
        light[8, 3 + missing] = np.roll([np.nan, 0.5, 4], missing)
        light[9, 3 + missing] = np.roll([np.nan, 4, 0.5], missing)
    light[10, 3] = np.nan
    float_tiff("in.tif", light)
    keep("in.tif", "out.hdr")
    keep("out.hdr", "out.tif")
    there, again = np.nan_to_num(light), tiff_floats("out.tif")
    assert (np.abs(again - there) <= np.maximum(there.max(-1, keepdims=True), 0.01) / 20).all(), np.abs(again - there).max((0, 1))


def float_tiff(path, pixels):
    """A TIFF of one strip, of samples as they are."""
    h, w = pixels.shape[:2]
    tags = ((256, 4, 1, w), (257, 4, 1, h), (258, 3, 3, 8), (259, 3, 1, 1), (262, 3, 1, 2), (273, 4, 1, 20), (277, 3, 1, 3),
            (278, 4, 1, h), (279, 4, 1, pixels.nbytes), (339, 3, 3, 14))
    with open(path, "wb") as f:
        f.write(b"II*\0" + struct.pack("<I3H3H", 20 + pixels.nbytes, 32, 32, 32, 3, 3, 3) + pixels.astype("<f4").tobytes()
                + struct.pack("<H", len(tags)) + b"".join(struct.pack("<HHII", *t) for t in tags) + bytes(4))


def tiff_floats(path):
    """Of a TIFF with deflated rows and predictor 3, which Pillow doesn't read in colours: undone by libtiff's tiffcp."""
    subprocess.run(["tiffcp", "-c", "none", "-r", "1000", path, "plain.tif"], check=True)
    with open("plain.tif", "rb") as f:
        data = f.read()
    at, = struct.unpack_from("<I", data, 4)
    tags = {struct.unpack_from("<H", data, at + 2 + 12 * i)[0]: at + 10 + 12 * i for i in range(struct.unpack_from("<H", data, at)[0])}
    w, h, first = (struct.unpack_from("<H" if n < 273 else "<I", data, tags[n])[0] for n in (256, 257, 273))
    return np.frombuffer(data, "<f4", w * h * 3, first).reshape(h, w, 3)


if __name__ == "__main__":
    sys.exit(main())
