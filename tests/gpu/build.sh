#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Builds the GPU module and its checks with nothing but nvcc, a C compiler, GLib and json-glib: for machines without meson,
# GEGL and oneDNN; the reference stands in for the CPU. GLib and json-glib may lie beside the sources, in deps/
# (pack.sh puts them there).
#
#   tests/gpu/build.sh FOLDER     NVCC: the compiler, GPU_ARCH: such as sm_90 (default: of the GPU that is there)
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
out=$1
nvcc=${NVCC:-$(command -v nvcc || echo /usr/local/cuda/bin/nvcc)}
cuda=$(dirname "$(dirname "$(readlink -f "$nvcc")")")
arch=${GPU_ARCH:-native}
mkdir -p "$out"

if [ -d "$root/deps/include" ]; then
  glib_flags="-I$root/deps/include/glib-2.0 -I$root/deps/lib/glib-2.0/include"
  json_flags="-I$root/deps/include/json-glib-1.0"
  glib_libs="-L$root/deps/lib -Wl,-rpath,$root/deps/lib -Wl,-rpath-link,$root/deps/lib -lgmodule-2.0 -lglib-2.0"
  json_libs="-ljson-glib-1.0 -lgio-2.0 -lgobject-2.0"
else
  glib_flags=$(pkg-config --cflags-only-I gmodule-no-export-2.0)
  json_flags=$(pkg-config --cflags-only-I json-glib-1.0)
  glib_libs=$(pkg-config --libs gmodule-no-export-2.0)
  json_libs=$(pkg-config --libs json-glib-1.0)
fi
for folder in "$cuda/lib64" "$cuda/lib" "$cuda/targets/x86_64-linux/lib"; do
  [ -f "$folder/libcudart_static.a" ] && cudart=$folder/libcudart_static.a
done
cudnn=$(python3 "$root/kernels/cuda/find-cudnn.py" "$cuda") || { echo "the headers of cuDNN 9 are not there"; exit 1; }
cudnn_folder=$(sed -n 2p <<<"$cudnn")
cudnn=-I$(sed -n 1p <<<"$cudnn")
domain='-DGETTEXT_PACKAGE="fddm"'
includes="-I$root -I$cuda/include $cudnn $glib_flags"

# All at once: nvcc takes longer than everything else, and a machine with a GPU is lent by the minute.
objects=""
compilers=""
for source in "$root"/kernels/cuda/*.cu; do
  object=$out/$(basename "$source" .cu).cu.o
  "$nvcc" -arch="$arch" -std=c++17 -O3 -lineinfo -diag-suppress 1217 $includes \
    -Xcompiler -fPIC,-fvisibility=hidden,-fno-exceptions,-fno-rtti,-fno-threadsafe-statics -c "$source" -o "$object" &
  compilers="$compilers $!"
  objects="$objects $object"
done
cc=${CC:-cc}
# Sources of computation in host memory, without oneDNN; and of the engine, without the program and what needs GEGL.
python3 "$root/engine/noise/embed.py" "$root/weights/noise-meter.safetensors" "$out/noise-meter-weights.c" fddm_noise_meter_weights
host=$(ls "$root"/kernels/*.c "$root"/kernels/ref/*.c "$root"/kernels/host/*.c "$root"/kernels/pixels/*.c | grep -v -- '-windows\.c$')
engine=$(ls "$root"/engine/*.c "$root"/engine/*/*.c | grep -vE '/engine/(program|files)/|/gegl-[a-z]*\.c$|-windows\.c$')

# compile FOLDER FLAGS SOURCE…: to objects in FOLDER, as many at a time as there are processors.
compile() {
  local folder=$1 flags=$2
  shift 2
  mkdir -p "$folder"
  printf '%s\n' "$@" | xargs -P "$(nproc)" -I @ sh -c \
    "$cc -std=gnu11 -D_GNU_SOURCE -O3 -g -fopenmp $flags $domain $includes ${CFLAGS:-} -c @ -o '$folder'/\$(echo @ | tr / _).o"
}

rm -rf "$out/objects"
domain="'$domain'"
compile "$out/objects/host" "" $host
compile "$out/objects/check" "" "$root"/tests/gpu/gpu-check.c "$root"/tests/gpu/check*.c
compile "$out/objects/engine" "$json_flags '-DG_LOG_DOMAIN=\"fddm\"' '-DFDDM_MODULEDIR=\"/nowhere\"' -Dfddm_backend_cpu=fddm_backend_ref" \
  $engine "$out/noise-meter-weights.c" "$root/tests/gpu/gpu-pipeline.c"
compile "$out/objects/cuda" "-fPIC -fvisibility=hidden '-DFDDM_CUDNN_FOLDER=\"$cudnn_folder\"'" "$root"/kernels/cuda/*.c
for compiler in $compilers; do wait "$compiler"; done
$cc -shared -fopenmp "$out"/objects/cuda/*.o $objects "$cudart" -Wl,--exclude-libs,ALL -Wl,-z,defs $glib_libs -lm -ldl -lrt -lpthread \
  -o "$out/fddm-cuda.so"
$cc -fopenmp "$out"/objects/check/*.o "$out"/objects/host/*.o $glib_libs -lm -o "$out/gpu-check"
$cc -fopenmp "$out"/objects/engine/*.o "$out"/objects/host/*.o $glib_libs $json_libs -lm -o "$out/gpu-pipeline"
# The yardsticks need cuBLAS; the checks do not.
"$nvcc" -arch="$arch" -std=c++17 -O2 "$root/tests/gpu/floors.cu" -lcublas -o "$out/gpu-floors" ||
  echo "gpu-floors was not built: there is no cuBLAS"
echo "built for $arch: $out"
