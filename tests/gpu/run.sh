#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Everything that needs an NVIDIA GPU, in the order of its worth where time is short, within ten minutes.
#
#   tests/gpu/run.sh [PART…]
#
#   speed        whole calls, cold and warm, and networks alone, with their bars; the program's benchmark
#   operations   every operation against the reference, in each number format
#   pictures     whole pictures and generation against the reference, in each number format
#   sanitize     compute-sanitizer
#
# Without PART, all. Every step is stopped after LIMIT seconds, and none starts after ALL seconds. BUILD: folder for what is
# built (default: build-gpu); OUT: folder for log/ (default: that of BUILD), which has a file for each part, and all.log; FDDM:
# the program, for its benchmark; BUILDER: what is run to build, for a test. The last line is "N passed, N failed, N skipped"; exit status 0 if none failed. Without a GPU
# everything is skipped, and nothing passed.
set -u
cd "$(dirname "$0")/../.." || exit 1
LIMIT=${LIMIT:-90}
ALL=${ALL:-570}
parts=("$@")
[ $# -gt 0 ] || parts=(speed operations pictures sanitize)
for part in "${parts[@]}"; do
  case $part in
    speed|operations|pictures|sanitize) ;;
    *) echo "unknown part: $part (speed operations pictures sanitize)"; exit 2 ;;
  esac
done
# The module is loaded from an absolute path only.
mkdir -p "${BUILD:=build-gpu}"
build=$(realpath "$BUILD")
log=${OUT:-$build}/log
mkdir -p "$log"
exec > >(tee "$log/all.log") 2>&1
passed=0 failed=0 skipped=0
pass() { passed=$((passed + 1)); echo "$*"; }
skip() { skipped=$((skipped + 1)); echo "skipped: $*"; }
fail() { failed=$((failed + 1)); echo "FAILED: $*"; }
finish() { echo "$passed passed, $failed failed, $skipped skipped"; [ "$failed" = 0 ]; exit; }

NVCC=${NVCC:-$(command -v nvcc || ls /usr/local/cuda/bin/nvcc 2>/dev/null)}
export NVCC
[ -n "$NVCC" ] || { skip "there is no nvcc"; finish; }
if ! timeout -k 5 20 nvidia-smi -L 2>/dev/null | grep -q GPU; then
  skip "there is no NVIDIA GPU: nothing of this was tested"
  finish
fi
# cuDNN often lies beside CUDA, where the loader does not look.
cuda=$(dirname "$(dirname "$(readlink -f "$NVCC")")")
export LD_LIBRARY_PATH=${LD_LIBRARY_PATH:+$LD_LIBRARY_PATH:}$cuda/lib64:$cuda/lib
# Plans of earlier runs are not used: the first call is a cold one.
XDG_CACHE_HOME=$(mktemp -d)
export XDG_CACHE_HOME
trap 'rm -rf "$XDG_CACHE_HOME"' EXIT
timeout -k 5 300 "${BUILDER:-tests/gpu/build.sh}" "$build" >"$log/build.log" 2>&1 || { tail -n 20 "$log/build.log"; fail "build"; finish; }
echo "built in $SECONDS s"
name=$(timeout -k 5 20 nvidia-smi --query-gpu=name,driver_version,memory.total --format=csv,noheader)
echo "$name"

# limited COMMAND…: runs COMMAND within what is left of the time; 124 if it was stopped, or not started. What does not end by
# itself then is killed, since it may hang in the driver.
limited() {
  local left=$((ALL - SECONDS)) status=0
  [ "$left" -gt 0 ] || return 124
  timeout -k 5 $((left < LIMIT ? left : LIMIT)) "$@" || status=$?
  [ "$status" = 137 ] && status=124
  return "$status"
}

# bar WHAT FOUND OP BOUND: counts a comparison of two numbers, OP <= or >=.
bar() {
  if [ -n "$2" ] && awk "BEGIN { exit !($2 $3 $4) }"; then
    pass "$1: $2 $3 $4"
  else
    fail "$1: ${2:-nothing} is not $3 $4"
  fi
}

# number PATTERN LINE: what PATTERN captures.
number() { sed -nE "s,.*$1.*,\1,p" <<<"$2"; }

# The bars are an H100's or an H200's.
bars() {
  local quality=$1 line=$2 floors=$3 network torch most floor
  network=$(number 'network alone ([0-9.]+) ms' "$line")
  case $quality in fast) most=80 ;; balanced) most=150 ;; *) return ;; esac
  bar "$quality, whole call, ms" "$(number 'whole call ([0-9.]+) ms' "$line")" '<=' "$most"
  [ "$quality" = balanced ] || return
  if [ -z "$floors" ]; then
    skip "the network against its floors: there is no cuBLAS"
  else
    floor=$(awk -v f="$(number 'for ([0-9.]+) TFLOP' "$line")" -v b="$(number 'and ([0-9.]+) GB' "$line")" \
      -v m="$(number 'matrices ([0-9.]+)' "$floors")" -v c="$(number 'memory ([0-9.]+)' "$floors")" \
      'BEGIN { x = 1000 * f / m; y = 1000 * b / c; print (x > y ? x : y) }')
    bar "network, percent of what the GPU can do ($floor ms)" \
      "$(awk "BEGIN { print 100 * $floor / ${network:-1e9} }")" '>=' 60
  fi
  torch=$(limited python3 tests/gpu/compare-torch.py "weights/denoise-$quality.safetensors" 24 2>>"$log/speed.log" | tail -n 1)
  if [ -z "$torch" ]; then
    skip "PyTorch's speed: there is no PyTorch with CUDA"
  else
    echo "$torch"
    bar "times PyTorch's speed" "$(awk "BEGIN { print $(number ': ([0-9.]+) ms' "$torch") / ${network:-1e9} }")" '>=' 1.5
  fi
}

