/* shown.h: generation with intermediate pictures, and its cost, for previews.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "engine/fddm.h"

/* Like fddm_generate, with the same result to the byte. ESTIMATES also receives a whole picture after each step but the
 * last: the network's current estimate, coarse at first. */
gboolean fddm_generate_shown (FddmContext *context, const FddmGenerateParams *params, const FddmSink *sink,
                              const FddmSink *estimates, FddmProgress progress, gpointer data, GError **error);

/* Number of windows that the network evaluates in all steps, fewer of which are taken from a picture on. The time is
 * proportional to it. 0 and an error if the parameters are invalid or memory does not suffice. Allocates nothing large. */
gint64 fddm_generate_evaluations (FddmContext *context, const FddmGenerateParams *params, GError **error);
