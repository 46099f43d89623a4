#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The program gegl knows the operation and denoises the sample with it, as docs/gegl.md says. Prints TAP.
#
#   test-gegl-program.sh SAMPLE        with GEGL_PATH and FDDM_WEIGHTS_DIR
set -u

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
trap 'exit 1' HUP INT TERM
n=0
check() { # NAME: of the last command's status
  if [ "$?" = 0 ]; then word=ok; else word="not ok"; fi
  n=$((n + 1))
  echo "$word $n - $1"
}

gegl --exists fddm:denoise
check "gegl knows fddm:denoise"
gegl "$1" -o "$folder/plain.jpg" -- gegl:nop >"$folder/log" 2>&1
gegl "$1" -o "$folder/denoised.jpg" -- fddm:denoise device=cpu noise=0 >"$folder/log" 2>&1
check "gegl denoises the sample"
! grep -q 'fddm:denoise:' "$folder/log"
check "there is no message"
# Noise does not compress.
[ $((3 * $(wc -c <"$folder/denoised.jpg"))) -lt $((2 * $(wc -c <"$folder/plain.jpg"))) ]
check "the denoised sample is a good deal smaller"
gegl "$1" -o "$folder/plain.ppm" -- gegl:nop >"$folder/log" 2>&1
gegl "$1" -o "$folder/copied.ppm" -- fddm:denoise device=cpu luma=0 chroma=0 >"$folder/log" 2>&1
cmp -s "$folder/plain.ppm" "$folder/copied.ppm"
check "where nothing is to be removed, the sample stays as it is"
FDDM_WEIGHTS_DIR=$folder XDG_DATA_HOME=$folder
export FDDM_WEIGHTS_DIR XDG_DATA_HOME
echo nothing >"$folder/denoise-fast.safetensors"
gegl "$1" -o "$folder/unchanged.ppm" -- fddm:denoise device=cpu >"$folder/log" 2>&1
cmp -s "$folder/plain.ppm" "$folder/unchanged.ppm"
check "with a damaged network, the sample stays as it is"
[ "$(grep -c "fddm:denoise: .*$folder/denoise-fast.safetensors" "$folder/log")" = 1 ]
check "one message names the damaged file"
echo "1..$n"
