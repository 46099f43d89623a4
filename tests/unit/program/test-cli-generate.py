#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""fddm generate from outside: test-cli-generate.py PROGRAM (environment: FDDM_GOLDEN, the folder of tests/golden). TAP."""
import json
import os
import shutil
import struct
import sys
import zlib

from program import CHANNELS, GENERATOR, NETWORK, generate, main, noise, read_png, run, test, write_png


@test
def pictures_are_generated():
    done = generate("a.png", "--subject", "grass", "--seed", "5")
    assert "a.png: seed 5." in done.stderr and done.stdout == ""
    width, height, kind, depth, samples = read_png("a.png")
    assert (width, height, kind, depth) == (21, 14, 2, 8) and len(set(samples)) > 20
    others = {samples}
    for number, more in enumerate(([], ["--subject", "grass", "--seed", "6"], ["--subject", "stone paving", "--seed", "5"],
                                   ["--subject", "grass", "--seed", "5", "--eta", "0"],
                                   ["--subject", "grass", "--seed", "5", "--steps", "4"]), 1):
        generate("b.png", *more)
        others.add(read_png("b.png")[4])
        assert len(others) == number + 1, "%s changes nothing" % more
    generate("b.png", "--subject", "grass", "--seed", "5", "--quiet")
    with open("a.png", "rb") as a, open("b.png", "rb") as b:
        assert a.read() == b.read(), "the same seed, other bytes"
    generate("c.jpg", "--tileable", "--threads", "1", "--memory", "100")
    assert read_png("b.png")[4] == samples and sorted(os.listdir(".")) == ["a.png", "b.png", "c.jpg"]
    generate("large.png", "--width", "512", "--height", "1")
    assert read_png("large.png")[:2] == (512, 1)


@test
def several_pictures():
    os.mkdir("x.y")
    told = json.loads(generate("x.y/some.png", "--count", "3", "--seed", "2147483646", "--json").stdout)
    seeds = [2147483646, 2147483647, 0]
    assert [(o["output"], o["seed"]) for o in told["outputs"]] == [("x.y/some-%d.png" % (i + 1), s) for i, s in enumerate(seeds)]
    assert type(told["width"]) is type(told["steps"]) is int
    assert told["width"] == 21 and told["steps"] == 3 and told["subject"] is None and not told["tileable"] and told["device"]
    for i, seed in enumerate(seeds, 1):
        generate("one.png", "--seed", str(seed))
        assert read_png("one.png") == read_png("x.y/some-%d.png" % i), seed
    assert len(os.listdir("x.y")) == 3


