/* trial.h: runs a layer by a plan that has not run before, compares it with our own kernel, and takes its time.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "kernels/cuda/layers.h"

G_BEGIN_DECLS

/* Bytes of scratch memory for a trial of KEY's layer, besides the plan's workspace. */
gsize fddm_trial_bytes (FddmDevice *device, const FddmPlanKey *key);
/* An FddmPlanTry for the FddmCall CALL, a convolution or attention that has not been recorded yet. All recorded calls are
 * launched first, so that its input has been computed. Its output stays as it is. */
gboolean fddm_trial_run (FddmDevice *device, const FddmPlan *plan, gboolean timed, gpointer call, FddmVerdict *verdict,
                         GError **error);

G_END_DECLS
