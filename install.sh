#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Builds FDDM for GIMP and installs it; then denoises a sample photo with it. Debian 12, 13, testing and their like.
#
#   ./install.sh                 as root: installs for all users; otherwise for the current user, with sudo for packages only
#   ./install.sh --user          installs for the current user, even as root
#   ./install.sh --uninstall     removes the installation
#   ./install.sh --no-packages   installs no packages
#   ./install.sh --gegl          installs the GEGL operation fddm:denoise, too, and keeps doing so until --uninstall
#
# Run it again to update. Exits 0 only once FDDM is installed and the sample is denoised.
set -eu

scope=system
[ "$(id -u)" = 0 ] || scope=user
packages=yes
action=install
gegl=
for argument; do
  case $argument in
    --user) scope=user ;;
    --system) scope=system ;;
    --no-packages) packages=no ;;
    --gegl) gegl=-Dgegl_operation=enabled ;;
    --uninstall) action=uninstall ;;
    *) sed -n 's/^#   //p' "$0"; exit 2 ;;
  esac
done

source=$(cd "$(dirname "$0")" && pwd)
build=${FDDM_BUILD:-$source/build-install-$scope}
prefix=/usr/local
[ $scope = system ] || prefix=$HOME/.local

say() { printf '\n== %s\n' "$*"; }
die() { printf '\n== Not %sed: %s\n' "$action" "$*" >&2; exit 1; }

# Runs a command as root.
as_root() {
  if [ "$(id -u)" = 0 ]; then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo "$@"
  else
    die "root rights are required, but sudo is missing: $*"
  fi
}

# Runs a command with the rights that the installation folders require.
as_installer() {
  if [ $scope = system ]; then as_root "$@"; else "$@"; fi
}

