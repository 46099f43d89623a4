/* plan.h: plans for running layers by cuDNN. A plan is made once for a shape and size, and shared by all layers that have
 * them.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "kernels/cuda/graph.h"

G_BEGIN_DECLS

typedef struct {
  FddmPlanKey              key;
  FddmPlanKind             kind;
  GPtrArray               *descriptors; /* all parts of the plan, the plan itself last */
  cudnnBackendDescriptor_t plan;
  gsize                    workspace;
} FddmPlan;

/* Inputs and outputs of a run, in device memory. Z, the residual, may be NULL or Y. A plain plan uses X, W and Y only. For
 * attention: X is q, W is k, Z is v, and SCALE multiplies the scores. */
typedef struct {
  void *x, *w, *bias, *z, *y, *workspace;
  float scale;
} FddmPlanData;

/* Maximum workspace of a plan, in bytes. */
#define FDDM_PLAN_WORKSPACE_MAX ((gsize) 64 << 20)

/* Returns the plan for KEY, or NULL if it has not been made. */
const FddmPlan *fddm_plan_find (const FddmDevice *device, const FddmPlanKey *key);
/* Returns the plan for KEY, making it if needed. This can take a second, since cuDNN compiles kernels. Never fails: if cuDNN
 * has no engine, the kind is direct. */
const FddmPlan *fddm_plan_get (FddmDevice *device, const FddmPlanKey *key);
/* Runs any plan but a direct one. */
gboolean fddm_plan_run (FddmDevice *device, const FddmPlan *plan, const FddmPlanData *data, GError **error);
void     fddm_plan_free (FddmDevice *device, FddmPlan *plan);

G_END_DECLS
