#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""JPEG, WebP and PNG files, profiles and transparency through fddm denoise: test-pictures.py PROGRAM. TAP."""
import io
import os
import shutil
import struct
import sys
import zlib

from pictures import chunks, gray_profile, keep, picture, pixels, png, profile, psnr, table_profile
import numpy as np
from PIL import Image, ImageCms

from program import NETWORK, main, run, test


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
def what_cannot_be_told_to_turn_is_turned():
    Image.fromarray(picture()).save("flat.png")
    tags = Image.Exif()
    tags[0x0112] = 6                                                                 # to be turned to the right
    Image.fromarray(picture()).save("in.png", exif=tags)
    for ending in ("ppm", "hdr"):
        keep("flat.png", "flat." + ending)
        keep("in.png", "out." + ending)
    assert (pixels("out.ppm") == np.rot90(picture(), -1)).all()
    with open("flat.hdr", "rb") as flat, open("out.hdr", "rb") as out:
        assert b"-Y 47 +X 61" in flat.read() and b"-Y 61 +X 47" in out.read()


@test
def gray_without_a_place_for_its_profile_is_converted():
    a = np.tile(np.arange(256, dtype=np.uint8), (8, 1))
    Image.fromarray(a).save("in.png", icc_profile=gray_profile())
    keep("in.png", "out.ppm")
    linear = (np.arange(256) / 255) ** (0x233 / 256)
    wanted = 255 * np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
    assert abs(pixels("out.ppm")[0].reshape(256, -1)[:, 0] - wanted).max() < 0.6
    keep("in.png", "out.webp")
    with Image.open("out.webp") as image:
        assert "icc_profile" not in image.info
        assert abs(np.array(image.convert("RGB"))[0, :, 1] - wanted).max() < 3         # lossless, or nearly so


@test
def other_endings_of_jpegs():
    Image.fromarray(picture()).save("a.jpg", quality=80)
    os.makedirs("endings", exist_ok=True)
    for name in ("a.jpe", "b.JFIF", "c.jpeg"):
        shutil.copy("a.jpg", os.path.join("endings", name))
    run("denoise", "-o", "of-endings", "endings", "--weights", NETWORK, "--device", "cpu", "--noise", "20", "--quiet")
    assert sorted(n for n in os.listdir("of-endings") if n[0] != ".") == ["a.jpe", "b.JFIF", "c.jpeg"]


@test
def webp_with_bytes_behind_it():
    Image.fromarray(picture()).save("in.webp", quality=60, icc_profile=profile())
    with open("in.webp", "ab") as f:
        f.write(b"more")
    keep("in.webp", "out.webp")
    assert Image.open("out.webp").info["icc_profile"] == profile()


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


# ---- Transparency ----

@test
def formats_without_alpha_show_the_picture_on_white():
    """As a viewer shows it on a white page, and with a word; hidden colours do not come out."""
    a = picture()
    alpha = np.full(a.shape[:2], 255, np.uint8)
    alpha[:20], alpha[20:25] = 0, 128
    clear = np.dstack([a, alpha])
    for name, image in (("in.png", Image.fromarray(clear)), ("in.tif", Image.fromarray(clear)),
                        ("gray.png", Image.fromarray(clear[..., [0, 3]]))):
        image.save(name)
        white = Image.new("RGBA", image.size, "white")
        white.alpha_composite(image.convert("RGBA"))
        expected = np.array(white.convert("L" if "gray" in name else "RGB"))
        for target in ("out.jpg", "out.ppm", "out.hdr"):
            told = keep(name, target, "--jpeg-quality", "100").stderr
            assert told.count("\n") == 1 and target in told and "white" in told, told
            if target == "out.hdr":                                                  # always of three colours
                keep(target, "again.ppm")
            seen = pixels("again.ppm" if target == "out.hdr" else target).astype(float)
            off = np.abs(seen - (expected[..., None] if seen.ndim > expected.ndim else expected)).max()
            # HDR's mantissas of 8 bits are of the largest colour: 12.92 steps in the dark, by the slope of sRGB's curve.
            assert off <= {"out.jpg": 12, "out.ppm": 1, "out.hdr": 13}[target], (name, target, off)
    os.mkdir("many")
    told = keep("in.png", "gray.png", "-o", "many", "--format", "jpg").stderr
    assert told.count("\n") == 2 and "in.jpg" in told and "gray.jpg" in told, told


@test
def opaque_alpha_is_dropped_without_a_word():
    a = picture()
    Image.fromarray(np.dstack([a, np.full(a.shape[:2], 255, np.uint8)])).save("in.png")
    for target in ("out.jpg", "out.ppm", "out.hdr"):
        assert keep("in.png", target).stderr == ""
    assert (pixels("out.ppm") == a).all()


if __name__ == "__main__":
    sys.exit(main())
