#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The rules for sources that a machine can hold beside their layout (check-format.sh).
set -u
export LC_ALL=C.UTF-8
cd "$(dirname "$0")/../.." || exit 1
bad=0
complain() { echo "$*"; bad=1; }

list() { git ls-files -co --exclude-standard -- "$@" 2>/dev/null || find . -name '*.[ch]' -not -path './build*'; }

while IFS= read -r file; do
  [ -f "$file" ] || continue
  head -n 3 "$file" | grep -q 'SPDX-License-Identifier: Apache-2.0' || complain "$file: no SPDX line at the top"
  grep -nP '^.{131,}$' "$file" | sed "s|^|$file: longer than 130: |" | grep . && bad=1
done < <(list '*.c' '*.h' '*.cu' '*.cuh')

# weights/DATA.md is a list that a program writes.
while IFS= read -r file; do
  [ -f "$file" ] || continue
  [ "$(wc -l <"$file")" -le 500 ] || complain "$file: more than 500 lines"
done < <(list '*.c' '*.h' '*.cu' '*.cuh' '*.py' '*.sh' '*.md' | grep -vx 'weights/DATA.md')
exit $bad
