#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The program fddm from outside: test-cli.py PROGRAM (environment: FDDM_GOLDEN, the folder of tests/golden). TAP."""
import fcntl
import json
import os
import random
import shutil
import struct
import subprocess
import sys

from program import CHANNELS, GOLDEN, NETWORK, PROGRAM, WORDS, ended, generate, main, noise, read_png, run, test, write_png


def denoise(source, target, *more, **how):
    return run("denoise", source, target, "--weights", NETWORK, "--device", "cpu", *more, **how)


def refused(source, target, *more, status=1, **how):
    """Fails, and leaves the folder as it was."""
    folder = os.path.dirname(os.path.abspath(target))
    before = set(os.listdir(folder)) if os.path.isdir(folder) else set()
    done = denoise(source, target, *more, status=status, **how)
    left = set(os.listdir(folder)) - before if os.path.isdir(folder) else set()
    assert not left, "left behind for %s: %s" % (target, left)
    return done.stderr


# ---- Tests ----

@test
def command_lines():
    assert run("--version").stdout.startswith("fddm ")
    assert "denoise" in run("--help").stdout
    assert "--noise" in run("denoise", "--help").stdout
    assert "--tileable" in run("generate", "--help").stdout and "generate OUT" in run("--help").stdout
    run("frobnicate", status=2)
    for bad in (["--noise", "101"], ["--luma", "-1"], ["--chroma", "x"], ["--quality", "superb"], ["--device", "tpu"],
                ["--memory", "0"], ["--frobnicate"], ["--seed", "-1"], ["--coarse", "201"], ["--medium", "-1"],
                ["--fine", "nan"], ["--threads", "x"], ["--tile", "1e3"], ["--uncertainty", "b.png"], ["--uncertainty", "./b.png"]):
        run("denoise", "a.png", "b.png", *bad, status=2)
    run("denoise", "a.png", status=2)
    run("denoise", "a.png", "b.png", "c.png", status=2)
    run("info", "a.png", "b.png", status=2)
    run("bench", "--size", "0", status=2)


@test
def options_that_would_do_nothing():
    write_png("in.png", 40, 40, noise(40, 40))
    assert refused("in.png", "out.png", "--seed", "5", status=2) == "fddm: --seed needs --detail\n"
    for more in (["--detail", "0"], ["--detail", "50"], ["--uncertainty", "guess.png"]):
        denoise("in.png", "out.png", "--noise", "20", "--seed", "5", *more)
    for seed in ("-1", "-2147483648", "2147483648", "4294967301"):
        assert "from 0 to 2147483647" in refused("in.png", "out2.png", "--detail", "50", "--seed", seed, status=2)
    assert "99999999999999999999" in refused("in.png", "out2.png", "--detail", "50", "--seed", "9" * 20, status=2)
    for option, value in (("--suffix", "-a"), ("--format", "png"), ("--jobs", "2")):
        assert refused("in.png", "out2.png", "%s=%s" % (option, value), status=2) == "fddm: %s needs --output-dir\n" % option
    for option in ("--recursive", "--skip-existing"):
        assert refused("in.png", "out2.png", option, status=2) == "fddm: %s needs --output-dir\n" % option
    for command in (["denoise", "in.png", "out2.png"], ["info", "in.png"], ["bench"]):
        error = run(*command, "--quality", "fast", "--weights", NETWORK, status=2).stderr
        assert error == "fddm: --quality and --weights exclude each other\n", error
    for option in (["--plot", "plot.png"], ["--weights", NETWORK], ["--quality", "fast"]):
        assert run("info", *option, status=2).stderr == "fddm: %s needs PICTURE\n" % option[0]
    assert not os.path.exists("plot.png") and not os.path.exists("out2.png")
    denoise("in.png", "out.png", "--noise", "20", "--jpeg-quality", "80")                 # harmless where one command is for all
    error = run("bench", "--size", "1", "--weights", os.path.join(GOLDEN, "tiny-generate.safetensors"), status=2).stderr
    assert error == "fddm: --size is for networks that denoise\n", error


