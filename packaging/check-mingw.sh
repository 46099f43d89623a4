#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Compiles kernels and engine for Windows, as far as Debian goes: mingw-w64 with the headers of this system's GLib, JSON-GLib and
# oneDNN, and a glibconfig.h that knows Windows' sizes. Nothing is linked. Lists the sources that do not compile; then the exit
# status is 1. docs/porting.md names what is left to do.
#
#   packaging/check-mingw.sh
set -eu

cc=${CC:-x86_64-w64-mingw32-gcc}
command -v "$cc" >/dev/null || { echo "$cc is not there: apt install gcc-mingw-w64-x86-64-posix" >&2; exit 2; }

cd "$(dirname "$0")/.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
# The public headers alone, not this system's C library: a folder of links.
mkdir "$work/include"
for header in /usr/include/glib-2.0/* /usr/include/json-glib-1.0/* /usr/include/dnnl*.h /usr/include/oneapi; do
  ln -s "$header" "$work/include/"
done
sed -e 's/\bunsigned long\b/unsigned long long/; s/\bsigned long\b/signed long long/; s/"l"/"ll"/; s/"l\([ui]\)"/"ll\1"/' \
  -e 's/#define G_OS_UNIX/#define G_OS_WIN32\n#define G_PLATFORM_WIN32/; s/GLIB_SIZEOF_LONG .*/GLIB_SIZEOF_LONG 4/' \
  -e "s/G_SEARCHPATH_SEPARATOR ':'/G_SEARCHPATH_SEPARATOR ';'/; s/#define G_DIR_SEPARATOR '.'/#define G_DIR_SEPARATOR '\\\\\\\\'/" \
  -e 's/#define G_HAVE_GNUC_VISIBILITY 1//; s/\(GPOLLFD_FORMAT\|G_MODULE_SUFFIX\) .*/\1 "dll"/' \
  "$(pkg-config --variable=libdir glib-2.0)/glib-2.0/include/glibconfig.h" >"$work/include/glibconfig.h"
# mingw-w64 has no gettext of its own.
cat >"$work/include/libintl.h" <<END
char *gettext (const char *text), *dgettext (const char *domain, const char *text);
char *dcgettext (const char *domain, const char *text, int category);
char *dngettext (const char *domain, const char *one, const char *many, unsigned long n);
END
python3 engine/noise/embed.py weights/noise-meter.safetensors "$work/noise-meter-weights.c" fddm_noise_meter_weights
onednn=kernels/cpu/onednn$(sed -n 's/^#define DNNL_VERSION_MAJOR \([0-9]*\)$/\1/p' /usr/include/oneapi/dnnl/dnnl_version.h).c

failed=0 compiled=0
for file in kernels/*.c kernels/host/*.c kernels/pixels/*.c kernels/ref/*.c kernels/cpu/conv.c kernels/cpu/cpu.c "$onednn" \
    engine/*.c engine/denoise/*.c engine/diffusion/*.c engine/generate/*.c engine/noise/*.c engine/tiling/*.c engine/weights/*.c \
    "$work/noise-meter-weights.c"; do
  case $file in
    engine/gegl-*.c) continue ;;           # GEGL's headers belong to the other system
    *-posix.c) continue ;;                 # Windows has a file of its own
  esac
  if "$cc" -std=gnu11 -O1 -fopenmp -I. -I"$work/include" -DGETTEXT_PACKAGE='"fddm"' -DG_LOG_DOMAIN='"fddm"' \
      -D__USE_MINGW_ANSI_STDIO=1 -c "$file" -o "$work/object.o" 2>"$work/log"; then
    compiled=$((compiled + 1))
  else
    echo "$file: $(grep -m 1 'error:' "$work/log" | sed 's/^.*error: //')"
    failed=1
  fi
done
echo "$compiled sources compile for Windows"
exit $failed
