#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# memcheck.sh PROGRAM: denoises one small picture on the reference backend under valgrind. Any bad access, any decision by an
# undefined value and any block that is definitely lost is an error. memcheck.supp names what GLib, GEGL and their libraries
# allocate once and keep. Exit status 77: there is no valgrind.
set -u
program=$1
here=$(cd "$(dirname "$0")" && pwd) || exit 1
command -v valgrind >/dev/null || { echo "NOT RUN: there is no valgrind"; exit 77; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
{ printf 'P6\n24 20\n255\n'; head -c 1440 "$here/data/sample.jpg"; } >"$folder/in.ppm"
# One thread: gcc's OpenMP keeps the stacks of others. Without slices, GLib's blocks are valgrind's to follow.
OMP_NUM_THREADS=1 G_SLICE=always-malloc GEGL_THREADS=1 valgrind --quiet --error-exitcode=9 --leak-check=full \
  --show-leak-kinds=definite --errors-for-leak-kinds=definite --num-callers=40 --suppressions="$here/memcheck.supp" \
  "$program" denoise "$folder/in.ppm" "$folder/out.ppm" --device reference --threads 1 \
  --weights "$here/golden/tiny.safetensors" --tile 32 || exit 1
test -s "$folder/out.ppm"
