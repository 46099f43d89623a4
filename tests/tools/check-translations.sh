#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Every source with a text to translate is in POTFILES, and every language of LINGUAS translates every text as it should.
set -u
cd "$(dirname "$0")/../.." || exit 1
bad=0
for file in $(grep -lE '\b(N_|_|C_|NC_|Q_|g?_?d?n?gettext) ?\("' plugin/*.[ch] plugin/*/*.[ch] gegl/*.[ch] ui/*.[ch] ui/*/*.[ch] \
  engine/*.[ch] engine/*/*.[ch] kernels/*.[ch] kernels/*/*.[ch] 2>/dev/null); do
  grep -qx "$file" po/POTFILES || { echo "$file is not in po/POTFILES"; bad=1; }
done
tests/tools/check-translations.py || bad=1
exit $bad
