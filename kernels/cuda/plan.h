/* plan.h: plans for running layers by cuDNN. A plan is made once for a shape and size, and shared by all layers that have
 * them. The user's cache folder keeps it for later processes (plan-cache.h).
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "kernels/cuda/graph.h"

G_BEGIN_DECLS

typedef struct {
  FddmPlanKey              key;
  FddmPlanKind             kind;
  GPtrArray               *descriptors; /* all parts of the plan */
  cudnnBackendDescriptor_t plan;
  gsize                    workspace;
  gboolean                 settled;      /* kernels that must be compiled were considered, too    */
  gboolean                 hurried;      /* not all candidates were tried, for lack of time       */
  double                   milliseconds; /* of one run; 0 = not measured                          */
  double                   spent;        /* milliseconds that earlier processes spent on its runs */
  gsize                    runs;         /* in this process                                       */
} FddmPlan;

/* Inputs and outputs of a run, in device memory. Z, the residual, may be NULL or Y. A plain plan uses X, W and Y only. For
 * attention: X is q, W is k, Z is v, and SCALE multiplies the scores. */
typedef struct {
  void *x, *w, *bias, *z, *y, *workspace;
  float scale;
} FddmPlanData;

/* What became of a candidate on the layer's own data. */
typedef struct {
  gboolean ran;
  gboolean agrees;       /* with our own kernel                    */
  gboolean deadly;       /* the GPU failed for good        */
  gboolean starved;      /* memory was lacking: it may do another time                     */
  double   milliseconds; /* of one run; of the first if TIMED was not set, which takes longer */
  float    found, right; /* where it is furthest off, if it is off */
} FddmVerdict;

/* Runs a layer by the candidate PLAN, and several times if its time is wanted. FALSE with ERROR set only if the GPU cannot
 * go on: a candidate that fails does not agree. */
typedef gboolean (*FddmPlanTry) (FddmDevice *device, const FddmPlan *plan, gboolean timed, gpointer data,
                                 FddmVerdict *verdict, GError **error);

/* A layer to try candidates on. */
typedef struct {
  FddmPlanTry run;
  gpointer    data; /* passed to RUN */
} FddmPlanTrial;

/* Maximum workspace of a plan, in bytes. */
#define FDDM_PLAN_WORKSPACE_MAX ((gsize) 64 << 20)

/* Maximum number of values of a layer's input or output. Beyond it cuDNN has a single, slow engine, and none before 9.3. */
#define FDDM_PLAN_VALUES_MAX ((gsize) G_MAXINT)

/* Returns the plan for KEY, or NULL if it has not been made. */
const FddmPlan *fddm_plan_find (const FddmDevice *device, const FddmPlanKey *key);
/* Sets PLAN to the plan for KEY, and makes or reads it first if needed. TRIAL NULL: the first plan that can be made is
 * taken. Fails if cuDNN computes this layer wrongly, or has no engine for it and it is too large for our own kernel. */
gboolean fddm_plan_get (FddmDevice *device, const FddmPlanKey *key, const FddmPlanTrial *trial, const FddmPlan **plan,
                        GError **error);
/* Runs any plan but a direct one. */
gboolean fddm_plan_run (FddmDevice *device, const FddmPlan *plan, const FddmPlanData *data, GError **error);
/* Frees all plans of the device, after the cache was told how long they have run. */
void fddm_plans_free (FddmDevice *device);

G_END_DECLS
