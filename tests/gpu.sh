#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Everything that needs an NVIDIA GPU, in the order of its worth where time is short: the speeds with their bars, every
# operation and whole pictures against the reference in each number format, compute-sanitizer. Every program is stopped after
# LIMIT seconds. The last line is "N passed, N failed, N skipped"; exit status 0 if none failed. Without a GPU everything is
# skipped, and nothing passed.
#
#   tests/gpu.sh [FOLDER]     FOLDER: for what is built (default: build-gpu); FDDM: the program, for the benchmark
set -u
cd "$(dirname "$0")/.." || exit 1
LIMIT=90     # seconds that one program may take
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

# bar WHAT FOUND OP BOUND: counts a comparison of two numbers, OP <= or >=.
bar() {
  if [ -n "$2" ] && awk "BEGIN { exit !($2 $3 $4) }"; then
    passed=$((passed + 1))
    echo "$1: $2 $3 $4"
  else
    fail "$1: ${2:-nothing} is not $3 $4"
  fi
}

# number PATTERN LINE: what PATTERN captures.
number() { sed -nE "s,.*$1.*,\1,p" <<<"$2"; }

# The bars are an H100's or an H200's.
if nvidia-smi --query-gpu=name --format=csv,noheader | grep -qE 'H100|H200'; then
  floors=$(timeout "$LIMIT" "$out/gpu-floors" 2>/dev/null)
  echo "${floors:=}"
  for quality in fast balanced; do
    weights=weights/denoise-$quality.safetensors
    line=$(timeout "$LIMIT" "$out/gpu-pipeline" "$out" "$weights" --bench 24 | tail -n 1)
    echo "$line"
    network=$(number 'network alone ([0-9.]+) ms' "$line")
    case $quality in fast) most=80 ;; *) most=150 ;; esac
    bar "$quality, whole call, ms" "$(number 'whole call ([0-9.]+) ms' "$line")" '<=' "$most"
    [ $quality = balanced ] || continue
    if [ -z "$floors" ]; then
      skip "the network against its floors: there is no cuBLAS"
    else
      floor=$(awk -v f="$(number 'for ([0-9.]+) TFLOP' "$line")" -v b="$(number 'and ([0-9.]+) GB' "$line")" \
        -v m="$(number 'matrices ([0-9.]+)' "$floors")" -v c="$(number 'memory ([0-9.]+)' "$floors")" \
        'BEGIN { x = 1000 * f / m; y = 1000 * b / c; print x > y ? x : y }')
      bar "network, percent of what the GPU can do ($floor ms)" \
        "$(awk "BEGIN { print 100 * $floor / ${network:-1e9} }")" '>=' 60
    fi
    torch=$(timeout "$LIMIT" python3 tests/gpu/compare-torch.py "$weights" 24 2>"$out/torch.log" | tail -n 1)
    if [ -z "$torch" ]; then
      skip "PyTorch's speed: there is no PyTorch with CUDA"
    else
      echo "$torch"
      bar "times PyTorch's speed" "$(awk "BEGIN { print $(number ': ([0-9.]+) ms' "$torch") / ${network:-1e9} }")" '>=' 1.5
    fi
  done
else
  skip "the bars of speed: they are an H100's or an H200's"
fi

# check NAME PROGRAM [OPTION…]: runs gpu-check or gpu-pipeline, counts its checks.
check() {
  local name=$1 program=$2 log status counts
  shift 2
  log=$out/$(echo "$name" | tr ' ' '-').log
  timeout "$LIMIT" "$out/$program" "$out" "$@" >"$log" 2>&1
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

FDDM_GPU_FORMAT=bf16 check "bf16" gpu-check
FDDM_GPU_FORMAT=fp16 check "fp16" gpu-check
check "fp32" gpu-check --float32
for format in bf16 fp16 fp32; do
  FDDM_GPU_FORMAT=$format check "pictures $format" gpu-pipeline tests/golden/tiny.safetensors
  FDDM_GPU_FORMAT=$format check "generated $format" gpu-pipeline tests/golden/tiny-generate.safetensors
done
check "pictures fast" gpu-pipeline weights/denoise-fast.safetensors

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
    continue
  fi
  # A check asks for more memory than there is, on purpose: that the call fails is no fault.
  only=()
  [ $tool != memcheck ] || only=(--report-api-errors no)
  timeout "$LIMIT" "$sanitizer" --tool "$tool" "${only[@]}" --error-exitcode 99 "$out/gpu-check" "$out" >"$out/$tool.log" 2>&1 &&
    timeout "$LIMIT" "$sanitizer" --tool "$tool" "${only[@]}" --error-exitcode 99 "$out/gpu-pipeline" "$out" \
      tests/golden/tiny.safetensors >>"$out/$tool.log" 2>&1
  status=$?
  if [ $status = 0 ]; then
    passed=$((passed + 1))
    echo "$tool: clean"
  elif [ $status = 124 ]; then
    skip "$tool: not done after $LIMIT s"
  elif grep -q 'Device not supported' "$out/$tool.log"; then
    skip "$tool: it does not work on this machine"
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
