# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Parts for the GPU's module; part of tests/run.sh.

cuda() {
  say "The GPU's module"
  local nvcc
  nvcc=$(command -v nvcc || ls /usr/local/cuda/bin/nvcc 2>/dev/null) || { skip "GPU module: there is no nvcc"; return; }
  SUITES=gpu PATH=$(dirname "$nvcc"):$PATH build "GPU module" "$work/cuda" -Dcuda=enabled -Dhosts=none \
    && suites "GPU module" "$work/cuda" gpu
  sanitized_gpu device plans
}

# The GPU's operations take ten minutes so.
emulation() {
  say "The emulated GPU under the sanitizers"
  sanitized_gpu device plans operations
}

# sanitized_gpu CHECK…: the emulation once more under the sanitizers, its streams in another order; what needs nvcc is not built.
sanitized_gpu() {
  local nvcc sanitized=$work/cuda-sanitized targets check
  targets=$(printf 'test-gpu-%s ' "$@")
  targets=${targets/test-gpu-operations/gpu-check fddm-cuda.so}
  nvcc=$(command -v nvcc || ls /usr/local/cuda/bin/nvcc 2>/dev/null) || { skip "GPU, sanitized: there is no nvcc"; return; }
  [ -f "$sanitized/build.ninja" ] || PATH=$(dirname "$nvcc"):$PATH step "GPU, sanitized: configure" meson setup "$sanitized" \
    -Dcuda=enabled -Dhosts=none -Dgpu_archs=80 -Db_sanitize=address,undefined -Db_lundef=false -Dbuildtype=debugoptimized \
    -Dc_args=-g1 -Dcpp_args=-g1 || return
  step "GPU, sanitized: build" ninja -C "$sanitized" $(printf 'tests/gpu/%s ' $targets) || return
  for check; do
    local program=("$sanitized/tests/gpu/test-gpu-$check") way=(EMULATE_ORDER=2)
    [ "$check" != operations ] || program=("$sanitized/tests/gpu/gpu-check" "$sanitized/tests/gpu") \
      way=(EMULATE_ORDER=3 EMULATE_CUDNN=rounded FDDM_GPU_PLANNING=0)
    step "GPU, sanitized: $check" env XDG_CACHE_HOME="$work/cache" ASAN_OPTIONS=detect_stack_use_after_return=0:detect_leaks=0 \
      UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1 "${way[@]}" "${program[@]}"
  done
}