# Whether the folder $1 is called fddm, or lies in one that is. The user may be called so, too.
is_ours() {
  below=${1#"$HOME"}
  below=${below#"$prefix"}
  case $below in
    */fddm | */fddm/*) [ -d "$1" ] ;;
    *) false ;;
  esac
}

# Removes the files of the last installation from this build folder, by meson's list of them, which then is done with: another
# installation may have such files meanwhile. Neither meson nor ninja, which may be gone by now, has a part in it.
remove_installed() {
  list=$build/meson-logs/install-log.txt
  [ -f "$list" ] || return 0
  files=$(grep '^/' "$list" | sort -ur)
  folders=$(printf '%s\n' "$files" | sed 's|/[^/]*$||' | sort -ur)
  while IFS= read -r file; do
    if [ -L "$file" ] || [ ! -d "$file" ]; then as_installer rm -f "$file" </dev/null; fi
  done <<END
$files
END
  # The folders are left. Remove ours if they are empty.
  while IFS= read -r folder; do
    while is_ours "$folder"; do
      as_installer rmdir --ignore-fail-on-non-empty "$folder" </dev/null
      folder=$(dirname "$folder")
    done
  done <<END
$folders
END
  as_installer rm -f "$list"
}

uninstall() {
  [ -f "$build/meson-logs/install-log.txt" ] || die "no installation found: $build has no list of one"
  remove_installed
  # --gegl is forgotten; with the whole folder, where its meson is not this one.
  meson configure "$build" -Dgegl_operation=auto >/dev/null 2>&1 || as_installer rm -rf "$build"
  remembered=${XDG_CACHE_HOME:-$HOME/.cache}/fddm     # the fastest ways to compute and convert on this machine
  rm -f "$remembered/convolutions.ini" "$remembered"/plans/*.plan* "$remembered"/babl/babl-fishes* "$remembered"/gimp/babl/babl-fishes*
  rmdir "$remembered/plans" "$remembered/babl" "$remembered/gimp/babl" "$remembered/gimp" "$remembered" 2>/dev/null || true
  say "FDDM is uninstalled. Your settings and weights remain in the GIMP profile."
}

# Whether Debian's package $1 is installed, for whatever processor.
is_installed() { dpkg-query -W -f '${db:Status-Status}\n' "$1" 2>/dev/null | grep -qx installed; }

install_packages() {
  apt=as_root
  wanted="gcc libc6-dev pkgconf meson ninja-build gettext libgegl-dev libcairo2-dev libdnnl-dev libjson-glib-dev gimp
    libjpeg-dev libpng-dev libtiff-dev libwebp-dev libheif-dev libjxl-dev zlib1g-dev libgdk-pixbuf-2.0-dev libgexiv2-dev"
  # The GIMP version of this system: 3 if available, otherwise 2.10.
  if apt-cache show libgimp-3.0-dev >/dev/null 2>&1; then
    wanted="$wanted libgimp-3.0-dev"
  elif apt-cache show libgimp2.0-dev >/dev/null 2>&1; then
    wanted="$wanted libgimp2.0-dev"
  else
    return 1
  fi
  missing=
  for package in $wanted; do
    is_installed "$package" || missing="$missing $package"
  done
  [ -z "$missing" ] && return 0
  say "Installing packages:$missing"
  $apt env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 install -y --no-install-recommends $missing
}

# The text $1 as a string of Scheme.
scheme() { printf '"%s"' "$(printf '%s\n' "$1" | sed 's/[\\"]/\\&/g')"; }

# Denoises the sample with GIMP $1 (2 or 3), as the README does it. A pattern that is the name of a file is taken as it is.
try_out() {
  result=$build/sample-gimp-$1
  rm -rf "$result"
  mkdir -p "$result"
  call="(fddm-batch-denoise $(scheme "$source/tests/data/sample.jpg") $(scheme "$result") 0 100 100 0 \"balanced\" \"auto\" 0)"
  if [ "$1" = 2 ]; then
    timeout 600 gimp-console-2.10 -idf -b "$call" -b '(gimp-quit 0)' >"$result/log" 2>&1 </dev/null || true
  else
    timeout 600 gimp-console-3 -idf --quit --batch-interpreter=plug-in-script-fu-eval -b "$call" \
      >"$result/log" 2>&1 </dev/null || true
  fi
  if grep -q 'fddm-batch-denoise: 1 done, 0 failed$' "$result/log" && [ -s "$result/sample.jpg" ]; then
    say "It works in GIMP $1: $source/tests/data/sample.jpg became $result/sample.jpg"
  else
    cat "$result/log" >&2
    die "GIMP $1 did not denoise the sample; see the log above or $result/log"
  fi
}

# A package has its files in the same places.
if [ $scope = system ] && is_installed gimp-fddm; then
  die "the package gimp-fddm is installed; remove it first: apt remove gimp-fddm"
fi

if [ $action = uninstall ]; then
  uninstall
  exit 0
fi

# Meson turns a backslash into a slash; ninja's files are made of lines.
case $source$build in
  *\\* | *"
"*) die "this folder's name has a backslash or a line break in it, which Meson cannot build in; move it: $source" ;;
esac

if [ $packages = yes ]; then
  command -v apt-get >/dev/null || die "apt-get is missing; install the packages listed in the README, then use --no-packages"
  install_packages || { as_root apt-get -o DPkg::Lock::Timeout=300 update && install_packages; } \
    || die "the packages cannot be installed; see above"
fi
command -v meson >/dev/null || die "meson is missing; run without --no-packages"

# A profile that holds plug-ins and nothing else upsets GIMP, so GIMP makes its own first.
if [ $scope = user ]; then
  if command -v gimp-console-2.10 >/dev/null && [ ! -e "$("$source/plugin/profiles.sh" 2)" ]; then
    timeout 120 gimp-console-2.10 -idf -b '(gimp-quit 0)' >/dev/null 2>&1 </dev/null || true
  fi
  if command -v gimp-console-3 >/dev/null && [ ! -e "$("$source/plugin/profiles.sh" 3 | head -n 1)" ]; then
    timeout 120 gimp-console-3 -idf --quit --batch-interpreter=plug-in-script-fu-eval -b '(display 1)' \
      >/dev/null 2>&1 </dev/null || true
  fi
fi

say "Building"
if [ -f "$build/build.ninja" ]; then
  # Libraries, and the GIMP, may be others than when it was configured.
  meson configure "$build" --clearcache >/dev/null 2>&1 || true
  rm -f "$build/plugin/gimp2/fddm" "$build/plugin/gimp3/fddm"
  told=$(meson setup --reconfigure "$build" "$source" $gegl) || { printf '%s\n' "$told"; die "the build cannot be configured; see above"; }
else
  meson setup "$build" "$source" $gegl -Dscope=$scope -Dtests=false --prefix "$prefix" || die "the build cannot be configured; see above"
fi
ninja -C "$build" || die "the build failed; see above"
[ -f "$build/plugin/gimp2/fddm" ] || [ -f "$build/plugin/gimp3/fddm" ] || die "no GIMP to build for; install libgimp2.0-dev or libgimp-3.0-dev"

# What an earlier version had, or what lies in the profile of an earlier GIMP, would otherwise stay behind for ever.
say "Installing"
remove_installed >/dev/null
as_installer meson install -C "$build" --no-rebuild --quiet || die "the files cannot be installed; see above"

# For all users: tests in a temporary profile, so that root does not get one.
if [ $scope = system ]; then
  trial=$(mktemp -d)
  trap 'rm -rf "$trial"' EXIT
  trap 'exit 1' HUP INT TERM
  export GIMP2_DIRECTORY="$trial/gimp2" GIMP3_DIRECTORY="$trial/gimp3"
fi
if [ -f "$build/plugin/gimp2/fddm" ]; then try_out 2; fi
if [ -f "$build/plugin/gimp3/fddm" ]; then try_out 3; fi
if [ -n "$gegl" ] && command -v gegl >/dev/null; then
  gegl --exists fddm:denoise || die "GEGL does not find fddm:denoise"
fi
say "FDDM is installed. In GIMP: Filters > Enhance > FDDM Denoise… (Restart GIMP if it is open.)"