@test
def numbers_out_of_range_are_refused_with_their_names():
    write_png("in.png", 40, 40, noise(40, 40))
    for name, bad in (("threads", "100000"), ("threads", "2147483647"), ("threads", "-1"), ("tile", "2147483647"), ("tile", "-1")):
        error = refused("in.png", "out.png", "--noise", "20", "--%s=%s" % (name, bad), status=2)
        assert name in error and bad in error, error
    denoise("in.png", "out.png", "--noise", "20", "--threads", "64", "--tile", "16777216")


@test
def strengths_of_zero_return_the_samples():
    for kind, depth in ((0, 8), (0, 16), (2, 8), (2, 16), (4, 8), (4, 16), (6, 8), (6, 16)):
        samples = noise(23, 17, kind, depth)
        write_png("in.png", 23, 17, samples, kind, depth)
        denoise("in.png", "out.png", "--luma", "0", "--chroma", "0", "--noise", "20")
        assert read_png("out.png") == (23, 17, kind, depth, tuple(samples)), (kind, depth)


@test
def noise_leaves_and_alpha_stays():
    for kind, depth in ((2, 8), (0, 16), (4, 16), (6, 8)):
        samples = noise(40, 30, kind, depth)
        write_png("in.png", 40, 30, samples, kind, depth)
        denoise("in.png", "out.png", "--noise", "20")
        width, height, same_kind, same_depth, result = read_png("out.png")
        assert (width, height, same_kind, same_depth) == (40, 30, kind, depth)
        assert result != tuple(samples), "nothing happened"
        if kind in (4, 6):
            assert result[CHANNELS[kind] - 1::CHANNELS[kind]] == tuple(samples[CHANNELS[kind] - 1::CHANNELS[kind]])


@test
def bands():
    samples = noise(40, 30)
    write_png("in.png", 40, 30, samples)
    results = []
    for more in ([], ["--coarse", "100", "--medium", "100", "--fine", "100"], ["--coarse", "0", "--medium", "0"],
                 ["--coarse", "200", "--fine", "0"], ["--coarse", "0", "--medium", "0", "--fine", "0"]):
        denoise("in.png", "out.png", "--noise", "20", *more)
        results.append(read_png("out.png")[4])
    assert results[0] == results[1] and results[4] == tuple(samples) and len(set(results)) == 4


@test
def the_same_again():
    """babl chooses conversions by time. It must remember its choice, or the last bit differs from run to run."""
    write_png("in.png", 40, 30, noise(40, 30, 6, 16), 6, 16)
    denoise("in.png", "first.png", "--noise", "20")
    for _ in range(8):
        denoise("in.png", "out.png", "--noise", "20")
        assert read_png("out.png") == read_png("first.png")


@test
def uncertainty():
    for kind, depth, gray in ((2, 8, 0), (6, 16, 0), (0, 8, 0)):
        write_png("in.png", 40, 30, noise(40, 30, kind, depth), kind, depth)
        denoise("in.png", "out.png", "--noise", "20")
        without = read_png("out.png")
        report = json.loads(denoise("in.png", "out.png", "--noise", "20", "--uncertainty", "guess.png", "--json").stdout)
        assert report["uncertainty"] == "guess.png" and read_png("out.png") == without
        width, height, same_kind, same_depth, result = read_png("guess.png")
        assert (width, height, same_kind, same_depth) == (40, 30, gray, depth) and len(set(result)) > 10
    write_png("in.png", 20, 20, noise(20, 20))
    for target in ("missing/guess.png", "guess.frob"):
        assert target in refused("in.png", "out2.png", "--uncertainty", target)


@test
def indexed_pictures_become_rgb():
    write_png("in.png", 20, 20, [i % 3 for i in range(400)], 3, 8, [10, 20, 30, 200, 100, 50, 90, 90, 90])
    denoise("in.png", "out.png", "--luma", "0", "--chroma", "0", "--noise", "5")
    assert read_png("out.png")[4][:9] == (10, 20, 30, 200, 100, 50, 90, 90, 90)


