/* plan.h: how a convolution of one size is run, made once and kept: convolutions of one shape share it.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "device.h"

typedef struct {
  int            kernel, in_channels, out_channels;
  int            height, width;
  FddmActivation activation;
  gboolean       residual;
} FddmPlanKey;

typedef enum {
  FDDM_PLAN_FUSED,    /* one graph of cuDNN: convolution, residual, bias, activation      */
  FDDM_PLAN_PLAIN,    /* cuDNN convolves, fddm_cuda_finish () does the rest               */
  FDDM_PLAN_DIRECT    /* fddm_cuda_direct (): cuDNN has no engine for this                */
} FddmPlanKind;

typedef struct {
  FddmPlanKey              key;
  FddmPlanKind             kind;
  GPtrArray               *descriptors;   /* all that the plan was made of, the plan itself last */
  cudnnBackendDescriptor_t plan;
  gsize                    workspace;
} FddmPlan;

/* What a run reads and writes, in device memory. Z, the residual, may be NULL or Y; a plain plan reads X and W only. */
typedef struct {
  void *x, *w, *bias, *z, *y, *workspace;
} FddmPlanData;

/* A plan may want this much workspace at most. */
#define FDDM_PLAN_WORKSPACE_MAX ((gsize) 64 << 20)

/* The plan if there is one already, else NULL. */
const FddmPlan *fddm_plan_find (const FddmDevice *device, const FddmPlanKey *key);
/* The plan, made if need be: that can take a second, since cuDNN compiles kernels. Never fails: what cuDNN cannot do is
 * planned as direct. */
const FddmPlan *fddm_plan_get  (FddmDevice *device, const FddmPlanKey *key);
/* For fused and plain plans. */
gboolean        fddm_plan_run  (FddmDevice *device, const FddmPlan *plan, const FddmPlanData *data, GError **error);
void            fddm_plan_free (FddmDevice *device, FddmPlan *plan);
