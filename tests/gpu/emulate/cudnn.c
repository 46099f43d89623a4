/* cudnn.c: as much of cuDNN's backend API as the GPU module uses, interpreted on the CPU. It holds the module to the API's
 * rules as its reference states them, and computes what the graph says.
 * SPDX-License-Identifier: Apache-2.0
 *
 * EMULATE_CUDNN: fused (default), rounded (the bias must have the type of the rest, as without libnvrtc), plain (no engine
 * for more than a convolution), none (no engine at all), wrong (all of them, and they miscalculate), deadly (all of them, and
 * the GPU is lost when they run), missing (no cuDNN) or partial (without cuBLAS).
 * Except for the convolution alone, a graph whose bias has another type than the rest is one to be compiled.
 *
 * EMULATE_ENGINES: the engines that cuDNN offers, in the words of ENGINES below with commas between; default: good. */
#include <math.h>
#include <stdio.h>
#include <string.h>
#include "tests/gpu/emulate/cudnn.h"
#include "tests/gpu/emulate/streams.h"

/* Engines, each with its time for a run in milliseconds. */
static const struct {
  const char *name;
  float       milliseconds;
} engines[] = { { "good", 1.0f },       { "slow", 5.0f },    { "fast", 0.5f },
                { "wrong", 0.1f },      { "nothing", 0.1f }, { "fails", 0.1f }, /* when it is run  */
                { "none", 0.0f },                                               /* makes no plan   */
                { "huge", 0.1f },                                               /* of workspace    */
                { "apart", 0.1f },                           /* goes wrong where the output lies upon the residual      */
                { "deadly", 0.1f },                          /* the GPU is lost when it runs                            */
                { "deadly-too", 0.1f }, { "starved", 0.1f }, /* has no memory when it is run                            */
                { "unreliable", 0.1f } };                    /* as it says                                            */

/* Milliseconds that the first run of a plan takes in addition: its kernel is loaded. */
#define LOADING 100.0f

static gboolean
engine_is (int engine, const char *name)
{
  return g_str_equal (engines[engine].name, name);
}

static gboolean
mode_is (const char *mode)
{
  return g_strcmp0 (g_getenv ("EMULATE_CUDNN"), mode) == 0;
}

typedef struct {
  cudaStream_t stream;
} Handle;

/* Graph and engine of the plans whose JSON was asked for: a number stands for them, in this process. */
static GPtrArray *told;

static gsize
size_of (cudnnBackendAttributeType_t type)
{
  switch (type)
    {
    case CUDNN_TYPE_BOOLEAN: return sizeof (_Bool);
    case CUDNN_TYPE_CHAR: return 1;
    case CUDNN_TYPE_FLOAT: return sizeof (float);
    case CUDNN_TYPE_HANDLE:
    case CUDNN_TYPE_INT64:
    case CUDNN_TYPE_VOID_PTR:
    case CUDNN_TYPE_BACKEND_DESCRIPTOR: return 8;
    default: return sizeof (int); /* enumerations */
    }
}

const void *
emulate_attribute (const EmulatedDescriptor *d, cudnnBackendAttributeName_t name, gint64 *n)
{
  for (guint i = 0; i < d->attributes->len; i++)
    {
      const EmulatedAttribute *a = &g_array_index (d->attributes, EmulatedAttribute, i);

      if (a->name == name)
        {
          if (n != NULL)
            *n = a->n;
          return a->values;
        }
    }
  return NULL;
}

EmulatedDescriptor *
emulate_child (const EmulatedDescriptor *d, cudnnBackendAttributeName_t name)
{
  EmulatedDescriptor *const *value = emulate_attribute (d, name, NULL);

  return value != NULL ? *value : NULL;
}

static cudnnStatus_t
descriptor_new (cudnnBackendDescriptorType_t type, cudnnBackendDescriptor_t *descriptor)
{
  EmulatedDescriptor *d = g_new0 (EmulatedDescriptor, 1);

  if (mode_is ("none"))
    {
      g_free (d);
      return CUDNN_STATUS_NOT_SUPPORTED;
    }
  d->type       = type;
  d->attributes = g_array_new (FALSE, FALSE, sizeof (EmulatedAttribute));
  *descriptor   = d;
  return CUDNN_STATUS_SUCCESS;
}

static cudnnStatus_t
descriptor_free (cudnnBackendDescriptor_t descriptor)
{
  EmulatedDescriptor *d = descriptor;

  if (d->kept)
    return CUDNN_STATUS_SUCCESS;
  for (guint i = 0; i < d->attributes->len; i++)
    g_free (g_array_index (d->attributes, EmulatedAttribute, i).values);
  g_array_unref (d->attributes);
  g_free (d);
  return CUDNN_STATUS_SUCCESS;
}

