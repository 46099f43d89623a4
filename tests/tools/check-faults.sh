#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Every function of oneDNN and CUDA that the kernels call and that can fail is one that the tests let fail.
set -u
export LC_ALL=C.UTF-8
cd "$(dirname "$0")/../.." || exit 1
bad=0
complain() { echo "$*"; bad=1; }

# called PATTERN FOLDER: names of functions.
called() { grep -rhoE "\b$1 *\(" --include='*.[ch]' --include='*.cu' --include='*.cuh' "$2" | tr -d ' (' | sort -u; }

onednn=$(called 'dnnl_[a-z0-9_]+' kernels/cpu | grep -vE '_destroy$|_version$|_isa$|_equal$|_get_size$|_query_md$')
cuda=$(called 'cuda[A-Z][A-Za-z]+' kernels/cuda | grep -vE '^cudaGet(LastError|ErrorString)$')
[ "$(wc -w <<<"$onednn")" -ge 15 ] && [ "$(wc -w <<<"$cuda")" -ge 20 ] || complain "this script finds too few functions"
for name in $onednn; do
  grep -qE "^FAILING \($name," tests/faults/onednn.c || complain "tests/faults/onednn.c does not let $name fail"
done
for name in $cuda; do
  grep -qE "^(FAILING|FREEING) \($name,|^__wrap_$name " tests/gpu/emulate/faults.c &&
    grep -q "'${name#cuda}'" tests/gpu/meson.build || complain "tests/gpu/emulate/faults.c does not let $name fail"
done
exit $bad
