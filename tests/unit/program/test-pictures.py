#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Picture files that the program fddm reads and writes: test-pictures.py PROGRAM. TAP.

Pictures and expected values come from Pillow, which has encoders and decoders of its own for what surrounds the libraries that
both use. Strengths of 0 keep every pixel, so that a result shows only what reading and writing did to it."""
import importlib.util
import io
import os
import resource
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import time
import zlib

if importlib.util.find_spec("PIL") is None or importlib.util.find_spec("numpy") is None:
    if sys.executable != "/usr/bin/python3" and os.path.exists("/usr/bin/python3"):      # Debian's Python has Debian's packages
        os.execv("/usr/bin/python3", ["/usr/bin/python3", *sys.argv])
    print("1..0 # SKIP Pillow and NumPy are not installed (python3-pil, python3-numpy)")
    sys.exit(0)

import numpy as np
from PIL import Image, ImageCms

from program import NETWORK, PROGRAM, WORDS, main, run, test


def keep(source, target, *more, status=0, **how):
    return run("denoise", source, target, "--weights", NETWORK, "--device", "cpu", "--luma", "0", "--chroma", "0", "--noise", "20",
               "--quiet", *more, status=status, **how)


def refused(source, *words, target="out.png"):
    before = set(os.listdir("."))
    told = keep(source, target, status=1).stderr
    assert source in told, told
    for word in words:
        assert word in told, "%s is not in: %s" % (word, told)
    assert set(os.listdir(".")) == before, "left behind"


def picture(width=61, height=47):
    """Smooth colours and one hard edge."""
    y, x = np.mgrid[0:height, 0:width]
    a = np.stack([x * 4, y * 5, 255 - x * 2 - y], -1).clip(0, 255).astype(np.uint8)
    a[height // 2:, width // 2:] //= 3
    return a


def pixels(path):
    with Image.open(path) as image:
        return np.array(image)


def profile(primaries=((0.68, 0.32), (0.265, 0.69), (0.15, 0.06)), name=b"Test P3"):
    """An ICC profile of matrix and curve, here of Display P3's primaries; laid out by hand after ICC.1:2010."""
    white = np.array([0.3127 / 0.329, 1, (1 - 0.3127 - 0.329) / 0.329])
    bradford = np.array([[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]])
    d50 = np.array([0.9642, 1, 0.8249])
    adapt = np.linalg.inv(bradford) @ np.diag((bradford @ d50) / (bradford @ white)) @ bradford
    columns = np.array([[x / y, 1, (1 - x - y) / y] for x, y in primaries]).T
    columns = adapt @ columns @ np.diag(np.linalg.solve(columns, white))
    fixed = lambda v: struct.pack(">i", int(round(v * 65536)))
    xyz = lambda v: b"XYZ \0\0\0\0" + b"".join(fixed(c) for c in v)
    curve = b"para\0\0\0\0\0\3\0\0" + b"".join(fixed(v) for v in (2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045))
    text = b"desc\0\0\0\0" + struct.pack(">I", len(name) + 1) + name + b"\0" + bytes(79)
    tags = {b"desc": text, b"cprt": b"text\0\0\0\0none\0", b"wtpt": xyz(d50), b"rXYZ": xyz(columns[:, 0]),
            b"gXYZ": xyz(columns[:, 1]), b"bXYZ": xyz(columns[:, 2]), b"rTRC": curve, b"gTRC": curve, b"bTRC": curve}
    return icc(tags, b"RGB ")


def gray_profile():
    return icc({b"desc": b"desc\0\0\0\0\0\0\0\5gray\0" + bytes(79), b"cprt": b"text\0\0\0\0none\0",
                b"wtpt": b"XYZ \0\0\0\0" + struct.pack(">iii", 63190, 65536, 54061),
                b"kTRC": b"curv\0\0\0\0\0\0\0\1\2\x33\0\0"}, b"GRAY")


def icc(tags, colours):
    body, table, at = b"", b"", 128 + 4 + 12 * len(tags)
    for name, data in tags.items():
        data += bytes(-len(data) % 4)
        table += struct.pack(">4sII", name, at + len(body), len(data))
        body += data
    size = at + len(body)
    head = struct.pack(">I4sI4s4s4s", size, b"none", 0x02400000, b"scnr", colours, b"XYZ ") + struct.pack(">6H", 2026, 1, 1, 0, 0, 0)
    head += b"acsp" + bytes(28) + struct.pack(">iii", 63190, 65536, 54061)
    return head.ljust(128, b"\0") + struct.pack(">I", len(tags)) + table + body


