#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Denoises the sample with the plug-in and the program that are installed as packages; those that are not there are left out.
# Noise does not compress: a denoised JPEG of the sample is a good deal smaller than the sample.
set -eu

sample=$(cd "$(dirname "$0")/../data" && pwd)/sample.jpg
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
trap 'exit 1' HUP INT TERM
export HOME="$folder/home" GIMP2_DIRECTORY="$folder/gimp2" GIMP3_DIRECTORY="$folder/gimp3"
mkdir "$HOME"
size() { wc -c <"$1"; }
smaller() { [ $((3 * $(size "$1"))) -lt $((2 * $(size "$sample"))) ] || { echo "$1 is as large as the sample" >&2; exit 1; }; }

if dpkg-query -W -f '${Status}' gimp-fddm 2>/dev/null | grep -q '^install ok installed$'; then
  call="(fddm-batch-denoise \"$sample\" \"$folder\" 0 100 100 0 \"balanced\" \"auto\" 0)"
  if command -v gimp-console-3 >/dev/null; then
    timeout 600 gimp-console-3 -idf --quit --batch-interpreter=plug-in-script-fu-eval -b "$call" >"$folder/log" 2>&1 </dev/null || true
  else
    timeout 600 gimp-console-2.10 -idf -b "$call" -b '(gimp-quit 0)' >"$folder/log" 2>&1 </dev/null || true
  fi
  grep 'fddm-batch-denoise: 1 done, 0 failed$' "$folder/log" || { cat "$folder/log" >&2; exit 1; }
  smaller "$folder/sample.jpg"
fi

if dpkg-query -W -f '${Status}' gegl-fddm 2>/dev/null | grep -q '^install ok installed$' && command -v gimp-console-3 >/dev/null; then
  timeout 600 gimp-console-3 -idf --quit --batch-interpreter=plug-in-script-fu-eval -b "(script-fu-use-v3)
    (let* ((image (gimp-file-load RUN-NONINTERACTIVE \"$sample\")) (layer (vector-ref (gimp-image-get-layers image) 0)))
      (gimp-drawable-merge-new-filter layer \"fddm:denoise\" \"\" LAYER-MODE-REPLACE 1.0)
      (gimp-file-save RUN-NONINTERACTIVE image \"$folder/filter.jpg\"))" >"$folder/log" 2>&1 </dev/null ||
    { cat "$folder/log" >&2; exit 1; }
  smaller "$folder/filter.jpg"
fi

if command -v fddm >/dev/null; then
  fddm denoise "$sample" "$folder/program.jpg" --device cpu
  smaller "$folder/program.jpg"
  fddm generate "$folder/grass.png" --subject grass --width 64 --height 64 --steps 2 --device cpu
fi
