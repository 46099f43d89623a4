/* plan.c: chooses the cuDNN engine that runs a layer.
 * SPDX-License-Identifier: Apache-2.0
 *
 * cuDNN's heuristics are tried in order: A (fitted to the GPU), then B, then the fallback list. The whole layer as one graph
 * is tried before the convolution alone. The engines that cuDNN prefers for whole graphs are compiled at planning time,
 * which needs libnvrtc; precompiled ones require the bias in the NETWORK format. Engines are rejected if their results vary
 * from run to run or with the place in the tile, or if their precision is lower than requested: tiles must meet without a
 * seam. */
#include <string.h>
#include "kernels/cuda/plan.h"

/* Number of engine configurations requested from a heuristic. */
#define CANDIDATES 16

static gboolean
is_unwanted (const FddmDevice *device, cudnnBackendNumericalNote_t note)
{
  switch (note)
    {
    case CUDNN_NUMERICAL_NOTE_TENSOR_CORE: /* TF32, if the numbers are floats */
    case CUDNN_NUMERICAL_NOTE_DOWN_CONVERT_INPUTS: return device->network == FDDM_ELEMENT_FLOAT;
    case CUDNN_NUMERICAL_NOTE_REDUCED_PRECISION_REDUCTION:
    case CUDNN_NUMERICAL_NOTE_NONDETERMINISTIC:
    case CUDNN_NUMERICAL_NOTE_FFT:
    case CUDNN_NUMERICAL_NOTE_WINOGRAD:
    case CUDNN_NUMERICAL_NOTE_WINOGRAD_TILE_4x4:
    case CUDNN_NUMERICAL_NOTE_WINOGRAD_TILE_6x6:
    case CUDNN_NUMERICAL_NOTE_WINOGRAD_TILE_13x13: return TRUE;
    default: return FALSE;
    }
}

static gboolean
is_acceptable (FddmPool *pool, const FddmDevice *device, cudnnBackendDescriptor_t config)
{
  cudnnBackendNumericalNote_t notes[CUDNN_NUMERICAL_NOTE_TYPE_COUNT];
  cudnnBackendDescriptor_t    engine = fddm_pool_new (pool, CUDNN_BACKEND_ENGINE_DESCRIPTOR);
  int64_t                     n      = 0;

  if (pool->status != CUDNN_STATUS_SUCCESS ||
      pool->cudnn->get (config, CUDNN_ATTR_ENGINECFG_ENGINE, CUDNN_TYPE_BACKEND_DESCRIPTOR, 1, &n, &engine) !=
        CUDNN_STATUS_SUCCESS ||
      pool->cudnn->get (engine, CUDNN_ATTR_ENGINE_NUMERICAL_NOTE, CUDNN_TYPE_NUMERICAL_NOTE, G_N_ELEMENTS (notes), &n,
                        notes) != CUDNN_STATUS_SUCCESS)
    return FALSE;
  for (int64_t i = 0; i < MIN (n, (int64_t) G_N_ELEMENTS (notes)); i++)
    if (is_unwanted (device, notes[i]))
      return FALSE;
  return TRUE;
}

/* Tries the candidate CONFIG. On success fills in PLAN and adds its descriptor to POOL. */
static gboolean
try_config (FddmPool *pool, FddmDevice *device, cudnnBackendDescriptor_t config, FddmPlan *plan)
{
  cudnnBackendDescriptor_t candidate;
  int64_t                  n = 0, workspace = 0;

  if (!is_acceptable (pool, device, config))
    return FALSE;
  candidate = fddm_pool_new (pool, CUDNN_BACKEND_EXECUTION_PLAN_DESCRIPTOR);
  if (device->properties != NULL)
    fddm_pool_set (pool, candidate, CUDNN_ATTR_EXECUTION_PLAN_DEVICEPROP, CUDNN_TYPE_BACKEND_DESCRIPTOR, 1,
                   &device->properties);
  else
    fddm_pool_set (pool, candidate, CUDNN_ATTR_EXECUTION_PLAN_HANDLE, CUDNN_TYPE_HANDLE, 1, &device->handle);
  fddm_pool_set (pool, candidate, CUDNN_ATTR_EXECUTION_PLAN_ENGINE_CONFIG, CUDNN_TYPE_BACKEND_DESCRIPTOR, 1, &config);
  fddm_pool_finish (pool, candidate);
  if (pool->status != CUDNN_STATUS_SUCCESS ||
      pool->cudnn->get (candidate, CUDNN_ATTR_EXECUTION_PLAN_WORKSPACE_SIZE, CUDNN_TYPE_INT64, 1, &n, &workspace) !=
        CUDNN_STATUS_SUCCESS ||
      workspace < 0 || workspace > (int64_t) FDDM_PLAN_WORKSPACE_MAX)
    return FALSE;
  plan->plan      = candidate;
  plan->workspace = (gsize) workspace;
  return TRUE;
}