@test
def a_picture_is_replaced_only_where_asked():
    write_png("in.png", 20, 20, noise(20, 20))
    os.chmod("in.png", 0o640)
    os.symlink("in.png", "link.png")
    os.link("in.png", "hard.png")
    before = read_png("in.png")
    for name in ("in.png", "./in.png", os.path.abspath("in.png"), "link.png", "hard.png"):
        assert "--in-place" in refused("in.png", name, "--noise", "20", status=2)
        assert name in refused("in.png", "out.png", "--noise", "20", "--uncertainty", name, status=2)
    assert "in.png" in run("info", "link.png", "--plot", "in.png", "--weights", NETWORK, status=2).stderr
    denoise("in.png", "out.png", "--noise", "20")
    os.link("out.png", "twice.png")
    assert "out.png" in refused("in.png", "out.png", "--noise", "20", "--uncertainty", "twice.png", status=2)
    assert read_png("in.png") == before and os.stat("in.png").st_nlink == 2
    denoise("link.png", "--in-place", "--noise", "20", "--quiet")
    assert os.path.islink("link.png") and read_png("hard.png") == before
    assert read_png("in.png") == read_png("out.png") and os.stat("in.png").st_mode & 0o777 == 0o640
    for arguments in (["in.png", "hard.png"], ["in.png", "-o", "results"]):
        run("denoise", "--in-place", *arguments, "--weights", NETWORK, status=2)
    run("denoise", "--in-place", "missing.png", "--weights", NETWORK, "--device", "cpu", status=1)
    assert not os.path.exists("missing.png")


@test
def every_file_name_is_taken():
    write_png("in.png", 20, 20, noise(20, 20))
    more = ("--noise", "20", "--weights", NETWORK, "--device", "cpu")
    run("denoise", *more, "in.png", "--", "-o.png")
    run("denoise", *more, "--", "-o.png", "--help.png")
    run("denoise", *more, "--", "in.png", "-o.png")
    for name in (b"caf\xe9.png", "%s \u4e00.png".encode(), b"two\nlines\x1b[2J.png"):
        os.rename("in.png", name)
        assert json.loads(run("denoise", *more, name, b"out-" + name, "--json").stdout)["width"] == 20
        assert json.loads(run("info", name, "--json", "--weights", NETWORK, "--device", "cpu").stdout)["height"] == 20
        run("denoise", *more, "-o", b"folder-" + name, name)
        assert os.listdir(b"folder-" + name) == [name] or set(os.listdir(b"folder-" + name)) - {name} == {b".fddm-journal"}
        assert read_png(b"out-" + name) == read_png(b"folder-" + name + b"/" + name)
        os.rename(name, "in.png")


@test
def hidden_pixels_stay():
    pixels = noise(60, 50, 6)
    for i in range(60 * 50):
        pixels[4 * i + 3] = 0 if i % 60 > 40 else 3 if i % 60 > 35 else 200
    write_png("in.png", 60, 50, pixels, 6)
    denoise("in.png", "out.png", "--noise", "20")
    after = read_png("out.png")[4]
    assert list(after[3::4]) == pixels[3::4]
    for i in range(60 * 50):
        if i % 60 > 35:
            assert list(after[4 * i:4 * i + 3]) == pixels[4 * i:4 * i + 3], "hidden pixel %d" % i
    assert sum(after[4 * i] != pixels[4 * i] for i in range(60 * 50) if i % 60 <= 35) > 1000


@test
def dark_pictures_are_told():
    rand = random.Random(3)
    deep = [min(max(int(rand.gauss(2048, 40)), 0), 4095) for _ in range(40 * 40 * 3)]   # 12 bits in a file of 16
    write_png("deep.png", 40, 40, deep, depth=16)
    write_png("black.png", 40, 40, [0] * 4800)
    write_png("light.png", 40, 40, [value * 16 for value in deep], depth=16)
    done = denoise("deep.png", "out.png")
    assert "darkest 3 %" in done.stderr or "darkest 4 %" in done.stderr, done.stderr
    assert read_png("out.png") == read_png("deep.png")
    assert "darkest" in json.loads(run("info", "deep.png", "--json", "--weights", NETWORK, "--device", "cpu").stdout)["warning"]
    for name in ("black.png", "light.png"):
        assert "darkest" not in denoise(name, "out.png").stderr


