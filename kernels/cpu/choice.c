/* choice.c: see choice.h.
 * SPDX-License-Identifier: Apache-2.0 */
#include "kernels/cpu/choice.h"
#include <glib/gi18n-lib.h>
#include <math.h>
#include <time.h>
#include "kernels/cpu/processor.h"
#include "kernels/cpu/times.h"

/* Size of the strip that is timed: as wide as a tile, with enough rows for STRIP_OPERATIONS multiply-adds. */
#define STRIP_WIDTH      256
#define STRIP_OPERATIONS 3e8
#define STRIP_ROWS_MIN   16
#define STRIP_ROWS_MAX   128

/* Number of timed runs of each method, in turn. The fastest run counts, since other programs disturb some of them. */
#define RUNS 8

/* Wider convolutions are judged at this width, because the reference is slow. */
#define CHANNELS_MAX 192

static const FddmConvShape default_shape = { .kernel = 3, .in_channels = 64, .out_channels = 64 };
static const FddmConvShape test_shape    = { .kernel = 3, .in_channels = 32, .out_channels = 32 };

static const char *const names[FDDM_CONVOLUTIONS] = { NULL, "bf16", "winograd", "direct", "int8" };

void
fddm_cpu_take (FddmDevice *device, FddmConvolution way)
{
  device->bf16    = way == FDDM_CONVOLUTION_BF16;
  device->int8    = way == FDDM_CONVOLUTION_INT8;
  device->blocked = way == FDDM_CONVOLUTION_WINOGRAD;
}

/* ---- Correctness ---- */

/* Runs SPEC on DEVICE for a picture of SIDE × SIDE, with residual, bias and activation. */
static gboolean
convolve (const FddmBackend *backend, FddmDevice *device, const FddmConvSpec *spec, int side, const float *values,
          float *result, GError **error)
{
  FddmConv   *conv = backend->conv_new (device, spec, error);
  FddmTensor *in = NULL, *out = NULL;
  gboolean    ok;

  ok = conv != NULL &&
       (in = backend->tensor_new (device, FDDM_TENSOR_NETWORK, side, side, spec->in_channels, error)) != NULL &&
       (out = backend->tensor_new (device, FDDM_TENSOR_NETWORK, side, side, spec->out_channels, error)) != NULL &&
       backend->tensor_upload (device, in, values, error) && backend->tensor_upload (device, out, values, error) &&
       backend->conv (device, conv, in, out, out, error) && backend->tensor_download (device, out, result, error);
  backend->tensor_free (device, out);
  backend->tensor_free (device, in);
  backend->conv_free (device, conv);
  return ok;
}

/* Error of DEVICE's result relative to that of the reference (L2); HUGE_VAL with an error on failure. RANGED: the layer has
 * ranges for 8 bits. */
static double
error_of (FddmDevice *device, const FddmConvShape *shape, gboolean ranged, GError **error)
{
  enum { SIDE = 9 };
  const gsize       n         = SIDE * SIDE * (gsize) MAX (shape->in_channels, shape->out_channels);
  const gsize       n_weights = (gsize) shape->in_channels * shape->out_channels * shape->kernel * shape->kernel;
  FddmDevice       *ref;
  g_autofree float *weights = g_try_new (float, n_weights), *bias = g_try_new (float, shape->out_channels);
  g_autofree float *ranges = g_try_new (float, shape->in_channels);
  g_autofree float *values = g_try_new (float, n), *found = g_try_new0 (float, n), *expected = g_try_new0 (float, n);
  FddmConvSpec      spec       = { .kernel       = shape->kernel,
                                   .in_channels  = shape->in_channels,
                                   .out_channels = shape->out_channels,
                                   .weights      = weights,
                                   .bias         = bias,
                                   .activation   = FDDM_ACTIVATION_RELU,
                                   .ranges       = ranged ? ranges : NULL };
  double            difference = 0.0, size = 0.0;
  gboolean          ok;

  if (weights == NULL || bias == NULL || ranges == NULL || values == NULL || found == NULL || expected == NULL)
    {
      fddm_host_no_memory (error);
      return HUGE_VAL;
    }
  for (gsize i = 0; i < n_weights; i++)
    weights[i] = 0.1f * sinf (1.7f * (float) i);
  for (gsize i = 0; i < n; i++)
    values[i] = cosf (0.9f * (float) i);
  for (int i = 0; i < shape->in_channels; i++)
    ranges[i] = 1.0f;
  for (int i = 0; i < shape->out_channels; i++)
    bias[i] = 0.1f * (float) (i % 20) - 1.0f;
  ref = fddm_backend_ref.open (NULL, NULL);
  ok  = convolve (&fddm_backend_cpu, device, &spec, SIDE, values, found, error) &&
       convolve (&fddm_backend_ref, ref, &spec, SIDE, values, expected, error);
  fddm_backend_ref.close (ref);
  for (gsize i = 0; i < n; i++)
    {
      difference += pow (found[i] - expected[i], 2);
      size += pow (expected[i], 2);
    }
  return ok && isfinite (difference) ? sqrt (difference / size) : HUGE_VAL;
}

