/* conv.c: convolution by oneDNN. A plan is made for one size of tile.
 * SPDX-License-Identifier: Apache-2.0 */
#include <glib/gi18n-lib.h>
#include <omp.h>
#include <string.h>
#include "kernels/fddm-math.h"
#include "kernels/memory.h"
#include "kernels/vector.h"
#include "kernels/cpu/prepared.h"

/* Number of sizes whose plans are kept: inner tiles, and those at edges and corners. */
#define PLANS_MAX 16

/* Numbers that a thread rounds to bf16 at a time. */
#define RUN 4096

/* Working memory that any convolution may take: the threads' caches hold it. */
#define SCRATCH_MIN ((gsize) 32 << 20)

typedef struct {
  FddmRowsShape         shape;
  gboolean              open; /* rows above and below come with the inputs */
  dnnl_primitive_desc_t desc;
  dnnl_primitive_t      primitive;
  dnnl_memory_t         weights; /* owned by the prepared weights */
  gboolean              half;    /* floats are rounded to bf16 */
  gsize                 scratch; /* oneDNN's working memory; the rounded inputs follow at ROUNDED */
  gsize                 rounded, bytes;
} Plan;

struct FddmConv {
  FddmConvSpec     spec;
  dnnl_data_type_t type;
  gboolean         blocked;
  gboolean         halves; /* as the library's */
  const FddmInt8  *int8;   /* of PREPARED; NULL = floats or bf16 */
  FddmPrepared    *prepared;
  GQueue           plans; /* of Plan, most recently used first */
};

gboolean
fddm_onednn_fail (dnnl_status_t status, const char *what, GError **error)
{
  if (status == dnnl_out_of_memory)
    return fddm_host_no_memory (error);
  g_set_error (error, FDDM_KERNEL_ERROR, FDDM_KERNEL_ERROR_FAILED, _ ("oneDNN cannot %s (status %d)"), what, (int) status);
  return FALSE;
}

static void
plan_free (gpointer data)
{
  Plan *plan = data;

  dnnl_primitive_destroy (plan->primitive);
  dnnl_primitive_desc_destroy (plan->desc);
  g_free (plan);
}

FddmConv *
fddm_cpu_conv_new (FddmDevice *device, const FddmConvSpec *spec, GError **error)
{
  FddmConvSpec  wanted   = *spec;
  FddmPrepared *prepared = NULL;
  FddmConv     *conv     = NULL;

  if (!device->int8)
    wanted.ranges = NULL;
  prepared = fddm_prepared_get (device->library, &wanted);
  if (prepared != NULL)
    conv = g_try_new0 (FddmConv, 1);

  if (conv == NULL)
    {
      fddm_prepared_release (device->library, prepared);
      fddm_onednn_fail (dnnl_out_of_memory, "prepare a convolution", error);
      return NULL;
    }
  conv->spec     = *spec;
  conv->type     = device->bf16 ? dnnl_bf16 : dnnl_f32;
  conv->blocked  = device->blocked;
  conv->prepared = prepared;
  conv->int8     = fddm_prepared_int8 (prepared);
  conv->halves   = device->int8 && conv->int8 == NULL && ((const FddmOneDnn *) device->library)->halves;
  g_queue_init (&conv->plans);
  return conv;
}

void
fddm_cpu_conv_free (FddmDevice *device, FddmConv *conv)
{
  if (conv == NULL)
    return;
  g_queue_clear_full (&conv->plans, plan_free);
  fddm_prepared_release (device->library, conv->prepared);
  g_free (conv);
}

static gsize
scratch_of (const Plan *plan)
{
  return dnnl_memory_desc_get_size (dnnl_primitive_desc_query_md (plan->desc, dnnl_query_scratchpad_md, 0));
}

/* For some sizes oneDNN's Winograd convolution transforms the whole picture at once. Where the results are so narrow that
 * this takes more memory than they do, direct convolution is faster. Wider ones are left to the planning of tiles, which
 * finds another size. */