run_speed() {
  local floors line quality fddm
  : >"$log/speed.log"
  floors=$(limited "$build/gpu-floors" 2>>"$log/speed.log")
  echo "${floors:=}"
  for quality in fast balanced best; do
    # The second process looks for the best plans, the third one finds them.
    for state in cold planning warm; do
      [ $state = planning ] && export FDDM_GPU_PLANS=best || unset FDDM_GPU_PLANS
      line=$(limited "$build/gpu-pipeline" "$build" "weights/denoise-$quality.safetensors" --bench 24 2>>"$log/speed.log" | tail -n 1)
      echo "$state: ${line:-nothing}"
    done
    [ -n "$line" ] || { fail "$quality: no time was measured"; continue; }
    if grep -qE 'H100|H200' <<<"$name"; then
      bars "$quality" "$line" "$floors"
    else
      skip "$quality: the bars are an H100's or an H200's"
    fi
  done
  fddm=${FDDM:-$(ls build*/engine/fddm 2>/dev/null | head -n 1)}
  if [ -z "$fddm" ]; then
    skip "benchmark: the program fddm is not built"
  elif FDDM_MODULE_DIR=$build limited "$fddm" bench --device gpu; then
    pass "benchmark"
  else
    fail "benchmark"
  fi
}

# check NAME PROGRAM [OPTION…]: runs gpu-check or gpu-pipeline, counts its checks. LOG: the part's log.
check() {
  local name=$1 program=$2 status counts text
  shift 2
  text=$(limited "$build/$program" "$build" "$@" 2>&1)
  status=$?
  printf '== %s\n%s\n' "$name" "$text" >>"$LOG"
  if [ $status = 77 ]; then
    # There is a GPU: that it cannot be used is a failure here.
    fail "$name: $(tail -n 1 <<<"$text")"
    return
  fi
  if [ $status = 124 ]; then
    skip "$name: not done in time"
    return
  fi
  counts=$(sed -n 's/^\([0-9]*\) passed, \([0-9]*\) failed$/\1 \2/p' <<<"$text")
  if [ -z "$counts" ]; then
    tail -n 20 <<<"$text"
    fail "$name: ended with status $status"
    return
  fi
  grep '^FAILED' <<<"$text"
  passed=$((passed + ${counts% *}))
  failed=$((failed + ${counts#* }))
  echo "$name: ${counts% *} passed, ${counts#* } failed"
}

run_operations() {
  local hidden
  LOG=$log/operations.log
  : >"$LOG"
  FDDM_GPU_FORMAT=fp16 check "fp16" gpu-check
  FDDM_GPU_FORMAT=bf16 check "bf16" gpu-check
  check "fp32" gpu-check --float32
  hidden=$(CUDA_VISIBLE_DEVICES='' limited "$build/gpu-check" "$build" 2>&1)
  if [ "$hidden" = "skipped: no NVIDIA GPU visible" ]; then
    pass "no GPU is visible: said so"
  else
    fail "with CUDA_VISIBLE_DEVICES empty: $hidden"
  fi
}

run_pictures() {
  local format
  LOG=$log/pictures.log
  : >"$LOG"
  for format in fp16 bf16 fp32; do
    FDDM_GPU_FORMAT=$format check "pictures $format" gpu-pipeline tests/golden/tiny.safetensors
    FDDM_GPU_FORMAT=$format check "generated $format" gpu-pipeline tests/golden/tiny-generate.safetensors
  done
  check "pictures fast" gpu-pipeline weights/denoise-fast.safetensors
}

# tool NAME [OPTION…]: runs the operations and the pictures under a tool of compute-sanitizer.
tool() {
  local name=$1 status text
  shift
  text=$(limited "$sanitizer" --tool "$name" "$@" --error-exitcode 99 "$build/gpu-check" "$build" 2>&1 &&
    limited "$sanitizer" --tool "$name" "$@" --error-exitcode 99 "$build/gpu-pipeline" "$build" tests/golden/tiny.safetensors 2>&1)
  status=$?
  printf '== %s\n%s\n' "$name" "$text" >>"$LOG"
  if [ $status = 0 ]; then
    pass "$name: clean"
  elif [ $status = 124 ]; then
    skip "$name: not done in time"
  elif grep -qiE 'Device not supported|not permitted|permission|Unable to (attach|initialize)' <<<"$text"; then
    skip "$name: it does not work on this machine"
  else
    grep '=========' <<<"$text" | head -n 30
    fail "$name: see $LOG"
  fi
}

run_sanitize() {
  LOG=$log/sanitize.log
  : >"$LOG"
  sanitizer=$(command -v compute-sanitizer || ls "$cuda/bin/compute-sanitizer" 2>/dev/null)
  if [ -z "$sanitizer" ]; then
    skip "there is no compute-sanitizer"
    return
  fi
  # A check asks for more memory than there is, on purpose: that the call fails is no fault.
  tool memcheck --report-api-errors no
  tool synccheck
  # cuDNN's kernels read what they do not use, and are slow to follow: our own kernels alone.
  export FDDM_GPU_PLANS=direct
  tool initcheck
  tool racecheck
  unset FDDM_GPU_PLANS
}

for part in "${parts[@]}"; do
  echo "-- $part"
  "run_$part"
done
finish
