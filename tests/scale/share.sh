#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Computers with one shared folder share the photos, one of them is killed, and nothing is lost; then GNU parallel without a shared
# folder, with a broken photo and a worker that is killed. The commands are those of docs/scale.md.
#
#   tests/scale/share.sh PROGRAM
. "$(dirname "$0")/hosts.sh"
[ $# = 1 ] || { sed -n 's/^#   //p' "$0"; exit 2; }
needs sshd ssh parallel rsync
enter "$@"
prepare "$1"
hosts 3

mkdir -p "$work/share"
cd "$work/share"
photos photos 24 160 120
fddm denoise -o expected -r photos -q --threads 1

echo "- one shared folder, three computers"
for host in host1 host2 host3; do on $host "cd $work/share && fddm denoise -o clean -r photos -q --threads 1" & waited="${waited:-} $!"; done
# shellcheck disable=SC2086
wait $waited
same clean expected
once clean 24
echo "  photos begun by each run: $(grep ^begun clean/.fddm-journal | cut -f 4 | sort | uniq -c | awk '{ printf "%s ", $1 }')"

echo "- one of them is killed in the middle of a photo"
rm -rf clean
runs=
for host in host1 host2 host3; do
  on $host "cd $work/share && echo \$\$ >$work/$host.pid && exec fddm denoise -o clean -r photos -q --threads 1" & runs="$runs $!"
done
until [ -s "$work/host2.pid" ] && grep -q ^begun clean/.fddm-journal 2>/dev/null; do sleep 0.02; done
sleep 0.5
kill -KILL "$(cat "$work/host2.pid")"
for run in $runs; do wait "$run" || true; done
fddm denoise -o clean -r photos -q --threads 1
same clean expected
once clean 24

echo "- GNU parallel copies photos there and results back"
export PARALLEL_SSH="ssh -F $work/ssh_config"
: >photos/broken.png
status=0
find photos -name '*.png' | parallel --sshlogin host1,host2,host3 -j 1 --transferfile {} --return clean2/{/} --cleanup \
  fddm denoise -o clean2 -q --threads 1 {} 2>"$work/problems" || status=$?
[ $status = 1 ] || { echo "status $status, not 1"; cat "$work/problems"; exit 1; }
grep -q 'broken.png' "$work/problems"
same clean2 expected
for host in host1 host2 host3; do [ -z "$(on $host 'find . -name "*.png"')" ] || { echo "left on $host"; exit 1; }; done

echo "- with --retries a worker's death costs nothing"
rm photos/broken.png
mkdir logs
find photos -name '*.png' | parallel --sshlogin host1,host2,host3 -j 1 --retries 3 --joblog logs/jobs --transferfile {} \
  --return clean3/{/} --cleanup "echo \$\$ >$work/{#}.job; fddm denoise -o clean3 -q --threads 1 {}" &
waited=$!
while [ ! -e "$work/5.job" ]; do sleep 0.02; done
sleep 0.2
# The parent of the job's shell is SSH's; its children are the program.
job=$(cat "$work/5.job")
for child in $(cat "/proc/$job/task/$job/children"); do kill -KILL "$child"; killed=1; done
wait $waited || { echo "parallel has failed"; cat logs/jobs; exit 1; }
same clean3 expected
[ -n "${killed:-}" ] || echo "  (the photo was done before it could be killed)"
