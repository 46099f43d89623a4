# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Packages that the tests need, and builds; part of tests/run.sh.

install_packages() {
  local wanted="gcc g++ libc6-dev pkgconf meson ninja-build gettext libgegl-dev libcairo2-dev gegl libdnnl-dev libjson-glib-dev gimp
    libjpeg-dev libpng-dev libtiff-dev libwebp-dev libheif-dev libjxl-dev zlib1g-dev libgdk-pixbuf-2.0-dev libtiff-tools libgexiv2-dev libimage-exiftool-perl
    strace libgimp2.0-dev doxygen clang-format-19 mmdebstrap zstd appstream xvfb xauth xdotool openbox dbus-x11 xfonts-base imagemagick
    python3 python3-torch python3-numpy python3-pil" missing="" package
  command -v dpkg-query >/dev/null || return 0
  for package in $wanted; do
    dpkg-query -W -f '${db:Status-Status}\n' "$package" 2>/dev/null | grep -qx installed || missing="$missing $package"
  done
  # A help, and no need: the part install compiles once more what native has compiled.
  [ -n "$missing" ] && ! command -v ccache >/dev/null && missing="$missing ccache"
  [ -n "$missing" ] || return 0
  [ "$(id -u)" = 0 ] || { echo "missing packages:$missing"; return 1; }
  say "Installing:$missing"
  apt-get -o DPkg::Lock::Timeout=300 update -q && DEBIAN_FRONTEND=noninteractive \
    apt-get -o DPkg::Lock::Timeout=300 install -q -y --no-install-recommends $missing
}

# build NAME FOLDER OPTION…: sets up or brings up to date, and builds with warnings as errors: all, or what SUITES need.
build() {
  local name=$1 folder=$2 targets=
  shift 2
  if [ -f "$folder/build.ninja" ]; then
    step "$name: configure" meson configure "$folder" "$@" || return 1
  else
    step "$name: configure" meson setup "$folder" --werror "$@" || return 1
  fi
  [ -z "${SUITES:-}" ] || targets=$("$source/tests/tools/test-targets.py" "$folder" $SUITES) || { fail "$name: targets"; return 1; }
  step "$name: build without a warning" build_quietly "$folder" $targets
}

# build_quietly FOLDER [TARGET…]: fails after a warning, too, be it one that the compiler's cache has kept.
build_quietly() {
  local folder=$1
  shift
  ninja -C "$folder" "$@" | tee "$folder/warnings.log" || return 1
  ! grep 'warning *:' "$folder/warnings.log"
}
