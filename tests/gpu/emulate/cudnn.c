/* cudnn.c: as much of cuDNN's backend API as the GPU module uses, interpreted on the CPU. It holds the module to the API's
 * rules as its reference states them, and computes what the graph says.
 * SPDX-License-Identifier: Apache-2.0
 *
 * EMULATE_CUDNN: fused (default), rounded (the bias must have the type of the rest, as without libnvrtc), plain (no engine
 * for more than a convolution), none (no engine at all), wrong (all of them, and they miscalculate) or missing (no cuDNN).
 * Except for the convolution alone, a graph whose bias has another type than the rest is one to be compiled.
 *
 * EMULATE_ENGINES: the engines that cuDNN offers, in the words of ENGINES below with commas between; default: good. */
#include <math.h>
#include <stdio.h>
#include <string.h>
#include "kernels/cuda/graph.h"
#include "kernels/fddm-math.h"
#include "tests/gpu/emulate/streams.h"

/* Engines, each with its time for a run in milliseconds. */
static const struct {
  const char *name;
  float       milliseconds;
} engines[] = { { "good", 1.0f },      { "slow", 5.0f },    { "fast", 0.5f },
                { "wrong", 0.1f },     { "nothing", 0.1f }, { "fails", 0.1f }, /* when it is run  */
                { "none", 0.0f },                                              /* makes no plan   */
                { "huge", 0.1f },                                              /* of workspace    */
                { "unreliable", 0.1f } };                                      /* as it says      */

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
  cudnnBackendAttributeName_t name;
  cudnnBackendAttributeType_t type;
  gint64                      n;
  void                       *values;
} Attribute;

typedef struct {
  cudaStream_t stream;
} Handle;

typedef struct _Descriptor Descriptor;
struct _Descriptor {
  cudnnBackendDescriptorType_t type;
  gboolean                     final;
  GArray                      *attributes;
  Descriptor                  *graph;  /* of configurations, engines, and plans of JSON */
  int                          engine; /* of the same: index into ENGINES               */
  int                          knob;   /* of knob choices                               */
  gboolean                     kept;   /* for ever: JSON refers to it                   */
};

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

static const void *
attribute (const Descriptor *d, cudnnBackendAttributeName_t name, gint64 *n)
{
  for (guint i = 0; i < d->attributes->len; i++)
    {
      const Attribute *a = &g_array_index (d->attributes, Attribute, i);

      if (a->name == name)
        {
          if (n != NULL)
            *n = a->n;
          return a->values;
        }
    }
  return NULL;
}

static Descriptor *
child (const Descriptor *d, cudnnBackendAttributeName_t name)
{
  Descriptor *const *value = attribute (d, name, NULL);

  return value != NULL ? *value : NULL;
}

static cudnnStatus_t
descriptor_new (cudnnBackendDescriptorType_t type, cudnnBackendDescriptor_t *descriptor)
{
  Descriptor *d = g_new0 (Descriptor, 1);

  if (mode_is ("none"))
    {
      g_free (d);
      return CUDNN_STATUS_NOT_SUPPORTED;
    }
  d->type       = type;
  d->attributes = g_array_new (FALSE, FALSE, sizeof (Attribute));
  *descriptor   = d;
  return CUDNN_STATUS_SUCCESS;
}

static cudnnStatus_t
descriptor_free (cudnnBackendDescriptor_t descriptor)
{
  Descriptor *d = descriptor;

  if (d->kept)
    return CUDNN_STATUS_SUCCESS;
  for (guint i = 0; i < d->attributes->len; i++)
    g_free (g_array_index (d->attributes, Attribute, i).values);
  g_array_unref (d->attributes);
  g_free (d);
  return CUDNN_STATUS_SUCCESS;
}

