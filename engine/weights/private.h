/* private.h: what the sources that read weights files share.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "engine/error.h"
#include "engine/weights/weights.h"
#include "engine/weights/safetensors.h"

/* Weights from SIZE BYTES, the contents of a file; PATH is for its name only. */
FddmWeights *fddm_weights_parse (const char *path, const guint8 *bytes, gsize size, GError **error);

/* The weights of the file PATH, without those that it names. */
FddmWeights *fddm_weights_read (const char *path, GError **error);

/* Opens the weights for white noise that WEIGHTS name, unless they aren't there: one network does without the other. */
gboolean fddm_weights_find_white (FddmWeights *weights, GError **error);

/* Fills in WEIGHTS' layers from JSON and the tensors of FILE; WEIGHTS knows kind, inputs, outputs and classes already. */
gboolean fddm_weights_layers (FddmWeights *weights, FddmSafetensors *file, const char *json, GError **error);