static dnnl_data_type_t
type_of (FddmConvolution way, dnnl_data_type_t int8)
{
  return way == FDDM_CONVOLUTION_BF16 ? dnnl_bf16 : way == FDDM_CONVOLUTION_INT8 ? int8 : dnnl_f32;
}

/* Whether oneDNN implements WAY for SHAPE on this processor. */
static gboolean
is_offered (FddmDevice *device, FddmConvolution way, const FddmConvShape *shape)
{
  static const float    scales[CHANNELS_MAX] = { 1 };
  const FddmOneDnn     *library              = device->library;
  const FddmOneDnnConv  request              = { .kernel       = shape->kernel,
                                                 .in_channels  = shape->in_channels,
                                                 .out_channels = shape->out_channels,
                                                 .height       = STRIP_WIDTH,
                                                 .width        = STRIP_WIDTH,
                                                 .source       = type_of (way, dnnl_s8),
                                                 .weights      = type_of (way, dnnl_s8),
                                                 .target       = type_of (way, dnnl_f32),
                                                 .scales       = way == FDDM_CONVOLUTION_INT8 ? scales : NULL,
                                                 .blocked      = way == FDDM_CONVOLUTION_WINOGRAD,
                                                 .winograd     = way == FDDM_CONVOLUTION_WINOGRAD };
  dnnl_primitive_desc_t desc                 = NULL;

  if (way == FDDM_CONVOLUTION_INT8 && !fddm_processor_has_int8 ())
    return FALSE;
  if (fddm_onednn_describe_conv (library->engine, &request, &desc) != dnnl_success)
    return FALSE;
  dnnl_primitive_desc_destroy (desc);
  return TRUE;
}

/* Sets WAY and checks its results for SHAPE. FALSE without an error if they are wrong. */
static gboolean
try_way (FddmDevice *device, FddmConvolution way, const FddmConvShape *shape, GError **error)
{
  fddm_cpu_take (device, way);
  return error_of (device, shape, TRUE, error) < (device->bf16 || device->int8 ? 1e-2 : 1e-4);
}

/* ---- Speed ---- */

typedef struct {
  float      *zeros; /* weights and bias */
  float      *ones;  /* ranges           */
  FddmConv   *conv;
  FddmTensor *in, *out;
} Trial;

static void
trial_clear (FddmDevice *device, Trial *trial)
{
  fddm_host_tensor_free (device, trial->out);
  fddm_host_tensor_free (device, trial->in);
  fddm_cpu_conv_free (device, trial->conv);
  g_free (trial->zeros);
  g_free (trial->ones);
}

static int
strip_rows (const FddmConvShape *shape)
{
  const double row = (double) STRIP_WIDTH * shape->in_channels * shape->out_channels * shape->kernel * shape->kernel;

  return (int) CLAMP (STRIP_OPERATIONS / row, STRIP_ROWS_MIN, STRIP_ROWS_MAX);
}

