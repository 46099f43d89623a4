/* private.h: shared by the sources that read weights files, from the floor up.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "engine/error.h"
#include "engine/weights/safetensors.h"
#include "engine/weights/weights.h"

/* ---- file-posix.c, file-windows.c ---- */

/* Opens PATH for reading, at once even where it is a pipe that nobody writes to. A file descriptor, or -1 with errno. */
int fddm_weights_open_file (const char *path);

/* ---- metadata.c ---- */

/* Value of KEY in FILE's metadata. NULL with an error if there is none. */
const char *fddm_weights_required (FddmSafetensors *file, const char *key, GError **error);
/* Fills in WEIGHTS from FILE's metadata, except tensors and layers. */
gboolean fddm_weights_read_metadata (FddmWeights *weights, FddmSafetensors *file, GError **error);

/* ---- layers.c ---- */

/* Fills in the layers of WEIGHTS from JSON and the tensors of FILE. The metadata must have been read. */
gboolean fddm_weights_read_layers (FddmWeights *weights, FddmSafetensors *file, const char *json, GError **error);

/* ---- kept.c ---- */

/* Sets the subjects of which FILE holds pictures, and the list of all subjects. The metadata must have been read. */
gboolean fddm_weights_read_kept (FddmWeights *weights, FddmSafetensors *file, GError **error);

/* ---- ranges.c ---- */

/* Sets the ranges of the layers, if FILE has any. The layers must have been read. */
gboolean fddm_weights_read_ranges (FddmWeights *weights, FddmSafetensors *file, GError **error);

/* ---- open.c ---- */

/* Weights from SIZE BYTES, the contents of a file. PATH is used for its name only. */
FddmWeights *fddm_weights_parse (const char *path, const guint8 *bytes, gsize size, GError **error);
