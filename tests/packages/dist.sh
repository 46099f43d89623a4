#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# meson dist in a build folder, twice: the same bytes, and the sums of the weights in it are those of the manifest.
#
#   tests/packages/dist.sh BUILD
set -eu

[ $# = 1 ] || { sed -n 's/^#   //p' "$0"; exit 2; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
for time in first second; do
  meson dist -C "$1" --no-tests --allow-dirty >"$work/log" 2>&1 || { cat "$work/log" >&2; exit 1; }
  cp "$1"/meson-dist/fddm-*.tar.xz "$work/$time.tar.xz"
  sleep 1.1
done
cmp "$work/first.tar.xz" "$work/second.tar.xz"
mkdir "$work/source"
tar -xJf "$work/first.tar.xz" -C "$work/source" --strip-components=1
python3 "$work/source/weights/manifest.py"
