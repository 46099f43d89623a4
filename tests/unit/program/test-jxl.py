#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""JPEG XL through fddm denoise, judged by libjxl and exiftool: test-jxl.py PROGRAM. TAP."""
import json
import os
import struct
import subprocess
import sys
import time

from pictures import gray_profile, keep, picture, pixels, png, profile, psnr, refused, table_profile
import jxl
import numpy as np
from PIL import Image

from program import NETWORK, PROGRAM, WORDS, ended, ended_by, main, test

# Little-endian TIFF header and one directory: orientation 6 and ISO speed would be elsewhere; Make "Acme".
EXIF = b"\0\0\0\0II*\0\x08\0\0\0\2\0\x0f\1\2\0\5\0\0\0\x26\0\0\0\x12\1\3\0\1\0\0\0\1\0\0\0\0\0\0\0Acme\0\0"
XMP = (b"<?xpacket begin='' id='W5M0MpCehiHzreSzNTczkc9d'?><x:xmpmeta xmlns:x='adobe:ns:meta/'><rdf:RDF xmlns:rdf="
       b"'http://www.w3.org/1999/02/22-rdf-syntax-ns#'><rdf:Description rdf:about='' xmlns:xmp='http://ns.adobe.com/xap/1.0/' "
       b"xmp:Rating='4'/></rdf:RDF></x:xmpmeta><?xpacket end='w'?>")


def tags_of(path):
    done = subprocess.run(["exiftool", "-q", "-j", "-G1", "-n", "-a", path], stdout=subprocess.PIPE, check=True, text=True)
    return json.loads(done.stdout)[0]


@test
def samples():
    a = picture()
    deep = a.astype(np.uint16) * 257 + 3
    alpha = np.dstack([a, a[..., 0]])
    jxl.encode("in.jxl", a)
    keep("in.jxl", "out.png")
    assert (pixels("out.png") == a).all()
    jxl.encode("in.jxl", a[..., 0], colours=1)
    keep("in.jxl", "out.png")
    assert (pixels("out.png") == a[..., 0]).all(), "gray"
    jxl.encode("in.jxl", alpha)
    keep("in.jxl", "out.png")
    assert (pixels("out.png") == alpha).all(), "alpha and hidden colours"
    jxl.encode("in.jxl", deep[..., 0], colours=1)
    keep("in.jxl", "out.png")
    assert (pixels("out.png") == deep[..., 0]).all(), "16 bits"
    jxl.encode("in.jxl", deep[..., 0], colours=1, bits_per_sample=10)
    keep("in.jxl", "out.png")
    assert np.abs(pixels("out.png") / 65535 - deep[..., 0] / 65535).max() < 0.6 / 1023, "10 bits"
    light = (a[..., 0] / 200).astype("f4")
    jxl.encode("in.jxl", light, colours=1)
    keep("in.jxl", "out.tif")
    assert (pixels("out.tif") == light).all(), "floats above 1"


@test
def written_to_the_bit_from_lossless_files():
    a = picture()
    Image.fromarray(a).save("in.png")
    keep("in.png", "out.jxl")
    found, info = jxl.decode("out.jxl")
    assert (found == a).all() and info["bits_per_sample"] == 8 and info["uses_original_profile"]
    alpha = np.dstack([a, a[..., 0]])
    Image.fromarray(alpha).save("in.webp", exact=True)
    keep("in.webp", "out.jxl")
    assert (jxl.decode("out.jxl", channels=4)[0] == pixels("in.webp")).all(), "alpha of a lossy file"
    deep = a.astype(np.uint16) * 257 + 3
    png("in.png", deep, bits=16)
    keep("in.png", "out.jxl")
    found, info = jxl.decode("out.jxl", "uint16")
    assert (found == deep).all() and info["bits_per_sample"] == 16
    Image.fromarray(a[..., 0]).save("in.png")
    keep("in.png", "out.jxl")
    found, info = jxl.decode("out.jxl", channels=1)
    assert (found[..., 0] == a[..., 0]).all() and info["num_color_channels"] == 1
    keep("out.jxl", "again.jxl")
    assert (jxl.decode("again.jxl", channels=1)[0] == found).all()


