/* candidates.c: see candidates.h.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Engines are rejected if their results vary from run to run or with the place in the tile, or if their precision is lower
 * than requested: tiles must meet without a seam. */
#include "kernels/cuda/candidates.h"
#include <string.h>

/* Number of engine configurations requested from a heuristic. */
#define PER_HEURISTIC 32

/* Maximum number of settings (knobs) of an engine. */
#define KNOBS_MAX 32

struct FddmCandidates {
  FddmDevice  *device;
  FddmPlanKey  key;
  FddmPlanKind kind;
  FddmPool     pool;
  GPtrArray   *configs;  /* engine configurations, of the pool */
  GPtrArray   *settings; /* of strings: what tells them apart  */
};

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
is_precise (const FddmDevice *device, cudnnBackendDescriptor_t engine)
{
  cudnnBackendNumericalNote_t notes[CUDNN_NUMERICAL_NOTE_TYPE_COUNT];
  int64_t                     n = 0;

  if (device->cudnn->get (engine, CUDNN_ATTR_ENGINE_NUMERICAL_NOTE, CUDNN_TYPE_NUMERICAL_NOTE, G_N_ELEMENTS (notes), &n,
                          notes) != CUDNN_STATUS_SUCCESS)
    return FALSE;
  for (int64_t i = 0; i < MIN (n, (int64_t) G_N_ELEMENTS (notes)); i++)
    if (is_unwanted (device, notes[i]))
      return FALSE;
  return TRUE;
}

/* Whether ENGINE's kernels are compiled when a plan is made. */
static gboolean
is_compiled (const FddmDevice *device, cudnnBackendDescriptor_t engine)
{
  cudnnBackendBehaviorNote_t notes[CUDNN_BEHAVIOR_NOTE_TYPE_COUNT];
  int64_t                    n = 0;

  if (device->cudnn->get (engine, CUDNN_ATTR_ENGINE_BEHAVIOR_NOTE, CUDNN_TYPE_BEHAVIOR_NOTE, G_N_ELEMENTS (notes), &n,
                          notes) != CUDNN_STATUS_SUCCESS)
    return TRUE; /* may be */
  for (int64_t i = 0; i < MIN (n, (int64_t) G_N_ELEMENTS (notes)); i++)
    if (notes[i] == CUDNN_BEHAVIOR_NOTE_RUNTIME_COMPILATION)
      return TRUE;
  return FALSE;
}

/* The engine's number and settings: heuristics offer the same configuration more than once. NULL if cuDNN does not tell. */
static char *
settings_of (FddmPool *pool, cudnnBackendDescriptor_t config, cudnnBackendDescriptor_t engine)
{
  g_autoptr (GString)      text = g_string_new (NULL);
  cudnnBackendDescriptor_t choices[KNOBS_MAX];
  int64_t                  n = 0, one = 0, index = 0;

  for (int i = 0; i < KNOBS_MAX; i++)
    choices[i] = fddm_pool_new (pool, CUDNN_BACKEND_KNOB_CHOICE_DESCRIPTOR);
  if (pool->status != CUDNN_STATUS_SUCCESS ||
      pool->cudnn->get (engine, CUDNN_ATTR_ENGINE_GLOBAL_INDEX, CUDNN_TYPE_INT64, 1, &one, &index) != CUDNN_STATUS_SUCCESS ||
      pool->cudnn->get (config, CUDNN_ATTR_ENGINECFG_KNOB_CHOICES, CUDNN_TYPE_BACKEND_DESCRIPTOR, KNOBS_MAX, &n, choices) !=
        CUDNN_STATUS_SUCCESS)
    return NULL;
  g_string_printf (text, "%" G_GINT64_FORMAT, (gint64) index);
  for (int64_t i = 0; i < MIN (n, KNOBS_MAX); i++)
    {
      cudnnBackendKnobType_t type  = CUDNN_KNOB_TYPE_COUNTS;
      int64_t                value = 0;

      if (pool->cudnn->get (choices[i], CUDNN_ATTR_KNOB_CHOICE_KNOB_TYPE, CUDNN_TYPE_KNOB_TYPE, 1, &one, &type) !=
            CUDNN_STATUS_SUCCESS ||
          pool->cudnn->get (choices[i], CUDNN_ATTR_KNOB_CHOICE_KNOB_VALUE, CUDNN_TYPE_INT64, 1, &one, &value) !=
            CUDNN_STATUS_SUCCESS)
        return NULL;
      g_string_append_printf (text, " %d=%" G_GINT64_FORMAT, (int) type, (gint64) value);
    }
  return g_string_free (g_steal_pointer (&text), FALSE);
}