static cudnnStatus_t
set (cudnnBackendDescriptor_t descriptor, cudnnBackendAttributeName_t name, cudnnBackendAttributeType_t type, int64_t n,
     const void *values)
{
  EmulatedDescriptor *d = descriptor;
  EmulatedAttribute   a = { .name = name, .type = type, .n = n, .values = g_memdup2 (values, n * size_of (type)) };

  if (d->final)
    return CUDNN_STATUS_BAD_PARAM;
  /* Whatever a descriptor is given must be whole. */
  for (gint64 i = 0; type == CUDNN_TYPE_BACKEND_DESCRIPTOR && i < n; i++)
    if (!((EmulatedDescriptor *const *) values)[i]->final)
      return CUDNN_STATUS_BAD_PARAM_NOT_FINALIZED;
  g_array_append_val (d->attributes, a);
  return CUDNN_STATUS_SUCCESS;
}

/* A number that no other process has. */
static guint
this_process (void)
{
  static guint number;

  if (number == 0)
    number = g_random_int_range (1, G_MAXINT);
  return number;
}

/* Gives the plan D its graph and engine, from JSON or a configuration. FALSE if there is no such plan. */
static gboolean
make_plan (EmulatedDescriptor *d)
{
  gint64                    n      = 0;
  const char               *json   = emulate_attribute (d, CUDNN_ATTR_EXECUTION_PLAN_JSON_REPRESENTATION, &n);
  const EmulatedDescriptor *config = emulate_child (d, CUDNN_ATTR_EXECUTION_PLAN_ENGINE_CONFIG);
  g_autofree char          *text   = json != NULL ? g_strndup (json, (gsize) n) : NULL;
  guint                     number = 0, process = 0;

  if (text != NULL && (told == NULL || sscanf (text, "{\"emulated\":%u,\"process\":%u}", &number, &process) != 2 ||
                       process != this_process () || number >= told->len))
    return FALSE;
  if (text != NULL)
    config = g_ptr_array_index (told, number);
  if (engine_is (config->engine, "unreliable"))
    g_error ("an engine was taken that should have been passed over");
  d->graph  = config->graph;
  d->engine = config->engine;
  return !engine_is (d->engine, "none");
}

static cudnnStatus_t
finalize (cudnnBackendDescriptor_t descriptor)
{
  EmulatedDescriptor *d = descriptor;

  if (d->type == CUDNN_BACKEND_EXECUTION_PLAN_DESCRIPTOR && !make_plan (d))
    return CUDNN_STATUS_NOT_SUPPORTED;
  d->final = TRUE;
  return CUDNN_STATUS_SUCCESS;
}

static void
keep (EmulatedDescriptor *d)
{
  d->kept = TRUE;
  for (guint i = 0; i < d->attributes->len; i++)
    {
      const EmulatedAttribute *a = &g_array_index (d->attributes, EmulatedAttribute, i);

      for (gint64 j = 0; a->type == CUDNN_TYPE_BACKEND_DESCRIPTOR && j < a->n; j++)
        keep (((EmulatedDescriptor **) a->values)[j]);
    }
}

/* N = 0: only its length is wanted. */
static gint64
tell_json (const EmulatedDescriptor *plan, gint64 n, char *values)
{
  static char        *last;
  EmulatedDescriptor *copy;

  if (n == 0)
    {
      if (told == NULL)
        told = g_ptr_array_new ();
      copy         = g_new0 (EmulatedDescriptor, 1);
      copy->graph  = plan->graph;
      copy->engine = plan->engine;
      keep (plan->graph);
      g_ptr_array_add (told, copy);
      g_free (last);
      last = g_strdup_printf ("{\"emulated\":%u,\"process\":%u}", told->len - 1, this_process ());
    }
  else
    memcpy (values, last, MIN ((gsize) n, strlen (last)));
  return (gint64) strlen (last);
}

static cudnnDataType_t
type_of (const EmulatedDescriptor *tensor)
{
  return *(const cudnnDataType_t *) emulate_attribute (tensor, CUDNN_ATTR_TENSOR_DATA_TYPE, NULL);
}

/* Whether the make-believe engines take GRAPH. */
static gboolean
is_supported (const EmulatedDescriptor *graph)
{
  gint64                     n          = 0;
  EmulatedDescriptor *const *operations = emulate_attribute (graph, CUDNN_ATTR_OPERATIONGRAPH_OPS, &n);
  const EmulatedDescriptor  *x = emulate_child (operations[0], CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_X), *last = NULL;

  if (x == NULL)
    return !mode_is ("plain") && !mode_is ("rounded"); /* attention is compiled at run time */
  if (mode_is ("plain"))
    return n == 1;
  for (gint64 i = 1; i < n; i++)
    if (emulate_child (operations[i], CUDNN_ATTR_OPERATION_POINTWISE_BDESC) != NULL)
      last = emulate_child (operations[i], CUDNN_ATTR_OPERATION_POINTWISE_BDESC);
  return !mode_is ("rounded") || last == NULL || type_of (last) == type_of (x);
}

