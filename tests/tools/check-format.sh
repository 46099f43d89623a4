#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Checks that all C and CUDA sources are laid out by .clang-format; --fix lays them out. Other versions of clang-format differ.
set -u
cd "$(dirname "$0")/../.." || exit 1
tool=clang-format-19
command -v $tool >/dev/null || { echo "$tool is missing (package $tool)"; exit 1; }
mode=(--dry-run -Werror)
[ "${1-}" = --fix ] && mode=(-i)
list() { git ls-files -co --exclude-standard -- "$@" 2>/dev/null || find . -name '*.[ch]' -not -path './build*'; }
list '*.c' '*.h' '*.cu' '*.cuh' | xargs -r -d '\n' $tool "${mode[@]}"
