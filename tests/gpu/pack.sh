#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Makes one folder that builds and runs tests/gpu/run.sh on a machine with a GPU and nvcc, without a network and without
# GLib's development files there.
#
#   tests/gpu/pack.sh FOLDER     must not exist
set -eu
cd "$(dirname "$0")/../.."
out=$1
[ ! -e "$out" ] || { echo "$out exists"; exit 1; }
mkdir -p "$out/deps/include" "$out/deps/lib/glib-2.0"

# What git knows of the parts that are needed; and the weights and pictures that are there.
git ls-files -z -- LICENSE meson.build meson_options.txt kernels engine weights tests/gpu \
  tests/golden tests/data tests/kernels tests/unit ':!weights/train' |
  while IFS= read -r -d '' file; do
    [ -f "$file" ] || continue
    mkdir -p "$out/$(dirname "$file")"
    cp "$file" "$out/$file"
  done

# GLib and json-glib: headers, and the libraries with all that these need except what every system has.
packages="glib-2.0 gmodule-2.0 gobject-2.0 gio-2.0 json-glib-1.0"
cp -r "$(pkg-config --variable=includedir glib-2.0)/glib-2.0" "$out/deps/include/"
cp -r "$(pkg-config --variable=includedir json-glib-1.0)/json-glib-1.0" "$out/deps/include/"
cp -r "$(pkg-config --variable=libdir glib-2.0)/glib-2.0/include" "$out/deps/lib/glib-2.0/"
libraries=""
for package in $packages; do
  library=$(pkg-config --variable=libdir "$package")/lib$package.so
  libraries="$libraries $library"
  # Under the name that the linker looks for and the one that the loader does; copies, since links may not travel.
  cp -L "$library" "$out/deps/lib/lib$package.so"
  cp -L "$library" "$out/deps/lib/$(objdump -p "$library" | awk '/SONAME/ { print $2 }')"
done
ldd $libraries | sed -n 's/.*=> \(\/[^ ]*\) .*/\1/p' | sort -u |
  grep -vE '/(libc|libm|libdl|librt|libpthread|libresolv|ld-linux[^/]*)\.so' |
  while read -r library; do cp -L "$library" "$out/deps/lib/"; done

size=$(du -sm "$out" | cut -f 1)
echo "$out: $size MiB; there: tests/gpu/run.sh"
[ "$size" -lt 60 ] || { echo "more than 60 MiB"; exit 1; }
