#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Runs a command in a Debian in a folder, with a copy of this source tree in /src. Needs root.
#
#   tests/tools/debian-root.sh [--plain] SUITE FOLDER COMMAND      COMMAND for sh -c, run in /src
#
# SUITE is bookworm, trixie or testing. The root has GIMP and what builds and tests the plug-in; with --plain GIMP alone, and
# apt reaches its mirror from inside. FOLDER is made with mmdebstrap when it is not there yet, or lacks packages, from the mirror
# that this system's apt uses. With FDDM_ROOT_CACHE=FILE.tar.zst it is unpacked from FILE instead, and FILE is written when it is not
# there; roots other than trixie's have FILE-SUITE.tar.zst and FILE-SUITE-plain.tar.zst. Exit status 77: the mirror has no SUITE.
set -eu

plain=
if [ "${1:-}" = --plain ]; then
  plain=-plain
  shift
fi
[ $# = 3 ] || { sed -n 's/^#   //p' "$0"; exit 2; }
suite=$1
folder=$2
command=$3
source=$(cd "$(dirname "$0")/../.." && pwd)
cache=${FDDM_ROOT_CACHE:-}
if [ -n "$cache" ] && [ "$suite$plain" != trixie ]; then cache=${cache%.tar.zst}-$suite$plain.tar.zst; fi

gimp=libgimp-3.0-dev
[ "$suite" != bookworm ] || gimp=libgimp2.0-dev
packages=gimp
if [ -z "$plain" ]; then
  packages=$packages,$gimp,libgegl-dev,libcairo2-dev,gegl,gcc,g++,libc6-dev,meson,ninja-build,gettext,libdnnl-dev,libjson-glib-dev
  packages=$packages,libjpeg-dev,libpng-dev,libtiff-dev,libwebp-dev,libheif-dev,libjxl-dev,zlib1g-dev,libgdk-pixbuf-2.0-dev,libgexiv2-dev,libimage-exiftool-perl,strace
  packages=$packages,pkgconf,python3,build-essential,debhelper,lintian,locales,xvfb,xauth,xdotool,openbox,dbus-x11,xfonts-base,imagemagick
fi

# What only helps, so that a root without it is not made anew: three builds in it compile nearly the same.
helpers=,ccache
[ "$suite" = bookworm ] || helpers=$helpers,libheif-plugin-x265,libheif-plugin-aomenc # HEIC and AVIF are written where they are
[ -z "$plain" ] || helpers=

# The first mirror in apt's sources that has the distribution itself.
mirror() {
  cat /etc/apt/sources.list /etc/apt/sources.list.d/*.list 2>/dev/null | awk '$1 == "deb" { for (i = 2; i <= NF; i++)
    if ($i ~ /^[a-z+]+:\/\//) { print $i; exit } }'
  awk '$1 == "URIs:" { print $2; exit }' /etc/apt/sources.list.d/*.sources 2>/dev/null || true
}

# A mirror that is frozen for a while has an expired Release file.
make_root() {
  address=$(mirror | grep -v security | head -n 1)
  [ -n "$address" ] || { echo "no mirror in apt's sources" >&2; exit 1; }
  log=$(mktemp)
  mmdebstrap --variant=apt --mode=root --aptopt='APT::Install-Recommends "false"' --aptopt='Acquire::Check-Valid-Until "false"' \
    --include="$packages$helpers" "$suite" "$folder" "$address" >"$log" 2>&1 && made=yes || made=no
  missing=$(grep -c 'does not have a Release file\|no longer has a Release file' "$log" || true)
  [ "$made" = yes ] || cat "$log" >&2
  rm -f "$log"
  if [ "$made" = no ]; then
    rm -rf "$folder"
    if [ "$missing" = 0 ]; then exit 1; else exit 77; fi
  fi
}

# Whether the root has GIMP and these packages.
is_there() {
  [ -e "$folder/usr/bin/gimp-console" ] && [ "$(cat "$folder/fddm-packages" 2>/dev/null)" = "$packages" ]
}

# What is no root of a Debian is not ours to remove.
if [ -e "$folder" ] && [ -n "$(ls -A "$folder")" ] && [ ! -e "$folder/fddm-packages" ] && [ ! -e "$folder/var/lib/dpkg" ]; then
  echo "$folder: there is something else; name another folder" >&2
  exit 1
fi
if ! is_there; then
  rm -rf "$folder"
  if [ -n "$cache" ] && [ -f "$cache" ]; then
    mkdir -p "$folder"
    tar --zstd -xf "$cache" -C "$folder"
  fi
fi
if ! is_there; then
  rm -rf "$folder"
  make_root
  printf '%s\n' "$packages" >"$folder/fddm-packages"
  if [ -n "$cache" ]; then
    tar --zstd -cf "$cache.part" -C "$folder" . && mv "$cache.part" "$cache"
  fi
fi
# To see our translations: this C library translates nothing in C.UTF-8.
if [ -z "$plain" ]; then
  for locale in de_DE ja_JP ru_RU; do
    chroot "$folder" locale -a | grep -qx "$locale.utf8" || chroot "$folder" localedef -i $locale -f UTF-8 $locale.UTF-8
  done
fi
cp /etc/resolv.conf "$folder/etc/resolv.conf" 2>/dev/null || true

"$source/tests/tools/copy-sources.sh" "$folder/src"

# /proc and /dev where mounting is allowed, in a name space of its own, so that nothing stays mounted.
export FDDM_ROOT="$folder" FDDM_COMMAND="$command"
inside='exec env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 OMP_WAIT_POLICY=passive \
  CCACHE_DIR=/var/cache/ccache CCACHE_IGNOREOPTIONS=-Werror \
  chroot "$FDDM_ROOT" sh -c "cd /src && $FDDM_COMMAND"'
if unshare -m true 2>/dev/null; then
  exec unshare -m sh -c 'mount -t proc proc "$FDDM_ROOT/proc" 2>/dev/null || mount --rbind /proc "$FDDM_ROOT/proc" || true
    mount --rbind /dev "$FDDM_ROOT/dev" || true
    '"$inside"
fi
exec sh -c "$inside"