/* Adds CONFIG if it is suitable and new. */
static void
consider (FddmCandidates *candidates, cudnnBackendDescriptor_t config, gboolean compiled)
{
  FddmPool                *pool     = &candidates->pool;
  cudnnBackendDescriptor_t engine   = fddm_pool_new (pool, CUDNN_BACKEND_ENGINE_DESCRIPTOR);
  g_autofree char         *settings = NULL;
  int64_t                  n        = 0;

  if (pool->status != CUDNN_STATUS_SUCCESS ||
      pool->cudnn->get (config, CUDNN_ATTR_ENGINECFG_ENGINE, CUDNN_TYPE_BACKEND_DESCRIPTOR, 1, &n, &engine) !=
        CUDNN_STATUS_SUCCESS ||
      !is_precise (candidates->device, engine) || !is_compiled (candidates->device, engine) != !compiled)
    return;
  settings = settings_of (pool, config, engine);
  if (settings != NULL && g_ptr_array_find_with_equal_func (candidates->settings, settings, g_str_equal, NULL))
    return;
  g_ptr_array_add (candidates->configs, config);
  g_ptr_array_add (candidates->settings, settings != NULL ? g_steal_pointer (&settings) : g_strdup (""));
}

static void
ask_heuristic (FddmCandidates *candidates, cudnnBackendDescriptor_t graph, cudnnBackendHeurMode_t mode, gboolean compiled)
{
  FddmPool                *pool   = &candidates->pool;
  const FddmDevice        *device = candidates->device;
  cudnnBackendDescriptor_t heuristic, configs[PER_HEURISTIC];
  int64_t                  n = 0;

  pool->status = CUDNN_STATUS_SUCCESS; /* clears the previous heuristic's failure */
  heuristic    = fddm_pool_new (pool, CUDNN_BACKEND_ENGINEHEUR_DESCRIPTOR);
  fddm_pool_set (pool, heuristic, CUDNN_ATTR_ENGINEHEUR_OPERATION_GRAPH, CUDNN_TYPE_BACKEND_DESCRIPTOR, 1, &graph);
  fddm_pool_set (pool, heuristic, CUDNN_ATTR_ENGINEHEUR_MODE, CUDNN_TYPE_HEUR_MODE, 1, &mode);
  if (device->properties != NULL)
    fddm_pool_set (pool, heuristic, CUDNN_ATTR_ENGINEHEUR_DEVICEPROP, CUDNN_TYPE_BACKEND_DESCRIPTOR, 1, &device->properties);
  fddm_pool_finish (pool, heuristic);
  for (int i = 0; i < PER_HEURISTIC; i++)
    configs[i] = fddm_pool_new (pool, CUDNN_BACKEND_ENGINECFG_DESCRIPTOR);
  if (pool->status != CUDNN_STATUS_SUCCESS ||
      pool->cudnn->get (heuristic, CUDNN_ATTR_ENGINEHEUR_RESULTS, CUDNN_TYPE_BACKEND_DESCRIPTOR, PER_HEURISTIC, &n,
                        configs) != CUDNN_STATUS_SUCCESS)
    return;
  for (int64_t i = 0; i < MIN (n, PER_HEURISTIC); i++)
    {
      pool->status = CUDNN_STATUS_SUCCESS;
      consider (candidates, configs[i], compiled);
    }
}

FddmCandidates *
fddm_candidates_new (FddmDevice *device, const FddmPlanKey *key, FddmPlanKind kind, gboolean compiled)
{
  static const cudnnBackendHeurMode_t modes[]    = { CUDNN_HEUR_MODE_A, CUDNN_HEUR_MODE_B, CUDNN_HEUR_MODE_FALLBACK };
  FddmCandidates                     *candidates = g_new0 (FddmCandidates, 1);
  cudnnBackendDescriptor_t            graph;

  candidates->device   = device;
  candidates->key      = *key;
  candidates->kind     = kind;
  candidates->configs  = g_ptr_array_new ();
  candidates->settings = g_ptr_array_new_with_free_func (g_free);
  fddm_pool_init (&candidates->pool, device->cudnn);
  graph = key->heads > 0 ? fddm_graph_new_attention (&candidates->pool, device, key)
                         : fddm_graph_new_conv (&candidates->pool, device, key, kind);
  if (candidates->pool.status == CUDNN_STATUS_SUCCESS)
    for (guint i = 0; i < G_N_ELEMENTS (modes); i++)
      ask_heuristic (candidates, graph, modes[i], compiled);
  return candidates;
}

void
fddm_candidates_free (FddmCandidates *candidates)
{
  if (candidates->pool.descriptors != NULL)
    fddm_pool_clear (&candidates->pool);
  g_ptr_array_unref (candidates->configs);
  g_ptr_array_unref (candidates->settings);
  g_free (candidates);
}

