/* generate.h: what the job and the dialog's preview of FDDM Generate share.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "engine/fddm.h"
#include "plugin/gimp.h"
#include "plugin/parameters.h"

/* The selection of the image that the new layers go to; empty where there is none. */
typedef struct {
  gboolean      there;
  GeglRectangle bounds;
} FddmGenerateSelection;

FddmGenerateSelection fddm_generate_selection (FddmImageId image);
/* FALSE and a reason where layers of PARAMS would lie beside the selection. */
gboolean fddm_generate_check_selection (const FddmGenerateSelection *selection, const FddmGenerateParams *params,
                                        GError **error);

/* What VALUES (of fddm_generate_parameters) say to the engine, and to whose weights; 0 for a side is that of the image. */
FddmGenerateParams fddm_generate_params_of (const double *values, int image_width, int image_height);
/* The weights of the values' model. */
FddmWeights *fddm_generate_weights (const double *values, GError **error);
