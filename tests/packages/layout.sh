#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Builds the plug-in of GIMP 3 as the Flatpak manifest says, and compares where its files would lie with what GIMP's extension
# point merges: plug-ins and scripts at the top.
set -eu

options=$(sed -n '/- name: fddm$/,/sources:/s/^ *- \(-.*\)$/\1/p' packaging/flatpak/org.gimp.GIMP.Plugin.FDDM.yml)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
# shellcheck disable=SC2086
meson setup "$work/build" --prefix /app/extensions/FDDM $options >"$work/log" 2>&1 || { cat "$work/log" >&2; exit 1; }
ninja -C "$work/build" >"$work/log" 2>&1 || { cat "$work/log" >&2; exit 1; }
DESTDIR=$work/root meson install -C "$work/build" --no-rebuild --quiet
cd "$work/root"
find . -type f | sed 's|^\./||' | sort >"$work/found"
cat "$work/found"
stray=$(grep -v '^app/extensions/FDDM/' "$work/found") || true
[ -z "$stray" ] || { echo "outside of the extension: $stray" >&2; exit 1; }
for file in plug-ins/fddm/fddm scripts/fddm-batch.scm share/fddm/weights/denoise-fast.safetensors \
    share/locale/de/LC_MESSAGES/fddm.mo share/metainfo/org.gimp.GIMP.Plugin.FDDM.metainfo.xml \
    share/icons/hicolor/scalable/apps/org.gimp.GIMP.Plugin.FDDM.svg; do
  [ -s "app/extensions/FDDM/$file" ] || { echo "$file is not there" >&2; exit 1; }
done
grep -q 'FDDM_WEIGHTSDIR="/app/extensions/FDDM/share/fddm/weights"' "$work/build/build.ninja" \
  || { echo "the plug-in looks for its weights elsewhere" >&2; exit 1; }