guint
fddm_candidates_count (const FddmCandidates *candidates)
{
  return candidates->configs->len;
}

const char *
fddm_candidates_settings (const FddmCandidates *candidates, guint i)
{
  return g_ptr_array_index (candidates->settings, i);
}

/* Finishes CANDIDATE, which describes a plan, and takes it for PLAN. */
static gboolean
finish_plan (FddmPool *pool, cudnnBackendDescriptor_t candidate, FddmPlan *plan)
{
  int64_t n = 0, workspace = 0;

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

/* A descriptor of a plan for DEVICE. */
static cudnnBackendDescriptor_t
plan_descriptor (FddmPool *pool, const FddmDevice *device)
{
  cudnnBackendDescriptor_t plan = fddm_pool_new (pool, CUDNN_BACKEND_EXECUTION_PLAN_DESCRIPTOR);

  if (device->properties != NULL)
    fddm_pool_set (pool, plan, CUDNN_ATTR_EXECUTION_PLAN_DEVICEPROP, CUDNN_TYPE_BACKEND_DESCRIPTOR, 1, &device->properties);
  else
    fddm_pool_set (pool, plan, CUDNN_ATTR_EXECUTION_PLAN_HANDLE, CUDNN_TYPE_HANDLE, 1, &device->handle);
  return plan;
}

void
fddm_candidates_drop (FddmCandidates *candidates, FddmPlan *plan)
{
  FddmPool *pool = &candidates->pool;

  if (plan != NULL && plan->plan != NULL && g_ptr_array_remove (pool->descriptors, plan->plan))
    (void) pool->cudnn->descriptor_free (plan->plan);
  g_free (plan);
}

FddmPlan *
fddm_candidates_plan (FddmCandidates *candidates, guint i)
{
  FddmPool                *pool   = &candidates->pool;
  cudnnBackendDescriptor_t config = g_ptr_array_index (candidates->configs, i), descriptor;
  FddmPlan                *plan;

  pool->status = CUDNN_STATUS_SUCCESS;
  descriptor   = plan_descriptor (pool, candidates->device);
  fddm_pool_set (pool, descriptor, CUDNN_ATTR_EXECUTION_PLAN_ENGINE_CONFIG, CUDNN_TYPE_BACKEND_DESCRIPTOR, 1, &config);
  plan       = g_new0 (FddmPlan, 1);
  plan->key  = candidates->key;
  plan->kind = candidates->kind;
  if (!finish_plan (pool, descriptor, plan))
    {
      plan->plan = descriptor; /* NULL if there is none */
      fddm_candidates_drop (candidates, g_steal_pointer (&plan));
    }
  return plan;
}

/* cuDNN's documentation does not say whether a plan outlives its parts, so all of them are kept. */
void
fddm_candidates_give (FddmCandidates *candidates, FddmPlan *plan)
{
  plan->descriptors = g_steal_pointer (&candidates->pool.descriptors);
  fddm_candidates_free (candidates);
}

gboolean
fddm_plan_from_json (FddmDevice *device, const char *json, gsize length, FddmPlan *plan)
{
  cudnnBackendDescriptor_t descriptor;
  FddmPool                 pool;

  fddm_pool_init (&pool, device->cudnn);
  descriptor = plan_descriptor (&pool, device);
  fddm_pool_set (&pool, descriptor, CUDNN_ATTR_EXECUTION_PLAN_JSON_REPRESENTATION, CUDNN_TYPE_CHAR, (gint64) length, json);
  if (!finish_plan (&pool, descriptor, plan))
    {
      fddm_pool_clear (&pool);
      return FALSE;
    }
  plan->descriptors = pool.descriptors;
  return TRUE;
}

char *
fddm_plan_to_json (const FddmDevice *device, const FddmPlan *plan, gsize *length)
{
  const cudnnBackendAttributeName_t name = CUDNN_ATTR_EXECUTION_PLAN_JSON_REPRESENTATION;
  g_autofree char                  *json = NULL;
  int64_t                           n = 0, got = 0;

  if (device->cudnn->get (plan->plan, name, CUDNN_TYPE_CHAR, 0, &n, NULL) != CUDNN_STATUS_SUCCESS || n <= 0)
    return NULL;
  json = g_malloc0 ((gsize) n + 1);
  if (device->cudnn->get (plan->plan, name, CUDNN_TYPE_CHAR, n, &got, json) != CUDNN_STATUS_SUCCESS || got != n)
    return NULL;
  *length = strnlen (json, (gsize) n); /* a final zero may count */
  return g_steal_pointer (&json);
}