/* Uses the first suitable candidate of one heuristic. POOL takes ownership of the candidates' descriptors. */
static gboolean
try_heuristic (FddmPool *pool, FddmDevice *device, cudnnBackendDescriptor_t graph, cudnnBackendHeurMode_t mode,
               FddmPlan *plan)
{
  cudnnBackendDescriptor_t heuristic = fddm_pool_new (pool, CUDNN_BACKEND_ENGINEHEUR_DESCRIPTOR);
  cudnnBackendDescriptor_t configs[CANDIDATES];
  int64_t                  n = 0;

  fddm_pool_set (pool, heuristic, CUDNN_ATTR_ENGINEHEUR_OPERATION_GRAPH, CUDNN_TYPE_BACKEND_DESCRIPTOR, 1, &graph);
  fddm_pool_set (pool, heuristic, CUDNN_ATTR_ENGINEHEUR_MODE, CUDNN_TYPE_HEUR_MODE, 1, &mode);
  if (device->properties != NULL)
    fddm_pool_set (pool, heuristic, CUDNN_ATTR_ENGINEHEUR_DEVICEPROP, CUDNN_TYPE_BACKEND_DESCRIPTOR, 1, &device->properties);
  fddm_pool_finish (pool, heuristic);
  for (int i = 0; i < CANDIDATES; i++)
    configs[i] = fddm_pool_new (pool, CUDNN_BACKEND_ENGINECFG_DESCRIPTOR);
  if (pool->status != CUDNN_STATUS_SUCCESS ||
      pool->cudnn->get (heuristic, CUDNN_ATTR_ENGINEHEUR_RESULTS, CUDNN_TYPE_BACKEND_DESCRIPTOR, CANDIDATES, &n, configs) !=
        CUDNN_STATUS_SUCCESS)
    return FALSE;
  for (int64_t i = 0; i < MIN (n, CANDIDATES); i++)
    {
      /* Clears the previous candidate's failure. */
      pool->status = CUDNN_STATUS_SUCCESS;
      if (try_config (pool, device, configs[i], plan))
        return TRUE;
    }
  return FALSE;
}

/* Plans PLAN's layer through cuDNN as KIND. FALSE if there is no suitable engine. */
static gboolean
try_graph (FddmDevice *device, FddmPlanKind kind, FddmPlan *plan)
{
  static const cudnnBackendHeurMode_t modes[] = { CUDNN_HEUR_MODE_A, CUDNN_HEUR_MODE_B, CUDNN_HEUR_MODE_FALLBACK };
  cudnnBackendDescriptor_t            graph;
  FddmPool                            pool;
  gboolean                            found = FALSE;

  fddm_pool_init (&pool, device->cudnn);
  graph = plan->key.heads > 0 ? fddm_graph_new_attention (&pool, device, &plan->key)
                              : fddm_graph_new_conv (&pool, device, &plan->key, kind);
  if (pool.status == CUDNN_STATUS_SUCCESS)
    for (guint i = 0; i < G_N_ELEMENTS (modes) && !found; i++)
      {
        pool.status = CUDNN_STATUS_SUCCESS;
        found       = try_heuristic (&pool, device, graph, modes[i], plan);
      }
  /* cuDNN's documentation does not say whether a plan outlives its parts, so all of them are kept. */
  plan->kind = kind;
  if (found)
    plan->descriptors = g_steal_pointer (&pool.descriptors);
  else
    fddm_pool_clear (&pool);
  return found;
}

