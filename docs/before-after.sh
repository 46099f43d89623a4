#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Makes docs/before-after.jpg out of the sample photo with an installed GIMP 2.10 plug-in: as it came, and denoised with
# the defaults, 400 pixels of each, one pixel for one. Needs ImageMagick.
set -eu
cd "$(dirname "$0")/.."
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
# PNG in between, so that the result isn't compressed twice.
convert tests/data/sample.jpg "$out/photo.png"
mkdir "$out/done"
timeout 600 gimp-console-2.10 -idf -b "(fddm-batch-denoise \"$out/photo.png\" \"$out/done\" 0 100 100 0 \"balanced\" \"cpu\" 0)" \
  -b '(gimp-quit 0)' 2>&1 | grep 'fddm-batch-denoise: 1 done, 0 failed$'
convert "$out/photo.png" "$out/done/photo.png" -crop 400x360+30+0 +repage -bordercolor white -border 2x0 +append \
  -sampling-factor 1x1 -quality 95 -strip docs/before-after.jpg
