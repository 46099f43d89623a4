/* generate.h: plan of a generation, also used to measure its speed.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "engine/generate/torus.h"

/* Plans the torus for a picture with PARAMS: its memory is counted and within the context's bound, but nothing large is
 * allocated yet. CLASS: index of a class, or -1. Call fddm_torus_clear even after a failure. */
gboolean fddm_generate_plan (FddmContext *context, const FddmGenerateParams *params, int class, FddmTorus *torus,
                             GError **error);
