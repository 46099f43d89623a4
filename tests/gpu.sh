#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Everything that needs an NVIDIA GPU: every operation against the reference in each number format, compute-sanitizer,
# and the benchmark. The last line is "N passed, N failed, N skipped"; exit status 0 if none failed. Without a GPU
# everything is skipped, and nothing passed.
#
#   tests/gpu.sh [FOLDER]     FOLDER: for what is built (default: build-gpu); FDDM: the program, for the benchmark
set -u
cd "$(dirname "$0")/.." || exit 1
out=${1:-build-gpu}
passed=0 failed=0 skipped=0
finish() { echo "$passed passed, $failed failed, $skipped skipped"; [ "$failed" = 0 ]; exit; }
skip() { skipped=$((skipped + 1)); echo "skipped: $*"; }
fail() { failed=$((failed + 1)); echo "FAILED: $*"; }

NVCC=${NVCC:-$(command -v nvcc || ls /usr/local/cuda/bin/nvcc 2>/dev/null)}
export NVCC
[ -n "$NVCC" ] || { skip "there is no nvcc"; finish; }
if ! nvidia-smi -L 2>/dev/null | grep -q GPU; then
  skip "there is no NVIDIA GPU: nothing of this was tested"
  finish
fi
# cuDNN often lies beside CUDA, where the loader does not look.
cuda=$(dirname "$(dirname "$(readlink -f "$NVCC")")")
export LD_LIBRARY_PATH=${LD_LIBRARY_PATH:+$LD_LIBRARY_PATH:}$cuda/lib64:$cuda/lib
tests/gpu-build.sh "$out" || { fail "build"; finish; }
nvidia-smi --query-gpu=name,driver_version,memory.total --format=csv,noheader

# check NAME [OPTION…]: runs gpu-check, counts its checks.
check() {
  local name=$1 log status counts
  shift
  log=$out/$(echo "$name" | tr ' ' '-').log
  "$out/gpu-check" "$out" "$@" >"$log" 2>&1
  status=$?
  if [ $status = 77 ]; then
    # There is a GPU: that it cannot be used is a failure here.
    fail "$name: $(tail -n 1 "$log")"
    return
  fi
  counts=$(sed -n 's/^\([0-9]*\) passed, \([0-9]*\) failed$/\1 \2/p' "$log")
  if [ -z "$counts" ]; then
    tail -n 20 "$log"
    fail "$name: ended with status $status"
    return
  fi
  grep '^FAILED' "$log"
  passed=$((passed + ${counts% *}))
  failed=$((failed + ${counts#* }))
  echo "$name: ${counts% *} passed, ${counts#* } failed"
}

FDDM_GPU_FORMAT=bf16 check "bf16"
FDDM_GPU_FORMAT=fp16 check "fp16"
check "fp32" --float32

hidden=$(CUDA_VISIBLE_DEVICES= "$out/gpu-check" "$out" 2>&1)
if [ "$hidden" = "skipped: no NVIDIA GPU visible" ]; then
  passed=$((passed + 1))
else
  fail "with CUDA_VISIBLE_DEVICES empty: $hidden"
fi

sanitizer=$(command -v compute-sanitizer || ls "$cuda/bin/compute-sanitizer" 2>/dev/null)
for tool in memcheck racecheck initcheck synccheck; do
  if [ -z "$sanitizer" ]; then
    skip "$tool: there is no compute-sanitizer"
  elif "$sanitizer" --tool "$tool" --error-exitcode 99 "$out/gpu-check" "$out" >"$out/$tool.log" 2>&1; then
    passed=$((passed + 1))
    echo "$tool: clean"
  else
    grep '=========' "$out/$tool.log" | head -n 30
    fail "$tool: see $out/$tool.log"
  fi
done

fddm=${FDDM:-$(ls build*/engine/fddm 2>/dev/null | head -n 1)}
if [ -z "$fddm" ]; then
  skip "benchmark: the program fddm is not built"
elif "$fddm" bench --device gpu; then
  passed=$((passed + 1))
else
  fail "benchmark"
fi
finish
