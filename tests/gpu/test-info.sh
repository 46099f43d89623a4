#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What fddm says of a GPU that cannot be used, and that it goes on: TAP. The GPU is the emulated one.
#
#   test-info.sh FDDM MODULE-DIR WEIGHTS PICTURE
fddm=$1 weights=$3 picture=$4 n=0 failed=0
export FDDM_MODULE_DIR=$2 LC_ALL=C.UTF-8 LANGUAGE=C
out=$(mktemp -d)
exec 3>&1   # some commands write to files
trap 'rm -rf "$out"' EXIT

# ok WHAT COMMAND…
ok() {
  local what=$1
  shift
  n=$((n + 1))
  if "$@"; then echo "ok $n $what" >&3; else echo "not ok $n $what" >&3; failed=1; fi
}
fails() { ! "$@"; }

# unusable SENTENCE VARIABLE=VALUE: in the list of devices, as an error where the GPU was asked for, and as a remark where
# it was not.
unusable() {
  local sentence=$1
  export "${2?}"
  "$fddm" info >"$out/info" 2>&1
  ok "$2: info says why" grep -qF "GPU: not used; $sentence" "$out/info"
  ok "$2: an error where the GPU is asked for" fails "$fddm" denoise --device gpu --noise 10 --weights "$weights" \
    "$picture" "$out/gpu.png" 2>"$out/error"
  ok "$2: which says why" grep -qF "$sentence" "$out/error"
  ok "$2: the CPU does it else" "$fddm" denoise --json --noise 10 --weights "$weights" "$picture" "$out/auto.png" \
    >"$out/json" 2>"$out/log"
  ok "$2: and the log says why" grep -qF "$sentence" "$out/json"
  [ -s "$out/auto.png" ] || ok "$2: the picture is there" false
  rm -f "$out/auto.png"
  unset "${2%%=*}"
}

unusable "no NVIDIA driver" EMULATE_CUDA=no-driver
unusable "no NVIDIA GPU visible" EMULATE_CUDA=no-device
unusable "libcudnn.so.9 not found" EMULATE_CUDNN=missing
unusable "the GPU is out of memory or in use" EMULATE_CUDA=exclusive
"$fddm" info >"$out/info" 2>&1
ok "a GPU that can be used is told of" grep -qF "GPU: emulated GPU, fp16, cuDNN" "$out/info"
ok "and used" "$fddm" denoise --json --noise 10 --weights "$weights" "$picture" "$out/gpu.png" >"$out/json"
ok "as the report says" grep -qF "emulated GPU" "$out/json"
# The GPU vanishes, earlier or later; once it is in the middle of the picture, which the CPU then does from the start.
vanishes() {
  local copies
  for copies in $(seq 20 2 60); do
    EMULATE_CUDA=lost=$copies "$fddm" denoise --json --noise 10 --weights "$weights" "$picture" "$out/lost.png" >"$out/json" ||
      return 1
    grep -qF "continued on the CPU" "$out/json" && return 0
  done
  return 1
}
ok "a GPU that vanishes is left for the CPU" vanishes
"$fddm" denoise --quiet --device cpu --noise 10 --weights "$weights" "$picture" "$out/cpu.png"
ok "with the picture that the CPU makes" cmp "$out/lost.png" "$out/cpu.png"
echo "1..$n"
exit $failed
