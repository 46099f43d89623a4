#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Takes over the pictures of the dialogs that the screen tests made.
#
#   docs/images/update.sh [SHOTS]      after tests/run.sh gimp2 gimp3; SHOTS: build-test/shots
set -eu

cd "$(dirname "$0")"
shots=${1:-../../build-test/shots}
for dialog in denoise generate seamless; do
  cp "$shots/gimp2-docs-$dialog.jpg" "$dialog-gimp2.jpg"
  cp "$shots/trixie/gimp3-docs-$dialog.jpg" "$dialog-gimp3.jpg"
done