def table_profile():
    """A profile with tables, as scanners have: its connection space is Lab. Pillow's only one of that kind is Lab itself, so the
    tables are made by hand: identity from RGB to Lab."""
    grid = 2
    cells = b"".join(struct.pack(">HHH", 65280 * (r + g + b) // 3, 32768 + 8000 * (r - g), 32768 + 8000 * (g - b))
                     for r in range(grid) for g in range(grid) for b in range(grid))
    lut = b"mft2\0\0\0\0" + bytes([3, 3, grid, 0]) + b"".join(struct.pack(">i", 65536 * (i % 4 == 0)) for i in range(9))
    lut += struct.pack(">HH", 2, 2) + struct.pack(">HH", 0, 65535) * 3 + cells + struct.pack(">HH", 0, 65535) * 3
    data = icc({b"desc": b"desc\0\0\0\0\0\0\0\5scan\0" + bytes(79), b"cprt": b"text\0\0\0\0none\0",
                b"wtpt": b"XYZ \0\0\0\0" + struct.pack(">iii", 63190, 65536, 54061), b"A2B0": lut}, b"RGB ")
    return data[:20] + b"Lab " + data[24:]


def png(path, array, chunks=(), bits=8):
    """A PNG with CHUNKS before its pixels."""
    chunk = lambda name, data: struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
    kind = 0 if array.ndim == 2 else {2: 4, 3: 2, 4: 6}[array.shape[2]]
    lines = b"".join(b"\0" + row.astype(">u2" if bits == 16 else "u1").tobytes() for row in array)
    with open(path, "wb") as f:
        f.write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", array.shape[1], array.shape[0], bits, kind, 0, 0, 0))
                + b"".join(chunk(*c) for c in chunks) + chunk(b"IDAT", zlib.compress(lines)) + chunk(b"IEND", b""))


def chunks(path):
    with open(path, "rb") as f:
        data = f.read()
    at, found = 8, []
    while at < len(data):
        length, name = struct.unpack(">I4s", data[at:at + 8])
        found.append((name, data[at + 8:at + 8 + length]))
        at += 12 + length
    return found


def psnr(a, b):
    return 10 * np.log10(255 ** 2 / max(np.mean((a.astype(float) - b.astype(float)) ** 2), 1e-9))


# ---- JPEG, WebP ----

@test
def jpeg_keeps_its_quality():
    rand = np.random.default_rng(1)
    a = (picture(200, 160) + rand.normal(0, 6, (160, 200, 3))).clip(0, 255).astype(np.uint8)
    for quality, subsampling in ((100, 0), (60, 2), (60, 0), (85, 1), (20, 2)):
        Image.fromarray(a).save("in.jpg", quality=quality, subsampling=subsampling)
        keep("in.jpg", "out.jpg")
        with Image.open("in.jpg") as before, Image.open("out.jpg") as after:
            assert before.quantization == after.quantization, quality
            assert [c[1:3] for c in before.layer] == [c[1:3] for c in after.layer], "sampling"
        assert os.path.getsize("out.jpg") <= 1.1 * os.path.getsize("in.jpg"), quality
        assert psnr(pixels("in.jpg"), pixels("out.jpg")) > (45 if quality < 100 else 50), quality


@test
def jpeg_keeps_the_rest():
    Image.fromarray(picture()).save("in.jpg", quality=80, progressive=True, dpi=(240, 240), comment="by hand", icc_profile=profile())
    keep("in.jpg", "out.jpg")
    with Image.open("out.jpg") as image:
        assert image.info["dpi"] == (240, 240) and image.info["progressive"]
        assert image.info["comment"].rstrip(b"\0") == b"by hand"                     # Exiv2 ends it like a string of C
        assert image.info["icc_profile"] == profile()
    Image.fromarray(picture()[..., 0]).save("gray.jpg")
    keep("gray.jpg", "out.jpg")
    assert Image.open("out.jpg").mode == "L"


@test
def jpeg_quality_is_an_option():
    Image.fromarray(picture()).save("in.png")
    Image.fromarray(picture()).save("in.jpg", quality=50)
    for source in ("in.png", "in.jpg"):
        for quality in (1, 70, 100):
            keep(source, "out.jpg", "--jpeg-quality", str(quality))
            Image.fromarray(picture()).save("like.jpg", quality=quality)
            assert Image.open("out.jpg").quantization == Image.open("like.jpg").quantization, quality
    for bad in ("0", "101", "-1", "x"):
        keep("in.png", "other.jpg", "--jpeg-quality", bad, status=2)
    keep("in.png", "out.jpg")
    Image.fromarray(picture()).save("like.jpg", quality=95)
    assert Image.open("out.jpg").quantization == Image.open("like.jpg").quantization


