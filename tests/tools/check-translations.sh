#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Every source with a text to translate is in POTFILES, and every language of LINGUAS translates every text.
set -u
cd "$(dirname "$0")/../.." || exit 1
bad=0
for file in $(grep -lE '\b(N_|_) ?\("' plugin/*.[ch] plugin/*/*.[ch] ui/*.[ch] ui/*/*.[ch] engine/*.[ch] engine/*/*.[ch] \
  kernels/*.[ch] kernels/*/*.[ch] 2>/dev/null); do
  grep -qx "$file" po/POTFILES || { echo "$file is not in po/POTFILES"; bad=1; }
done
pot=$(mktemp)
trap 'rm -f "$pot" "$pot.po"' EXIT
xgettext --from-code=UTF-8 -k_ -kN_ -f po/POTFILES -o "$pot" || exit 1
for language in $(cat po/LINGUAS); do
  msgfmt --check -o /dev/null "po/$language.po" || bad=1
  msgmerge -q --no-fuzzy-matching -o "$pot.po" "po/$language.po" "$pot" || bad=1
  missing=$(msgattrib --no-wrap --untranslated --no-obsolete --no-location "$pot.po" | grep '^msgid' | grep -v '^msgid ""$')
  [ -z "$missing" ] || { printf '%s: not translated:\n%s\n' "$language" "$missing"; bad=1; }
done
exit $bad