static gboolean
is_wasteful (const Plan *plan, int channels)
{
  const gsize result = (gsize) plan->shape.height * plan->shape.width * channels * sizeof (float);

  return channels <= FDDM_BLOCK && scratch_of (plan) > MAX (result, SCRATCH_MIN);
}

static dnnl_status_t
describe (FddmDevice *device, const FddmConv *conv, Plan *plan)
{
  FddmOneDnn    *library = device->library;
  FddmOneDnnConv request = { .kernel       = conv->spec.kernel,
                             .in_channels  = conv->spec.in_channels,
                             .out_channels = conv->spec.out_channels,
                             .height       = plan->shape.height,
                             .width        = plan->shape.width,
                             .source       = conv->type,
                             .weights      = conv->type,
                             .target       = conv->type,
                             .residual     = plan->shape.residual,
                             .open         = plan->open,
                             .activation   = conv->spec.activation,
                             .blocked      = conv->blocked,
                             .winograd     = conv->blocked && conv->spec.kernel == 3 };

  if (conv->int8 != NULL)
    {
      request.source  = conv->int8->positive ? dnnl_u8 : dnnl_s8;
      request.weights = dnnl_s8;
      request.scales  = conv->int8->scales;
      if (conv->spec.out_ranges != NULL)
        request.target = dnnl_u8;
    }
  else if (conv->halves)
    {
      FddmOneDnnConv half = request;

      half.source = half.weights = dnnl_bf16;
      plan->half                 = fddm_onednn_describe_conv (library->engine, &half, &plan->desc) == dnnl_success;
      if (plan->half)
        return dnnl_success;
    }
  /* oneDNN's own choice is never Winograd, although it is nearly twice as fast. So it is requested explicitly, with direct
   * convolution as the alternative. */
  if (request.winograd && fddm_onednn_describe_conv (library->engine, &request, &plan->desc) == dnnl_success)
    {
      if (!is_wasteful (plan, conv->spec.out_channels))
        return dnnl_success;
      dnnl_primitive_desc_destroy (plan->desc);
      plan->desc = NULL;
    }
  request.winograd = FALSE;
  return fddm_onednn_describe_conv (library->engine, &request, &plan->desc);
}

const FddmConvSpec *
fddm_cpu_conv_spec (const FddmConv *conv)
{
  return &conv->spec;
}

int
fddm_cpu_conv_reach (const FddmConv *conv)
{
  return conv->spec.kernel / 2;
}

/* Rows of the inputs. */
static int
source_height (const FddmConv *conv, const Plan *plan)
{
  return plan->shape.height + (plan->open ? 2 * fddm_cpu_conv_reach (conv) : 0);
}

static gsize
inputs_of (const FddmConv *conv, const Plan *plan)
{
  return (gsize) source_height (conv, plan) * plan->shape.width * conv->spec.in_channels;
}

static Plan *
find_plan (FddmConv *conv, const FddmRowsShape *shape, gboolean open)
{
  for (GList *link = conv->plans.head; link != NULL; link = link->next)
    {
      Plan *plan = link->data;

      if (plan->shape.height == shape->height && plan->shape.width == shape->width &&
          plan->shape.residual == shape->residual && plan->open == open)
        {
          g_queue_unlink (&conv->plans, link);
          g_queue_push_head_link (&conv->plans, link);
          return plan;
        }
    }
  return NULL;
}

