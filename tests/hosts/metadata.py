# SPDX-License-Identifier: Apache-2.0
"""Checks what GIMP's own export leaves of a photo's metadata in the batch, judged by exiftool."""
import json
import pathlib
import shutil
import subprocess

SOURCE = pathlib.Path(__file__).resolve().parents[2]
WIDTH, HEIGHT = 480, 360                                 # of sample.jpg, which is not square
WIDE_GAMUT = ("/usr/share/color/icc/ghostscript/a98.icc", "/usr/share/color/icc/colord/AdobeRGB1998.icc")
GIVEN = {"IFD0:Orientation": 6, "IFD0:Make": "Acme", "ExifIFD:ISO": 3200, "ExifIFD:ExposureTime": 0.02, "GPS:GPSLatitude": 48.5,
         "XMP-xmp:Rating": 4, "XMP-dc:Title": "A title", "IPTC:Keywords": "cat"}


def exiftool(*arguments):
    return subprocess.run(["exiftool", "-q", "-q", "-n", *map(str, arguments)], stdout=subprocess.PIPE, check=True).stdout


def tags(path):
    return json.loads(exiftool("-j", "-G1", "-a", path))[0]


def make_photo(path, profile):
    shutil.copy(SOURCE / "tests" / "data" / "sample.jpg", path)
    exiftool("-overwrite_original", f"-ICC_Profile<={profile}", *[f"-{name}={value}" for name, value in GIVEN.items()], path)


def check_metadata(tap, gimp):
    """A turned photo with everything in it, through the batch to JPEG."""
    name = "batch: metadata of a turned photo"
    profile = next((path for path in WIDE_GAMUT if pathlib.Path(path).exists()), None)
    if not shutil.which("exiftool") or not profile:
        tap.line(True, name, skip="exiftool or a profile is missing (Debian: libimage-exiftool-perl, libgs-common)")
        return
    folder = gimp.work / "out"
    before, after = folder / "turned.jpg", folder / "denoised" / "turned.jpg"
    after.parent.mkdir()
    make_photo(before, profile)
    _, said = gimp.run('(fddm-batch-denoise "out/turned.jpg" "out/denoised" 20 100 100 0 "fast" "cpu" 0)')
    if not tap.line(after.exists(), f"{name}: done {'' if after.exists() else said}"):
        return
    found = tags(after)
    shape = (found["File:ImageWidth"], found["File:ImageHeight"], found.get("IFD0:Orientation", 1))
    tap.line(shape in ((WIDTH, HEIGHT, 6), (HEIGHT, WIDTH, 1)), f"{name}: upright {shape}")
    lost = {key: (value, found.get(key)) for key, value in GIVEN.items()
            if key != "IFD0:Orientation" and found.get(key) != value}
    tap.line(not lost, f"{name}: EXIF, XMP and IPTC stay {lost or ''}")
    tap.line(exiftool("-b", "-ICC_Profile", after) == exiftool("-b", "-ICC_Profile", before), f"{name}: the profile stays")
