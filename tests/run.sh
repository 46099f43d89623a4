#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Builds everything and runs every test. The last line is "N passed, N failed, N skipped"; exit status 0 if none failed.
#
#   tests/run.sh [PART…]      parts: native sanitize gimp2 install gimp3 cuda train text, which run by default; and, when a
#                             release is made or packaging changes: gimp32 (Debian testing) packages; scale (several
#                             computers); emulation (the GPU's operations under the sanitizers, ten minutes); programs (the
#                             program's tests under the sanitizers); processors (as on older ones, and each way of
#                             convolving, ten minutes); faults (every call fails once); fuzz (each
#                             harness for FDDM_FUZZ_SECONDS, default 60), threads (ThreadSanitizer, 15
#                             minutes), memcheck (valgrind over one picture, two minutes); they need clang and valgrind
#
# Several parts run side by side, one more at once than there are processors; the output of each is shown when it ends.
# Packages that are missing are installed with apt when this runs as root. What is built goes to FDDM_TEST_DIR (default:
# build-test in the source tree), which is kept for the next run. FDDM_ROOT_CACHE: see debian-root.sh.
set -u -o pipefail

cd "$(dirname "$0")/.." || exit 1
source=$PWD
work=${FDDM_TEST_DIR:-$source/build-test}
parts=${*:-gimp3 gimp2 sanitize native cuda train install text} # first those that wait for a screen
mkdir -p "$work/shots" "$work/logs"
step_log=$work/logs/step-$$
# Tests run side by side: threads that spin while they wait take processors from each other.
export OMP_WAIT_POLICY=passive
# Builds of equal flags share what they compile. With or without -Werror, the compiler makes the same of what has no warning, and
# the cache repeats each warning, for which build_quietly looks.
export CCACHE_IGNOREOPTIONS=-Werror
# Also those under another home.
command -v ccache >/dev/null && export CCACHE_DIR=${CCACHE_DIR:-$(ccache -k cache_dir)}
trap 'rm -f "$step_log"' EXIT
passed=0 failed=0 skipped=0

say()  { printf '\n=== %s\n' "$*"; }
pass() { passed=$((passed + 1)); echo "ok - $*"; }
fail() { failed=$((failed + 1)); echo "not ok - $*"; }
skip() { skipped=$((skipped + 1)); echo "ok - $* # SKIP"; }

# step NAME COMMAND…: one check; what the command said is shown when it fails.
step() {
  local name=$1
  shift
  if "$@" >"$step_log" 2>&1 </dev/null; then
    pass "$name"
  else
    tail -n 60 "$step_log"
    fail "$name"
    return 1
  fi
}

# show_failing LOG: which checks of meson's suites failed, and the end of its summary.
show_failing() {
  grep -E '^not ok|^Bail out|:ERROR:' "$1" | sort -u | head -n 40
  tail -n 30 "$1"
}

# suites NAME BUILD-FOLDER SUITE…: runs meson's suites; each check in them counts.
suites() {
  local name=$1 build=$2 counts
  shift 2
  rm -f "$build"/meson-logs/testlog*
  meson test -C "$build" --no-rebuild --print-errorlogs -t 5 $(printf -- '--suite %s ' "$@") >"$step_log" 2>&1 </dev/null \
    || show_failing "$step_log"
  counts=$(python3 "$source/tests/tools/count-tests.py" "$build") || counts="0 1 0"
  add "$name" $counts
}

# add NAME PASSED FAILED SKIPPED
add() {
  passed=$((passed + $2)) failed=$((failed + $3)) skipped=$((skipped + $4))
  echo "$1: $2 passed, $3 failed, $4 skipped"
}

# hosts NAME LOG: takes over the counts of a run of tests/hosts/run.py.
hosts() {
  local line
  grep '^not ok' "$2"
  line=$(sed -n 's/^# \([0-9]*\) passed, \([0-9]*\) failed, \([0-9]*\) skipped$/\1 \2 \3/p' "$2" | tail -n 1)
  [ -n "$line" ] || tail -n 40 "$2"
  add "$1" ${line:-0 1 0}
}

# is_to_come PART: whether it waits or runs.
is_to_come() { [[ " $waiting ${names[*]} " == *" $1 "* ]]; }