/* Weights and values are zeros, since the time does not depend on them. */
static gboolean
trial_init (FddmDevice *device, const FddmConvShape *shape, Trial *trial)
{
  const int         rows      = strip_rows (shape);
  const gsize       n_weights = (gsize) shape->in_channels * shape->out_channels * shape->kernel * shape->kernel;
  g_autofree float *nothing   = g_try_new0 (float, (gsize) rows * STRIP_WIDTH * shape->in_channels);
  FddmConvSpec      spec      = { .kernel       = shape->kernel,
                                  .in_channels  = shape->in_channels,
                                  .out_channels = shape->out_channels,
                                  .activation   = FDDM_ACTIVATION_RELU };

  spec.weights = spec.bias = trial->zeros = g_try_new0 (float, n_weights);
  spec.ranges = trial->ones = g_try_new (float, shape->in_channels);
  if (trial->zeros == NULL || trial->ones == NULL || nothing == NULL)
    return FALSE;
  for (int i = 0; i < shape->in_channels; i++)
    trial->ones[i] = 1.0f;
  trial->conv = fddm_cpu_conv_new (device, &spec, NULL);
  trial->in   = fddm_host_tensor_new (device, FDDM_TENSOR_NETWORK, rows, STRIP_WIDTH, shape->in_channels, NULL);
  trial->out  = fddm_host_tensor_new (device, FDDM_TENSOR_NETWORK, rows, STRIP_WIDTH, shape->out_channels, NULL);
  return trial->conv != NULL && trial->in != NULL && trial->out != NULL &&
         fddm_host_tensor_upload (device, trial->in, nothing, NULL);
}

/* Processor time of this process, in nanoseconds. */
static double
processor_time (void)
{
  struct timespec now;

  clock_gettime (CLOCK_PROCESS_CPUTIME_ID, &now);
  return 1e9 * (double) now.tv_sec + (double) now.tv_nsec;
}

/* Processor time of a run in nanoseconds; HUGE_VAL on failure. Wall-clock time would include the load of other programs. */
static double
trial_run (FddmDevice *device, Trial *trial)
{
  const double start = processor_time ();
  gboolean     ok    = fddm_cpu_conv (device, trial->conv, trial->in, NULL, trial->out, NULL);

  return ok ? processor_time () - start : HUGE_VAL;
}

/* Measures all correct methods in turn, on one thread: several threads would spend time waiting for each other when another
 * program takes a core. The device's method is undefined afterwards. */
static void
measure (FddmDevice *device, const FddmConvShape *shape, const gboolean *offered, FddmTimes times)
{
  const double positions                 = (double) strip_rows (shape) * STRIP_WIDTH;
  const int    threads                   = device->threads;
  Trial        trials[FDDM_CONVOLUTIONS] = { 0 };

  device->threads = 1;
  for (int way = 1; way < FDDM_CONVOLUTIONS; way++)
    {
      times[way] = offered[way] && try_way (device, way, shape, NULL) && trial_init (device, shape, &trials[way]) ? HUGE_VAL
                                                                                                                  : 0.0;
      if (times[way] > 0.0 && trial_run (device, &trials[way]) == HUGE_VAL) /* the first run makes the plan */
        times[way] = 0.0;
    }
  for (int run = 0; run < RUNS; run++)
    for (int way = 1; way < FDDM_CONVOLUTIONS; way++)
      if (times[way] > 0.0)
        {
          const double found = trial_run (device, &trials[way]) / positions;

          times[way] = MIN (times[way], found);
        }
  for (int way = 1; way < FDDM_CONVOLUTIONS; way++)
    {
      trial_clear (device, &trials[way]);
      if (times[way] == HUGE_VAL)
        times[way] = 0.0;
    }
  device->threads = threads;
}

/* ---- The choice ---- */

static gboolean
read_wish (const FddmDeviceOptions *options, FddmConvolution *way, GError **error)
{
  const char *wish = g_getenv ("FDDM_CPU_CONVOLUTION");

  *way = options->convolution;
  if (*way != FDDM_CONVOLUTION_FASTEST || wish == NULL || *wish == '\0')
    return TRUE;
  for (int i = 1; i < FDDM_CONVOLUTIONS; i++)
    if (g_str_equal (wish, names[i]))
      {
        const gboolean exact = i == FDDM_CONVOLUTION_WINOGRAD || i == FDDM_CONVOLUTION_DIRECT;
        const gboolean fits  = i != FDDM_CONVOLUTION_INT8 || options->ranges;

        *way = (exact || !options->float32) && fits ? (FddmConvolution) i : FDDM_CONVOLUTION_FASTEST;
        return TRUE;
      }
  g_set_error (error, FDDM_KERNEL_ERROR, FDDM_KERNEL_ERROR_UNUSABLE, _ ("%s is “%s”; it must be one of %s"),
               "FDDM_CPU_CONVOLUTION", wish, "bf16, winograd, direct, int8");
  return FALSE;
}

