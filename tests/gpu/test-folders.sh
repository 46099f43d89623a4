#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# cuDNN is found where Debian, conda, PyPI and NVIDIA put it, at build and at run time: TAP. The folders are made up.
#
#   test-folders.sh FIND-CUDNN TEST-CUDNN LIBRARY     LIBRARY: a make-believe libcudnn.so.9
find=$1 program=$2 library=$3 n=0 failed=0
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
unset CONDA_PREFIX VIRTUAL_ENV CUDA_HOME CUDA_PATH FDDM_CUDNN LD_LIBRARY_PATH
export HOME=$out/home

ok() {
  local what=$1
  shift
  n=$((n + 1))
  if "$@"; then echo "ok $n $what"; else echo "not ok $n $what"; failed=1; fi
}

# place PREFIX INCLUDE LIB: cuDNN's files
place() {
  rm -rf "$out/home" "$out/at"
  mkdir -p "$out/home" "$1/$2" "$1/$3"
  touch "$1/$2/cudnn_graph.h"
  cp "$library" "$1/$3/libcudnn.so.9"
  cp "$library" "$1/$3/libcudnn_graph.so.9"
}

# both WHAT PREFIX INCLUDE LIB [VARIABLE=VALUE]: what is placed there is found by both, with VARIABLE.
both() {
  local what=$1 prefix=$2
  place "$2" "$3" "$4"
  ok "$what, at build time" test "$(env "${5:-A=}" "$find" "$out/at/cuda" | tr '\n' ' ')" = "$prefix/$3 $prefix/$4 "
  ok "$what, at run time" env "${5:-A=}" "$program" "$prefix/$4/libcudnn.so.9"
}

both "the folder of CUDA" "$out/at/cuda" include lib64 "CUDA_HOME=$out/at/cuda"
both "another CUDA" "$out/at/other" targets/x86_64-linux/include targets/x86_64-linux/lib "CUDA_PATH=$out/at/other"
both "conda" "$out/at/conda" include lib "CONDA_PREFIX=$out/at/conda"
both "PyPI's package in an environment" "$out/at/venv/lib/python3.12/site-packages/nvidia/cudnn" include lib \
  "VIRTUAL_ENV=$out/at/venv"
both "PyPI's package in conda" "$out/at/conda/lib/python3.11/site-packages/nvidia/cudnn" include lib \
  "CONDA_PREFIX=$out/at/conda"
both "PyPI's package of a user" "$out/home/.local/lib/python3.11/site-packages/nvidia/cudnn" include lib

# cuDNN ends the process where it lacks a library; so that is seen before.
lacks() { ! said=$(env LD_LIBRARY_PATH="$1" "$program" --whole) && [[ $said = "$2 not found ("* ]]; }
part() { "$program" --part "$1" "$2" >/dev/null; }
place "$out/at/cuda" include lib64
ok "cuDNN without cuBLAS" lacks "$out/at/cuda/lib64" libcublasLt.so.99
cp "$library" "$out/at/cuda/lib64/libcublasLt.so.99"
ok "cuDNN with cuBLAS beside it" env LD_LIBRARY_PATH="$out/at/cuda/lib64" "$program" --whole
packages=$out/at/packages/nvidia
mkdir -p "$packages"/{cudnn,cublas,cu99}/lib
ok "a part that is nowhere" test "$(part "$packages/cudnn/lib" libfddm-nowhere.so.9; echo $?)" = 1
for folder in cudnn cublas cu99; do
  cp "$library" "$packages/$folder/lib/libfddm-$folder.so.9"
  ok "a part in $folder" part "$packages/cudnn/lib" "libfddm-$folder.so.9"
done
echo "1..$n"
exit $failed