static Plan *
get_plan (FddmDevice *device, FddmConv *conv, const FddmRowsShape *shape, gboolean open, GError **error)
{
  Plan         *plan = find_plan (conv, shape, open);
  dnnl_status_t status;

  if (plan != NULL)
    return plan;
  plan = fddm_memory_can_take (FDDM_ONEDNN_RESERVE) ? g_try_new0 (Plan, 1) : NULL;
  if (plan == NULL)
    {
      fddm_onednn_fail (dnnl_out_of_memory, "prepare a convolution", error);
      return NULL;
    }
  omp_set_num_threads (device->threads); /* a plan fixes the division among threads */
  *plan = (Plan) { .shape = *shape, .open = open };
  if ((status = describe (device, conv, plan)) != dnnl_success ||
      (status = dnnl_primitive_create (&plan->primitive, plan->desc)) != dnnl_success ||
      (status = fddm_prepared_fit (device->library, conv->prepared, plan->desc, &plan->weights)) != dnnl_success)
    {
      plan_free (plan);
      fddm_onednn_fail (status, "prepare a convolution", error);
      return NULL;
    }
  plan->scratch = scratch_of (plan);
  plan->rounded = (plan->scratch + FDDM_VECTOR_BYTES - 1) / FDDM_VECTOR_BYTES * FDDM_VECTOR_BYTES;
  plan->bytes   = plan->scratch;
  if (conv->int8 != NULL || plan->half)
    plan->bytes = plan->rounded + inputs_of (conv, plan) * (plan->half ? sizeof (guint16) : 1);
  g_queue_push_head (&conv->plans, plan);
  if (conv->plans.length > PLANS_MAX)
    plan_free (g_queue_pop_tail (&conv->plans));
  return plan;
}

static gboolean
prepare (FddmDevice *device, FddmConv *conv, const FddmRowsShape *shape, gboolean open, gsize *scratch, GError **error)
{
  const Plan *plan = get_plan (device, conv, shape, open, error);

  if (plan == NULL)
    return FALSE;
  *scratch = plan->bytes;
  return TRUE;
}

gboolean
fddm_cpu_conv_prepare (FddmDevice *device, FddmConv *conv, int height, int width, gboolean residual, gsize *scratch,
                       GError **error)
{
  return prepare (device, conv, &(FddmRowsShape) { height, width, residual }, FALSE, scratch, error);
}

gboolean
fddm_cpu_conv_rows_prepare (FddmDevice *device, FddmConv *conv, const FddmRowsShape *shape, gsize *scratch, GError **error)
{
  return prepare (device, conv, shape, TRUE, scratch, error);
}

static gboolean
grow_scratch (FddmOneDnn *library, gsize bytes, GError **error)
{
  if (bytes <= library->scratch_bytes)
    return TRUE;
  fddm_memory_free (library->scratch);
  library->scratch       = fddm_memory_new (bytes);
  library->scratch_bytes = library->scratch == NULL ? 0 : bytes;
  return library->scratch != NULL || fddm_onednn_fail (dnnl_out_of_memory, "get its working memory", error);
}

static dnnl_status_t
execute (FddmDevice *device, const FddmConv *conv, const Plan *plan, const void *in, void *out)
{
  enum { SOURCE, WEIGHTS, BIAS, TARGET, SCRATCH, SCALES, N_ARGS };
  const FddmInt8    *int8          = conv->int8;
  const int          names[N_ARGS] = { DNNL_ARG_SRC, DNNL_ARG_WEIGHTS,    DNNL_ARG_BIAS,
                                       DNNL_ARG_DST, DNNL_ARG_SCRATCHPAD, fddm_onednn_scales_argument () };
  const dnnl_query_t whats[N_ARGS] = { dnnl_query_src_md, dnnl_query_weights_md,    dnnl_query_weights_md,
                                       dnnl_query_dst_md, dnnl_query_scratchpad_md, dnnl_query_weights_md };
  FddmOneDnn        *library       = device->library;
  void              *bias          = int8 != NULL ? int8->bias : (void *) conv->spec.bias;
  void           *handles[N_ARGS]  = { (void *) in, NULL, bias, out, library->scratch, int8 != NULL ? int8->scales : NULL };
  dnnl_memory_t   memories[N_ARGS] = { NULL };
  dnnl_exec_arg_t args[N_ARGS];
  const int       n_args = int8 != NULL && names[SCALES] != 0 ? N_ARGS : SCALES;
  dnnl_status_t   status = dnnl_success;

  for (int i = 0; i < n_args && status == dnnl_success; i++)
    {
      /* Scales are described as the bias is. */
      if (i != WEIGHTS)
        status = dnnl_memory_create (&memories[i],
                                     dnnl_primitive_desc_query_md (plan->desc, whats[i], i == BIAS || i == SCALES),
                                     library->engine, handles[i]);
      args[i] = (dnnl_exec_arg_t) { names[i], i == WEIGHTS ? plan->weights : memories[i] };
    }
  if (status == dnnl_success)
    status = dnnl_primitive_execute (plan->primitive, library->stream, n_args, args);
  if (status == dnnl_success)
    status = dnnl_stream_wait (library->stream);
  for (int i = 0; i < n_args; i++)
    dnnl_memory_destroy (memories[i]);
  return status;
}

