#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Builds the fuzzing harnesses with clang, under the address and undefined-behaviour sanitizers, and lets each run for a while.
#
#   tests/fuzz/run.sh BUILD-FOLDER [SECONDS [HARNESS…]]      SECONDS of each, default: $FDDM_FUZZ_SECONDS or 20
#
# What is found is kept from run to run in BUILD-FOLDER/found (new inputs); inputs that fail, in BUILD-FOLDER/failed. The last
# line of a harness is "NAME: N executions, M MB". Exit status: 0; 1 where one failed; 77 without clang.
set -u
source=$(cd "$(dirname "$0")/../.." && pwd) || exit 1
build=$1
seconds=${2:-${FDDM_FUZZ_SECONDS:-20}}
shift $(($# < 2 ? $# : 2))
clang=$(command -v clang || ls /usr/bin/clang-[0-9]* 2>/dev/null | grep -v -- '-cpp' | sort -V | tail -n 1)
if [ -z "$clang" ] || ! echo 'int LLVMFuzzerTestOneInput (const char *b, long n) { return b && n < 0; }' |
  "$clang" -fsanitize=fuzzer,address -x c - -o /dev/null 2>/dev/null; then
  echo "NOT RUN: there is no clang with libFuzzer (packages clang and libclang-rt-dev)"
  exit 77
fi

# clang warns where gcc is content; warnings are errors in the other parts.
[ -f "$build/build.ninja" ] || CC=$clang CXX=${clang/clang/clang++} meson setup "$build" "$source" -Dcuda=disabled -Dhosts=none \
  -Dgegl_operation=disabled -Dbuildtype=debugoptimized -Db_lundef=false -Db_sanitize=address,undefined \
  -Dc_args='-fsanitize=fuzzer-no-link -Wno-missing-field-initializers' -Dfuzzer=-fsanitize=fuzzer || exit 1
harnesses=${*:-$(ls "$source"/tests/fuzz/corpus | grep -v '\.py$')}
ninja -C "$build" $(printf 'tests/fuzz/fuzz-%s ' $harnesses) || exit 1

# What was freed is kept for 16 MiB, not 256, and eight callers of it: inputs are small.
export ASAN_OPTIONS=detect_odr_violation=0:handle_abort=1:quarantine_size_mb=16:malloc_context_size=8 UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1
export TMPDIR # of a file system in memory, where there is one
TMPDIR=$(mktemp -d -p "$([ -w /dev/shm ] && echo /dev/shm || echo /tmp)")
trap 'rm -rf "$TMPDIR"' EXIT
status=0
for name in $harnesses; do
  mkdir -p "$build/found/$name" "$build/failed"
  log=$build/failed/$name.log
  if "$build/tests/fuzz/fuzz-$name" -max_total_time="$seconds" -timeout=5 -rss_limit_mb=2048 \
    -max_len=4096 -print_final_stats=1 -artifact_prefix="$build/failed/$name-" "$build/found/$name" \
    "$source/tests/fuzz/corpus/$name" >"$log" 2>&1 </dev/null; then
    echo "$name: $(sed -n 's/^stat::number_of_executed_units: *//p' "$log") executions," \
      "$(sed -n 's/^stat::peak_rss_mb: *//p' "$log") MB"
  else
    tail -n 60 "$log"
    echo "$name: FAILED; the input is $(ls -t "$build/failed/$name-"* 2>/dev/null | head -n 1)"
    status=1
  fi
done
exit $status
