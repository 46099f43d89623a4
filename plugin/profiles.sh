#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Prints the folders of this user's profiles for GIMP 2 or 3, one a line: profiles.sh 2|3
#
# The first is the one that the installed GIMP uses, which GIMP itself tells, or else its library. Those of other versions of
# GIMP 3 follow, as far as they are there: an update of GIMP begins a new one and leaves the old one behind.
set -eu

config=${XDG_CONFIG_HOME:-${HOME:-/nonexistent}/.config}/GIMP

# "… version 3.2.6" or "3.2.6" to "3.2"
major_minor() { sed -n 's/^\(.* \)\{0,1\}\([0-9][0-9]*\.[0-9][0-9]*\)\.[0-9].*$/\2/p' | head -n 1; }

# The folder in which the plug-ins of the profile $1 really are.
plug_ins_of() { (cd "$1/plug-ins" 2>/dev/null && pwd -P) || (cd "$1" 2>/dev/null && echo "$(pwd -P)/plug-ins") || echo "$1/plug-ins"; }

used_by_gimp3() {
  version=$(LC_ALL=C gimp-console-3 --version 2>/dev/null | major_minor)
  [ -n "$version" ] || version=$(${PKG_CONFIG:-pkg-config} --modversion gimp-3.0 2>/dev/null | major_minor)
  echo "$config/${version:-3.0}"
}

case $1 in
  2) echo "${GIMP2_DIRECTORY:-$config/2.10}" ;;
  3)
    if [ -n "${GIMP3_DIRECTORY:-}" ]; then
      echo "$GIMP3_DIRECTORY"
      exit
    fi
    used=$(used_by_gimp3)
    echo "$used"
    for profile in "$config"/3.*; do
      if [ -d "$profile" ] && [ "$(plug_ins_of "$profile")" != "$(plug_ins_of "$used")" ]; then echo "$profile"; fi
    done
    ;;
esac
