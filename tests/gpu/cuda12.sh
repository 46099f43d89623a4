#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The GPU module's C sources compile with the headers of CUDA 12.0, the oldest that we support. The headers are NVIDIA's packages
# at PyPI, 20 MB, which FOLDER keeps. Exit status 77 where they cannot be had.
#
#   cuda12.sh FOLDER
set -u
cd "$(dirname "$0")/../.." || exit 1
folder=$1 nvidia=$1/site/nvidia
if [ ! -f "$nvidia/cuda_runtime/include/cuda_runtime_api.h" ] || [ ! -f "$nvidia/cuda_nvcc/include/crt/host_defines.h" ]; then
  mkdir -p "$folder"
  timeout 100 python3 -m pip download --quiet --no-deps --dest "$folder" nvidia-cuda-runtime-cu12==12.0.146 \
    nvidia-cuda-nvcc-cu12==12.0.140 || { echo "CUDA 12 IS NOT TESTED: no headers from PyPI"; exit 77; }
  for wheel in "$folder"/*.whl; do python3 -m zipfile -e "$wheel" "$folder/site" && rm "$wheel"; done
fi
cudnn=$(kernels/cuda/find-cudnn.py /usr/local/cuda | head -n 1)
[ -n "$cudnn" ] || { echo "CUDA 12 IS NOT TESTED: no cuDNN"; exit 77; }
for source in kernels/cuda/*.c; do
  ${CC:-cc} -std=gnu11 -fopenmp -Wall -Wextra -Werror -fsyntax-only -DGETTEXT_PACKAGE='"fddm"' -D_GNU_SOURCE -I. \
    "-I$nvidia/cuda_runtime/include" "-I$nvidia/cuda_nvcc/include" "-I$cudnn" $(pkg-config --cflags gmodule-2.0) "$source" ||
    { echo "$source does not compile with CUDA 12.0"; exit 1; }
done
