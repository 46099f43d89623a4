#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Training on two computers, two processes each: the loss of every step is that of one process with the whole batch. Then
# train.py itself, which must end on both.
#
#   tests/scale/train.sh
. "$(dirname "$0")/hosts.sh"
needs sshd ssh
/usr/bin/python3 -c 'import torch' 2>/dev/null || { echo "NOT RUN: there is no PyTorch"; exit 77; }
enter "$@"
prepare /bin/true
hosts 2
photos "$work/photos" 2 160 160
train=$source/weights/train
/usr/bin/python3 "$train/prepare.py" --photos "$work/photos" --out "$work/pack" >"$work/log"
export OMP_NUM_THREADS=1

# everywhere COMMAND…: as two processes on each of both computers; what the first one prints.
everywhere() {
  local rank processes=
  for rank in 0 1 2 3; do
    on "host$((rank / 2 + 1))" "RANK=$rank LOCAL_RANK=$((rank % 2)) WORLD_SIZE=4 MASTER_ADDR=host1 MASTER_PORT=29500 OMP_NUM_THREADS=1 \
      GLOO_SOCKET_IFNAME=eth0 /usr/bin/python3 $*" >"$work/rank$rank" 2>&1 & processes="$processes $!"
  done
  for rank in $processes; do wait "$rank" || { cat "$work"/rank?; exit 1; }; done
  cat "$work/rank0"
}

echo "- the same loss as one process"
/usr/bin/python3 "$source/tests/scale/same_loss.py" "$work/pack" >"$work/one"
everywhere "$source/tests/scale/same_loss.py" "$work/pack" >"$work/four"
paste "$work/one" "$work/four"
# Floats are added in another order: one part in a hundred thousand.
paste "$work/one" "$work/four" | awk '{ d = $1 - $2; if (d < 0) d = -d; if (NF != 2 || d > 1e-5 * $1) bad = 1 } END { exit bad || NR != 9 }'

echo "- train.py"
everywhere "$train/train.py" "$train/configs/denoise-fast.toml" --pack "$work/pack" --out "$work/c.ckpt" --minutes 0.3 --set network.patch=4 \
  --set network.width=16 --set network.blocks=1 --set sample.batch=2 --set sample.side=64 --set sample.meter= --set start= --device cpu \
  --threads 1 | tail -n 1
test -s "$work/c.ckpt"
