# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Parts for a release; part of tests/run.sh.

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
