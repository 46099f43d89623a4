#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Photos a second of 1, 2 and 4 computers with one shared folder, one thread each; and the processor time per photo, which sharing
# must not raise. On a computer with fewer free cores than workers, the time says how they share those cores.
#
#   tests/scale/throughput.sh PROGRAM [PHOTOS]
. "$(dirname "$0")/hosts.sh"
[ $# -ge 1 ] || { sed -n 's/^#   //p' "$0"; exit 2; }
needs sshd ssh
enter "$@"
prepare "$1"
hosts 4

mkdir "$work/share"
cd "$work/share"
photos photos "${2:-32}" 320 240
# Ticks of the processes of this name space that have ended and been waited for, user's and system's.
run='cd '$work/share' && fddm denoise -o clean -r photos --quality fast -q --threads 1 && cat /proc/$$/stat'
fddm denoise -o warm photos/p000.png --quality fast -q
single=
for n in 1 2 4; do
  rm -rf clean
  start=$(date +%s.%N)
  waited=
  for i in $(seq $n); do on "host$i" "$run" >"$work/stat$i" & waited="$waited $!"; done
  for each in $waited; do wait "$each"; done
  end=$(date +%s.%N)
  once clean "${2:-32}"
  ticks=$(for i in $(seq $n); do cut -d ' ' -f 16,17 "$work/stat$i"; done | awk '{ t += $1 + $2 } END { print t }')
  single=${single:-$(awk "BEGIN { print $end - $start }")}
  awk "BEGIN { t = $end - $start; printf \"%d workers: %.1f s, %.2f times as fast as one; %.3f s of processor time per photo\n\", $n, t, \
    $single / t, $ticks / $(getconf CLK_TCK) / ${2:-32} }"
done
