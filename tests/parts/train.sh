# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Training, and the rules for sources; part of tests/run.sh.

train() {
  say "Training"
  [ -f weights/train/smoke.py ] || { skip "training: smoke.py is not there"; return; }
  /usr/bin/python3 -c 'import torch' 2>/dev/null || { skip "training: there is no PyTorch"; return; }
  step "training: the loss falls, weights are written" /usr/bin/python3 weights/train/smoke.py "$work/smoke.safetensors" || return
  step "what measures quality: closed forms, kept results, tables" /usr/bin/python3 tests/quality/test-all.py || return
  step "training what generates: the error falls, samples agree" /usr/bin/python3 weights/train/smoke_generate.py \
    "$work/smoke-generate.safetensors" || return
  if [ -x "$work/native/engine/fddm" ]; then
    step "training: the program generates with them" "$work/native/engine/fddm" generate "$work/smoke-generate.png" \
      --model "$work/smoke-generate.safetensors" --subject flecks --width 100 --height 40 --device cpu
    step "training: the program denoises with them" "$work/native/engine/fddm" denoise tests/data/sample.jpg \
      "$work/smoke.png" --weights "$work/smoke.safetensors" --device cpu
    step "detail brings the clean picture's spectrum back" /usr/bin/python3 tests/quality/test-detail.py \
      "$work/native/engine/fddm" weights/denoise-balanced.safetensors
  fi
}

text() {
  say "Sources"
  step "layout of the sources" tests/tools/check-format.sh
  step "rules for the sources" tests/tools/check-sources.sh
  step "translations are complete" tests/tools/check-translations.sh
  step "weights are those of the manifest" weights/manifest.py
}
