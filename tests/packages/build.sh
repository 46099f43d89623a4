#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Builds the Debian packages of the source tree in this folder, and has lintian look at them. As root it installs what is missing.
#
#   tests/packages/build.sh OUT [PROFILE]      the .deb files go to OUT
set -eu

[ $# -ge 1 ] || { sed -n 's/^#   //p' "$0"; exit 2; }
out=$1
profile=${2:-}
missing=
for package in build-essential debhelper lintian fakeroot; do
  dpkg-query -W -f '${db:Status-Status}\n' "$package" 2>/dev/null | grep -qx installed || missing="$missing $package"
done
if [ -n "$missing" ]; then
  apt-get -o DPkg::Lock::Timeout=300 update -q
  # shellcheck disable=SC2086
  DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 install -q -y --no-install-recommends $missing
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
tests/tools/copy-sources.sh "$work/fddm"
cd "$work/fddm"
DEB_BUILD_OPTIONS="nocheck parallel=2 terse" dpkg-buildpackage -b -us -uc ${profile:+-P$profile}
lintian --fail-on error --tag-display-limit 0 "$work"/*.changes
mkdir -p "$out"
rm -f "$out"/*.deb
cp "$work"/*.deb "$out/"
