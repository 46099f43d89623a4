#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What an installation gives to other programs: test-installed.sh BUILD PREFIX PROGRAM.c. The program is compiled with what
# fddm.pc says and nothing else, and runs.
set -eu
build=$1 prefix=$2 program=$3
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
trap 'exit 1' HUP INT TERM
echo "1..2"
# A copy of the build folder, as far as meson writes in it: the list of what is installed is for the real installation.
mkdir -p "$folder/build/meson-logs"
for entry in "$build"/*; do
  case ${entry##*/} in
    meson-logs) ;;
    meson-private) cp -R "$entry" "$folder/build/" ;;
    *) ln -s "$entry" "$folder/build/" ;;
  esac
done
meson install -C "$folder/build" --no-rebuild --quiet --tags devel --destdir "$folder/root" >"$folder/log" 2>&1 || { cat "$folder/log"; exit 1; }
pc=$(find "$folder/root" -name fddm.pc)
[ -n "$pc" ] || { echo "not ok 1 - fddm.pc is installed"; exit 1; }
echo "ok 1 - fddm.pc is installed"
sed -i "s|^prefix=.*|prefix=$folder/root$prefix|" "$pc"
ask() { PKG_CONFIG_PATH=$(dirname "$pc") pkg-config "$@" fddm; }
# shellcheck disable=SC2046
if ${CC:-cc} -std=c11 -Wall -Wextra -Werror "$program" $(ask --cflags) -o "$folder/program" $(ask --libs --static) && "$folder/program"; then
  echo "ok 2 - a program builds with it and runs"
else
  echo "not ok 2 - a program builds with it and runs"
fi
