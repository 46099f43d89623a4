#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Several computers on this one, for the tests of this folder, which source it: each is a network name space with a host name,
# an SSH server and a home folder of its own. All see the same files apart from that. Everything runs in name spaces that end
# with the test, so that nothing is left. Needs root.
set -eu

# needs TOOL…: skips the test, with status 77, if one is missing.
needs() {
  local tool
  for tool; do
    PATH=$PATH:/usr/sbin:/sbin command -v "$tool" >/dev/null || { echo "NOT RUN: there is no $tool"; exit 77; }
  done
}

# enter "$@": starts the calling script again in name spaces of its own.
enter() {
  [ -z "${FDDM_SCALE_INSIDE:-}" ] || return 0
  [ "$(id -u)" = 0 ] || { echo "NOT RUN: this needs root"; exit 77; }
  needs unshare nsenter ip
  unshare --net --mount --uts --ipc --pid --fork --mount-proc true 2>/dev/null || { echo "NOT RUN: no name spaces here"; exit 77; }
  FDDM_SCALE_INSIDE=1 exec unshare --net --mount --uts --ipc --pid --fork --kill-child --mount-proc bash "$0" "$@"
}

# The program under test as `fddm`, with the tree's weights, and a folder to work in.
prepare() {
  program=$(realpath "$1")
  source=$(cd "$(dirname "$0")/../.." && pwd)
  export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  mount -t tmpfs tmpfs /run
  mount -t tmpfs tmpfs /usr/local/bin
  mount -t tmpfs tmpfs /srv
  mkdir -p /run/sshd
  chmod 755 /run/sshd /usr/local/bin
  printf '#!/bin/sh\nFDDM_WEIGHTS_DIR=%s/weights XDG_DATA_HOME=/nonexistent exec %s "$@"\n' "$source" "$program" >/usr/local/bin/fddm
  chmod 755 /usr/local/bin/fddm
}

# hosts N: host1 … hostN, and this one, which is called head.
hosts() {
  local i
  hostname head
  ip link set lo up
  ip link add bridge type bridge
  ip addr add 10.77.0.100/24 dev bridge
  ip link set bridge up
  ssh-keygen -q -t ed25519 -N '' -f "$work/key"
  ssh-keygen -q -t ed25519 -N '' -f "$work/host-key"
  { echo "127.0.0.1 localhost"; echo "10.77.0.100 head"; for i in $(seq "$1"); do echo "10.77.0.$i host$i"; done; } >"$work/hosts"
  mount --bind "$work/hosts" /etc/hosts
  printf '%s\n' "IdentityFile $work/key" "StrictHostKeyChecking no" "UserKnownHostsFile /dev/null" "LogLevel ERROR" >"$work/ssh_config"
  printf '%s\n' "HostKey $work/host-key" "AuthorizedKeysFile $work/key.pub" "PermitRootLogin yes" "StrictModes no" "UsePAM no" \
    "PidFile none" "MaxStartups 100" "Subsystem sftp internal-sftp" >"$work/sshd_config"
  for i in $(seq "$1"); do host "$i"; done
  for i in $(seq "$1"); do
    for _ in $(seq 100); do on "host$i" true 2>/dev/null && continue 2; sleep 0.2; done
    echo "no SSH server on host$i"
    exit 1
  done
}

# host I: its name spaces are those of a process that sleeps. What it needs as a home is a file system of its own.
host() {
  unshare --net --uts --mount sh -c "hostname host$1 && mount -t tmpfs tmpfs /root && touch /run/up$1 && exec sleep infinity" &
  sleeper=$!
  while [ ! -e "/run/up$1" ]; do sleep 0.05; done
  echo $sleeper >"$work/host$1"
  ip link add "veth$1" type veth peer name eth0 netns $sleeper
  ip link set "veth$1" master bridge up
  at "host$1" sh -c "ip link set lo up && ip addr add 10.77.0.$1/24 dev eth0 && ip link set eth0 up"
  at "host$1" /usr/sbin/sshd -f "$work/sshd_config" -D &
}

# at HOST COMMAND…: in its name spaces, without SSH.
at() {
  local target
  target=$(cat "$work/$1")
  shift
  nsenter --target "$target" --net --uts --mount "$@"
}

# on HOST COMMAND: by SSH.
on() { ssh -F "$work/ssh_config" "$@"; }

# photos FOLDER N [WIDTH HEIGHT]: noisy pictures.
photos() {
  mkdir -p "$1"
  python3 -c '
import os, random, struct, sys, zlib
folder, n, width, height = sys.argv[1], *map(int, sys.argv[2:])
def chunk(name, data):
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
for i in range(n):
    rand = random.Random(i)
    rows = b"".join(b"\0" + bytes(min(255, max(0, int(rand.gauss(60 + x % 128, 12)))) for x in range(3 * width)) for y in range(height))
    with open(os.path.join(folder, "p%03d.png" % i), "wb") as f:
        f.write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
                + chunk(b"IDAT", zlib.compress(rows, 1)) + chunk(b"IEND", b""))
' "$1" "$2" "${3:-96}" "${4:-72}"
}

# same FOLDER EXPECTED: the same pictures, and nothing unfinished.
same() {
  diff -r -x .fddm-journal -x '*.log' "$1" "$2"
}

# once FOLDER N: the journal knows N results, each made once.
once() {
  local lines names
  lines=$(grep -c "^done" "$1/.fddm-journal")
  names=$(grep "^done" "$1/.fddm-journal" | cut -f 2 | sort -u | wc -l)
  [ "$lines" = "$2" ] && [ "$names" = "$2" ] || { echo "$lines results of $names photos, not $2"; exit 1; }
}