static int
engine_called (const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (engines); i++)
    if (g_str_equal (engines[i].name, name))
      return (int) i;
  g_error ("there is no engine “%s”", name);
}

/* One configuration for each engine; before them that of an engine that must be passed over. */
static gint64
give_results (const EmulatedDescriptor *heuristic, gint64 n, EmulatedDescriptor **results)
{
  EmulatedDescriptor *graph = emulate_child (heuristic, CUDNN_ATTR_ENGINEHEUR_OPERATION_GRAPH);
  const char         *wish  = g_getenv ("EMULATE_ENGINES");
  g_autofree char    *list  = g_strconcat ("unreliable,", wish != NULL ? wish : "good", NULL);
  g_auto (GStrv)      names = g_strsplit (list, ",", 0);
  const gint64        count = MIN (n, (gint64) g_strv_length (names));

  if (!is_supported (graph))
    return 0;
  for (gint64 i = 0; i < count; i++)
    {
      results[i]->graph  = graph;
      results[i]->engine = engine_called (names[i]);
      results[i]->final  = TRUE;
    }
  return count;
}

/* Whether the graph's bias has another type than its input: cuDNN has no kernels for that in store. */
static gboolean
is_compiled (const EmulatedDescriptor *graph)
{
  gint64                     n          = 0;
  EmulatedDescriptor *const *operations = emulate_attribute (graph, CUDNN_ATTR_OPERATIONGRAPH_OPS, &n);
  const EmulatedDescriptor  *x          = emulate_child (operations[0], CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_X);

  for (gint64 i = 1; x != NULL && i < n; i++)
    {
      const EmulatedDescriptor *operand = emulate_child (operations[i], CUDNN_ATTR_OPERATION_POINTWISE_BDESC);

      if (operand != NULL && type_of (operand) != type_of (x))
        return TRUE;
    }
  return x == NULL;
}

/* Any number of bytes, so that nobody counts on one. */
static gint64
workspace_of (const EmulatedDescriptor *plan)
{
  gint64                     n          = 0;
  EmulatedDescriptor *const *operations = emulate_attribute (plan->graph, CUDNN_ATTR_OPERATIONGRAPH_OPS, &n);
  const EmulatedDescriptor  *x          = emulate_child (operations[0], CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_X);
  const gint64              *sizes      = x != NULL ? emulate_attribute (x, CUDNN_ATTR_TENSOR_DIMENSIONS, NULL) : NULL;

  if (engine_is (plan->engine, "huge"))
    return (gint64) 3 << 30;
  return sizes == NULL ? 1000 : (sizes[1] * 977 + sizes[2] * 131 + sizes[3] * 7 + n) % 4 * 1237;
}

static cudnnStatus_t
get (cudnnBackendDescriptor_t const descriptor, cudnnBackendAttributeName_t name,
     cudnnBackendAttributeType_t type G_GNUC_UNUSED, int64_t n, int64_t *count, void *values)
{
  const EmulatedDescriptor *d = descriptor;

  if (!d->final)
    return CUDNN_STATUS_BAD_PARAM_NOT_FINALIZED;
  *count = 1;
  switch (name)
    {
    case CUDNN_ATTR_ENGINEHEUR_RESULTS: *count = give_results (d, n, values); break;
    case CUDNN_ATTR_ENGINECFG_ENGINE:
      (*(EmulatedDescriptor **) values)->graph  = d->graph;
      (*(EmulatedDescriptor **) values)->engine = d->engine;
      (*(EmulatedDescriptor **) values)->final  = TRUE;
      break;
    case CUDNN_ATTR_ENGINE_GLOBAL_INDEX: *(int64_t *) values = d->engine / 2; break;
    case CUDNN_ATTR_ENGINECFG_KNOB_CHOICES:
      (*(EmulatedDescriptor **) values)->knob  = d->engine % 2;
      (*(EmulatedDescriptor **) values)->final = TRUE;
      break;
    case CUDNN_ATTR_KNOB_CHOICE_KNOB_TYPE: *(cudnnBackendKnobType_t *) values = CUDNN_KNOB_TYPE_KERNEL_CFG; break;
    case CUDNN_ATTR_KNOB_CHOICE_KNOB_VALUE: *(int64_t *) values = d->knob; break;
    case CUDNN_ATTR_ENGINE_BEHAVIOR_NOTE:
      *(cudnnBackendBehaviorNote_t *) values = CUDNN_BEHAVIOR_NOTE_RUNTIME_COMPILATION;
      *count                                 = is_compiled (d->graph) ? 1 : 0;
      break;
    case CUDNN_ATTR_ENGINE_NUMERICAL_NOTE:
      *(cudnnBackendNumericalNote_t *) values = engine_is (d->engine, "unreliable") ? CUDNN_NUMERICAL_NOTE_NONDETERMINISTIC
                                                                                    : CUDNN_NUMERICAL_NOTE_STRICT_NAN_PROP;
      break;
    case CUDNN_ATTR_EXECUTION_PLAN_WORKSPACE_SIZE: *(int64_t *) values = workspace_of (d); break;
    case CUDNN_ATTR_EXECUTION_PLAN_JSON_REPRESENTATION: *count = tell_json (d, n, values); break;
    default: return CUDNN_STATUS_BAD_PARAM;
    }
  return CUDNN_STATUS_SUCCESS;
}