@test
def names_and_metadata_imitate_no_output():
    trap = "out.png: seed 1. done\nfddm: all well\x1b[2J\u202e.png"
    shown = "out.png: seed 1. done\\nfddm: all well\\x1b[2J\\u202e.png"
    done = generate(trap, "--subject", "grass")
    assert shown in done.stderr and done.stderr.count("\n") == 1
    line = run("info", trap, "--weights", NETWORK, "--device", "cpu").stdout
    assert shown in line and line.count("\n") == 1
    for command in (["denoise", "in\x1b[2J.png", "out.png"], ["denoise", "a\nb\x07.png", "out.png"], ["x\n\x1b[2J"],
                    ["generate", "out.\x1b[2J"], ["denoise", "out.png", "out.png", "--frob\x1b[2J"]):
        done = subprocess.run([PROGRAM, *command], capture_output=True, text=True, env=dict(os.environ, **WORDS))
        assert done.returncode in (1, 2) and done.stderr.count("\n") == 1 and done.stderr[:-1].isprintable(), done.stderr
    folder = os.fsdecode(b"net\xe9works")
    os.mkdir(folder)
    with open(NETWORK, "rb") as f:
        data = f.read()
    size = struct.unpack("<Q", data[:8])[0]
    header = json.loads(data[8:8 + size])
    for key in ("name", "licence"):
        header["__metadata__"][key] = "a\x1b[2J\nGPU: none"
    packed = json.dumps(header).encode()
    packed += b" " * (-len(packed) % 8)
    with open(os.path.join(folder, "mine.safetensors"), "wb") as f:
        f.write(struct.pack("<Q", len(packed)) + packed + data[8 + size:])
    with open(os.path.join(folder, "bad\x1b[2J.safetensors"), "wb") as f:
        f.write(b"bad")
    text = run("info", FDDM_WEIGHTS_DIR=folder).stdout
    assert "a\\x1b[2J\\nGPU: none" in text and "bad\\x1b[2J" in text and text.replace("\n", "").isprintable(), text
    told = json.loads(run("info", "--json", FDDM_WEIGHTS_DIR=folder).stdout)
    assert any("works" in name for name in told["weights-folders"]) and told["weights"][1]["licence"] == "a\x1b[2J\nGPU: none"


@test
def other_formats():
    write_png("in.png", 32, 24, noise(32, 24))
    for ending, magic in (("jpg", b"\xff\xd8"), ("tif", b"II"), ("webp", b"RIFF")):
        denoise("in.png", "out." + ending, "--noise", "20")
        with open("out." + ending, "rb") as f:
            assert f.read(4).startswith(magic)
        denoise("out." + ending, "again.png", "--noise", "5")
        assert read_png("again.png")[:2] == (32, 24)


