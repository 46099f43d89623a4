/* plan.h: how a layer of one size is run by cuDNN, made once and kept: layers of one shape share it.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "kernels/cuda/graph.h"

G_BEGIN_DECLS

typedef struct {
  FddmPlanKey              key;
  FddmPlanKind             kind;
  GPtrArray               *descriptors; /* all that the plan was made of, the plan itself last */
  cudnnBackendDescriptor_t plan;
  gsize                    workspace;
} FddmPlan;

/* What a run reads and writes, in device memory. Z, the residual, may be NULL or Y; a plain plan reads X and W only.
 * Of attention: X is q, W is k, Z is v, and SCALE is what the scores are multiplied by. */
typedef struct {
  void *x, *w, *bias, *z, *y, *workspace;
  float scale;
} FddmPlanData;

/* A plan may want this much workspace at most. */
#define FDDM_PLAN_WORKSPACE_MAX ((gsize) 64 << 20)

/* The plan if there is one already, else NULL. */
const FddmPlan *fddm_plan_find (const FddmDevice *device, const FddmPlanKey *key);
/* The plan, made if need be: that can take a second, since cuDNN compiles kernels. Never fails: what cuDNN cannot do is
 * planned as direct. */
const FddmPlan *fddm_plan_get (FddmDevice *device, const FddmPlanKey *key);
/* For all but direct plans. */
gboolean fddm_plan_run (FddmDevice *device, const FddmPlan *plan, const FddmPlanData *data, GError **error);
void     fddm_plan_free (FddmDevice *device, FddmPlan *plan);

G_END_DECLS
