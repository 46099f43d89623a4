#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Writing of HEIC and AVIF through fddm denoise, judged by libheif and exiftool: test-heif.py PROGRAM. TAP."""
import json
import os
import subprocess
import sys
import tempfile
import time

from pictures import keep, picture, pixels, png, profile, refused
import heif
import numpy as np
from PIL import Image

from program import NETWORK, PROGRAM, WORDS, ended_by, main, test

KINDS = [kind for kind, compression in (("heic", heif.HEVC), ("avif", heif.AV1)) if heif.can_write(compression)]


def tags_of(path):
    done = subprocess.run(["exiftool", "-q", "-j", "-G1", "-n", "-a", path], stdout=subprocess.PIPE, check=True, text=True)
    return json.loads(done.stdout)[0]


def near(a, b, least=45):
    """Whether pictures of 0 … 1 are alike."""
    found = 10 * np.log10(1 / max(np.mean((a - b) ** 2), 1e-12))
    assert found > least, "%.1f dB" % found


@test
def pixels_and_profile():
    a = picture()
    for kind in KINDS:
        for icc in (None, profile()):
            Image.fromarray(a).save("in.png", **({"icc_profile": icc} if icc else {}))
            keep("in.png", "out." + kind)
            found, bits, told = heif.decode("out." + kind)
            assert bits == 8 and told == (icc or b""), (kind, bits, len(told))
            near(found / 255, a / 255)
            keep("out." + kind, "again.png")
            near(pixels("again.png") / 255, a / 255)
            assert Image.open("again.png").info.get("icc_profile") == icc, kind


@test
def gray_and_odd_sizes():
    a = picture()[:33, :47]
    for kind in KINDS:
        Image.fromarray(a[..., 0]).save("in.png")
        keep("in.png", "out." + kind)
        near(heif.decode("out." + kind)[0] / 255, a[..., :1].repeat(3, -1) / 255)
        Image.fromarray(a[:1, :1]).save("in.png")
        keep("in.png", "out." + kind)
        assert heif.decode("out." + kind)[0].shape == (1, 1, 3)


@test
def deep_samples():
    """10 bits in HEIC, 12 in AVIF; a file of 10 bits keeps them."""
    a = picture()
    deep = (a.astype(np.float64) * 257 + np.arange(a.shape[1])[None, :, None] % 200).clip(0, 65535).astype(np.uint16)
    png("in.png", deep, bits=16)
    for kind in KINDS:
        keep("in.png", "out." + kind)
        found, bits, _ = heif.decode("out." + kind)
        assert bits == {"heic": 10, "avif": 12}[kind], bits
        near(found / ((1 << bits) - 1), deep / 65535, 47)
        keep("out." + kind, "again." + kind)
        assert heif.decode("again." + kind)[1] == bits


@test
def alpha_stays_to_the_bit():
    a = picture()
    alpha = (np.add.outer(np.arange(a.shape[0]) * 5, np.arange(a.shape[1]) * 3) % 256).astype(np.uint8)
    for kind in KINDS:
        Image.fromarray(np.dstack([a, alpha])).save("in.png")
        keep("in.png", "out." + kind)
        found = heif.decode("out." + kind)[0]
        assert (found[..., 3] == alpha).all(), (kind, np.abs(found[..., 3].astype(int) - alpha).max())
        near(found[..., :3] / 255, a / 255, 40)
        png("in.png", np.dstack([a, alpha]).astype(np.uint16) * 257, bits=16)
        told = keep("in.png", "deep." + kind)
        found, bits, _ = heif.decode("deep." + kind)
        right = (alpha.astype(np.int64) * 257 * ((1 << bits) - 1) + 32767) // 65535
        assert (found[..., 3] == right).all(), (kind, np.abs(found[..., 3].astype(int) - right).max())
        assert "%d bits" % bits in told.stderr, told.stderr


@test
def turned_once():
    """All eight orientations: pixels are upright, and nothing else turns them."""
    a = picture()[:40, :70]
    turns = {1: a, 2: a[:, ::-1], 3: a[::-1, ::-1], 4: a[::-1], 5: a.transpose(1, 0, 2), 6: a[::-1].transpose(1, 0, 2),
             7: a[::-1, ::-1].transpose(1, 0, 2), 8: a[:, ::-1].transpose(1, 0, 2)}
    for kind in KINDS:
        for orientation, upright in turns.items():
            Image.fromarray(a).save("in.png")
            subprocess.run(["exiftool", "-q", "-n", "-overwrite_original", "-IFD0:Orientation=%d" % orientation, "in.png"], check=True)
            keep("in.png", "out." + kind)
            near(heif.decode("out." + kind)[0] / 255, upright / 255, 40)
            found = tags_of("out." + kind)
            assert found.get("IFD0:Orientation", 1) == 1 and not found.get("QuickTime:Rotation"), (kind, orientation, found)


