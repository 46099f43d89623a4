#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# tests/gpu/build.sh compiles and links everything, and what it makes says why there is no GPU. The kernels are those that meson
# has compiled: nvcc takes minutes.
#
#   test-build.sh CUDA OBJECTS FOLDER     CUDA: the toolkit's folder, OBJECTS: folder of the kernels, FOLDER: for what is built
set -eu
cuda=$1 objects=$(realpath "$2") folder=$3
root=$(cd "$(dirname "$0")/../.." && pwd)
rm -rf "$folder"
mkdir -p "$folder/cuda/bin"
folder=$(realpath "$folder")
for part in include lib64 lib targets; do
  [ ! -d "$cuda/$part" ] || ln -s "$cuda/$part" "$folder/cuda/$part"
done
cat >"$folder/cuda/bin/nvcc" <<END
#!/bin/bash
while [ \$# -gt 0 ]; do
  case \$1 in *.cu) source=\$1 ;; -o) out=\$2; shift ;; esac
  shift
done
[ "\$(basename "\$source")" != floors.cu ] || exit 1
cp "$objects/\$(basename "\$source" .cu).o" "\$out"
END
chmod +x "$folder/cuda/bin/nvcc"
NVCC=$folder/cuda/bin/nvcc CFLAGS=-O0 "$root/tests/gpu/build.sh" "$folder/built"
export CUDA_VISIBLE_DEVICES=
for program in "gpu-check $folder/built" "gpu-pipeline $folder/built $root/tests/golden/tiny.safetensors"; do
  status=0
  said=$("$folder"/built/$program 2>&1) || status=$?
  [ "$status" = 77 ] && grep -qE '^skipped: (no NVIDIA |libcudnn)' <<<"$said" || { echo "$program: $said ($status)"; exit 1; }
done
rm -rf "$folder"
