#!/bin/bash -eu
# SPDX-License-Identifier: Apache-2.0
# Builds the harnesses as OSS-Fuzz wants it: CC, CXX, CFLAGS, CXXFLAGS, LIB_FUZZING_ENGINE, SRC, WORK and OUT are set by it. Also
# without Docker, with Debian's clang:
#
#   SRC=FOLDER-OF-THE-CLONE WORK=… OUT=… CC=clang CXX=clang++ LIB_FUZZING_ENGINE=-fsanitize=fuzzer \
#     CFLAGS="-g -O1 -fsanitize=address,fuzzer-no-link" CXXFLAGS="$CFLAGS" tests/fuzz/oss-fuzz/build.sh
source=$SRC/fddm
build=$WORK/build

# OSS-Fuzz's own clang comes without OpenMP; the header and the library of the distribution's fit.
mkdir -p "$WORK/openmp"
if ! echo '#include <omp.h>' | $CC -fopenmp -E - >/dev/null 2>&1; then
  cp "$(find /usr/lib/llvm-* -name omp.h | sort -V | tail -n 1)" "$WORK/openmp/"
  CFLAGS="${CFLAGS:-} -I$WORK/openmp"
  LDFLAGS="${LDFLAGS:-} -L$(dirname "$(find /usr/lib/llvm-*/lib -name libomp.so | sort -V | tail -n 1)")"
fi
# The machines that fuzz have a C library and nothing else; the libraries go along. An RPATH holds for their libraries, too.
export CFLAGS LDFLAGS="${LDFLAGS:-} -Wl,--disable-new-dtags -Wl,-rpath,\$ORIGIN/lib"

rm -rf "$build"
meson setup "$build" "$source" -Dcuda=disabled -Dhosts=none -Dgegl_operation=disabled -Dbuildtype=plain -Db_lundef=false \
  -Dfuzzer="$LIB_FUZZING_ENGINE"
harnesses=$(ls "$source"/tests/fuzz/corpus | grep -v '\.py$')
ninja -C "$build" $(printf 'tests/fuzz/fuzz-%s ' $harnesses)

mkdir -p "$OUT/lib"
for name in $harnesses; do # ldd looks at the built one, which has no folder lib beside it
  cp "$build/tests/fuzz/fuzz-$name" "$OUT/"
  python3 -m zipfile -c "$OUT/fuzz-${name}_seed_corpus.zip" "$source/tests/fuzz/corpus/$name/"*
  ldd "$build/tests/fuzz/fuzz-$name" | sed -nE 's/.* => (\/[^ ]+) .*/\1/p' |
    grep -vE '/(libc|libm|libdl|libpthread|librt|libresolv|ld-linux[^/]*)\.so' | xargs -r cp -Lt "$OUT/lib"
  printf '[libfuzzer]\ntimeout = 5\nrss_limit_mb = 2048\nmax_len = 4096\n' >"$OUT/fuzz-$name.options"
done
