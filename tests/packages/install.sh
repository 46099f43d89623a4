#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# In a root with GIMP and nothing of ours: installs the packages one after the other, uses them, and purges them. What was not
# there before must not be there then.
#
#   tests/packages/install.sh FOLDER-WITH-DEB-FILES
set -eu

[ $# = 1 ] || { sed -n 's/^#   //p' "$0"; exit 2; }
debs=$1
apt() { DEBIAN_FRONTEND=noninteractive apt-get -q -y --no-install-recommends "$@"; }
# Notes of the package manager and caches change; nothing else may.
files() {
  find / -xdev \( -path /proc -o -path /dev -o -path /tmp -o -path /src -o -path /debs -o -path /root -o -path /var/lib/dpkg \
    -o -path /var/lib/apt -o -path /var/cache -o -path /var/log -o -name __pycache__ \) -prune -o -print | sort
}

apt update
before=$(mktemp)
after=$(mktemp)
files >"$before"
apt install "$debs"/gimp-fddm_*.deb
test ! -e /usr/bin/fddm
sh tests/packages/use.sh
apt install "$debs"/fddm_*.deb
sh tests/packages/use.sh
apt install "$debs"/gegl-fddm_*.deb
sh tests/packages/use.sh
apt purge --autoremove gimp-fddm fddm gegl-fddm
files >"$after"
diff "$before" "$after"
rm -f "$before" "$after"