/* Sets WAY, which must compute rightly and find its memory. */
static gboolean
rely_on (FddmDevice *device, FddmConvolution way, GError **error)
{
  GError *problem = NULL;

  if (try_way (device, way, &test_shape, &problem))
    return TRUE;
  if (g_error_matches (problem, FDDM_KERNEL_ERROR, FDDM_KERNEL_ERROR_MEMORY))
    {
      g_propagate_error (error, problem);
      return FALSE;
    }
  g_clear_error (&problem);
  g_set_error (error, FDDM_KERNEL_ERROR, FDDM_KERNEL_ERROR_FAILED,
               _ ("oneDNN %d.%d computes a test convolution wrongly on this processor"), dnnl_version ()->major,
               dnnl_version ()->minor);
  return FALSE;
}

/* Times of all OFFERED methods, from the cache if it has them. */
static void
find_times (FddmDevice *device, const FddmConvShape *shape, const gboolean *offered, FddmTimes times)
{
  g_autofree char *processor = fddm_processor_key ();

  if (fddm_times_read (processor, shape, times))
    return;
  measure (device, shape, offered, times);
  if (times[FDDM_CONVOLUTION_DIRECT] > 0.0)
    fddm_times_keep (processor, shape, times);
}

/* Sets ALLOWED for the methods that this processor is offered for SHAPE, and their TIMES if there are several. */
static void
find_offers (FddmDevice *device, const FddmConvShape *shape, gboolean *allowed, FddmTimes times)
{
  allowed[FDDM_CONVOLUTION_DIRECT]   = TRUE;
  allowed[FDDM_CONVOLUTION_BF16]     = fddm_processor_has_bf16 () && is_offered (device, FDDM_CONVOLUTION_BF16, shape);
  allowed[FDDM_CONVOLUTION_WINOGRAD] = is_offered (device, FDDM_CONVOLUTION_WINOGRAD, shape);
  allowed[FDDM_CONVOLUTION_INT8]     = is_offered (device, FDDM_CONVOLUTION_INT8, shape);
  if (allowed[FDDM_CONVOLUTION_BF16] || allowed[FDDM_CONVOLUTION_WINOGRAD] || allowed[FDDM_CONVOLUTION_INT8])
    find_times (device, shape, allowed, times);
}

/* Beside 8 bits, which DEVICE takes now: the first and the last layer have no ranges. bf16 loses at most 0.003 dB there
 * (docs/speed.md). */
static void
choose_halves (FddmDevice *device, const FddmDeviceOptions *options, const double *times)
{
  FddmOneDnn *library = device->library;

  if (options->float32)
    return;
  library->halves = times[FDDM_CONVOLUTION_BF16] > 0.0 && times[FDDM_CONVOLUTION_BF16] < times[FDDM_CONVOLUTION_DIRECT];
  if (library->halves)
    library->halves = error_of (device, &test_shape, FALSE, NULL) < 1e-2;
}

/* Sets the method that was asked for, or fails. */
static gboolean
go_as_told (FddmDevice *device, FddmConvolution way, const FddmDeviceOptions *options, const FddmConvShape *shape,
            GError **error)
{
  gboolean  allowed[FDDM_CONVOLUTIONS] = { FALSE };
  FddmTimes times                      = { 0 };

  if (way == FDDM_CONVOLUTION_INT8)
    find_offers (device, shape, allowed, times);
  if (is_offered (device, way, shape))
    {
      if (!rely_on (device, way, error))
        return FALSE;
      if (way == FDDM_CONVOLUTION_INT8)
        choose_halves (device, options, times);
      return TRUE;
    }
  g_set_error (error, FDDM_KERNEL_ERROR, FDDM_KERNEL_ERROR_UNUSABLE, _ ("oneDNN %d.%d has no “%s” on this processor"),
               dnnl_version ()->major, dnnl_version ()->minor, names[way]);
  return FALSE;
}

