#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Checks the plug-in inside a real GIMP without a display, in a profile and a home that are thrown away.

    run.py gimp2|gimp3 PLUGIN PROBE WEIGHTS-FOLDER SYSTEM-WEIGHTS-FOLDER [--batch[=NAME]] [--checks=NAME] [--keep]

--checks: those of tests/hosts/checks-NAME.c alone. --batch: the batch scripts alone, or those of their checks whose names contain NAME.

Prints a line of TAP for each check and a last line "# N passed, N failed, N skipped"; exit status 1 if any failed.
"""
import contextlib
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time

import pictures
from batch import check_batches
from help_pages import built_help, check_registered
from languages import check_languages
from metadata import check_metadata

SOURCE = pathlib.Path(__file__).resolve().parents[2]
LAST_VALUES = {"denoise": """# settings of the last dialog, as GIMP 3 keeps them
(noise 20.0)
(luma 0.0)
(chroma 0.0)
(quality "fast")
(device "cpu")
(output "layer-and-noise")
""", "generate": """# settings of the last dialog, as GIMP 3 keeps them
(subject "stone paving")
(width 12)
(height 11)
(steps 2)
(count 2)
(device "cpu")
(seed 5)
"""}


class Tap:
    """Counts checks and prints them."""

    def __init__(self):
        self.counts = {"ok": 0, "not ok": 0, "skip": 0}

    def line(self, good, name, skip=None):
        self.counts["skip" if skip else "ok" if good else "not ok"] += 1
        print(f"{'ok' if good else 'not ok'} {sum(self.counts.values())} - {name}" + (f" # SKIP {skip}" if skip else ""),
              flush=True)
        return good

    def take(self, text):
        """Takes over another program's TAP."""
        for match in re.finditer(r"^(ok|not ok) \d+ - (.*?)(?: # SKIP (.*))?$", text, re.M):
            self.line(match[1] == "ok", match[2], match[3])
        plan = re.search(r"^1\.\.(\d+)$", text, re.M)
        self.line(plan is not None, "the checks ran to their end")

    def end(self):
        print(f"1..{sum(self.counts.values())}")
        print(f"# {self.counts['ok']} passed, {self.counts['not ok']} failed, {self.counts['skip']} skipped")
        return 1 if self.counts["not ok"] else 0


def forgetful(home):
    """Variables for processes with this home, of which babl remembers no conversions. Each process that finds some of 8 bits
    remembered measures tables of hundreds of megabytes when it starts, needed or not, which was a third of all time here.
    Shorter chains of conversions are found without a memory; they are as exact."""
    (home / ".cache" / "babl" / "babl-fishes").mkdir(parents=True)     # where the memory's file would be
    return {"BABL_PATH_LENGTH": "2"}


