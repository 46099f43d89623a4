#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Makes the archive for other distributions, unpacks it into a profile of GIMP's, and denoises the sample there.
#
#   tests/packages/tarball.sh gimp2|gimp3
set -eu

[ $# = 1 ] || { sed -n 's/^#   //p' "$0"; exit 2; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
export HOME="$work/home" GIMP2_DIRECTORY="$work/profile" GIMP3_DIRECTORY="$work/profile"
mkdir "$HOME"
packaging/tarball.sh "$1" "$work" >"$work/log" 2>&1 || { cat "$work/log" >&2; exit 1; }
gimp() {
  if [ "$gimp" = gimp2 ]; then
    timeout 600 gimp-console-2.10 -idf -b "$1" -b '(gimp-quit 0)' 2>&1 </dev/null || true
  else
    timeout 600 gimp-console-3 -idf --quit --batch-interpreter=plug-in-script-fu-eval -b "$1" 2>&1 </dev/null || true
  fi
}
gimp=$1
gimp '(display 1)' >"$work/log"
tar -xJf "$work"/fddm-*.tar.xz -C "$work/profile" --strip-components=1
ldd "$work/profile/plug-ins/fddm/fddm" | grep 'libdnnl.* => .*/profile/plug-ins/fddm/lib/'
gimp "(fddm-batch-denoise \"$PWD/tests/data/sample.jpg\" \"$work\" 0 100 100 0 \"balanced\" \"cpu\" 0)" >"$work/log"
grep 'fddm-batch-denoise: 1 done, 0 failed$' "$work/log" || { cat "$work/log" >&2; exit 1; }
test -s "$work/sample.jpg"