/* The fastest ALLOWED method; FDDM_CONVOLUTION_FASTEST if there is none. */
static FddmConvolution
fastest (const double *times, const gboolean *allowed)
{
  FddmConvolution best = FDDM_CONVOLUTION_FASTEST;

  for (int way = 1; way < FDDM_CONVOLUTIONS; way++)
    if (allowed[way] && times[way] > 0.0 && (best == FDDM_CONVOLUTION_FASTEST || times[way] < times[best]))
      best = (FddmConvolution) way;
  return best;
}

/* Sets the fastest ALLOWED method that computes rightly; takes from ALLOWED those that do not. FASTEST if there is none. */
static FddmConvolution
take_fastest (FddmDevice *device, const double *times, gboolean *allowed)
{
  FddmConvolution way;

  for (; (way = fastest (times, allowed)) != FDDM_CONVOLUTION_FASTEST; allowed[way] = FALSE)
    if (try_way (device, way, &test_shape, NULL))
      break;
  return way;
}

/* 8 bits are for a caller who watches for strays, and then come with the next fastest method: sharp drawings leave the ranges
 * that photographs have (docs/speed.md). */
static gboolean
choose_fastest (FddmDevice *device, const FddmDeviceOptions *options, const FddmConvShape *shape, GError **error)
{
  FddmOneDnn *library                    = device->library;
  gboolean    allowed[FDDM_CONVOLUTIONS] = { FALSE };
  FddmTimes   times                      = { 0 };

  find_offers (device, shape, allowed, times);
  if (options->float32)
    allowed[FDDM_CONVOLUTION_BF16] = FALSE;
  if (options->float32 || !options->ranges || !options->watched)
    allowed[FDDM_CONVOLUTION_INT8] = FALSE;
  library->chosen = take_fastest (device, times, allowed);
  if (library->chosen == FDDM_CONVOLUTION_INT8)
    {
      allowed[FDDM_CONVOLUTION_INT8] = FALSE;
      library->exact                 = take_fastest (device, times, allowed);
      if (library->exact != FDDM_CONVOLUTION_FASTEST)
        {
          fddm_cpu_take (device, library->chosen);
          choose_halves (device, options, times);
        }
    }
  if (library->chosen != FDDM_CONVOLUTION_FASTEST &&
      (library->chosen != FDDM_CONVOLUTION_INT8 || library->exact != FDDM_CONVOLUTION_FASTEST))
    return TRUE;
  /* There is no alternative, or all measurements failed. */
  return rely_on (device, FDDM_CONVOLUTION_DIRECT, error);
}

gboolean
fddm_cpu_choose (FddmDevice *device, const FddmDeviceOptions *options, GError **error)
{
  static const FddmDeviceOptions none  = { .threads = 0 };
  const FddmDeviceOptions       *asked = options != NULL ? options : &none;
  FddmConvShape                  shape = asked->shape.kernel > 0 ? asked->shape : default_shape;
  FddmConvolution                way;

  shape.in_channels  = MIN (shape.in_channels, CHANNELS_MAX);
  shape.out_channels = MIN (shape.out_channels, CHANNELS_MAX);
  if (!read_wish (asked, &way, error))
    return FALSE;
  return way != FDDM_CONVOLUTION_FASTEST ? go_as_told (device, way, asked, &shape, error)
                                         : choose_fastest (device, asked, &shape, error);
}

const char *
fddm_cpu_format (const FddmDevice *device)
{
  const FddmOneDnn *library = device->library;

  /* translators: the kind of numbers that the processor computes in: integers of 8 bits, or floating point */
  if (library->exact != FDDM_CONVOLUTION_FASTEST)
    return _ ("8 bits, drawings in float");
  if (device->bf16)
    return "bf16";
  return device->int8 ? _ ("8 bits") : device->blocked ? _ ("float, Winograd") : _ ("float");
}