FDDM_VECTORS static void
round_run (const float *restrict in, gsize n, guint16 *restrict out)
{
  for (gsize i = 0; i < n; i++)
    out[i] = fddm_bf16_from_float (in[i]);
}

static void
round_to_bf16 (const float *in, gsize n, int threads, guint16 *out)
{
#pragma omp parallel for schedule(static) num_threads(threads)
  for (gsize first = 0; first < n; first += RUN)
    round_run (in + first, MIN (RUN, n - first), out + first);
}

/* Sets SOURCE to the data IN as CONV takes them. Fails if too many are strays. */
static gboolean
find_source (FddmDevice *device, const FddmConv *conv, const Plan *plan, const void *in, const FddmStrays *strays,
             const void **source, GError **error)
{
  const FddmOneDnn *library = device->library;
  guint8           *rounded = (guint8 *) library->scratch + plan->rounded;

  if (plan->half)
    {
      round_to_bf16 (in, inputs_of (conv, plan), device->threads, (guint16 *) rounded);
      *source = rounded;
      return TRUE;
    }
  *source = in;
  if (conv->int8 == NULL || conv->spec.passed)
    return TRUE;
  *source = rounded;
  if (fddm_int8_round (conv->int8, in, source_height (conv, plan), plan->shape.width, conv->spec.in_channels,
                       device->threads, strays, rounded))
    return TRUE;
  g_set_error_literal (error, FDDM_KERNEL_ERROR, FDDM_KERNEL_ERROR_RANGES, _ ("The picture is too sharp for 8 bits"));
  return FALSE;
}

static gboolean
run (FddmDevice *device, const FddmConv *conv, const Plan *plan, const void *in, const FddmStrays *strays, void *out,
     GError **error)
{
  const void   *source;
  dnnl_status_t status;

  if (!grow_scratch (device->library, plan->bytes, error) || !find_source (device, conv, plan, in, strays, &source, error))
    return FALSE;
  omp_set_num_threads (device->threads);
  status = execute (device, conv, plan, source, out);
  return status == dnnl_success || fddm_onednn_fail (status, "run a convolution", error);
}

gboolean
fddm_cpu_conv (FddmDevice *device, FddmConv *conv, const FddmTensor *in, const FddmTensor *residual, FddmTensor *out,
               GError **error)
{
  const FddmOneDnn   *library = device->library;
  const FddmRowsShape shape   = { out->height, out->width, residual != NULL };
  const Plan         *plan    = get_plan (device, conv, &shape, FALSE, error);

  if (plan == NULL)
    return FALSE;
  if (residual != NULL && residual != out)
    memcpy (out->data, residual->data, out->bytes);
  return run (device, conv, plan, in->data, library->strays, out->data, error);
}

gboolean
fddm_cpu_conv_rows (FddmDevice *device, FddmConv *conv, const FddmRowsShape *shape, const void *in, const FddmStrays *strays,
                    void *out, GError **error)
{
  const Plan *plan = get_plan (device, conv, shape, TRUE, error);

  return plan != NULL && run (device, conv, plan, in, strays, out, error);
}

/* Of a number that is not in 8 bits. */
static gsize
number_bytes (const FddmConv *conv)
{
  return conv->type == dnnl_bf16 ? sizeof (guint16) : sizeof (float);
}

gsize
fddm_cpu_conv_result_bytes (const FddmConv *conv)
{
  return conv->spec.out_channels * (conv->int8 != NULL && conv->spec.out_ranges != NULL ? 1 : number_bytes (conv));
}

gsize
fddm_cpu_conv_input_bytes (const FddmConv *conv)
{
  return conv->spec.in_channels * number_bytes (conv);
}