@test
def written_as_lossy_from_lossy_files():
    rng = np.random.default_rng(1)
    a = (picture(200, 150).astype(int) + rng.normal(0, 3, (150, 200, 3))).clip(0, 255).astype(np.uint8)
    Image.fromarray(a).save("in.jpg", quality=95)
    Image.fromarray(pixels("in.jpg")).save("in.png")
    keep("in.jpg", "out.jxl")
    keep("in.png", "whole.jxl")
    found, info = jxl.decode("out.jxl")
    assert psnr(found, pixels("in.jpg")) > 34 and not info["uses_original_profile"], psnr(found, pixels("in.jpg"))
    assert os.path.getsize("out.jxl") < os.path.getsize("whole.jxl") / 2
    jxl.encode("in.jxl", a, lossy=1)
    keep("in.jxl", "out.jxl")
    assert psnr(jxl.decode("out.jxl")[0], jxl.decode("in.jxl")[0]) > 34
    keep("in.jxl", "out.png")
    assert np.abs(pixels("out.png").astype(int) - jxl.decode("in.jxl")[0]).max() <= 1


@test
def profiles_stay():
    a = picture()
    for name, data in (("P3", profile()), ("tables", table_profile()), ("other", profile(((0.66, 0.31), (0.25, 0.69), (0.16, 0.07))))):
        Image.fromarray(a).save("in.png", icc_profile=data)
        keep("in.png", "out.jxl")
        keep("out.jxl", "out.png")
        with Image.open("out.png") as image:
            assert image.info["icc_profile"] == data, name
        assert (pixels("out.png") == a).all(), name
        Image.fromarray(a).save("in.jpg", quality=95, icc_profile=data)
        keep("in.jpg", "out.jxl")
        keep("out.jxl", "out.png")
        assert psnr(pixels("out.png"), pixels("in.jpg")) > 36, "the numbers of %s are others" % name
        jxl.encode("in.jxl", a, profile=data, lossy=0.5)
        keep("in.jxl", "out.png")
        with Image.open("out.png") as image:
            assert name == "tables" or psnr(pixels("out.png"), a) > 36, name
    Image.fromarray(a[..., 0]).save("in.png", icc_profile=gray_profile())
    keep("in.png", "out.jxl")
    keep("out.jxl", "out.png")
    with Image.open("out.png") as image:
        assert image.info["icc_profile"] == gray_profile()


@test
def metadata_stay():
    a = picture()
    jxl.encode("in.jxl", a, boxes=((b"Exif", EXIF), (b"xml ", XMP)), orientation=6)      # packed boxes
    for target in ("jpg", "png", "tif", "webp", "jxl"):
        keep("in.jxl", "out." + target)
        found = tags_of("out." + target)
        assert (found["IFD0:Orientation"], found["IFD0:Make"], found["XMP-xmp:Rating"]) == (6, "Acme", 4), (target, found)
        assert found["IFD0:ProcessingSoftware"].startswith("fddm "), found
    found, info = jxl.decode("out.jxl")
    assert info["orientation"] == 6 and (found == a).all()
    jxl.encode("in.jxl", a, orientation=8)                                               # told by the codestream alone
    keep("in.jxl", "out.tif")
    assert tags_of("out.tif")["IFD0:Orientation"] == 8
    for source in ("jpg", "tif", "png", "webp"):
        Image.fromarray(a).save("in." + source)
        subprocess.run(["exiftool", "-q", "-n", "-overwrite_original", "-IFD0:Orientation=3", "-IFD0:Make=Acme", "-XMP-xmp:Rating=4",
                        "in." + source], check=True)
        keep("in." + source, "out.jxl")
        found = tags_of("out.jxl")
        assert (found["IFD0:Make"], found["XMP-xmp:Rating"], found["IFD0:Orientation"]) == ("Acme", 4, 3), (source, found)
        assert jxl.decode("out.jxl")[1]["orientation"] == 3, source