static cudnnStatus_t
execute (cudnnHandle_t handle, cudnnBackendDescriptor_t descriptor, cudnnBackendDescriptor_t pack)
{
  EmulatedDescriptor *plan      = descriptor;
  void *const        *workspace = emulate_attribute (pack, CUDNN_ATTR_VARIANT_PACK_WORKSPACE, NULL);
  EmulatedRun         run       = { .graph           = plan->graph,
                                    .workspace_bytes = workspace_of (plan),
                                    .clears          = engine_is (plan->engine, "apart"),
                                    .wrong           = mode_is ("wrong") || engine_is (plan->engine, "wrong") };

  emulate_pass_time (engines[plan->engine].milliseconds + (plan->loaded ? 0.0f : LOADING));
  plan->loaded = TRUE;
  if (mode_is ("deadly") || g_str_has_prefix (engines[plan->engine].name, "deadly"))
    {
      (void) emulate_fail (cudaErrorIllegalAddress); /* as whoever waits will hear */
      return CUDNN_STATUS_SUCCESS;
    }
  if (engine_is (plan->engine, "fails"))
    return CUDNN_STATUS_EXECUTION_FAILED;
  if (engine_is (plan->engine, "starved"))
    return CUDNN_STATUS_INTERNAL_ERROR_DEVICE_ALLOCATION_FAILED;
  if (engine_is (plan->engine, "nothing"))
    return CUDNN_STATUS_SUCCESS;
  run.uids      = (gint64 *) emulate_attribute (pack, CUDNN_ATTR_VARIANT_PACK_UNIQUE_IDS, &run.n);
  run.uids      = g_memdup2 (run.uids, run.n * sizeof *run.uids);
  run.pointers  = g_memdup2 (emulate_attribute (pack, CUDNN_ATTR_VARIANT_PACK_DATA_POINTERS, NULL), run.n * sizeof (void *));
  run.workspace = *workspace;
  for (gint64 i = 0; i < run.n; i++)
    if (run.uids[i] == FDDM_UID_SCALE)
      run.scale = *(const float *) run.pointers[i];
  emulate_submit (((Handle *) handle)->stream, emulate_run_graph, emulate_free_run, g_memdup2 (&run, sizeof run));
  return CUDNN_STATUS_SUCCESS;
}

static size_t
get_version (void)
{
  return CUDNN_VERSION;
}

static const char *
get_error_string (cudnnStatus_t status G_GNUC_UNUSED)
{
  return "emulated";
}

static cudnnStatus_t
create (cudnnHandle_t *handle)
{
  *handle = (cudnnHandle_t) g_new0 (Handle, 1);
  return CUDNN_STATUS_SUCCESS;
}

static cudnnStatus_t
destroy (cudnnHandle_t handle)
{
  g_free (handle);
  return CUDNN_STATUS_SUCCESS;
}

static cudnnStatus_t
set_stream (cudnnHandle_t handle, cudaStream_t stream)
{
  ((Handle *) handle)->stream = stream;
  return CUDNN_STATUS_SUCCESS;
}

const FddmCudnn *
fddm_cudnn_load (GError **error)
{
  static const FddmCudnn table = { .get_version      = get_version,
                                   .get_error_string = get_error_string,
                                   .create           = create,
                                   .destroy          = destroy,
                                   .set_stream       = set_stream,
                                   .descriptor_new   = descriptor_new,
                                   .descriptor_free  = descriptor_free,
                                   .finalize         = finalize,
                                   .set              = set,
                                   .get              = get,
                                   .execute          = execute };

  if (!mode_is ("missing"))
    return &table;
  g_set_error_literal (error, FDDM_KERNEL_ERROR, FDDM_KERNEL_ERROR_NO_CUDNN, "libcudnn.so.9 not found");
  return NULL;
}

gboolean
fddm_cudnn_is_whole (GError **error)
{
  if (!mode_is ("partial"))
    return TRUE;
  g_set_error_literal (error, FDDM_KERNEL_ERROR, FDDM_KERNEL_ERROR_NO_CUDNN, "libcublasLt.so.13 not found");
  return FALSE;
}
