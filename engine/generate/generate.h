/* generate.h: what fddm_generate makes a picture with, before it is made.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "engine/generate/torus.h"

/* The torus for a picture as PARAMS ask for it, its memory counted and within the context's bound, but none of what is large
 * allocated. CLASS: an index or -1. Clear it also after a failure. */
gboolean fddm_generate_plan (FddmContext *context, const FddmGenerateParams *params, int class, FddmTorus *torus,
                             GError **error);
