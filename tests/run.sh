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

for file in tests/parts/*.sh; do
  . "$file"
done

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
