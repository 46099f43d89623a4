/* shown.h: a picture that is looked at while it is generated, and what it will cost, as for a preview.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "engine/fddm.h"

/* As fddm_generate, to the same bytes. ESTIMATES gets whole pictures beside, one after each step but the last: what the network
 * takes the picture for by then, coarse at first. */
gboolean fddm_generate_shown (FddmContext *context, const FddmGenerateParams *params, const FddmSink *sink,
                              const FddmSink *estimates, FddmProgress progress, gpointer data, GError **error);

/* How many windows the network looks at in each step: what a step takes is in proportion to them. 0 and an error where the
 * picture cannot be made, for its memory or its parameters; nothing large is allocated. */
int fddm_generate_windows (FddmContext *context, const FddmGenerateParams *params, GError **error);
