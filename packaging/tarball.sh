#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Makes an archive of the plug-in that is unpacked into a GIMP profile, for distributions without a package. It has everything in
# it but GIMP, and runs where the C library and GIMP are as new as here: build it on the oldest system that it is to serve.
#
#   packaging/tarball.sh gimp2|gimp3 [OUT-FOLDER]
#
# What GIMP itself brings (GEGL, GLib, GTK) is not copied; oneDNN, JSON-GLib and OpenMP are, with their
# licences, into plug-ins/fddm/lib.
set -eu

case ${1:-} in
  gimp2) name=gimp2.10 ;;
  gimp3) name=gimp3 ;;
  *) sed -n 's/^#   //p' "$0"; exit 2 ;;
esac
host=$1
out=$(mkdir -p "${2:-.}" && cd "${2:-.}" && pwd)
source=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
version=$(sed -n "s/^  version: '\(.*\)',$/\1/p" "$source/meson.build")
title=fddm-$version-$name-$(uname -m)
# One time for all files, and no names of users, so that the same sources give the same archive.
epoch=${SOURCE_DATE_EPOCH:-$(git -C "$source" log -1 --format=%ct 2>/dev/null || stat -c %Y "$source/meson.build")}

export GIMP2_DIRECTORY=/fddm-profile GIMP3_DIRECTORY=/fddm-profile LDFLAGS='-Wl,-rpath,$ORIGIN/lib'
meson setup "$work/build" "$source" -Dscope=user -Dhosts="$host" -Dtests=false -Dcuda=disabled --prefix /fddm-prefix --strip
ninja -C "$work/build"
DESTDIR=$work/root meson install -C "$work/build" --no-rebuild --quiet

folder=$work/$title
mkdir "$folder"
cp -R "$work/root/fddm-profile/plug-ins" "$work/root/fddm-profile/scripts" "$folder/"
mkdir "$folder/plug-ins/fddm/lib"
ldd "$folder/plug-ins/fddm/fddm" | sed -n 's/^.*=> \(\/.*\/lib\(dnnl\|json-glib\|gomp\|tbb\|OpenCL\)[-.0-9a-z]*\.so[.0-9]*\) .*$/\1/p' \
  | while IFS= read -r library; do
    cp -L "$library" "$folder/plug-ins/fddm/lib/"
    # Their licences, where this system has packages.
    package=$(dpkg -S "$(readlink -f "$library")" 2>/dev/null | sed -n "1s/:.*//p")
    if [ -n "$package" ]; then
      mkdir -p "$folder/plug-ins/fddm/lib/licenses"
      cp -L "/usr/share/doc/$package/copyright" "$folder/plug-ins/fddm/lib/licenses/$package"
    fi
  done
cp "$source/LICENSE" "$source/NEWS.md" "$folder/"
cat >"$folder/README.txt" <<END
FDDM $version for GIMP: copy the folders plug-ins and scripts into your GIMP profile, and start GIMP anew.
Its folder is told by GIMP in Edit > Preferences > Folders > Plug-ins, for example ~/.config/GIMP/3.0.
To remove it, delete plug-ins/fddm and scripts/fddm-batch.scm there.
The libraries in plug-ins/fddm/lib are those of Debian packages; lib/licenses has their licences, "apt source" gets their sources.
END
tar --sort=name --mtime="@$epoch" --owner=0 --group=0 --numeric-owner --mode=u+rwX,go+rX,go-w -cJf "$out/$title.tar.xz.part" -C "$work" "$title"
mv "$out/$title.tar.xz.part" "$out/$title.tar.xz"
echo "$out/$title.tar.xz"