@test
def metadata():
    a = picture()
    for source in ("jpg", "tif", "png", "webp"):
        Image.fromarray(a).save("in." + source)
        subprocess.run(["exiftool", "-q", "-n", "-overwrite_original", "-IFD0:Orientation=6", "-IFD0:Make=Acme", "-ExifIFD:ISO=3200",
                        "-XMP-xmp:Rating=4", "-IFD0:XResolution=120", "-IFD0:YResolution=120", "-IFD0:ResolutionUnit=2",
                        "in." + source], check=True)
        for kind in KINDS:
            keep("in." + source, "out." + kind)
            found = tags_of("out." + kind)
            assert (found["IFD0:Make"], found["ExifIFD:ISO"], found["XMP-xmp:Rating"], found["IFD0:XResolution"]) == (
                "Acme", 3200, 4, 120), (source, kind, found)
            assert "fddm" in found["IFD0:ProcessingSoftware"]
            keep("out." + kind, "again." + kind)
            found = tags_of("again." + kind)
            assert (found["IFD0:Make"], found["XMP-xmp:Rating"], found["IFD0:Orientation"]) == ("Acme", 4, 1), (source, kind, found)
            keep("again." + kind, "back.jpg")
            assert tags_of("back.jpg")["IFD0:Make"] == "Acme"


@test
def sampling_of_colours():
    """As the original's, or finer."""
    a = picture()
    for kind in KINDS:
        for sampling, right in ((0, 3), (2, 1)):
            Image.fromarray(a).save("in.jpg", quality=95, subsampling=sampling)
            keep("in.jpg", "out." + kind)
            keep("out." + kind, "again." + kind)
            for name in ("out.", "again."):
                with open(name + kind, "rb") as f:
                    data = f.read()
                if kind == "heic":
                    found = data[data.index(b"hvcC") + 20] & 3
                else:
                    found = {0: 3, 2: 2, 3: 1}[data[data.index(b"av1C") + 6] >> 2 & 3]
                assert found == right, (kind, sampling, name, found)


@test
def without_an_encoder():
    """The message names the package, before any work is done."""
    with tempfile.TemporaryDirectory() as folder:
        source = os.path.join(folder, "none.c")
        with open(source, "w") as f:
            f.write("int heif_have_encoder_for_format (int format) { return 0 * format; }\n")
        subprocess.run(["cc", "-shared", "-fPIC", source, "-o", os.path.join(folder, "none.so")], check=True)
        Image.fromarray(picture()).save("in.png")
        for kind, package in (("heic", "x265"), ("avif", "aomenc")):
            done = subprocess.run([PROGRAM, "denoise", "in.png", "none." + kind, "--weights", NETWORK, "--device", "cpu"], text=True,
                                  stderr=subprocess.PIPE, env=dict(os.environ, **WORDS, ASAN_OPTIONS="verify_asan_link_order=0",
                                           LD_PRELOAD=os.path.join(folder, "none.so")))
            assert done.returncode == 1 and "libheif-plugin-" + package in done.stderr, done.stderr
            assert not os.path.exists("none." + kind)


def interrupted(kind, after):
    """Interrupts the program AFTER seconds, or as much sooner as it takes to find it at work."""
    child = subprocess.Popen([PROGRAM, "denoise", "in.ppm", "out." + kind, "--weights", NETWORK, "--device", "cpu", "--luma", "0",
                              "--chroma", "0", "--noise", "20"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    time.sleep(after)
    _, seconds = ended_by(child)
    assert seconds < 2, (kind, after, seconds)
    if child.returncode == 0 and after > 0.1:
        os.remove("out." + kind)
        return interrupted(kind, 0.6 * after)
    return child.returncode


@test
def interrupted_soon():
    """While a picture is encoded, which takes the encoders seconds."""
    Image.fromarray(np.random.default_rng(1).integers(0, 255, (1500, 2000, 3), np.uint8)).save("in.ppm")
    for kind in KINDS:
        before = set(os.listdir("."))
        for after in (1.5, 4):
            status = interrupted(kind, after)
            assert status == 130 and set(os.listdir(".")) == before, (kind, after, status, os.listdir("."))


@test
def cut_files_are_refused():
    Image.fromarray(picture()).save("in.png")
    for kind in KINDS:
        keep("in.png", "out." + kind)
        with open("out." + kind, "rb") as f:
            data = f.read()
        for length in (len(data) - 60, len(data) * 2 // 3, len(data) // 4, 40):
            with open("cut." + kind, "wb") as f:
                f.write(data[:length])
            refused("cut." + kind)


@test
def a_full_disk_leaves_the_old_file():
    a = picture(600, 800)
    Image.fromarray(np.random.default_rng(3).integers(0, 256, a.shape, dtype=np.uint8)).save("in.png")
    for kind in KINDS:
        with open("out." + kind, "wb") as f:
            f.write(b"old")
        done = subprocess.run(["sh", "-c", "ulimit -f 100; trap '' XFSZ; exec \"$@\"", "sh", PROGRAM, "denoise", "in.png", "out." + kind,
                               "--weights", NETWORK, "--device", "cpu", "--quiet"], stderr=subprocess.PIPE, text=True,
                              env=dict(os.environ, **WORDS))
        assert done.returncode == 1, (kind, done)
        with open("out." + kind, "rb") as f:
            assert f.read() == b"old"
        assert not [name for name in os.listdir(".") if name.startswith(".fddm")]


if not heif.LIBRARY or "libheif" not in subprocess.run(["ldd", PROGRAM], stdout=subprocess.PIPE, text=True).stdout:
    print("1..0 # SKIP the program was built without libheif")
    sys.exit(0)
sys.exit(main())
