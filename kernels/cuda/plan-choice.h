/* plan-choice.h: makes the plan for a layer, or takes it from the cache.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "kernels/cuda/plan.h"

G_BEGIN_DECLS

/* A new plan for KEY; arguments and errors as of fddm_plan_get(). */
FddmPlan *fddm_plan_choose (FddmDevice *device, const FddmPlanKey *key, const FddmPlanTrial *trial, GError **error);
/* Writes PLAN to the cache. */
void fddm_plan_keep (const FddmDevice *device, const FddmPlan *plan);
void fddm_plan_free (FddmDevice *device, FddmPlan *plan);

G_END_DECLS
