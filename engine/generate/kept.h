/* kept.h: subjects that start from a picture in the weights file instead of from noise.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "engine/weights/weights.h"

/* A picture of a kept subject, of 8 bits a sample. */
typedef struct {
  const guint8 *pixels; /* owned by the weights */
  int           width, height, channels;
  double        closeness; /* to it, 0 … FDDM_CLOSENESS_MAX */
} FddmKeptPicture;

/* Whether WEIGHTS hold pictures of SUBJECT (may be NULL). */
gboolean fddm_kept_has (const FddmWeights *weights, const char *subject);

/* Draws by SEED one of the pictures of SUBJECT. FALSE if there are none. */
gboolean fddm_kept_draw (const FddmWeights *weights, const char *subject, guint32 seed, FddmKeptPicture *picture);

/* A source that reads PICTURE, in [0,1]. */
FddmSource fddm_kept_source (FddmKeptPicture *picture);