@test
def webp_keeps_its_quality():
    rand = np.random.default_rng(1)
    a = (picture(200, 160) + rand.normal(0, 6, (160, 200, 3))).clip(0, 255).astype(np.uint8)
    for quality in (10, 60, 75, 100):
        Image.fromarray(a).save("in.webp", quality=quality)
        keep("in.webp", "out.webp")
        size = os.path.getsize("out.webp") / os.path.getsize("in.webp")
        assert 0.8 < size < 1.5, (quality, size)
        assert psnr(pixels("in.webp"), pixels("out.webp")) > (30 if quality < 60 else 38), quality
    Image.fromarray(np.dstack([a, a[..., 0]])).save("in.webp", lossless=True, exact=True, icc_profile=profile())
    keep("in.webp", "out.webp")
    assert (pixels("in.webp") == pixels("out.webp")).all() and Image.open("out.webp").info["icc_profile"] == profile()
    Image.fromarray(np.dstack([a, a[..., 0]])).save("in.png")
    keep("in.png", "out.webp")
    assert (pixels("out.webp")[..., 3] == a[..., 0]).all(), "alpha"


@test
def stripes_of_one_row():
    """Halved chroma mixes them, which is no damage; nor is the coarsest quality."""
    a = np.zeros((70, 90, 3), np.uint8)
    a[0::2] = (255, 0, 0)
    a[1::2] = (0, 0, 255)
    rand = np.random.default_rng(1)
    for b in (a, a.transpose(1, 0, 2), rand.integers(0, 256, (70, 90, 3)).astype(np.uint8)):
        Image.fromarray(b).save("in.jpg", quality=1)
        Image.fromarray(b).save("in.webp", quality=1)
        Image.fromarray(b).save("in.png")
        for source in ("in.jpg", "in.webp", "in.png"):
            for more in ([], ["--jpeg-quality", "1"]):
                keep(source, "out.jpg", *more)
            keep(source, "out.webp")


# ---- Profiles ----

@test
def profiles_stay_to_the_byte():
    a = picture()
    for data in (profile(), table_profile()):
        for source in ("in.png", "in.jpg", "in.tif", "in.webp"):
            Image.fromarray(a).save(source, icc_profile=data, **({"lossless": True} if source == "in.webp" else {}))
            for target in ("out.png", "out.jpg", "out.tif", "out.webp"):
                keep(source, target)
                assert Image.open(target).info["icc_profile"] == data, (source, target)
                worst = np.abs(pixels(source).astype(int) - pixels(target)).max()
                assert worst == 0 or (target in ("out.jpg", "out.webp") and psnr(pixels(source), pixels(target)) > 25)
            keep(source, "out.ppm")
    for source in ("in.png", "in.tif"):
        Image.fromarray(a[..., 0]).save(source, icc_profile=gray_profile())
        for target in ("out.png", "out.jpg", "out.tif"):
            keep(source, target)
            assert Image.open(target).mode == "L" and Image.open(target).info["icc_profile"] == gray_profile(), (source, target)
    Image.fromarray(a).save("in.png")
    for target in ("out.png", "out.jpg", "out.tif", "out.webp"):
        keep("in.png", target)
        assert "icc_profile" not in Image.open(target).info, target


@test
def colours_of_a_wide_space_are_the_same():
    """EXR has linear sRGB, so reading a P3 photo has to convert: compared with littleCMS."""
    a = picture()
    Image.fromarray(a).save("in.png", icc_profile=profile())
    keep("in.png", "wide.exr")
    keep("wide.exr", "out.png")
    to = ImageCms.createProfile("sRGB")
    expected = np.array(ImageCms.profileToProfile(Image.fromarray(a), ImageCms.ImageCmsProfile(io.BytesIO(profile())), to,
                                                  renderingIntent=ImageCms.Intent.RELATIVE_COLORIMETRIC))
    got = pixels("out.png")
    got = (got / 257 if got.dtype == np.uint16 else got).astype(float)[..., :3]
    inside = (expected.min(-1) > 8) & (expected.max(-1) < 247)
    assert inside.sum() > 200 and np.abs(got - expected)[inside].max() <= 2.5, np.abs(got - expected)[inside].max()


# ---- PNG ----

