/* generate.h: code shared by the job and the preview of FDDM Generate.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "engine/fddm.h"
#include "plugin/gimp.h"
#include "plugin/parameters.h"

/* Selection of the image that gets the new layers; empty if there is none. */
typedef struct {
  gboolean      there;
  GeglRectangle bounds;
} FddmGenerateSelection;

FddmGenerateSelection fddm_generate_selection (FddmImageId image);
/* Fails if layers of PARAMS would lie entirely outside the selection. */
gboolean fddm_generate_check_selection (const FddmGenerateSelection *selection, const FddmGenerateParams *params,
                                        GError **error);

/* Converts VALUES (of fddm_generate_parameters) to the engine's parameters. A side of 0 is replaced by that of the image. */
FddmGenerateParams fddm_generate_params_of (const double *values, int image_width, int image_height);
/* Fails if the image is in indexed colour, which takes no new layer. */
gboolean fddm_generate_check_colours (FddmImageId image, GError **error);
/* Opens the weights of the model in VALUES. */
FddmWeights *fddm_generate_weights (const double *values, GError **error);