def material(path, kind=2, depth=8, width=70, height=66):
    """Rows of stones, with or without alpha."""
    top, channels = (1 << depth) - 1, CHANNELS[kind]
    values = [[0.3 + 0.4 * ((x // 9 + y // 6) % 2) * (1 - 0.2 * c) for c in range(channels)] for y in range(height) for x in range(width)]
    if kind in (4, 6):
        values = [v[:-1] + [1.0] for v in values]
    write_png(path, width, height, [int(v * top) for value in values for v in value], kind, depth)


@test
def more_of_a_material():
    for kind, depth in ((2, 8), (0, 8), (6, 8), (2, 16), (4, 16)):
        material("a.png", kind, depth)
        for closeness in ("0", "80"):
            told = json.loads(generate("out.png", "--like", "a.png", "--closeness", closeness, "--tileable", "--json").stdout)
            assert told["like"] == "a.png" and told["closeness"] == float(closeness) and told["seamless"] is None
            width, height, _, _, values = read_png("out.png")
            assert (width, height) == (21, 14)
            for c in range(3):
                expected = 255 * (0.3 + 0.2 * (1 - 0.2 * c if kind in (2, 6) else 1))
                assert abs(sum(values[c::3]) / (21 * 14) - expected) < 8, (kind, closeness, c)
    generate("b.png", "--like", "a.png", "--seed", "1")
    generate("c.png", "--like", "a.png", "--count", "2")
    assert read_png("b.png") == read_png("c-2.png") != read_png("c-1.png")


def with_examples(path, subjects):
    """The generator with subjects of name -> [pictures of 70 × 66 pixels, R'G'B' one after the other]."""
    with open(GENERATOR, "rb") as f:
        size, = struct.unpack("<Q", f.read(8))
        header, tensors = json.loads(f.read(size)), f.read()
    pixels = b"".join(bytes(picture) for pictures in subjects.values() for picture in pictures)
    header["__metadata__"]["examples"] = json.dumps([{"name": name, "count": len(pictures), "closeness": 65}
                                                     for name, pictures in subjects.items()])
    header["examples"] = {"dtype": "U8", "shape": [sum(map(len, subjects.values())), 66, 70, 3],
                          "data_offsets": [len(tensors), len(tensors) + len(pixels)]}
    text = json.dumps(header).encode()
    with open(path, "wb") as f:
        f.write(struct.pack("<Q", len(text)) + text + tensors + pixels)


@test
def subjects_start_from_pictures_in_the_file():
    material("a.png")
    write_png("b.png", 70, 66, noise(70, 66, seed=3))
    write_png("c.png", 70, 66, noise(70, 66, sigma=60, seed=4))
    names = ("a", "b", "c")
    pictures = [read_png(name + ".png")[4] for name in names]
    with_examples("kept.safetensors", {"marble": pictures[:1], "tiles": pictures[1:]})
    told = json.loads(run("info", "--json", FDDM_WEIGHTS_DIR=os.getcwd()).stdout)
    found = [w for w in told["weights"] if os.path.basename(w["path"]) == "kept.safetensors"]
    assert found[0]["subjects"] == ["grass", "stone paving", "marble", "tiles"]
    drawn = set()
    for seed in range(12):
        more = ("--seed", str(seed), *(("--tileable",) if seed % 2 else ()))
        generate("out.png", "--subject", "marble" if seed % 3 == 0 else "tiles", *more, model="./kept.safetensors")
        same = []
        for name in names[:1] if seed % 3 == 0 else names[1:]:
            generate("like.png", "--like", name + ".png", "--closeness", "65", *more)
            same += [name] if read_png("like.png") == read_png("out.png") else []
        assert len(same) == 1, (seed, same)
        drawn.update(same)
    assert drawn == set(names), "a picture that no seed draws"
    for subject in ("grass", ""):
        generate("new.png", "--subject", subject, model="./kept.safetensors")
        generate("old.png", "--subject", subject)
        assert read_png("new.png") == read_png("old.png"), "another subject has changed"
    error = generate("x.png", "--subject", "marbel", model="./kept.safetensors", status=2).stderr
    assert "available: grass, stone paving, marble, tiles" in error
    generate("met.png", "--seamless", "a.png", "--subject", "tiles", "--band", "12", model="./kept.safetensors")
    generate("plain.png", "--seamless", "a.png", "--band", "12")
    assert read_png("met.png") == read_png("plain.png"), "the edges of a caller's picture are its own"


@test
def pictures_are_made_seamless():
    for kind, depth in ((2, 8), (0, 8), (6, 8), (2, 16)):
        material("a.png", kind, depth)
        told = json.loads(generate("out.png", "--seamless", "a.png", "--keep-light", "--json").stdout)
        assert told["seamless"] == "a.png" and told["like"] is None and (told["width"], told["height"]) == (70, 66)
        before, after = read_png("a.png"), read_png("out.png")
        assert before[:4] == after[:4], "size and format are kept"
        row = 70 * CHANNELS[kind]
        for y in range(16, 66 - 16):
            inside = slice(y * row + 16 * CHANNELS[kind], (y + 1) * row - 16 * CHANNELS[kind])
            assert before[4][inside] == after[4][inside], "the middle is kept"
        assert before[4] != after[4]
        generate("narrow.png", "--seamless", "a.png", "--keep-light", "--band", "4")
        narrow = read_png("narrow.png")[4]
        rows = [slice(y * row + 4 * CHANNELS[kind], (y + 1) * row - 4 * CHANNELS[kind]) for y in range(4, 66 - 4)]
        assert all(before[4][r] == narrow[r] for r in rows) and any(before[4][r] != after[4][r] for r in rows), "a narrower band"
        generate("even.png", "--seamless", "a.png")
        assert read_png("even.png")[4] != after[4], "light is evened without being asked"


def lay_on_its_side(source, target):
    """SOURCE as a camera held upright stores it: the first row is the right edge, and EXIF tells so (orientation 6)."""
    width, height, kind, depth, samples = read_png(source)
    n = CHANNELS[kind]
    turned = [samples[(x * width + width - 1 - y) * n + c] for y in range(width) for x in range(height) for c in range(n)]
    write_png(target, height, width, turned, kind, depth)
    exif = b"eXIf" + struct.pack("<2sHIHHHIHHI", b"II", 42, 8, 1, 0x112, 3, 1, 6, 0, 0)
    with open(target, "rb") as f:
        picture = f.read()
    with open(target, "wb") as f:                               # behind IHDR
        f.write(picture[:33] + struct.pack(">I", len(exif) - 4) + exif + struct.pack(">I", zlib.crc32(exif)) + picture[33:])


@test
def materials_are_turned_upright():
    material("a.png")
    lay_on_its_side("a.png", "side.png")
    for option in ("--like", "--seamless"):
        for name in ("a", "side"):
            told = json.loads(generate("%s-out.png" % name, option, "%s.png" % name, "--maps", "--json").stdout)
            assert (told["width"], told["height"]) == read_png("%s-out.png" % name)[:2], option
        for part in ("", "-height", "-normal", "-roughness"):
            assert read_png("a-out%s.png" % part) == read_png("side-out%s.png" % part), option + part
    generate("side.jpg", "--seamless", "side.png")
    for name in ("side-out.png", "side.jpg"):
        with open(name, "rb") as f:
            assert struct.pack("<HHI", 0x112, 3, 1) + b"\1\0" in f.read(), "a viewer would turn %s once more" % name


@test
def unsuitable_materials():
    material("a.png")
    material("small.png", width=63)
    write_png("dot.png", 1, 1, [1, 2, 3])
    write_png("holes.png", 64, 64, [200, 100, 50, 255, 90, 80, 70, 254] * 32 * 64, 6)
    for option in ("--like", "--seamless"):
        assert "64 × 64 pixels, not 63 × 66" in generate("out.png", option, "small.png", status=2).stderr
        assert "not 1 × 1" in generate("out.png", option, "dot.png", status=2).stderr
        assert "holes.png: parts are transparent" in generate("out.png", option, "holes.png", status=1).stderr
        assert "missing.png" in generate("out.png", option, "missing.png", status=1).stderr
        before = read_png("a.png")
        assert "a.png” is the original" in generate("a.png", option, "a.png", status=2).stderr
        assert before == read_png("a.png")
        for name in ("height", "normal", "roughness"):        # neither do its maps replace it
            os.link("a.png", "it-%s.png" % name)
            assert "it-%s.png” is the original" % name in generate("it.png", option, "a.png", "--maps", status=2).stderr
            assert before == read_png("a.png") and not os.path.exists("it.png")
            os.remove("it-%s.png" % name)
    for band in ("17", "-1"):
        assert "band must be from 1 to 16" in generate("out.png", "--seamless", "a.png", "--band", band, status=2).stderr
    assert "exclude" in generate("out.png", "--like", "a.png", "--seamless", "a.png", status=2).stderr
    for bad in ("-1", "101", "nan", "x"):
        generate("out.png", "--like", "a.png", "--closeness", bad, status=2)
    assert not os.path.exists("out.png")


@test
def maps_are_written_beside():
    os.mkdir("a.b")
    generate("plain.png", "--seed", "4")
    told = json.loads(generate("a.b/x.png", "--seed", "4", "--maps", "--json").stdout)
    names = ["a.b/x-height.png", "a.b/x-normal.png", "a.b/x-roughness.png"]
    assert told["outputs"] == [{"output": "a.b/x.png", "maps": names, "seed": 4}]
    assert read_png("a.b/x.png") == read_png("plain.png"), "maps change the picture"
    assert [read_png(name)[:4] for name in names] == [(21, 14, 0, 16), (21, 14, 2, 16), (21, 14, 0, 16)]
    values = read_png(names[1])[4]
    for n in zip(values[::3], values[1::3], values[2::3]):
        assert abs(sum((v / 32767.5 - 1) ** 2 for v in n) - 1) < 1e-3, "a normal that is not of unit length"
    generate("y.jpg", "--seed", "4", "--maps", "--normals", "directx", "--map-strength", "50", "--count", "2")
    assert sorted(os.listdir(".")) == ["a.b", "plain.png"] + ["y-%d%s" % (i, end) for i in (1, 2) for end in (
        "-height.png", "-normal.png", "-roughness.png", ".jpg")]
    other = read_png("y-1-normal.png")[4]
    steep = [[abs(v - 32767.5) for v in all_values[c::3]] for all_values in (values, other) for c in (0, 1)]
    assert sum(steep[2]) < 0.8 * sum(steep[0]) and sum(steep[3]) < 0.8 * sum(steep[1]), "half the strength is flatter"
    signs = [(a - 32767.5) * (b - 32767.5) for a, b in zip(values, other)]
    assert sum(s >= -1e5 for s in signs[::3]) > 290 and sum(s <= 1e5 for s in signs[1::3]) > 290, "DirectX turns green, only"
    for bad in (["--normals", "gl"], ["--map-strength", "201"], ["--map-strength", "-1"], ["--map-strength", "nan"]):
        generate("z.png", "--maps", *bad, status=2)
    os.mkdir("z-normal.png")
    assert "z-normal.png" in generate("z.png", "--maps", status=1).stderr and not os.path.exists("z.png")


@test
def what_cannot_be_generated():
    for bad in (["--width", "0"], ["--height", "8193"], ["--width", "x"], ["--steps", "0"], ["--steps", "1001"], ["--eta", "1.01"],
                ["--eta", "nan"], ["--count", "0"], ["--count", "17"], ["--seed", "-1"], ["--seed", "2147483648"],
                ["--seed", "4294967301"], ["--seed", "99999999999999999999"], ["--seed", "-2147483648"],
                ["--device", "tpu"], ["--quality", "best"], ["--frobnicate"]):
        generate("a.png", *bad, status=2)
    run("generate", status=2)
    run("generate", "a.png", "b.png", status=2)
    error = generate("a.png", "--subject", "gras", status=2).stderr
    assert "gras" in error and "grass, stone paving" in error, error
    assert NETWORK in generate("a.png", model=NETWORK, status=1).stderr
    assert "generate-moss" in generate("a.png", model="moss", status=1).stderr
    os.mkdir("folder.png")
    for target in ("missing/a.png", "a.frob", "folder.png", "/dev/full"):
        assert target in generate(target, status=1).stderr
    assert "a-1.frob" in generate("a.frob", "--count", "2", status=1).stderr
    with open("old.png", "wb") as f:
        f.write(b"old")
    assert "old.png" in generate("old.png", "--width", "100", "--height", "100", status=1, limit=4096).stderr     # a full disk
    with open("old.png", "rb") as f:
        assert f.read() == b"old"
    assert sorted(os.listdir(".")) == ["folder.png", "old.png"]


@test
def options_that_would_do_nothing():
    material("a.png")
    for options, partner in ((["--band", "8"], "--seamless"), (["--band", "0"], "--seamless"), (["--keep-light"], "--seamless"),
                             (["--closeness", "70"], "--like"), (["--closeness", "70", "--subject", "grass"], "--like"),
                             (["--closeness", "70", "--seamless", "a.png"], "--like"),
                             (["--band", "8", "--like", "a.png"], "--seamless"),
                             (["--normals", "opengl"], "--maps"), (["--map-strength", "100"], "--maps")):
        error = generate("out.png", *options, status=2).stderr
        assert error == "fddm: %s needs %s\n" % (options[0], partner), error
    assert not os.path.exists("out.png")
    # Harmless where one command is for all: what a JPEG or a picture of its own size would have.
    generate("out.png", "--jpeg-quality", "80", "--eta", "0")
    told = json.loads(generate("out.png", "--seamless", "a.png", "--tileable", "--width", "30", "--height", "30",
                               "--jpeg-quality", "80", "--json").stdout)
    assert read_png("out.png")[:2] == (70, 66) == (told["width"], told["height"])


@test
def models_by_name():
    os.mkdir("networks")
    shutil.copy(GENERATOR, "networks/generate-texture.safetensors")
    where = {"FDDM_WEIGHTS_DIR": "networks"}
    run("generate", "a.png", "--device", "cpu", "--steps", "2", "--width", "9", "--height", "9", **where)
    generate("b.png", "--width", "9", "--height", "9", "--steps", "2", model="texture", **where)
    generate("c.png", "--width", "9", "--height", "9", "--steps", "2", model="networks/generate-texture.safetensors")
    assert read_png("a.png") == read_png("b.png") == read_png("c.png")
    told = json.loads(run("info", "--json", **where).stdout)
    assert [w["subjects"] for w in told["weights"] if "networks/" in w["path"]] == [["grass", "stone paving"]]
    assert "subjects: grass, stone paving" in run("info", **where).stdout


sys.exit(main())