@test
def png_chunks_stay():
    a = picture()
    given = [(b"gAMA", struct.pack(">I", 100000)), (b"cHRM", struct.pack(">8I", 31270, 32900, 68000, 32000, 26500, 69000, 15000, 6000)),
             (b"pHYs", struct.pack(">IIB", 11811, 11811, 1)), (b"tIME", struct.pack(">HBBBBB", 2020, 2, 3, 4, 5, 6)),
             (b"tEXt", b"Title\0A \xe9t\xe9"), (b"iTXt", b"Author\0\0\0\0\0\xc3\xa9"),
             (b"zTXt", b"Comment\0\0" + zlib.compress(b"long" * 20))]
    png("in.png", a, given)
    keep("in.png", "out.png")
    assert (pixels("out.png") == a).all()
    # Metadata are the subject of test-metadata.py.
    assert sorted(c for c in chunks("out.png") if c[0] not in (b"IHDR", b"IDAT", b"IEND", b"eXIf")
                  and not c[1].startswith(b"Raw profile type")) == sorted(given)
    keep("in.png", "out.tif")
    keep("in.png", "out.jpg")
    assert Image.open("out.jpg").info["dpi"] == (300, 300)
    assert round(float(Image.open("out.tif").info["dpi"][0])) == 300
    png("in.png", a, [(b"tEXt", b"Raw profile type exif\0\nexif\n 2\n0000\n"), (b"tEXt", b"Title\0yes")])
    keep("in.png", "out.png")
    assert [c for c in chunks("out.png") if c[0] == b"tEXt"] == [(b"tEXt", b"Title\0yes")]


@test
def png_kinds():
    a = picture()
    Image.fromarray(a).quantize(17).save("palette.png", bits=8)
    Image.fromarray(a[..., 0]).convert("1").save("bits.png")
    Image.fromarray(a).save("clear.png", transparency=(0, 0, 255))
    keep("palette.png", "out.png")
    assert (pixels("out.png") == np.array(Image.open("palette.png").convert("RGB"))).all()
    keep("bits.png", "out.png")
    assert (pixels("out.png") == np.array(Image.open("bits.png").convert("L"))).all()
    keep("clear.png", "out.png")
    assert (pixels("out.png") == np.array(Image.open("clear.png").convert("RGBA"))).all()
    deep = (np.dstack([a, a[..., 1]]).astype(np.uint16) * 257) ^ 0x55
    png("deep.png", deep, bits=16)
    keep("deep.png", "out.png")
    assert [c[1][8:10] for c in chunks("out.png") if c[0] == b"IHDR"] == [b"\x10\x06"]
    raw = zlib.decompress(b"".join(d for n, d in chunks("out.png") if n == b"IDAT"))
    assert len(raw) == deep.shape[0] * (1 + 8 * deep.shape[1])
    keep("out.png", "out.tif")
    keep("out.tif", "again.png")
    assert [c for c in chunks("again.png") if c[0] == b"IDAT"] == [c for c in chunks("out.png") if c[0] == b"IDAT"]


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
    for alpha in (0, 1, 2):
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
        told = keep(name, "out" + name[2:], status=1).stderr
        assert ".png, .tif, .jpg" in told
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


def tiff_floats(path):
    """Of a TIFF with deflated rows and predictor 3, which Pillow doesn't read in colours: undone by libtiff's tiffcp."""
    subprocess.run(["tiffcp", "-c", "none", "-r", "1000", path, "plain.tif"], check=True)
    with open("plain.tif", "rb") as f:
        data = f.read()
    at, = struct.unpack_from("<I", data, 4)
    tags = {struct.unpack_from("<H", data, at + 2 + 12 * i)[0]: at + 10 + 12 * i for i in range(struct.unpack_from("<H", data, at)[0])}
    w, h, first = (struct.unpack_from("<H" if n < 273 else "<I", data, tags[n])[0] for n in (256, 257, 273))
    return np.frombuffer(data, "<f4", w * h * 3, first).reshape(h, w, 3)


# ---- Broken files ----

