# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Parts with a GIMP, and installations; part of tests/run.sh.

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
  local as=(env -u GIMP2_DIRECTORY -u GIMP3_DIRECTORY -u XDG_CONFIG_HOME -u XDG_DATA_HOME -u XDG_CACHE_HOME "HOME=$home" "FDDM_BUILD=$work/install")
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
  mkdir -p "$home/.local/share/fddm/weights" && cp "$own/mine.safetensors" "$home/.local/share/fddm/weights/denoise-fast.safetensors"
  step "a second one has nothing to remove" no "${as[@]}" ./install.sh --user --uninstall
  step "and keeps what the user has put there" test -f "$home/.local/share/fddm/weights/denoise-fast.safetensors"
  rm -rf "$home/.local/share/fddm"
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
