#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Trains the three denoising networks side by side on one GPU, from the shipped weights, or on from their checkpoints. What
# one training leaves of the GPU while it prepares samples the others take: together they fill an H100.
#
#   side-by-side.sh PACK CHECKPOINTS MINUTES     MINUTES: in all, the earlier slices' included; the learning rate ends there
#
# PACK is what prepare.py made. CHECKPOINTS gets white.pt, camera.pt and fast.pt, each with its optimiser, and a log of each.
# A loan that ends after few minutes is used in slices: bring the checkpoints back, and give more MINUTES next time.
set -eu
pack=$1 out=$2 minutes=$3
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$out"

# one NAME WEIGHTS WIDTH BLOCKS OPTION…
one() {
  local name=$1 weights=$2 width=$3 blocks=$4
  shift 4
  PYTHONUNBUFFERED=1 python3 "$here/train.py" --pack "$pack" --out "$out/$name.pt" --width "$width" --blocks "$blocks" \
    --start "$here/../$weights.safetensors" --compile --batch 64 --side 128 --minutes "$minutes" --resume "$@" \
    >>"$out/$name.log" 2>&1 &
}

meter=$here/../noise-meter.safetensors
one white denoise-balanced-white 64 10 --shares 0.93 0 0.07 --muon-lr 0.02 --lr 1e-3 --seed 31
one camera denoise-balanced 64 10 --shares 0.2 0.7 0.1 --meter "$meter" --muon-lr 0.015 --lr 8e-4 --seed 32
one fast denoise-fast 48 5 --shares 0.4 0.5 0.1 --meter "$meter" --muon-lr 0.02 --lr 1e-3 --seed 33
wait
tail -n 1 "$out"/*.log