@test
def cut_and_damaged():
    rand = np.random.default_rng(3)
    a = rand.integers(0, 256, (100, 120, 3)).astype(np.uint8)
    Image.fromarray(a).save("a.png")
    Image.fromarray(a).save("a.jpg")
    Image.fromarray(a).save("p.jpg", progressive=True)
    Image.fromarray(a).save("a.tif", compression="tiff_lzw")
    Image.fromarray(a).save("a.webp")
    Image.fromarray(a).save("l.webp", lossless=True)
    Image.fromarray(a).save("a.ppm")
    keep("a.png", "a.exr")
    keep("a.png", "a.hdr")
    for name in ("a.png", "a.jpg", "p.jpg", "a.tif", "a.webp", "l.webp", "a.ppm", "a.exr", "a.hdr"):
        with open(name, "rb") as f:
            data = f.read()
        for length in (len(data) * 9 // 10, len(data) // 2, len(data) - 60):
            with open("cut-" + name, "wb") as f:
                f.write(data[:length])
            refused("cut-" + name, *(["cut off"] if name != "a.exr" else []))
    with open("a.jpg", "rb") as f:
        data = bytearray(f.read())
    data[len(data) // 2:len(data) // 2 + 200] = bytes(200)
    with open("damaged.jpg", "wb") as f:
        f.write(data)
    refused("damaged.jpg", "damaged")
    with open("a.png", "rb") as f:
        data = bytearray(f.read())
    data[len(data) // 2] ^= 1
    with open("damaged.png", "wb") as f:
        f.write(data)
    refused("damaged.png", "IDAT")                                                   # zlib's words follow
    for size in (1, 3, 8, 12, 20):
        for name in ("a.png", "a.jpg", "a.tif", "a.webp", "a.ppm"):
            with open(name, "rb") as f:
                data = f.read(size)
            with open("short", "wb") as f:
                f.write(data)
            refused("short")


@test
def what_else_it_is():
    for name, data in (("Photoshop", b"8BPS\0\1"), ("CR3", b"\0\0\0\x18ftypcrx "), ("FITS", b"SIMPLE  =    T")):
        with open("in.x", "wb") as f:
            f.write(data.ljust(200, b"\0"))
        refused("in.x", name, "PNG")
    os.mkfifo("pipe.png")
    start = time.monotonic()
    refused("pipe.png", "regular file")
    assert time.monotonic() - start < 20


# ---- Places ----

@test
def a_link_is_followed():
    Image.fromarray(picture()).save("in.png")
    os.mkdir("there")
    with open("there/real.png", "wb") as f:
        f.write(b"old")
    os.chmod("there/real.png", 0o604)
    os.symlink("there/real.png", "link.png")
    os.symlink("there/new.png", "dangling.png")
    os.symlink("loop.png", "loop.png")
    owner = 12345 if os.getuid() == 0 else os.getuid()
    os.chown("there/real.png", owner, os.getgid())
    keep("in.png", "link.png")
    keep("in.png", "dangling.png")
    assert os.path.islink("link.png") and os.path.islink("dangling.png")
    assert (pixels("there/real.png") == picture()).all() and (pixels("there/new.png") == picture()).all()
    kept = os.stat("there/real.png")
    assert kept.st_mode & 0o777 == 0o604 and kept.st_uid == owner
    assert sorted(os.listdir("there")) == ["new.png", "real.png"]
    keep("in.png", "loop.png", status=1)


@test
def full_disks():
    """A limit on the size of files fails like a full disk; the old file stays."""
    rand = np.random.default_rng(3)
    Image.fromarray(rand.integers(0, 256, (100, 120, 3)).astype(np.uint8)).save("in.png")
    for ending in ("png", "jpg", "tif", "webp", "ppm", "exr", "hdr"):
        target = "old." + ending
        with open(target, "wb") as f:
            f.write(b"old")
        before = sorted(os.listdir("."))
        for limit in (100, 4096, 8000):
            assert target in keep("in.png", target, status=1, limit=limit).stderr
            with open(target, "rb") as f:
                assert f.read() == b"old", ending
            assert sorted(os.listdir(".")) == before, ending


@test
def interruption():
    """Within a second, while reading and while writing a large picture. Its rows are alike, so that the file is small."""
    side = 12000
    row = zlib.compressobj(1)
    chunk = lambda name, data: struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
    data = b"".join(row.compress(bytes(1 + 3 * side)) for _ in range(side)) + row.flush()
    with open("in.png", "wb") as f:
        f.write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)) + chunk(b"IDAT", data)
                + chunk(b"IEND", b""))
    before = sorted(os.listdir("."))
    for wait in (0.3, 1):
        process = subprocess.Popen([PROGRAM, "denoise", "in.png", "out.png", "--weights", NETWORK, "--device", "cpu"],
                                   env=dict(os.environ, **WORDS), stderr=subprocess.PIPE)
        time.sleep(wait)
        process.send_signal(signal.SIGTERM)
        spent = resource.getrusage(resource.RUSAGE_CHILDREN)
        process.wait(60)
        now = resource.getrusage(resource.RUSAGE_CHILDREN)
        assert process.returncode in (130, -signal.SIGTERM), process.returncode
        assert now.ru_utime - spent.ru_utime < wait + 3, "it went on"
        assert sorted(os.listdir(".")) == before


if __name__ == "__main__":
    sys.exit(main())
