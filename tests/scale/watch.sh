#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The units of docs/scale.md for a watched folder: systemd finds nothing wrong with them, and a systemd of one user, which runs
# apart from the computer's own, denoises photos that arrive, also while it works and in subfolders.
#
#   tests/scale/watch.sh PROGRAM
. "$(dirname "$0")/hosts.sh"
[ $# = 1 ] || { sed -n 's/^#   //p' "$0"; exit 2; }
needs systemd-analyze systemctl
[ -x /lib/systemd/systemd ] || { echo "NOT RUN: there is no systemd"; exit 77; }
enter "$@"
prepare "$1"

units=$work/config/systemd/user
mkdir -p "$units" /srv/photos/in /srv/photos/clean
# unit NAME: the indented block that follows the line with the name.
unit() {
  awk -v name="fddm-watch.$1" 'index($0, name) && /`/ { on = 1; next } on && /^    / { sub(/^    /, ""); print; seen = 1; next }
    on && seen && NF { exit } on && seen { print "" }' "$source/docs/scale.md"
}
for kind in service path timer; do
  unit $kind >"$units/fddm-watch.$kind"
  [ -s "$units/fddm-watch.$kind" ] || { echo "docs/scale.md has no fddm-watch.$kind"; exit 1; }
done
sed -i 's|/usr/bin/fddm|/usr/local/bin/fddm|; s|^User=.*|User=root|' "$units/fddm-watch.service"
echo "- systemd-analyze verify"
systemd-analyze verify "$units"/fddm-watch.* >"$work/verify" 2>&1 || true
! grep fddm-watch "$work/verify"

echo "- a systemd of one user"
# Its user is its own; five minutes are too long here, and so is a low priority on a busy computer.
sed -i '/^User=/d; /^Nice=/d' "$units/fddm-watch.service"
sed -i 's/multi-user.target/default.target/' "$units/fddm-watch.path"
sed -i 's/^OnBootSec=.*/OnActiveSec=1s/; s/^OnUnitInactiveSec=.*/OnUnitInactiveSec=3s\nAccuracySec=1s/' "$units/fddm-watch.timer"
export XDG_RUNTIME_DIR=/run/user XDG_CONFIG_HOME=$work/config
mkdir -p /run/systemd/system                                  # by which it knows that systemd is there
mkdir -m 700 /run/user

# It runs in control groups of its own, and sees no others.
groups="/sys/fs/cgroup/systemd /sys/fs/cgroup/unified"
for group in $groups; do
  grep -q " $group " /proc/self/mountinfo || { echo "NOT RUN: control groups here are none that this test can divide"; exit 77; }
done
own=fddm-watch-$(basename "$work")
leave() {
  [ -z "${manager:-}" ] || { kill -KILL "$manager" && wait "$manager"; } 2>/dev/null || true
  for group in $groups; do
    for _ in $(seq 50); do                                      # until its processes are gone
      [ -d "$group/$own" ] || break
      find "$group/$own" -depth -type d -exec rmdir {} \; 2>/dev/null
      sleep 0.1
    done
  done
  rm -rf "$work"
}
trap leave EXIT
manage() {
  for group in $groups; do mkdir "$group/$own" && echo $BASHPID >"$group/$own/cgroup.procs"; done
  exec unshare --cgroup --mount sh -c "umount -R /sys/fs/cgroup && mount -t tmpfs tmpfs /sys/fs/cgroup && mkdir $groups &&
    mount -t cgroup -o none,name=systemd cgroup /sys/fs/cgroup/systemd && mount -t cgroup2 cgroup2 /sys/fs/cgroup/unified &&
    exec /lib/systemd/systemd --user --log-target=console --unit=fddm-watch.path"
}
manage >"$work/systemd" 2>&1 & manager=$!
for _ in $(seq 50); do
  systemctl --user is-active --quiet fddm-watch.path 2>/dev/null && break
  kill -0 $manager 2>/dev/null || { echo "NOT RUN: systemd does not start here: $(tail -n 1 "$work/systemd")"; exit 77; }
  sleep 0.2
done
wait_for() {
  for _ in $(seq 1500); do [ ! -s "$1" ] || return 0; sleep 0.2; done
  echo "$1 has not come"
  cat "$work/systemd"
  exit 1
}
photos "$work/new" 4
fddm denoise -o "$work/expected" "$work/new" -q
mv "$work/new/p000.png" /srv/photos/in/                       # the path unit
wait_for /srv/photos/clean/p000.png
mkdir /srv/photos/in/deep
systemctl --user start fddm-watch.timer
mv "$work/new/p001.png" /srv/photos/in/deep/                  # which the path unit does not see
: >/srv/photos/in/broken.png
mv "$work/new/p002.png" "$work/new/p003.png" /srv/photos/in/
wait_for /srv/photos/clean/deep/p001.png
wait_for /srv/photos/clean/p003.png
for i in 0 2 3; do cmp "/srv/photos/clean/p00$i.png" "$work/expected/p00$i.png"; done
cmp /srv/photos/clean/deep/p001.png "$work/expected/p001.png"
systemctl --user is-active --quiet fddm-watch.path            # a broken photo does not end it