@test
def refused_with_the_reason():
    a = picture()
    jxl.encode("frames.jxl", a, frames=3, have_animation=1, tps_numerator=10, tps_denominator=1)
    refused("frames.jxl", "animation")
    jxl.encode("inks.jxl", np.dstack([a, a[..., 0]]), extra=jxl.BLACK, alpha_bits=0)
    refused("inks.jxl", "CMYK")
    for kind in (jxl.SPOT, jxl.DEPTH, jxl.MASK, jxl.THERMAL):
        jxl.encode("more.jxl", np.dstack([a, a[..., 0]]), extra=kind, alpha_bits=0)
        refused("more.jxl", "channels")
    jxl.encode("bare.jxl", a)
    jxl.encode("lossy.jxl", a, lossy=1)
    Image.fromarray(a).save("in.png")
    keep("in.png", "boxes.jxl")
    for name in ("bare.jxl", "lossy.jxl", "boxes.jxl"):
        with open(name, "rb") as f:
            data = f.read()
        for length in (20, len(data) // 2, len(data) - 1):
            with open("cut.jxl", "wb") as f:
                f.write(data[:length])
            refused("cut.jxl", "cut off")
        with open("cut.jxl", "wb") as f:
            f.write(data[:len(data) // 2] + bytes(len(data) - len(data) // 2))
        refused("cut.jxl")


@test
def small_files_take_little_memory():
    """One colour: 1600 megapixels that a file of some bytes claims, 4 that it may have."""
    child = os.fork()                                    # what a process has taken counts for its children, too
    if child == 0:
        jxl.encode("one.jxl", np.full((2000, 2000), 77, np.uint8), colours=1)
        os._exit(0)
    os.waitpid(child, 0)
    assert os.path.getsize("one.jxl") < 5000
    peak(["info", "one.jxl", "--weights", NETWORK, "--device", "cpu"], 0, 500e6)
    # "\xff\x0a", then ysize − 1 in 30 bits after the selector 3, ratio 1:1, defaults
    with open("huge.jxl", "wb") as f:
        f.write(b"\xff\x0a" + struct.pack("<Q", 3 << 1 | (40000 - 1) << 3 | 1 << 33 | 3 << 36) + bytes(40))
    words = peak(["info", "huge.jxl", "--weights", NETWORK, "--device", "cpu"], 1, 500e6)
    assert "40000 × 40000 pixels are too many" in words, words


def peak(arguments, status, most):
    """Runs the program in at most MOST bytes of memory; what it says."""
    with open("stderr", "w+", encoding="utf-8") as words:
        child = subprocess.Popen([PROGRAM, *arguments], stdout=subprocess.DEVNULL, stderr=words, env=dict(os.environ, **WORDS))
        used = ended(child)
        words.seek(0)
        told = words.read()
    assert child.returncode == status, told
    assert used.ru_maxrss * 1024 < most, "%.0f MB" % (used.ru_maxrss / 1024)
    return told


@test
def interrupted_within_a_second():
    rng = np.random.default_rng(1)
    noisy = rng.integers(0, 255, (1500, 2000, 3), np.uint8)
    jxl_command = [PROGRAM, "denoise", "in.ppm", "out.jxl", "--weights", NETWORK, "--device", "cpu", "--luma", "0", "--chroma", "0",
                   "--noise", "20"]
    Image.fromarray(noisy).save("in.ppm")
    before = set(os.listdir("."))
    for after in (0.6, 1.2, 1.8):
        child = subprocess.Popen(jxl_command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(after)
        _, seconds = ended_by(child)
        assert seconds < 1, (after, seconds)
        if child.returncode == 0:
            os.remove("out.jxl")
        assert child.returncode in (0, 130) and set(os.listdir(".")) == before, (after, set(os.listdir(".")) - before)


if __name__ == "__main__":
    if not jxl.LIBRARY:
        print("1..0 # SKIP libjxl is not installed")
        sys.exit(0)
    done = subprocess.run([PROGRAM, "denoise", "none.png", "none.jxl"], stderr=subprocess.PIPE, text=True, env=dict(os.environ, **WORDS))
    if "its name must end" in done.stderr:
        print("1..0 # SKIP the program was built without libjxl")
        sys.exit(0)
    sys.exit(main())