static cudnnStatus_t
set (cudnnBackendDescriptor_t descriptor, cudnnBackendAttributeName_t name, cudnnBackendAttributeType_t type, int64_t n,
     const void *values)
{
  Descriptor *d = descriptor;
  Attribute   a = { .name = name, .type = type, .n = n, .values = g_memdup2 (values, n * size_of (type)) };

  if (d->final)
    return CUDNN_STATUS_BAD_PARAM;
  /* Whatever a descriptor is given must be whole. */
  for (gint64 i = 0; type == CUDNN_TYPE_BACKEND_DESCRIPTOR && i < n; i++)
    if (!((Descriptor *const *) values)[i]->final)
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
make_plan (Descriptor *d)
{
  gint64            n      = 0;
  const char       *json   = attribute (d, CUDNN_ATTR_EXECUTION_PLAN_JSON_REPRESENTATION, &n);
  const Descriptor *config = child (d, CUDNN_ATTR_EXECUTION_PLAN_ENGINE_CONFIG);
  g_autofree char  *text   = json != NULL ? g_strndup (json, (gsize) n) : NULL;
  guint             number = 0, process = 0;

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
  Descriptor *d = descriptor;

  if (d->type == CUDNN_BACKEND_EXECUTION_PLAN_DESCRIPTOR && !make_plan (d))
    return CUDNN_STATUS_NOT_SUPPORTED;
  d->final = TRUE;
  return CUDNN_STATUS_SUCCESS;
}

static void
keep (Descriptor *d)
{
  d->kept = TRUE;
  for (guint i = 0; i < d->attributes->len; i++)
    {
      const Attribute *a = &g_array_index (d->attributes, Attribute, i);

      for (gint64 j = 0; a->type == CUDNN_TYPE_BACKEND_DESCRIPTOR && j < a->n; j++)
        keep (((Descriptor **) a->values)[j]);
    }
}

/* N = 0: only its length is wanted. */
static gint64
tell_json (const Descriptor *plan, gint64 n, char *values)
{
  static char *last;
  Descriptor  *copy;

  if (n == 0)
    {
      if (told == NULL)
        told = g_ptr_array_new ();
      copy         = g_new0 (Descriptor, 1);
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
type_of (const Descriptor *tensor)
{
  return *(const cudnnDataType_t *) attribute (tensor, CUDNN_ATTR_TENSOR_DATA_TYPE, NULL);
}

/* Whether the make-believe engines take GRAPH. */
static gboolean
is_supported (const Descriptor *graph)
{
  gint64             n          = 0;
  Descriptor *const *operations = attribute (graph, CUDNN_ATTR_OPERATIONGRAPH_OPS, &n);
  const Descriptor  *x = child (operations[0], CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_X), *last = NULL;

  if (x == NULL)
    return !mode_is ("plain") && !mode_is ("rounded"); /* attention is compiled at run time */
  if (mode_is ("plain"))
    return n == 1;
  for (gint64 i = 1; i < n; i++)
    if (child (operations[i], CUDNN_ATTR_OPERATION_POINTWISE_BDESC) != NULL)
      last = child (operations[i], CUDNN_ATTR_OPERATION_POINTWISE_BDESC);
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
give_results (const Descriptor *heuristic, gint64 n, Descriptor **results)
{
  Descriptor      *graph = child (heuristic, CUDNN_ATTR_ENGINEHEUR_OPERATION_GRAPH);
  const char      *wish  = g_getenv ("EMULATE_ENGINES");
  g_autofree char *list  = g_strconcat ("unreliable,", wish != NULL ? wish : "good", NULL);
  g_auto (GStrv)   names = g_strsplit (list, ",", 0);
  const gint64     count = MIN (n, (gint64) g_strv_length (names));

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
is_compiled (const Descriptor *graph)
{
  gint64             n          = 0;
  Descriptor *const *operations = attribute (graph, CUDNN_ATTR_OPERATIONGRAPH_OPS, &n);
  const Descriptor  *x          = child (operations[0], CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_X);

  for (gint64 i = 1; x != NULL && i < n; i++)
    {
      const Descriptor *operand = child (operations[i], CUDNN_ATTR_OPERATION_POINTWISE_BDESC);

      if (operand != NULL && type_of (operand) != type_of (x))
        return TRUE;
    }
  return x == NULL;
}

/* Any number of bytes, so that nobody counts on one. */
static gint64
workspace_of (const Descriptor *plan)
{
  gint64             n          = 0;
  Descriptor *const *operations = attribute (plan->graph, CUDNN_ATTR_OPERATIONGRAPH_OPS, &n);
  const Descriptor  *x          = child (operations[0], CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_X);
  const gint64      *sizes      = x != NULL ? attribute (x, CUDNN_ATTR_TENSOR_DIMENSIONS, NULL) : NULL;

  if (engine_is (plan->engine, "huge"))
    return (gint64) 3 << 30;
  return sizes == NULL ? 1000 : (sizes[1] * 977 + sizes[2] * 131 + sizes[3] * 7 + n) % 4 * 1237;
}

static cudnnStatus_t
get (cudnnBackendDescriptor_t const descriptor, cudnnBackendAttributeName_t name,
     cudnnBackendAttributeType_t type G_GNUC_UNUSED, int64_t n, int64_t *count, void *values)
{
  const Descriptor *d = descriptor;

  if (!d->final)
    return CUDNN_STATUS_BAD_PARAM_NOT_FINALIZED;
  *count = 1;
  switch (name)
    {
    case CUDNN_ATTR_ENGINEHEUR_RESULTS: *count = give_results (d, n, values); break;
    case CUDNN_ATTR_ENGINECFG_ENGINE:
      (*(Descriptor **) values)->graph  = d->graph;
      (*(Descriptor **) values)->engine = d->engine;
      (*(Descriptor **) values)->final  = TRUE;
      break;
    case CUDNN_ATTR_ENGINE_GLOBAL_INDEX: *(int64_t *) values = d->engine / 2; break;
    case CUDNN_ATTR_ENGINECFG_KNOB_CHOICES:
      (*(Descriptor **) values)->knob  = d->engine % 2;
      (*(Descriptor **) values)->final = TRUE;
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

/* ---- Execution ---- */

/* A graph on its way, with what the variant pack said: the pack may be gone by then. */
typedef struct {
  const Descriptor *graph;
  gint64            workspace_bytes;
  gboolean          wrong;
  gint64            n;
  gint64           *uids;
  void            **pointers, *workspace;
  float             scale; /* given by value: read when the graph is executed, not when it runs */
} Run;

/* A tensor's values while the graph runs: in the variant pack's memory, or in our own for virtual ones. */
typedef struct {
  const gint64   *sizes, *strides;
  cudnnDataType_t type;
  void           *data;
} View;

static void *
data_of (const Run *run, GHashTable *virtuals, const Descriptor *tensor)
{
  const gint64 uid = *(const gint64 *) attribute (tensor, CUDNN_ATTR_TENSOR_UNIQUE_ID, NULL), *sizes;
  void        *own;

  if (*(const _Bool *) attribute (tensor, CUDNN_ATTR_TENSOR_IS_VIRTUAL, NULL))
    {
      own = g_hash_table_lookup (virtuals, tensor);
      if (own == NULL)
        {
          sizes = attribute (tensor, CUDNN_ATTR_TENSOR_DIMENSIONS, NULL);
          own   = g_new (float, sizes[0] * sizes[1] * sizes[2] * sizes[3]);
          g_hash_table_insert (virtuals, (gpointer) tensor, own);
        }
      return own;
    }
  for (gint64 i = 0; i < run->n; i++)
    if (run->uids[i] == uid)
      return run->pointers[i];
  g_error ("no data for the tensor “%c”", (char) uid);
}

static View
view_of (const Run *run, GHashTable *virtuals, const Descriptor *tensor)
{
  return (View) { .sizes   = attribute (tensor, CUDNN_ATTR_TENSOR_DIMENSIONS, NULL),
                  .strides = attribute (tensor, CUDNN_ATTR_TENSOR_STRIDES, NULL),
                  .type    = *(const cudnnDataType_t *) attribute (tensor, CUDNN_ATTR_TENSOR_DATA_TYPE, NULL),
                  .data    = data_of (run, virtuals, tensor) };
}

static gint64
place (const View *v, gint64 n, gint64 c, gint64 y, gint64 x)
{
  return n * v->strides[0] + c * v->strides[1] + y * v->strides[2] + x * v->strides[3];
}

static float
load (const View *v, gint64 at)
{
  switch (v->type)
    {
    case CUDNN_DATA_HALF: return (float) ((const _Float16 *) v->data)[at];
    case CUDNN_DATA_BFLOAT16: return fddm_float_from_bf16 (((const guint16 *) v->data)[at]);
    default: return ((const float *) v->data)[at];
    }
}

static void
store (const View *v, gint64 at, float value)
{
  switch (v->type)
    {
    case CUDNN_DATA_HALF: ((_Float16 *) v->data)[at] = (_Float16) value; break;
    case CUDNN_DATA_BFLOAT16: ((guint16 *) v->data)[at] = fddm_bf16_from_float (value); break;
    default: ((float *) v->data)[at] = value;
    }
}

static void
convolve (const Descriptor *operation, gboolean wrong, const View *x, const View *w, const View *y)
{
  const Descriptor *convolution = child (operation, CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_CONV_DESC);
  const gint64     *pad         = attribute (convolution, CUDNN_ATTR_CONVOLUTION_PRE_PADDINGS, NULL);

  for (gint64 k = 0; k < y->sizes[1]; k++)
    for (gint64 row = 0; row < y->sizes[2]; row++)
      for (gint64 column = 0; column < y->sizes[3]; column++)
        {
          float sum = 0.0f;

          for (gint64 r = 0; r < w->sizes[2]; r++)
            for (gint64 s = 0; s < w->sizes[3]; s++)
              {
                const gint64 i = row + r - pad[0], j = column + s - pad[1];

                if (i < 0 || i >= x->sizes[2] || j < 0 || j >= x->sizes[3])
                  continue;
                for (gint64 c = 0; c < x->sizes[1]; c++)
                  sum += load (x, place (x, 0, c, i, j)) * load (w, place (w, k, c, r, s));
              }
          store (y, place (y, 0, k, row, column), wrong ? sum + 1.0f : sum);
        }
}

static void
pointwise (cudnnPointwiseMode_t mode, const View *x, const View *b, const View *y)
{
  for (gint64 c = 0; c < y->sizes[1]; c++)
    for (gint64 i = 0; i < y->sizes[2]; i++)
      for (gint64 j = 0; j < y->sizes[3]; j++)
        {
          float value = load (x, place (x, 0, c, i, j));

          if (mode == CUDNN_POINTWISE_ADD)
            value += load (b, place (b, 0, c, b->sizes[2] == 1 ? 0 : i, b->sizes[3] == 1 ? 0 : j));
          else if (mode == CUDNN_POINTWISE_RELU_FWD)
            value = MAX (value, 0.0f);
          else if (mode == CUDNN_POINTWISE_SWISH_FWD)
            value = value / (1.0f + expf (-value));
          else
            g_error ("pointwise mode %d", mode);
          store (y, place (y, 0, c, i, j), value);
        }
}

/* Softmax attention, plainly: (batch, head, position, channel). */
static void
attend (const View *q, const View *k, const View *v, const View *out, float scale)
{
  const gint64      positions = q->sizes[2], size = q->sizes[3];
  g_autofree float *scores = g_new (float, positions);

  for (gint64 head = 0; head < q->sizes[1]; head++)
    for (gint64 i = 0; i < positions; i++)
      {
        float most = -INFINITY, total = 0.0f;

        for (gint64 j = 0; j < positions; j++)
          {
            scores[j] = 0.0f;
            for (gint64 c = 0; c < size; c++)
              scores[j] += load (q, place (q, 0, head, i, c)) * load (k, place (k, 0, head, j, c));
            scores[j] *= scale;
            most = MAX (most, scores[j]);
          }
        for (gint64 j = 0; j < positions; j++)
          total += scores[j] = expf (scores[j] - most);
        for (gint64 c = 0; c < size; c++)
          {
            float sum = 0.0f;

            for (gint64 j = 0; j < positions; j++)
              sum += scores[j] * load (v, place (v, 0, head, j, c));
            store (out, place (out, 0, head, i, c), sum / total);
          }
      }
}

static void
run_attention (const Descriptor *operation, const Run *run, GHashTable *virtuals)
{
  View q = view_of (run, virtuals, child (operation, CUDNN_ATTR_OPERATION_SDPA_FWD_QDESC));
  View k = view_of (run, virtuals, child (operation, CUDNN_ATTR_OPERATION_SDPA_FWD_KDESC));
  View v = view_of (run, virtuals, child (operation, CUDNN_ATTR_OPERATION_SDPA_FWD_VDESC));
  View o = view_of (run, virtuals, child (operation, CUDNN_ATTR_OPERATION_SDPA_FWD_ODESC));

  attend (&q, &k, &v, &o, run->scale);
}

static void
run_operation (const Descriptor *operation, const Run *run, GHashTable *virtuals)
{
  const gboolean    conv   = operation->type == CUDNN_BACKEND_OPERATION_CONVOLUTION_FORWARD_DESCRIPTOR;
  const Descriptor *second = child (operation, conv ? CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_W
                                                    : CUDNN_ATTR_OPERATION_POINTWISE_BDESC);
  View              x      = view_of (
    run, virtuals,
    child (operation, conv ? CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_X : CUDNN_ATTR_OPERATION_POINTWISE_XDESC));
  View y = view_of (
    run, virtuals,
    child (operation, conv ? CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_Y : CUDNN_ATTR_OPERATION_POINTWISE_YDESC));
  View b = second != NULL ? view_of (run, virtuals, second) : (View) { 0 };

  if (conv)
    convolve (operation, run->wrong, &x, &b, &y);
  else
    pointwise (*(const cudnnPointwiseMode_t *) attribute (child (operation, CUDNN_ATTR_OPERATION_POINTWISE_PW_DESCRIPTOR),
                                                          CUDNN_ATTR_POINTWISE_MODE, NULL),
               &x, &b, &y);
}

static void
run_graph (void *data)
{
  const Run             *run        = data;
  g_autoptr (GHashTable) virtuals   = g_hash_table_new_full (NULL, NULL, NULL, g_free);
  gint64                 n          = 0;
  Descriptor *const     *operations = attribute (run->graph, CUDNN_ATTR_OPERATIONGRAPH_OPS, &n);

  /* Ours to write to, all of it, before and after. */
  if (run->workspace_bytes > 0)
    memset (run->workspace, 0xFF, run->workspace_bytes);
  for (gint64 i = 0; i < n; i++)
    if (operations[i]->type == CUDNN_BACKEND_OPERATION_SDPA_FWD_DESCRIPTOR)
      run_attention (operations[i], run, virtuals);
    else
      run_operation (operations[i], run, virtuals);
  if (run->workspace_bytes > 0)
    memset (run->workspace, 0xFF, run->workspace_bytes);
}

static void
free_run (void *data)
{
  Run *run = data;

  g_free (run->uids);
  g_free (run->pointers);
  g_free (run);
}

static cudnnStatus_t
execute (cudnnHandle_t handle, cudnnBackendDescriptor_t descriptor, cudnnBackendDescriptor_t pack)
{
  const Descriptor *plan      = descriptor;
  void *const      *workspace = attribute (pack, CUDNN_ATTR_VARIANT_PACK_WORKSPACE, NULL);
  Run               run       = { .graph           = plan->graph,
                                  .workspace_bytes = workspace_of (plan),
                                  .wrong           = mode_is ("wrong") || engine_is (plan->engine, "wrong") };

  emulate_pass_time (engines[plan->engine].milliseconds);
  if (engine_is (plan->engine, "fails"))
    return CUDNN_STATUS_EXECUTION_FAILED;
  if (engine_is (plan->engine, "nothing"))
    return CUDNN_STATUS_SUCCESS;
  run.uids      = (gint64 *) attribute (pack, CUDNN_ATTR_VARIANT_PACK_UNIQUE_IDS, &run.n);
  run.uids      = g_memdup2 (run.uids, run.n * sizeof *run.uids);
  run.pointers  = g_memdup2 (attribute (pack, CUDNN_ATTR_VARIANT_PACK_DATA_POINTERS, NULL), run.n * sizeof (void *));
  run.workspace = *workspace;
  for (gint64 i = 0; i < run.n; i++)
    if (run.uids[i] == FDDM_UID_SCALE)
      run.scale = *(const float *) run.pointers[i];
  emulate_submit (((Handle *) handle)->stream, run_graph, free_run, g_memdup2 (&run, sizeof run));
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
