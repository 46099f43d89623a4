#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Training on two computers, two processes each: the loss of every step is that of one process with the whole batch. Then
# train.py itself, which must end on both.
#
#   tests/scale/train.sh
. "$(dirname "$0")/hosts.sh"
needs sshd ssh torchrun
/usr/bin/python3 -c 'import torch' 2>/dev/null || { echo "NOT RUN: there is no PyTorch"; exit 77; }
enter "$@"
prepare /bin/true
hosts 2
photos "$work/photos" 2 160 160
train=$source/weights/train
/usr/bin/python3 "$train/prepare.py" --photos "$work/photos" --out "$work/pack" >"$work/log"
export OMP_NUM_THREADS=1

# everywhere SCRIPT ARGUMENT…: by torchrun as two processes on each of both computers; what the first process prints. The
# torchrun of Debian 12 needs both --redirects and --tee, since Python 3.11 knows no zero among its defaults.
everywhere() {
  local number waited=
  for number in 0 1; do
    on "host$((number + 1))" "OMP_NUM_THREADS=1 GLOO_SOCKET_IFNAME=eth0 torchrun --redirects 2 --tee 2 --nnodes 2 --node_rank $number \
      --nproc_per_node 2 --master_addr host1 --master_port 29500 $*" >"$work/node$number" 2>"$work/errors$number" & waited="$waited $!"
  done
  for number in $waited; do wait "$number" || { cat "$work"/node? "$work"/errors?; exit 1; }; done
  cat "$work/node0"
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
