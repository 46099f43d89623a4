# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# The part packages; part of tests/run.sh.

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