@test
def unreadable_pictures():
    write_png("good.png", 60, 50, noise(60, 50))
    denoise("good.png", "good.jpg", "--noise", "1")
    denoise("good.png", "good.tif", "--noise", "1")
    for name in ("good.png", "good.jpg", "good.tif"):
        with open(name, "rb") as f:
            data = f.read()
        with open("cut-" + name, "wb") as f:
            f.write(data[:len(data) // 2])
        assert "cut-" + name in refused("cut-" + name, "out.png")
    with open("junk.png", "wb") as f:
        f.write(b"hello\n")
    open("empty.png", "wb").close()
    os.mkdir("folder.png")
    for name in ("junk.png", "empty.png", "folder.png", "missing.png"):
        assert name in refused(name, "out.png")


@test
def unwritable_targets():
    write_png("in.png", 200, 200, noise(200, 200))
    with open("old.png", "wb") as f:
        f.write(b"old")
    os.mkdir("folder.tif")
    for target in ("missing/out.png", "old.png/out.png", "out.frob", "out", "folder.tif", "/dev/full"):
        assert target in refused("in.png", target)
    # A full disk: files may not grow beyond 4 kB.
    for target in ("out.png", "old.png", "out.tif", "out.jpg"):
        assert target in refused("in.png", target, "--noise", "5", limit=4096)
    with open("old.png", "rb") as f:
        assert f.read() == b"old"


@test
def weights_by_name_and_path():
    write_png("in.png", 20, 20, noise(20, 20))
    os.mkdir("networks")
    shutil.copy(NETWORK, "networks/mine.safetensors")
    run("denoise", "in.png", "out.png", "--weights", "mine", "--device", "cpu", FDDM_WEIGHTS_DIR="networks")
    error = run("denoise", "in.png", "out2.png", "--weights", "yours", FDDM_WEIGHTS_DIR="networks", status=1).stderr
    assert "yours" in error and "networks" in error
    with open("networks/mine.safetensors", "r+b") as f:
        f.truncate(1000)
    error = run("denoise", "in.png", "out2.png", "--weights", "mine", FDDM_WEIGHTS_DIR="networks", status=1).stderr
    assert "mine.safetensors" in error
    assert not os.path.exists("out2.png")


@test
def reports():
    write_png("in.png", 20, 20, noise(20, 20))
    report = json.loads(denoise("in.png", "out.png", "--noise", "20", "--json").stdout)
    assert report["luma-noise"] == 20 and not report["measured"] and report["width"] == 20
    assert all(type(report[k]) is int for k in ("width", "height", "tiles", "engine-memory")), report
    done = denoise("in.png", "out.png", "--quiet")
    assert done.stdout == "" and done.stderr == ""


@test
def information():
    os.mkdir("networks")
    shutil.copy(NETWORK, "networks/mine.safetensors")
    with open("networks/broken.safetensors", "wb") as f:
        f.write(b"broken")
    told = json.loads(run("info", "--json", FDDM_WEIGHTS_DIR="networks").stdout)
    assert [d["device"] for d in told["devices"]] == ["gpu", "cpu"]
    assert told["devices"][1]["usable"] and told["devices"][1]["description"]
    assert told["devices"][0]["usable"] or told["devices"][0]["reason"]
    mine = [w for w in told["weights"] if w["path"] == "networks/mine.safetensors"][0]
    assert mine["kind"] == "denoise" and mine["patch"] == "4" and mine["multiply-adds-per-pixel"] > 0
    assert "problem" in [w for w in told["weights"] if w["path"] == "networks/broken.safetensors"][0]
    text = run("info", FDDM_WEIGHTS_DIR="networks").stdout
    assert "networks/mine.safetensors" in text and "broken" in text
    with open("/dev/full", "w") as full:
        told = run("info", stdout=full, status=1).stderr
    assert told == "fddm: Cannot write “stdout”: No space left on device\n", told


@test
def noise_of_a_picture():
    write_png("in.png", 256, 256, noise(256, 256, sigma=20))
    told = json.loads(run("info", "in.png", "--json", "--weights", NETWORK, "--device", "cpu").stdout)
    assert abs(told["luma-noise"] - 20) < 2 and abs(told["chroma-noise"] - 20) < 2, told
    assert len(told["levels"]["cb"]) == told["patch"] ** 2 and len(told["curve"]["y"]) == 17
    for level in told["levels"]["y"] + told["levels"]["cr"] + told["curve"]["cb"]:
        assert abs(level - 20) < 5, told
    assert abs(told["levels"]["y"][-1] - told["luma-noise"]) < 2
    text = run("info", "in.png", "--weights", NETWORK, "--device", "cpu").stdout
    assert text == "in.png: 256 × 256: %s\n" % told["words"] and told["words"].startswith("luma %.1f, chroma" % told["luma-noise"])
    run("info", "missing.png", status=1)


@test
def memory_is_not_precision():
    """What --memory says leaves the device's arithmetic alone."""
    def devices(*options):
        return json.loads(run("info", "--json", *options).stdout)["devices"]
    assert devices() == devices("--memory", "512")
    assert devices("--threads", "1") == devices("--threads", "1", "--memory", "512")


@test
def newest_gimp_wins():
    """GIMP's profiles are looked through from the newest version down, whatever order the file system lists them in."""
    order = ["10.0", "3.2", "3.0", "2.10", "2.9", "2.8", "old", "backup"]
    for name in sorted(order, key=lambda name: name[::-1]):
        os.makedirs(os.path.join("GIMP", name, "fddm"))
        shutil.copy(NETWORK, os.path.join("GIMP", name, "fddm", "mine.safetensors"))
    os.makedirs("GIMP/4.0")                                         # has no network
    told = json.loads(run("info", "--json", XDG_CONFIG_HOME=os.getcwd()).stdout)
    folders = [f.split("/")[-2] for f in told["weights-folders"] if f.startswith(os.getcwd())]
    assert folders == order, folders
    assert [w["path"] for w in told["weights"] if w["path"].endswith("mine.safetensors")] == [
        os.path.join(os.getcwd(), "GIMP/10.0/fddm/mine.safetensors")]


@test
def noise_is_drawn():
    def info(plot, **how):
        return run("info", "in.png", "--plot", plot, "--weights", NETWORK, "--device", "cpu", **how)
    write_png("in.png", 128, 128, noise(128, 128, sigma=20))
    with open("old.png", "wb") as f:
        f.write(b"old")
    os.mkdir("folder.png")
    for plot, status in (("plot.jpg", 2), ("missing/plot.png", 1), ("folder.png", 1)):
        assert plot in info(plot, status=status).stderr
    info("first.png")              # fontconfig writes its cache now, which it couldn't, and would say so, on a full disk
    os.remove("first.png")
    told = info("old.png", status=1, limit=4096).stderr                                # a full disk
    assert told == "fddm: Cannot write “old.png”: File too large\n", told
    with open("old.png", "rb") as f:
        assert f.read() == b"old"
    info("old.png")
    width, height, kind, depth, samples = read_png("old.png")
    assert width > 600 and kind == 2
    os.chmod("old.png", 0o640)
    os.symlink("old.png", "link.png")
    info("link.png")
    assert os.path.islink("link.png") and os.stat("old.png").st_mode & 0o777 == 0o640
    os.remove("link.png")
    long = "x" * 251 + ".png"              # no name beside it could be longer
    info(long)
    os.remove(long)
    colours = set(zip(samples[0::3], samples[1::3], samples[2::3]))
    for curve in ((64, 64, 71), (33, 102, 217), (214, 56, 46)):
        assert any(max(abs(a - b) for a, b in zip(curve, c)) < 3 for c in colours), curve
    below = [samples[(y * width + x) * 3:(y * width + x) * 3 + 3] for y in range(434, 445) for x in range(80, 555)]
    assert all(max(p) - min(p) < 8 for p in below), "a curve leaves its plot"
    assert sorted(os.listdir(".")) == ["folder.png", "in.png", "old.png"]


@test
def clean_drawings():
    """Hatching comes back nearly as it was, in the way of computing that is chosen without being asked."""
    width, height, drawn = 256, 192, random.Random(4)
    values = [250] * (width * height)
    for _ in range(180):
        x, y, shade, slope = drawn.randrange(width), drawn.randrange(height), drawn.randrange(120), drawn.uniform(0.2, 4)
        for i in range(25):
            across, down = x + int(i / max(slope, 1)), y + int(i * min(slope, 1))
            if across < width and down < height:
                values[down * width + across] = shade
    write_png("in.png", width, height, [v for v in values for _ in range(3)])
    weights = os.path.join(GOLDEN, "..", "..", "weights")
    for quality in ("fast", "balanced"):
        run("denoise", "in.png", "out.png", "--quality", quality, "--noise", "2", "--device", "cpu",
            FDDM_WEIGHTS_DIR=os.path.abspath(weights), FDDM_CPU_CONVOLUTION="")
        after = read_png("out.png")[4]
        error = sum((a - b) ** 2 for a, b in zip((v for v in values for _ in range(3)), after)) / len(after)
        assert error < 255 ** 2 / 10 ** 4.5, "%s: error %.2f, PSNR below 45 dB" % (quality, error)
        os.remove("out.png")


@test
def what_babl_remembers():
    """Not among GIMP's conversions, some of which cost every process 350 MB; and no such ones of our own, which gray pictures have."""
    cache = os.environ["XDG_CACHE_HOME"]
    memory = os.path.join(cache, "fddm", "babl", "babl-fishes")
    write_png("in.png", 20, 20, [100, 120, 90] * 400)
    command = ["denoise", "in.png", "out.png", "--weights", NETWORK, "--device", "cpu"]
    run(*command)
    conversions = open(memory).read().count("----")
    assert conversions > 0 and not os.path.exists(os.path.join(cache, "babl"))
    for kind, depth in ((0, 8), (0, 16), (4, 8), (4, 16)):
        write_png("gray.png", 20, 20, noise(20, 20, kind, depth), kind, depth)
        run("denoise", "gray.png", "out.png", *command[3:])
    assert open(memory).read().count("----") > conversions
    process = subprocess.Popen([PROGRAM, *command], stderr=subprocess.DEVNULL)
    used = ended(process)
    assert process.returncode == 0 and used.ru_maxrss < 200 << 10, used.ru_maxrss

    writing = os.open(os.path.dirname(memory), os.O_RDONLY)     # another process writes its own
    fcntl.flock(writing, fcntl.LOCK_EX)
    os.remove(memory)
    run(*command)
    assert not os.path.exists(memory)
    os.close(writing)
    run(*command)
    assert os.path.exists(memory)


@test
def benchmark():
    how = ("--weights", NETWORK, "--device", "cpu", "--threads", "1")
    told = json.loads(run("bench", "--json", "--size", "0.05", "--size", "0.1", *how).stdout)
    runs = told[0]["runs"]
    assert [round(r["megapixels"], 2) for r in runs] == [0.05, 0.1]
    for r in runs:
        assert r["megapixels-per-second"] > 0 and 0 < r["ratio"] and r["peak-memory"] > 1e6
        assert set(r["ways"]) == {"bf16", "winograd", "direct", "int8"} and r["ways"]["direct"] > 0 and r["ways"][r["way"]] > 0
    offered = [way for way in ("direct", "winograd", "bf16") if runs[0]["ways"][way] > 0]
    for way in [way for way in offered if way != runs[0]["way"]][:1] + ["int8"]:        # each run takes its seconds
        told = json.loads(run("bench", "--json", "--size", "0.05", *how, FDDM_CPU_CONVOLUTION=way).stdout)
        assert (told[0]["runs"][0]["way"] == way) == (way != "int8"), "this network has no ranges for 8 bits"


@test
def benchmark_of_steps():
    network = os.path.join(GOLDEN, "tiny-generate.safetensors")
    told = json.loads(run("bench", "--json", "--weights", os.path.abspath(network), "--device", "cpu", "--threads", "2").stdout)
    told = told[0]["runs"][0]
    assert told["side"] == 128 and told["at-once"] == 2 and told["steps"] >= 16
    assert told["steps-per-second"] > 0 and told["steps-per-processor-second"] > 0
    # The layers with weights of tiny-generate.safetensors, by hand, and the places of a window.
    adds = ((96 * 16 + 16 * 16) * 9 + 16 * 48 + 16 * 16 + 32 * 48 * 9) * 32 * 32
    assert abs(told["multiply-adds-per-second"] / told["steps-per-second"] / adds - 1) < 1e-4


if __name__ == "__main__":
    sys.exit(main())
