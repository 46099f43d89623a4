/* private.h: shared by the sources that read weights files.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "engine/error.h"
#include "engine/weights/weights.h"
#include "engine/weights/safetensors.h"

/* Weights from SIZE BYTES, the contents of a file. PATH is used for its name only. */
FddmWeights *fddm_weights_parse (const char *path, const guint8 *bytes, gsize size, GError **error);

/* Weights from the file PATH, without the weights for white noise that it names. */
FddmWeights *fddm_weights_read (const char *path, GError **error);

/* Opens the weights for white noise that WEIGHTS name. Their file may be missing, since each network works alone. */
gboolean fddm_weights_find_white (FddmWeights *weights, GError **error);

/* Fills in the layers of WEIGHTS from JSON and the tensors of FILE. Kind, inputs, outputs and classes must be set. */
gboolean fddm_weights_layers (FddmWeights *weights, FddmSafetensors *file, const char *json, GError **error);