static gboolean
same_key (const FddmPlanKey *a, const FddmPlanKey *b)
{
  return a->kernel == b->kernel && a->heads == b->heads && a->in_channels == b->in_channels &&
         a->out_channels == b->out_channels && a->height == b->height && a->width == b->width &&
         a->activation == b->activation && !a->residual == !b->residual;
}

const FddmPlan *
fddm_plan_find (const FddmDevice *device, const FddmPlanKey *key)
{
  for (guint i = 0; i < device->plans->len; i++)
    {
      const FddmPlan *plan = g_ptr_array_index (device->plans, i);

      if (same_key (&plan->key, key))
        return plan;
    }
  return NULL;
}

const FddmPlan *
fddm_plan_get (FddmDevice *device, const FddmPlanKey *key)
{
  const FddmPlan *known = fddm_plan_find (device, key);
  FddmPlan       *plan;

  if (known != NULL)
    return known;
  plan      = g_new0 (FddmPlan, 1);
  plan->key = *key;
  if (!try_graph (device, FDDM_PLAN_FUSED, plan) &&
      (key->heads > 0 || (!try_graph (device, FDDM_PLAN_ROUNDED, plan) && !try_graph (device, FDDM_PLAN_PLAIN, plan))))
    plan->kind = FDDM_PLAN_DIRECT;
  g_ptr_array_add (device->plans, plan);
  return plan;
}

void
fddm_plan_free (FddmDevice *device, FddmPlan *plan)
{
  FddmPool pool = { .cudnn = device->cudnn, .descriptors = plan->descriptors };

  if (pool.descriptors != NULL)
    fddm_pool_clear (&pool);
  g_free (plan);
}

/* Lists identifiers and addresses of the graph's inputs and outputs, and returns their number. */
static int
list_data (const FddmPlan *plan, const FddmPlanData *data, gint64 uids[6], void *pointers[6])
{
  const gboolean bias = plan->kind == FDDM_PLAN_FUSED || plan->kind == FDDM_PLAN_ROUNDED;
  const struct {
    gint64   uid;
    gboolean wanted;
    void    *pointer;
  } all[] = {
    { FDDM_UID_X, TRUE, data->x },
    { FDDM_UID_W, TRUE, data->w },
    { FDDM_UID_Y, TRUE, data->y },
    { FDDM_UID_BIAS, bias && plan->key.heads == 0, data->bias },
    { FDDM_UID_Z, plan->key.heads > 0 || (bias && plan->key.residual), data->z },
    { FDDM_UID_SCALE, plan->key.heads > 0, (void *) &data->scale }, /* by value: read from the host at this call */
  };
  int n = 0;

  for (guint i = 0; i < G_N_ELEMENTS (all); i++)
    if (all[i].wanted)
      {
        uids[n]       = all[i].uid;
        pointers[n++] = all[i].pointer;
      }
  return n;
}

gboolean
fddm_plan_run (FddmDevice *device, const FddmPlan *plan, const FddmPlanData *data, GError **error)
{
  gint64                   uids[6];
  void                    *pointers[6];
  const gint64             n = list_data (plan, data, uids, pointers);
  FddmPool                 pool;
  cudnnBackendDescriptor_t pack;
  cudnnStatus_t            status;

  fddm_pool_init (&pool, device->cudnn);
  pack = fddm_pool_new (&pool, CUDNN_BACKEND_VARIANT_PACK_DESCRIPTOR);
  fddm_pool_set (&pool, pack, CUDNN_ATTR_VARIANT_PACK_UNIQUE_IDS, CUDNN_TYPE_INT64, n, uids);
  fddm_pool_set (&pool, pack, CUDNN_ATTR_VARIANT_PACK_DATA_POINTERS, CUDNN_TYPE_VOID_PTR, n, pointers);
  fddm_pool_set (&pool, pack, CUDNN_ATTR_VARIANT_PACK_WORKSPACE, CUDNN_TYPE_VOID_PTR, 1, &data->workspace);
  fddm_pool_finish (&pool, pack);
  status = pool.status == CUDNN_STATUS_SUCCESS ? device->cudnn->execute (device->handle, plan->plan, pack) : pool.status;
  fddm_pool_clear (&pool);
  return fddm_cudnn_ok (device->cudnn, status, plan->key.heads > 0 ? "an attention" : "a convolution", error);
}
