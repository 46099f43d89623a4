#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Builds with clang's ThreadSanitizer and runs the tests of what computes by several threads. glib.c tells the sanitizer what
# GLib's mutexes order, LLVM's archer what OpenMP's threads do.
#
#   tests/threads/run.sh BUILD-FOLDER [TEST…]
#
# Exit status: 0; 1 where a test failed or a race was found; 77 without clang, ThreadSanitizer or archer.
set -u
source=$(cd "$(dirname "$0")/../.." && pwd) || exit 1
build=$1
shift
clang=$(command -v clang || ls /usr/bin/clang-[0-9]* 2>/dev/null | grep -v -- '-cpp' | sort -V | tail -n 1)
archer=$(ls /usr/lib/llvm-*/lib/libarcher.so 2>/dev/null | sort -V | tail -n 1)
if [ -z "$clang" ] || [ -z "$archer" ] ||
  ! echo 'int main (void) { return 0; }' | "$clang" -fsanitize=thread -fopenmp -x c - -o /dev/null 2>/dev/null; then
  echo "NOT RUN: there is no clang with ThreadSanitizer and OpenMP (packages clang, libclang-rt-dev and libomp-dev)"
  exit 77
fi

# clang warns where gcc is content; warnings are errors in the other parts.
[ -f "$build/build.ninja" ] || CC=$clang CXX=${clang/clang/clang++} meson setup "$build" "$source" -Dcuda=disabled -Dhosts=none \
  -Dgegl_operation=disabled -Dbuildtype=debugoptimized -Db_lundef=false -Db_sanitize=thread \
  -Dc_args=-Wno-missing-field-initializers || exit 1
glib=$(pkg-config --cflags --libs glib-2.0)
"$clang" -O1 -g -Wall -Wextra -Werror -fPIC -shared "$source/tests/threads/glib.c" -o "$build/glib-threads.so" $glib || exit 1
"$clang" -O1 -g -fsanitize=thread -fopenmp "$source/tests/threads/planted.c" -o "$build/planted" $glib || exit 1

# Libraries that are not built with the sanitizer are left alone: oneDNN, GEGL, babl and GLib order their own work.
cat >"$build/threads.sh" <<END
#!/bin/bash
export LD_PRELOAD=$build/glib-threads.so OMP_TOOL_LIBRARIES=$archer TSAN_OPTIONS=ignore_noninstrumented_modules=1
exec "\$@"
END
chmod +x "$build/threads.sh"

status=0
for work in mutex cond once references loop racing racing-loop; do
  if "$build/threads.sh" "$build/planted" $work >"$build/planted.log" 2>&1; then found=0; else found=$?; fi
  [[ $work == racing* ]] && right=66 || right=0
  [ $found = $right ] || { cat "$build/planted.log"; echo "planted, $work: exit status $found in place of $right"; status=1; }
done

# What has threads and is not slow. Left out: memory, whose bounds leave no room for the sanitizer.
tests=${*:-torus generate like maps seamless tileable part white denoise uncertainty noise report hot nonlocal shrinkage texture quilt
  registry offers requests weights host-operations one-pass orders int8 strays kept chain flow noise-model gegl-pixels}
ninja -C "$build" >"$build/ninja.log" 2>&1 || { tail -n 30 "$build/ninja.log"; exit 1; }
meson test -C "$build" --no-rebuild --print-errorlogs -t 20 --wrapper "$build/threads.sh" $tests || status=1
exit $status
