#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Trains three of the denoising networks (not fast-white) side by side on one GPU, by their configurations. What one training leaves of the GPU
# while it prepares samples the others take: together they fill an H100.
#
#   side-by-side.sh PACK CHECKPOINTS MINUTES           a slice of the constant stretch, from the shipped weights or from where
#                                                      the last slice ended
#   side-by-side.sh PACK CHECKPOINTS MINUTES ship      the fall that branches off, as long as MINUTES allow at the pace of the logs;
#                                                      once more goes on with a fall that was cut short
#
# PACK is what prepare.py made. CHECKPOINTS gets white.ckpt, camera.ckpt and fast.ckpt, and white-ship.ckpt … of the fall,
# with a log of each (.csv, and .log with what the program said). MINUTES count from the start, by the clock: 9 for a loan
# whose commands end after 10. DEVICE=cpu and COMPILE= try it without a GPU; MORE holds further arguments of train.py.
set -eu
pack=$1 out=$2 minutes=$3 what=${4:-}
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$out"

# The pixels that MINUTES leave time for, at the pace of the last two minutes in the log FILE; 1.5 minutes go to the start.
fall_pixels() {
  awk -F, -v minutes="$minutes" 'NR > 1 && $3 != "" { p[++n] = $1; m[n] = $3 }
    END { i = n - 1; while (i > 1 && m[n] - m[i] < 2) i--
          time = minutes > 3 ? minutes - 1.5 : minutes / 2
          printf "%.3e", 1 + 0.85 * time * (p[n] - p[i]) / (m[n] - m[i]) }' "$1"
}

# one NAME CONFIGURATION
one() {
  local name=$1 config=$here/configs/$2.toml fall=()
  if [ "$what" = ship ]; then
    fall=(--fall "$out/$name-ship.ckpt" --set "length.fall=$(fall_pixels "$out/$name.csv")")
  fi
  PYTHONUNBUFFERED=1 python3 "$here/train.py" "$config" --out "$out/$name.ckpt" --pack "$pack" --minutes "$minutes" \
    --device "${DEVICE:-auto}" ${COMPILE---compile} "${fall[@]}" ${MORE:-} >>"$out/$name.log" 2>&1 &
}

one white denoise-balanced-white
one camera denoise-balanced
one fast denoise-fast
wait
tail -n 2 "$out"/*.log
