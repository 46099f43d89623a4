#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Run by meson dist: gives every file the time of the commit and the rights that all may read it, so that the archive is
# the same whenever it is made.
set -eu
epoch=${SOURCE_DATE_EPOCH:-$(git -C "$MESON_SOURCE_ROOT" log -1 --format=%ct)}
chmod -R u+rwX,go+rX,go-w "$MESON_DIST_ROOT"
find "$MESON_DIST_ROOT" -exec touch -h -d "@$epoch" {} +
