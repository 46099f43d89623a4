/* light.h: slopes of light over a picture, and the picture without them.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "engine/fddm.h"

/* A surface has these terms in u and v, across and down, each from -1 to 1: u, v, uv, u² and v² less their means. */
#define FDDM_LIGHT_TERMS 5

typedef struct {
  const FddmSource *source;
  gboolean          even;                         /* the light hardly varies: pixels stay as they are    */
  double            surface[3][FDDM_LIGHT_TERMS]; /* logarithm of each channel's brightness, less a mean */
} FddmLight;

/* Fits to SOURCE's pixels, each channel by itself, the surface of second degree that is nearest to the logarithm of their
 * brightness. */
gboolean fddm_light_measure (FddmLight *light, const FddmSource *source, GError **error);

/* LIGHT's source with every pixel divided by the surface there: its brightness stays in the (geometric) mean. LIGHT must outlive
 * it. */
FddmSource fddm_light_removed (const FddmLight *light);
