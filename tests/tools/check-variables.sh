#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Every environment variable that is read by what is installed, and by install.sh, stands in docs/files-and-variables.md.
set -u
export LC_ALL=C.UTF-8
cd "$(dirname "$0")/../.." || exit 1
page=docs/files-and-variables.md
names=$(
  grep -rhoE 'getenv[_a-z]* *\("[A-Za-z0-9_]+"' --include='*.c' --include='*.h' --include='*.cu' --include='*.cuh' \
    engine kernels plugin gegl ui | grep -oE '"[^"]+"' | tr -d '"'
  grep -rhoE "env(iron(\.get)?)?[[(] *[\"'][A-Z_]+[\"']" --include='*.py' engine kernels plugin | grep -oE '[A-Z_]{2,}'   # during a build
  grep -ohE '\$\{?(FDDM|XDG|GIMP|PKG)[A-Z0-9_]*' install.sh plugin/profiles.sh | tr -d '${'
)
[ "$(grep -c . <<<"$names")" -ge 10 ] || { echo "found no variables: does this script still find getenv?"; exit 1; }
bad=0
for name in $(sort -u <<<"$names"); do
  grep -q "\`$name\`" "$page" || { echo "$page does not name $name"; bad=1; }
done
# Those that are not given by a string cannot be found so.
if grep -rnE 'getenv *\([^")]' --include='*.[ch]' engine kernels plugin gegl ui; then
  echo "variables of other names than strings"
  bad=1
fi
# The program's own, the other way round.
for name in $(grep -oE '^\| `FDDM_[A-Z_]+`' "$page" | grep -oE 'FDDM_[A-Z_]+'); do
  grep -qx "$name" <<<"$names" || { echo "$page names $name, which nothing reads"; bad=1; }
done
exit $bad