# first_ready: of the parts that wait, the first whose prerequisites are over; several use what the part compile builds, cuda and
# install find it in the compiler's cache, install what cuda compiles, too.
first_ready() {
  local part
  for part in $waiting; do
    case $part in
      native | processors | gimp2 | train | scale | faults | memcheck | cuda) is_to_come compile && continue ;;
      install) { is_to_come compile || is_to_come cuda; } && continue ;;
    esac
    echo "$part"
    return
  done
}

# end_one: waits for one of the parts that run, shows its output and takes over its counts.
end_one() {
  local id part counts
  wait -n -p id "${!names[@]}"
  part=${names[$id]}
  unset "names[$id]"
  echo
  echo "### Part $part, in $((SECONDS - since[$id])) seconds"
  sed -n '$!p' "$work/logs/$part.log"
  counts=$(sed -nE '$s/^([0-9]+) passed, ([0-9]+) failed, ([0-9]+) skipped$/\1 \2 \3/p' "$work/logs/$part.log")
  echo
  add "Part $part" ${counts:-0 1 0}
}

# side_by_side PART…: each part in a process of its own.
side_by_side() {
  local waiting=" compile $* " part most nice
  local -A names=() since=()
  trap 'trap - TERM; kill 0; exit 130' INT TERM
  export side_by_side=1
  most=$(($(nproc) + 1)) # the tests on a screen wait for most of their time
  while [ -n "${waiting// /}" ] || [ ${#names[@]} -gt 0 ]; do
    part=$([ ${#names[@]} -lt "$most" ] && first_ready)
    if [ -n "$part" ]; then
      waiting=${waiting/ $part / }
      # GIMP does one thing after another, and waits for compile; builds and suites keep all processors busy to the end.
      case $part in gimp* | compile) nice=0 ;; *) nice=4 ;; esac
      nice -n $nice "$source/tests/run.sh" "$part" >"$work/logs/$part.log" 2>&1 </dev/null &
      names[$!]=$part since[$!]=$SECONDS
    else
      end_one
    fi
  done
}

install_packages() {
  local wanted="gcc g++ libc6-dev pkgconf meson ninja-build gettext libgegl-dev libcairo2-dev gegl libdnnl-dev libjson-glib-dev gimp
    libjpeg-dev libpng-dev libtiff-dev libwebp-dev libheif-dev libjxl-dev zlib1g-dev libgdk-pixbuf-2.0-dev libtiff-tools libgexiv2-dev libimage-exiftool-perl
    strace libgimp2.0-dev doxygen clang-format-19 mmdebstrap zstd appstream xvfb xauth xdotool openbox dbus-x11 xfonts-base imagemagick
    python3 python3-torch python3-numpy python3-pil" missing="" package
  command -v dpkg-query >/dev/null || return 0
  for package in $wanted; do
    dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q '^install ok installed$' || missing="$missing $package"
  done
  # A help, and no need: the part install compiles once more what native has compiled.
  [ -n "$missing" ] && ! command -v ccache >/dev/null && missing="$missing ccache"
  [ -n "$missing" ] || return 0
  [ "$(id -u)" = 0 ] || { echo "missing packages:$missing"; return 1; }
  say "Installing:$missing"
  apt-get -o DPkg::Lock::Timeout=300 update -q && DEBIAN_FRONTEND=noninteractive \
    apt-get -o DPkg::Lock::Timeout=300 install -q -y --no-install-recommends $missing
}

# build NAME FOLDER OPTION…: sets up or brings up to date, and builds with warnings as errors: all, or what SUITES need.
build() {
  local name=$1 folder=$2 targets=
  shift 2
  if [ -f "$folder/build.ninja" ]; then
    step "$name: configure" meson configure "$folder" "$@" || return 1
  else
    step "$name: configure" meson setup "$folder" --werror "$@" || return 1
  fi
  [ -z "${SUITES:-}" ] || targets=$("$source/tests/tools/test-targets.py" "$folder" $SUITES) || { fail "$name: targets"; return 1; }
  step "$name: build without a warning" build_quietly "$folder" $targets
}

# build_quietly FOLDER [TARGET…]: fails after a warning, too, be it one that the compiler's cache has kept.
build_quietly() {
  local folder=$1
  shift
  ninja -C "$folder" "$@" | tee "$folder/warnings.log" || return 1
  ! grep 'warning *:' "$folder/warnings.log"
}

# The build that several parts use: made before them, or by the only one that runs.
compile() {
  say "The build for this system"
  build native "$work/native" -Dcuda=disabled
}
compiled() { [ -n "${side_by_side:-}" ] || build native "$work/native" -Dcuda=disabled; }

native() {
  say "Unit, kernel and golden tests"
  compiled && suites native "$work/native" unit program files processes kernels golden || return
  if git rev-parse >/dev/null 2>&1; then
    step "meson dist makes the same archive twice" tests/packages/dist.sh "$work/native"
  fi
}

# What another processor would choose, or be offered: a test must not depend on the one that it runs on.
processors() {
  say "As other processors compute"
  local setting
  compiled || return
  for setting in ONEDNN_MAX_CPU_ISA=AVX2 ONEDNN_MAX_CPU_ISA=AVX512_CORE FDDM_CPU_CONVOLUTION={bf16,direct,int8,winograd}; do
    export "$setting"
    if LC_ALL=C "$work/native/engine/fddm" denoise tests/data/sample.jpg "$work/processors.png" --device cpu \
      --weights weights/denoise-fast.safetensors >"$step_log" 2>&1; then
      suites "$setting" "$work/native" unit program kernels golden
    elif grep -q 'oneDNN .* has no ' "$step_log"; then
      skip "$setting: not on this processor"
    else
      fail "$setting: $(cat "$step_log")"
    fi
    unset "${setting%%=*}"
  done
}

# Modules made for the tests carry a copy of the kernels, which is no error. -g1: lines for the sanitizers, which is all they print.
sanitized() {
  SUITES="$*" build sanitized "$work/sanitize" -Dcuda=disabled -Dhosts=none -Db_sanitize=address,undefined -Db_lundef=false \
    -Dbuildtype=debugoptimized -Dc_args=-g1 && ASAN_OPTIONS=detect_leaks=1:detect_odr_violation=0 UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1 \
    suites sanitized "$work/sanitize" "$@"
}
sanitize() {
  say "The same under the address and undefined-behaviour sanitizers"
  sanitized unit kernels
}
programs() {
  say "The program from outside, under the sanitizers"
  sanitized program files
}

gimp2() {
  say "GIMP 2.10"
  command -v gimp-console-2.10 >/dev/null || { skip "GIMP 2.10 is not there"; return; }
  compiled || return
  python3 tests/hosts/run.py gimp2 "$work/native/plugin/gimp2/fddm" "$work/native/plugin/gimp2/fddm-probe" weights \
    /usr/local/share/fddm/weights >"$work/gimp2.log" 2>&1
  hosts "GIMP 2.10" "$work/gimp2.log"
  python3 tests/hosts/gui.py gimp2 "$work/native/plugin/gimp2/fddm" weights "$work/shots" >"$work/gui2.log" 2>&1
  hosts "GIMP 2.10, on a screen" "$work/gui2.log"
  python3 tests/hosts/large.py gimp2 "$work/native/plugin/gimp2/fddm" weights "$work/shots" >"$work/large2.log" 2>&1
  hosts "GIMP 2.10, in a large font" "$work/large2.log"
}

# install.sh for one user, in a home that is thrown away, and the way back.
installation() {
  say "Installation for one user"
  local home=$work/home left
  rm -rf "$home" "$work/install"
  mkdir -p "$home"
  local as=(env -u GIMP2_DIRECTORY -u GIMP3_DIRECTORY -u XDG_CONFIG_HOME -u XDG_DATA_HOME "HOME=$home" "FDDM_BUILD=$work/install")
  step "install.sh --user denoises the sample" "${as[@]}" ./install.sh --user --no-packages || return
  local plugin=$home/.config/GIMP/2.10/plug-ins/fddm
  step "program, weights, translations and help lie in one folder" test -x "$plugin/fddm" \
    -a -f "$plugin/weights/denoise-fast.safetensors" -a -f "$plugin/locale/de/LC_MESSAGES/fddm.mo" -a -f "$plugin/help/en/denoise.html"
  local own=$home/.config/GIMP/2.10/fddm before
  mkdir -p "$own"
  cp weights/denoise-fast.safetensors "$own/mine.safetensors"
  printf '[Mine]\nluma=50\n' >"$own/denoise-presets.ini"
  before=$(cd "$own" && sha256sum -- *)
  touch "$plugin/of-an-earlier-version" && echo "$plugin/of-an-earlier-version" >>"$work/install/meson-logs/install-log.txt"
  step "a second install.sh goes well" "${as[@]}" ./install.sh --user --no-packages
  step "what an earlier version had is gone" test ! -e "$plugin/of-an-earlier-version"
  step "an update keeps the user's networks and presets" test "$(cd "$own" && sha256sum -- *)" = "$before"
  step "and his network denoises" "${as[@]}" "$home/.local/bin/fddm" denoise tests/data/sample.jpg "$work/mine.jpg" --weights mine --device cpu
  step "install.sh --uninstall" "${as[@]}" ./install.sh --user --uninstall
  step "which keeps them, too" test "$(cd "$own" && sha256sum -- *)" = "$before"
  rm -rf "$own"
  left=$(cd "$home" && find . -path '*fddm*' -not -type d) # the clone's own folder may be called so
  step "nothing of it is left${left:+: $left}" test -z "$left"
}

# on_debian SUITE ROOT NAME: builds, tests and installs for the GIMP 3 of that Debian, in a root of its own. What GLib deprecates
# after the version that we ask for must not be a warning there.
on_debian() {
  local suite=$1 root=$2 name=$3 in status
  say "Debian $suite with $name"
  if [ "$(id -u)" != 0 ] || ! command -v mmdebstrap >/dev/null; then
    skip "Debian $suite root: needs root and mmdebstrap"
    return
  fi
  in=(tests/tools/debian-root.sh "$suite" "$root")
  "${in[@]}" true >"$step_log" 2>&1 </dev/null
  status=$?
  if [ $status = 77 ]; then
    skip "$name IS NOT TESTED: this mirror has no Debian $suite"
    return
  fi
  step "Debian $suite: root" test $status = 0 || return
  step "Debian $suite: build without a warning" "${in[@]}" "rm -rf /build &&
    meson setup /build --werror -Dcuda=disabled &&
    { ninja -C /build >/build/warnings.log || { cat /build/warnings.log; exit 1; }; } &&
    ! grep 'warning:' /build/warnings.log" || return
  # What a screen shows is waited for most of the time, so the rest is tested beside it.
  "${in[@]}" "rm -rf /logs && mkdir /logs
    { python3 tests/hosts/gui.py gimp3 /build/plugin/gimp3/fddm weights /shots >/logs/screen 2>&1
      python3 tests/hosts/large.py gimp3 /build/plugin/gimp3/fddm weights /shots >/logs/large 2>&1; } &
    meson test -C /build --no-rebuild --print-errorlogs -t 5 --suite unit --suite files --suite kernels --suite golden >/logs/suites 2>&1 ||
      touch /logs/failed
    python3 tests/hosts/run.py gimp3 /build/plugin/gimp3/fddm /build/plugin/gimp3/fddm-probe weights \
      /usr/local/share/fddm/weights >/logs/hosts 2>&1
    python3 tests/hosts/gegl.py /build/gegl/fddm-denoise.so /build/plugin/gimp3/fddm weights >/logs/gegl 2>&1
    wait" >"$step_log" 2>&1 </dev/null || cat "$step_log"
  [ ! -e "$root/logs/failed" ] || show_failing "$root/logs/suites"
  add "Debian $suite" $(python3 tests/tools/count-tests.py "$root/build" || echo 0 1 0)
  hosts "$name" "$root/logs/hosts"
  hosts "$name, fddm:denoise as a filter" "$root/logs/gegl"
  hosts "$name, on a screen" "$root/logs/screen"
  hosts "$name, in a large font" "$root/logs/large"
  mkdir -p "$work/shots/$suite"
  cp "$root"/shots/gimp3-* "$work/shots/$suite/" 2>/dev/null
  step "Debian $suite: install.sh for all users" "${in[@]}" "export FDDM_BUILD=/build-install && ./install.sh --no-packages &&
    test -x /usr/lib/*/gimp/3.0/plug-ins/fddm/fddm -a -f /usr/local/share/fddm/help/en/denoise.html && ./install.sh --uninstall &&
    ! ls /usr/lib/*/gimp/3.0/plug-ins/fddm/fddm /usr/local/share/fddm/weights/* /usr/local/share/fddm/help"
  step "Debian $suite: install.sh for one user and his older profile" "${in[@]}" "export FDDM_BUILD=/build-user HOME=/home-user &&
    rm -rf /home-user /build-user && mkdir -p /home-user/.config/GIMP/3.1 && ./install.sh --user --no-packages &&
    test -f /home-user/.config/GIMP/3.1/plug-ins/fddm/weights/denoise-fast.safetensors &&
    ./install.sh --user --no-packages && ./install.sh --user --uninstall && ! find /home-user | grep fddm"
}

gimp3() { on_debian trixie "${FDDM_ROOT:-$work/debian13}" "GIMP 3"; }
gimp32() { on_debian testing "${FDDM_ROOT_TESTING:-$work/debian-testing}" "GIMP 3.2"; }

# packages_on SUITE: Debian packages built there, in this system or a root that the part for its GIMP makes, and installed, used
# and purged in a root with GIMP alone.
packages_on() {
  local suite=$1 clean=$work/clean-$1 builder debs status
  tests/tools/debian-root.sh --plain "$suite" "$clean" true >"$step_log" 2>&1 </dev/null
  status=$?
  if [ $status = 77 ]; then
    skip "packages for Debian $suite ARE NOT TESTED: this mirror does not have it"
    return
  fi
  step "Debian $suite: a root with GIMP alone" test $status = 0 || return
  debs=$clean/debs
  case $suite in
    trixie) builder=${FDDM_ROOT:-$work/debian13} ;;
    testing) builder=${FDDM_ROOT_TESTING:-$work/debian-testing} ;;
    *) builder=$work/debian-$suite ;;
  esac
  if (. /etc/os-release && [ "${VERSION_CODENAME:-}" = "$suite" ]); then
    step "Debian $suite: packages, no error of lintian's" tests/packages/build.sh "$debs" || return
  else
    step "Debian $suite: packages, no error of lintian's" tests/tools/debian-root.sh "$suite" "$builder" \
      "tests/packages/build.sh /debs" || return
    rm -rf "$debs"
    cp -R "$builder/debs" "$debs"
  fi
  step "Debian $suite: apt installs one package, GIMP denoises, nothing is left" tests/tools/debian-root.sh --plain "$suite" \
    "$clean" "tests/packages/install.sh /debs"
}

packages() {
  say "Packages"
  if [ "$(id -u)" != 0 ] || ! command -v mmdebstrap >/dev/null; then
    skip "PACKAGES ARE NOT TESTED: this needs root and mmdebstrap"
    return
  fi
  step "AppStream's file is valid" appstreamcli validate --no-net packaging/appstream/org.gimp.GIMP.Plugin.FDDM.metainfo.xml
  step "Flatpak's manifest is understood" tests/packages/manifest.sh
  apt-get -o DPkg::Lock::Timeout=300 install -q -y --no-install-recommends gcc-mingw-w64-x86-64-posix >"$step_log" 2>&1
  step "kernels and engine compile for Windows" packaging/check-mingw.sh
  if [ -e "${FDDM_ROOT:-$work/debian13}/usr/bin/gimp-console" ]; then
    step "Flatpak: every file is where GIMP merges it" tests/tools/debian-root.sh trixie "${FDDM_ROOT:-$work/debian13}" \
      tests/packages/layout.sh
  else
    skip "Flatpak's layout: part gimp3 makes the root for it"
  fi
  step "the archive for other distributions works in a profile" tests/packages/tarball.sh \
    "$(command -v gimp-console-2.10 >/dev/null && echo gimp2 || echo gimp3)"
  local suite
  for suite in bookworm trixie testing; do packages_on $suite; done
}

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

train() {
  say "Training"
  [ -f weights/train/smoke.py ] || { skip "training: smoke.py is not there"; return; }
  /usr/bin/python3 -c 'import torch' 2>/dev/null || { skip "training: there is no PyTorch"; return; }
  step "training: the loss falls, weights are written" /usr/bin/python3 weights/train/smoke.py "$work/smoke.safetensors" || return
  step "what measures quality: closed forms, kept results, tables" /usr/bin/python3 tests/quality/test-all.py || return
  step "training what generates: the error falls, samples agree" /usr/bin/python3 weights/train/smoke_generate.py \
    "$work/smoke-generate.safetensors" || return
  if [ -x "$work/native/engine/fddm" ]; then
    step "training: the program generates with them" "$work/native/engine/fddm" generate "$work/smoke-generate.png" \
      --model "$work/smoke-generate.safetensors" --subject flecks --width 100 --height 40 --device cpu
    step "training: the program denoises with them" "$work/native/engine/fddm" denoise tests/data/sample.jpg \
      "$work/smoke.png" --weights "$work/smoke.safetensors" --device cpu
    step "detail brings the clean picture's spectrum back" /usr/bin/python3 tests/quality/test-detail.py \
      "$work/native/engine/fddm" weights/denoise-balanced.safetensors
  fi
}

# one_of_many NAME SCRIPT ARGUMENT…: a test of tests/scale, which ends with status 77 where something that it needs is missing.
one_of_many() {
  local name=$1 status=0
  shift
  "$@" >"$step_log" 2>&1 </dev/null || status=$?
  case $status in
    0) pass "$name" ;;
    77) skip "$name: $(grep 'NOT RUN' "$step_log")" ;;
    *) tail -n 60 "$step_log"; fail "$name" ;;
  esac
}

# Packages for this: openssh-server parallel rsync slurmd slurmctld slurm-client munge iproute2 systemd. They are not installed
# here, for most of them bring services along.
scale() {
  say "Many photos, many computers"
  compiled || return
  one_of_many "computers share a folder; GNU parallel; a worker's death" tests/scale/share.sh "$work/native/engine/fddm"
  one_of_many "a Slurm array on two nodes" tests/scale/slurm.sh "$work/native/engine/fddm"
  one_of_many "a thousand photos, three of them bad" /usr/bin/python3 tests/scale/thousand.py program "$work/native/engine/fddm"
  one_of_many "a watched folder" tests/scale/watch.sh "$work/native/engine/fddm"
  one_of_many "training on two computers" tests/scale/train.sh
}

# What the harnesses found is kept for the next run.
fuzz() {
  say "Fuzzing"
  local name
  for name in tests/fuzz/corpus/*/; do
    name=$(basename "$name")
    one_of_many "fuzzing: $name" tests/fuzz/run.sh "$work/fuzz" "${FDDM_FUZZ_SECONDS:-60}" "$name"
    tail -n 1 "$step_log"
  done
}

faults() {
  say "One call after another fails"
  export FDDM_FAULTS=all # without it, the tests take some of many calls
  compiled || return
  suites faults "$work/native" faults
  step "oneDNN" meson test -C "$work/native" onednn-faults
  command -v gimp-console-2.10 >/dev/null || { skip "faults in the plug-in: GIMP 2.10 is not there"; return; }
  one_of_many "faults in the plug-in" python3 tests/faults/faults-gimp.py gimp2 "$work/native/plugin/gimp2/fddm" \
    "$work/native/plugin/gimp2/fddm-probe" "$work/native/tests/faults.so" weights
  local root=${FDDM_ROOT:-$work/debian13}
  [ -f "$root/build/tests/faults.so" ] || { skip "faults in the plug-in, GIMP 3: the part gimp3 has not been built"; return; }
  one_of_many "faults in the plug-in, GIMP 3" tests/tools/debian-root.sh trixie "$root" "FDDM_FAULTS=all python3 \
    tests/faults/faults-gimp.py gimp3 /build/plugin/gimp3/fddm /build/plugin/gimp3/fddm-probe /build/tests/faults.so weights"
}
threads() {
  say "Races between threads"
  one_of_many "ThreadSanitizer: what computes by several threads" tests/threads/run.sh "$work/threads"
}
memcheck() {
  say "One picture under valgrind"
  compiled || return
  one_of_many "valgrind: denoising on the reference backend" tests/memcheck.sh "$work/native/engine/fddm"
}

text() {
  say "Sources"
  step "layout of the sources" tests/tools/check-format.sh
  step "rules for the sources" tests/tools/check-sources.sh
  step "translations are complete" tests/tools/check-translations.sh
  step "weights are those of the manifest" weights/manifest.py
}

install_packages || fail "the packages that the tests need"
case $parts in
  *" "*) side_by_side $parts ;;
  compile | native | processors | sanitize | gimp2 | gimp3 | gimp32 | packages | scale | cuda | emulation | train | text | programs \
    | faults | fuzz | threads | memcheck) $parts ;;
  install) installation ;;
  *) fail "there is no part “$parts”" ;;
esac

echo
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ]
