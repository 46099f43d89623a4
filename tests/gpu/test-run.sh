#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# tests/gpu/run.sh without a GPU: every step is taken, with the module's absolute path and an empty cache, and what hangs is
# ended. Programs that only look at their arguments stand in for those that are built.
#
#   test-run.sh FOLDER
set -eu
rm -rf "$1"
mkdir -p "$1/bin" "$1/cuda/bin"
folder=$(realpath "$1")
cd "$(dirname "$0")/../.."

program() { printf '#!/bin/bash\n%s\n' "$2" >"$1"; chmod +x "$1"; }
program "$folder/bin/nvidia-smi" 'echo "GPU 0: NVIDIA H200"'
program "$folder/bin/compute-sanitizer" 'while [ "${1#-}" != "$1" ]; do [ "$1" = --tool ] && shift; [ "$1" = --error-exitcode ] && shift; [ "$1" = --report-api-errors ] && shift; shift; done; exec "$@"'
program "$folder/cuda/bin/nvcc" ''
program "$folder/fddm" '[ "${FDDM_MODULE_DIR#/}" != "$FDDM_MODULE_DIR" ]'
program "$folder/gpu-floors" 'echo "memory 3000 GB/s, matrices 800 TFLOP/s"'
program "$folder/gpu-check" 'case $1 in /*) ;; *) exit 1 ;; esac
[ "${CUDA_VISIBLE_DEVICES-all}" != "" ] || { echo "skipped: no NVIDIA GPU visible"; exit 77; }
echo "2 passed, 0 failed"'
# In bf16 it hangs, and a request to end does not reach it.
program "$folder/gpu-pipeline" 'case $1 in /*) ;; *) exit 1 ;; esac
if [ "${3-}" = --bench ]; then
  echo "$FDDM_GPU_PLANS" >>"$XDG_CACHE_HOME/$(basename "$2")"
  echo "whole call 70 ms, network alone 10 ms for 9 TFLOP and 40 GB, plans:$(tr "\n" " " <"$XDG_CACHE_HOME/$(basename "$2")")"
  exit
fi
[ "$FDDM_GPU_FORMAT" != bf16 ] || { trap "" TERM; while :; do sleep 1; done; }
echo "3 passed, 0 failed"'
program "$folder/builder" "mkdir -p \"\$1\"; cp '$folder'/gpu-* \"\$1\""

status=0
said=$(PATH=$folder/bin:$PATH NVCC=$folder/cuda/bin/nvcc BUILDER=$folder/builder BUILD=$(realpath --relative-to=. "$folder")/built \
  OUT=$folder/out FDDM=$folder/fddm LIMIT=2 tests/gpu/run.sh </dev/null 2>&1) || status=$?
echo "$said"
expect() { grep -qxF -- "$1" <<<"$said" || { echo "missing: $1"; exit 1; }; }
[ "$status" = 0 ]
expect "fast, whole call, ms: 70 <= 80"
expect "network, percent of what the GPU can do (13.3333 ms): 133.333 >= 60"
expect "benchmark"
expect "cold: whole call 70 ms, network alone 10 ms for 9 TFLOP and 40 GB, plans: "
expect "warm: whole call 70 ms, network alone 10 ms for 9 TFLOP and 40 GB, plans: best  "
expect "fp16: 2 passed, 0 failed"
expect "fp32: 2 passed, 0 failed"
expect "no GPU is visible: said so"
expect "pictures fp32: 3 passed, 0 failed"
expect "skipped: pictures bf16: not done in time"
expect "skipped: generated bf16: not done in time"
expect "pictures fast: 3 passed, 0 failed"
for tool in memcheck synccheck initcheck racecheck; do expect "$tool: clean"; done
[ "$(ls "$folder/out/log" | tr '\n' ' ')" = "all.log build.log operations.log pictures.log sanitize.log speed.log " ]
rm -rf "$folder"
