#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Copies this source tree to a folder, which is emptied first: what git knows or does not ignore, nothing that was built here.
#
#   tests/tools/copy-sources.sh FOLDER
set -eu

[ $# = 1 ] || { sed -n 's/^#   //p' "$0"; exit 2; }
rm -rf "$1"
mkdir -p "$1"
folder=$(cd "$1" && pwd)
cd "$(dirname "$0")/../.."
if git rev-parse >/dev/null 2>&1; then
  git ls-files -co --exclude-standard -z | xargs -0 sh -c 'for f; do [ -e "$f" ] && printf "%s\0" "$f"; done' sh \
    | tar --null -T - -cf - | tar -xf - -C "$folder"
else
  tar --exclude='./build*' -cf - . | tar -xf - -C "$folder"
fi
