# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Parts without GIMP: this system's suites, and the sanitizers; part of tests/run.sh.

# The build that several parts use: made before them, or by the only one that runs.
compile() {
  say "The build for this system"
  build native "$work/native" -Dcuda=disabled
}
compiled() { [ -n "${side_by_side:-}" ] || build native "$work/native" -Dcuda=disabled; }

native() {
  say "Unit, kernel and golden tests"
  compiled && suites native "$work/native" unit program files processes kernels golden || return
  if git rev-parse >/dev/null 2>&1; then
    step "meson dist makes the same archive twice" tests/packages/dist.sh "$work/native"
  else
    skip "meson dist: git does not know this folder, or does not trust its owner"
  fi
}

# What another processor would choose, or be offered: a test must not depend on the one that it runs on.
processors() {
  say "As other processors compute"
  local setting
  compiled || return
  for setting in ONEDNN_MAX_CPU_ISA=AVX2 ONEDNN_MAX_CPU_ISA=AVX512_CORE FDDM_CPU_CONVOLUTION={bf16,direct,int8,winograd}; do
    export "$setting"
    if LC_ALL=C "$work/native/engine/fddm" denoise tests/data/sample.jpg "$work/processors.png" --device cpu \
      --weights weights/denoise-fast.safetensors >"$step_log" 2>&1; then
      suites "$setting" "$work/native" unit program kernels golden
    elif grep -q 'oneDNN .* has no ' "$step_log"; then
      skip "$setting: not on this processor"
    else
      fail "$setting: $(cat "$step_log")"
    fi
    unset "${setting%%=*}"
  done
}

# Modules made for the tests carry a copy of the kernels, which is no error. -g1: lines for the sanitizers, which is all they print.
sanitized() {
  SUITES="$*" build sanitized "$work/sanitize" -Dcuda=disabled -Dhosts=none -Db_sanitize=address,undefined -Db_lundef=false \
    -Dbuildtype=debugoptimized -Dc_args=-g1 && ASAN_OPTIONS=detect_leaks=1:detect_odr_violation=0 UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1 \
    suites sanitized "$work/sanitize" "$@"
}
sanitize() {
  say "The same under the address and undefined-behaviour sanitizers"
  sanitized unit kernels
}
programs() {
  say "The program from outside, under the sanitizers"
  sanitized program files
}
