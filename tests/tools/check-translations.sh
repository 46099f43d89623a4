#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Every source with a text to translate is in POTFILES, and every language of LINGUAS translates every text as it should.
set -u
cd "$(dirname "$0")/../.." || exit 1
bad=0
for file in $(find plugin gegl ui engine kernels -name '*.[ch]' -o -name '*.cu' | sort | xargs grep -lE '\b(N_|_|C_|NC_|Q_|g?_?d?n?gettext) ?\("'); do
  grep -qx "$file" po/POTFILES || { echo "$file is not in po/POTFILES"; bad=1; }
done
tests/tools/check-translations.py || bad=1
exit $bad