class Gimp:
    """One host in a throw-away folder."""

    def __init__(self, host, folder, system_weights):
        self.host, self.folder = host, folder
        self.profile, self.home, self.work = (folder / name for name in ("profile", "home", "work"))
        self.home.mkdir()
        self.work.mkdir()
        self.environment = {"PATH": os.environ["PATH"], "HOME": str(self.home), "LC_ALL": "C.UTF-8",
                            "TMPDIR": str(folder), "LSAN_OPTIONS": "detect_leaks=0", "OMP_WAIT_POLICY": "passive",
                            "GIMP2_DIRECTORY" if host == "gimp2" else "GIMP3_DIRECTORY": str(self.profile),
                            **forgetful(self.home)}
        if (pathlib.Path(system_weights) / "denoise-balanced.safetensors").exists():
            self.environment["FDDM_PROBE_INSTALLED"] = "1"

    def run(self, *forms, fonts=False, before=None, **extra):
        """Runs Scheme forms, each in an interpreter of its own; exit status and what was said. BEFORE is called in GIMP's process."""
        start = "-id" if fonts else "-idf"
        if self.host == "gimp2":
            command = ["gimp-console-2.10", start]
            forms += ("(gimp-quit 0)",)
        else:
            command = ["gimp-console-3", start, "--quit", "--batch-interpreter=plug-in-script-fu-eval"]
        for form in forms:
            command += ["-b", form]
        try:
            done = subprocess.run(command, cwd=self.work, env={**self.environment, **extra}, text=True, errors="replace",
                                  stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=600,
                                  preexec_fn=before, restore_signals=before is None)
            return done.returncode, done.stdout
        except subprocess.TimeoutExpired as late:
            return 124, (late.stdout or b"").decode(errors="replace")

    def notes(self):
        """What GIMP has noted down of our plug-in when it asked for its procedures."""
        text = (self.profile / "pluginrc").read_text(encoding="utf-8", errors="replace")
        return next((part for part in text.split("(plug-in-def ") if "plug-ins/fddm/fddm" in part.split("\n")[0]), "")

    def install(self, plugin, probe, source):
        """The plug-in as one user would have it: the networks of one quality, and a damaged one at hand."""
        for name, program in (("fddm", plugin), ("fddm-probe", probe)):
            target = self.profile / "plug-ins" / name
            target.mkdir(parents=True)
            shutil.copy(program, target / name)
        weights = self.profile / "plug-ins" / "fddm" / "weights"
        own = self.profile / "fddm"
        weights.mkdir()
        own.mkdir()
        fast = (source / "denoise-fast.safetensors").read_bytes()
        for network in source.glob("denoise-fast*.safetensors"):
            shutil.copy(network, weights)
        (self.profile / "plug-ins" / "fddm-probe" / "weights").symlink_to(weights)   # for jobs in the probe's own process
        self.environment["FDDM_PROBE_DENOISER"] = str(weights / "denoise-fast.safetensors")
        shutil.copytree(built_help(plugin), self.profile / "plug-ins" / "fddm" / "help")
        shutil.copy(SOURCE / "tests" / "golden" / "tiny-generate.safetensors", weights / "generate-texture.safetensors")
        self.environment["FDDM_PROBE_GENERATOR"] = str(weights / "generate-texture.safetensors")
        (own / "damaged").write_bytes(b"?" + fast[1:len(fast) // 2])
        with open(self.profile / "gimprc", "a", encoding="utf-8") as settings:   # our scripts replace installed ones
            settings.write('\n(script-fu-path "${gimp_data_dir}/scripts:${gimp_dir}/scripts")\n')
        (self.profile / "scripts").mkdir(exist_ok=True)
        shutil.copy(SOURCE / "plugin" / self.host / "fddm-batch.scm", self.profile / "scripts")
        if self.host == "gimp3":
            settings = self.profile / "plug-in-settings"
            settings.mkdir(exist_ok=True)
            for name, values in LAST_VALUES.items():
                (settings / f"GimpProcedureConfigRun-plug-in-fddm-{name}.last").write_text(values)

    def files(self):
        """Everything outside of the profile, but for the caches that GEGL and babl keep."""
        return {str(path.relative_to(self.folder)) for part in (self.home, self.work, self.folder)
                for path in part.rglob("*") if path.is_file() and self.profile not in path.parents
                and not re.search(r"/\.(cache|local/share)/(gegl|babl|gimp|fontconfig|recently-used|mesa)", str(path), re.I)}


def check_call_from_a_script(tap, gimp):
    """Layers into an image, two of them, counted by the script; on GIMP 2.10 with the arguments of the first version alone."""
    if gimp.host == "gimp2":
        form = ('(let* ((image (car (gimp-image-new 40 30 RGB))) (layers (plug-in-fddm-generate RUN-NONINTERACTIVE image -1 '
                '"texture" "grass" 0 0 2 1 FALSE 2 2 0))) (gimp-message (string-append "made " (number->string (car layers)))))')
    else:
        form = ('(script-fu-use-v3)(let* ((image (gimp-image-new 40 30 RGB)) (layers (plug-in-fddm-generate #:run-mode '
                'RUN-NONINTERACTIVE #:image image #:drawables (vector) #:subject "grass" #:steps 2 #:count 2))) '
                '(gimp-message (string-append "made " (number->string (vector-length layers)))))')
    _, said = gimp.run(form)
    tap.line(re.search(r"made 2$", said, re.M), "a script gets the new layers")


def check_ranges_of_gimp3(tap, gimp):
    """GIMP 3 refuses what is out of range before the plug-in is asked; its exit status tells."""
    form = ('(script-fu-use-v3)(let ((image (gimp-file-load RUN-NONINTERACTIVE "in/a.png"))) (plug-in-fddm-denoise '
            '#:run-mode RUN-NONINTERACTIVE #:image image #:drawables (gimp-image-get-layers image) #:quality "fast" {}))')
    status, said = gimp.run(form.format("#:noise 20.0 #:device \"cpu\""))
    tap.line(status == 0, f"call by name, the rest by default: exit status {status}")
    for argument, name in (("#:noise -1.0", "noise"), ("#:luma 101.0", "luma"), ("#:seed -1", "seed"),
                           ("#:seed 2147483648", "seed")):
        status, said = gimp.run(form.format(argument))
        tap.line(status == 70 and "plug-in-fddm-denoise" in said, f"{name} out of range: exit status {status}, plug-in named")
    form = ('(script-fu-use-v3)(plug-in-fddm-generate #:run-mode RUN-NONINTERACTIVE #:image (gimp-image-new 40 30 RGB) '
            '#:drawables (vector) {})')
    for argument in ("#:width 8193", "#:steps 0", "#:eta 1.5", "#:count 17", "#:seed 2147483648"):
        status, said = gimp.run(form.format(argument))
        tap.line(status == 70 and "plug-in-fddm-generate" in said, f"{argument}: exit status {status}, plug-in named")


@contextlib.contextmanager
def scratch(prefix):
    """A folder for one run, which --keep leaves there."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix=prefix))
    try:
        yield folder
    finally:
        if "--keep" in sys.argv:
            print(f"# kept {folder}")
        else:
            shutil.rmtree(folder, ignore_errors=True)


def main():
    host, plugin, probe, weights, system_weights = sys.argv[1:6]
    os.environ["LC_ALL"] = "C.UTF-8"     # in Turkish, ImageMagick knows no TIFF
    tap = Tap()
    with scratch("fddm-hosts-") as folder:
        started = time.monotonic()
        gimp = Gimp(host, folder, system_weights)
        status, said = gimp.run("(display 1)")   # GIMP makes its profile; it dislikes one that we made
        tap.line(gimp.profile.is_dir(), "GIMP starts and makes its profile")
        gimp.install(plugin, probe, pathlib.Path(weights))
        for name in ("in", "out", "batch", "mixed", "bands", "textures"):
            (gimp.work / name).mkdir()
        pictures.write_all(gimp.work / "in")
        before = gimp.files()

        batch = [argument for argument in sys.argv if argument.startswith("--batch")]
        if batch:
            check_batches(tap, gimp, batch[0].partition("=")[2])
            return tap.end()
        only = [argument.partition("=")[2] for argument in sys.argv if argument.startswith("--checks=")]
        if only:
            gimp.environment["FDDM_PROBE_ONLY"] = only[0]
        results = folder / "profile" / "checks.tap"
        status, said = gimp.run(f'(plug-in-fddm-probe "{results}")' if host == "gimp2"
                                else f'(plug-in-fddm-probe #:path "{results}")', fonts=True)
        tap.take(results.read_text() if results.exists() else said)
        if only:
            return tap.end()
        check_batches(tap, gimp)
        check_call_from_a_script(tap, gimp)
        if host == "gimp3":
            check_ranges_of_gimp3(tap, gimp)
        check_languages(tap, gimp, plugin)
        check_registered(tap, gimp)
        check_metadata(tap, gimp)

        touched = {name for name in gimp.files() - before if not re.match(r"work/(?!in/)[^/]*/", name)}
        remembered = r"home/\.cache/fddm/(convolutions\.ini|plans/[^/]*\.plan)"     # how fast this processor and GPU are
        others = sorted(name for name in touched if not re.fullmatch(remembered, name))
        tap.line(not others, f"no file outside the profile and the output folder is touched {others or ''}")
        print(f"# {time.monotonic() - started:.0f} s")
        return tap.end()


if __name__ == "__main__":
    sys.exit(main())
