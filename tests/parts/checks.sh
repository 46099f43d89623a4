# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Checks and how they are counted; part of tests/run.sh.

say()  { printf '\n=== %s\n' "$*"; }
pass() { passed=$((passed + 1)); echo "ok - $*"; }
fail() { failed=$((failed + 1)); echo "not ok - $*"; }
skip() { skipped=$((skipped + 1)); echo "ok - $* # SKIP"; }

# step NAME COMMAND…: one check; what the command said is shown when it fails.
step() {
  local name=$1
  shift
  if "$@" >"$step_log" 2>&1 </dev/null; then
    pass "$name"
  else
    tail -n 60 "$step_log"
    fail "$name"
    return 1
  fi
}

# no COMMAND…: whether it fails.
no() { ! "$@"; }

# show_failing LOG: which checks of meson's suites failed, and the end of its summary.
show_failing() {
  grep -E '^not ok|^Bail out|:ERROR:' "$1" | sort -u | head -n 40
  tail -n 30 "$1"
}

# suites NAME BUILD-FOLDER SUITE…: runs meson's suites; each check in them counts.
suites() {
  local name=$1 build=$2 counts
  shift 2
  rm -f "$build"/meson-logs/testlog*
  meson test -C "$build" --no-rebuild --print-errorlogs -t 5 $(printf -- '--suite %s ' "$@") >"$step_log" 2>&1 </dev/null \
    || show_failing "$step_log"
  counts=$(python3 "$source/tests/tools/count-tests.py" "$build") || counts="0 1 0"
  add "$name" $counts
}

# add NAME PASSED FAILED SKIPPED
add() {
  passed=$((passed + $2)) failed=$((failed + $3)) skipped=$((skipped + $4))
  echo "$1: $2 passed, $3 failed, $4 skipped"
}

# hosts NAME LOG: takes over the counts of a run of tests/hosts/run.py.
hosts() {
  local line
  grep '^not ok' "$2"
  line=$(sed -n 's/^# \([0-9]*\) passed, \([0-9]*\) failed, \([0-9]*\) skipped$/\1 \2 \3/p' "$2" | tail -n 1)
  [ -n "$line" ] || tail -n 40 "$2"
  add "$1" ${line:-0 1 0}
}

# one_of_many NAME SCRIPT ARGUMENT…: a test of tests/scale, which ends with status 77 where something that it needs is missing.
one_of_many() {
  local name=$1 status=0
  shift
  "$@" >"$step_log" 2>&1 </dev/null || status=$?
  case $status in
    0) pass "$name" ;;
    77) skip "$name: $(grep 'NOT RUN' "$step_log")" ;;
    *) tail -n 60 "$step_log"; fail "$name" ;;
  esac
}
