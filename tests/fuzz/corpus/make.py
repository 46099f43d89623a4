#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Writes the corpora of the harnesses beside itself: make.py BUILD-FOLDER, which has fuzz-weights-short.

Found inputs are kept in the same folders; a name that begins with "found-" is one.
"""
import io
import pathlib
import struct
import subprocess
import sys
import tempfile

import numpy
from PIL import Image

here = pathlib.Path(__file__).parent
sys.path.append(str(here.parents[1] / "unit/program"))
import jxl


def write(name, **files):
    folder = here / name
    folder.mkdir(exist_ok=True)
    for file, content in files.items():
        (folder / file).write_bytes(content.encode() if isinstance(content, str) else content)


def picture(kind, mode="RGB", size=(9, 7), **options):
    image = Image.new("RGB", size)
    image.putdata([(x * 25 % 256, y * 30 % 256, (x * y * 7) % 256) for y in range(size[1]) for x in range(size[0])])
    file = io.BytesIO()
    (Image.new("I;16", size, 30000) if mode == "I;16" else image.convert(mode)).save(file, kind, **options)
    return file.getvalue()


def jpeg_xl(mode="RGB", **options):
    array = numpy.array(Image.open(io.BytesIO(picture("PNG", mode))))
    with tempfile.NamedTemporaryFile() as file:
        jxl.encode(file.name, array, colours=1 if mode == "L" else 3, **options)
        return pathlib.Path(file.name).read_bytes()


subprocess.run([pathlib.Path(sys.argv[1]) / "tests/fuzz/fuzz-weights-short", "--seed", here / "weights"], check=True)

exif = b"Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0"   # orientation 6
turned = picture("JPEG", exif=exif, dpi=(300, 300))
write("metadata", jpeg=turned, png=picture("PNG", exif=exif), tiff=picture("TIFF", exif=exif[6:], dpi=(72, 72)),
      webp=picture("WEBP", exif=exif), bare=picture("JPEG"))

write("pictures", jpeg=turned, progressive=picture("JPEG", progressive=True), grey_jpeg=picture("JPEG", "L"),
      cmyk_jpeg=picture("JPEG", "CMYK"), png=picture("PNG"), grey_png=picture("PNG", "L"), alpha=picture("PNG", "RGBA"),
      deep=picture("PNG", "I;16"), palette=picture("PNG", "P"), bits=picture("PNG", "1"), tiff=picture("TIFF"),
      lzw=picture("TIFF", "RGBA", compression="tiff_lzw"), deflate=picture("TIFF", "L", compression="tiff_adobe_deflate"),
      fax=picture("TIFF", "1"), cmyk_tiff=picture("TIFF", "CMYK"),
      pages=picture("TIFF", save_all=True, append_images=[Image.new("L", (3, 3))]),
      webp=picture("WEBP"), lossless=picture("WEBP", "RGBA", lossless=True), ppm=picture("PPM"), pgm=picture("PPM", "L"),
      ascii="P3\n2 2\n255\n1 2 3 4 5 6\n7 8 9 10 11 12\n", deep_pgm=b"P5\n2 2\n65535\n" + bytes(range(8)),
      hdr=b"#?RADIANCE\nFORMAT=32-bit_rle_rgbe\n\n-Y 2 +X 2\n" + bytes([200, 100, 50, 128]) * 4,
      bmp=picture("BMP"), gif=picture("GIF"), jxl=jpeg_xl(orientation=6), grey_jxl=jpeg_xl("L"), lossy_jxl=jpeg_xl(lossy=1),
      alpha_jxl=jpeg_xl("RGBA", boxes=[(b"Exif", bytes(4) + exif[6:]), (b"xml ", b"<x/>")]),
      animation_jxl=jpeg_xl(frames=2, have_animation=1, tps_numerator=10, tps_denominator=1))

write("whole", jpeg=turned, progressive=picture("JPEG", progressive=True), png=picture("PNG"), webp=picture("WEBP"),
      lossless=picture("WEBP", lossless=True), gif=picture("GIF"), bmp=picture("BMP"), tga=picture("TGA"),
      jxl=jpeg_xl(boxes=[(b"xml ", b"<x/>")]), runs=picture("TGA", compression="tga_rle"), palette=picture("TGA", "P", compression="tga_rle"), pcx=picture("PCX"),
      grey_pcx=picture("PCX", "L"), sgi=picture("SGI"),
      packed_sgi=b"\x01\xda\1\1\0\2\0\2\0\2\0\1".ljust(512, b"\0") + struct.pack(">4I", 528, 532, 4, 3) + b"\2gg\0\2.g",
      ras=struct.pack(">8I", 0x59a66a95, 3, 2, 8, 8, 2, 0, 0) + b"\x80\3.\x80\0...",
      exr=b"\x76\x2f\x31\x01\2\0\0\0compression\0compression\0\1\0\0\0\0dataWindow\0box2i\0\x10\0\0\0" + bytes(12)
      + b"\1\0\0\0\0" + struct.pack("<QQ", 91, 101) + b"\0\0\0\0\2\0\0\0hf\1\0\0\0\2\0\0\0hf",
      fits=b"".join(card.ljust(80) for card in (b"SIMPLE  =                    T", b"BITPIX  =                  -16",
                                                b"NAXIS   =                    1", b"NAXIS1  =                    3",
                                                b"END")).ljust(2880) + b"112233")

write("json", object='{"a": [1, 2.5, -3e2], "b": {"c": "text \\u00e9", "d": null}, "e": true}', array="[[[[]]]]", text='"text"',
      number="8192", twice='{"a": 1, "a": 2}', comment="[1 /* two */]", deep="[" * 9 + "]" * 9)

write("journal", empty="",
      done="begun\t/in/a.png\ta.png\t12345\t.\ndone\t/in/a.png\ta.png\tsettings\t5\t1\t6\t2\t.\n",
      made="begun\t/in/a.png\ta.png\t7\t.\nmade\t/in/a.png\ta.png\tsettings\t5\t1\t7\t2\t.\n",
      failed="begun\t/in/a.png\ta.png\t7\t.\nfailed\t/in/a.png\ta.png\tcut \\303\\251 off\t.\n",
      other="begun\t/in/b.png\ta.png\t4294967295\t.\ndone\t/in/b.png\ta.png\tothers\t-1\t1\t6\t99999999999999999999\t.\n",
      incomplete="begun\t/in/a.png\ta.png\t1", damaged="done\ta\\\\\\\t.\n\t.\nbegun\t.\n\n\0\t\0\n.\n")

denoise = "noise=0 luma=100 chroma=100 detail=0 quality=balanced output=layer device=auto seed=0 coarse=100 medium=100 fine=100"
write("settings", denoise="\0" + denoise, numbers="\0noise=12.5 quality=2 device=1 seed=2147483647",
      generate="\1model=texture subject=wood%20%2Fa width=512 height=512 steps=20 eta=0.5 tileable=1 count=4 device=cpu seed=1",
      odd="\0 luma=5,5  =  noise luma=nan luma=1e400 quality=", far="\1seed=2147483648 width=-1 subject=%zz")

write("presets",
      mine="[Last]\nnoise=0\nluma=60\nquality=fast\n\n[Preset 1]\nname=Mine\nluma=50\ncoarse=140\n\n[Preset 2]\nname=Caf\u00e9\nfine=0\n",
      odd="[Preset 1]\nname=\n[Preset 1]\nname=Twice\n[Preset x]\nluma=nan\n[Last]\nseed=1.5\nluma=1e9\nquality=\n",
      damaged="[Last\nluma\n=\n\0", empty="")

write("options", denoise="\0--noise=5\n--luma\n50\n--quality=best\n--threads=4\n--memory\n512\nin.png\nout.png",
      many="\0-o\nout\n--suffix=-clean\n--format=.PNG\n-r\n--skip-existing\n-j\n2\na.jpg\nb.jpg\n-q",
      generate="\1--model=texture\n--subject=wood\n--width=64\n--height=64\n--steps=3\n--eta=1\n--tileable\n--count=9\nout.png",
      odd="\0--threads=99999999999\n--tile\n2147483647\n--memory=18446744073709551615\n--device=none\n--noise=nan\n-o\n-o\n-")

times = "[processor]\n3x3 64-64=851.2;274.5;428.1;\n1x1 1-8192=1;2;3\n\n[an /odd/ one]\n3x3 64-64=0;0;0\n"
write("times", right=times, odd="[processor]\n3x3 64-64=nan;-1;1e99\n1x1 1-8192=1;2;3;4;5;6;7;8\n", damaged=times[:40] + "\0[[", empty="")

write("plans", plan='\0010 1 0.25 3.5\n{"plan": [1, 2]}', plain="\0012 0 0 0\n{", odd="\0013 2 nan -1\n{}", words="\0010 1 1e400 1\n{}",
      foreign="\0FDDM plan 1\n0123456789abcdef\nanother layer\n0 1 0.25 3.5\n{}", lines="\0FDDM plan 1\n\n\n\n\n", empty="")
