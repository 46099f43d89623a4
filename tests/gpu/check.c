/* check.c: making tensors, comparing them, counting.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include "tests/gpu/check.h"

static float
value (GRand *rand, Fill fill)
{
  static const float extremes[] = { 0.0f, -0.0f, 1e-30f, -1e-8f, 1e-3f, -1.0f, 900.0f, -900.0f };

  switch (fill)
    {
    case FILL_POSITIVE: return (float) g_rand_double_range (rand, 0.01, 1.0);
    case FILL_WIDE: return (float) g_rand_double_range (rand, 10.0, 100.0);
    case FILL_EXTREME: return extremes[g_rand_int_range (rand, 0, G_N_ELEMENTS (extremes))];
    default: return (float) g_rand_double_range (rand, -1.0, 1.0);
    }
}

float *
bench_values (Bench *bench, gsize n, Fill fill)
{
  float *values = g_new (float, n);

  for (gsize i = 0; i < n; i++)
    values[i] = value (bench->rand, fill);
  return values;
}

static gsize
n_values (const FddmTensor *tensor)
{
  return (gsize) tensor->height * tensor->width * tensor->channels;
}

/* Without memory for a small tensor nothing can be tested: that ends the program. */
Twin
bench_twin (Bench *bench, FddmTensorType type, int height, int width, int channels, Fill fill)
{
  g_autoptr (GError) error  = NULL;
  g_autofree float  *values = bench_values (bench, (gsize) height * width * channels, fill);
  Twin               twin;

  twin.tested = bench->backend->tensor_new (bench->device, type, height, width, channels, &error);
  g_assert_no_error (error);
  twin.ref = bench->ref->tensor_new (bench->ref_device, type, height, width, channels, &error);
  g_assert_no_error (error);
  bench->backend->tensor_upload (bench->device, twin.tested, values, &error);
  g_assert_no_error (error);
  bench->backend->tensor_download (bench->device, twin.tested, values, &error);
  g_assert_no_error (error);
  bench->ref->tensor_upload (bench->ref_device, twin.ref, values, &error);
  g_assert_no_error (error);
  return twin;
}

void
bench_twin_free (Bench *bench, Twin twin)
{
  bench->backend->tensor_free (bench->device, twin.tested);
  bench->ref->tensor_free (bench->ref_device, twin.ref);
}

static void
count (Bench *bench, gboolean ok, const char *name, const char *detail)
{
  if (ok)
    bench->passed++;
  else
    bench->failed++;
  g_print ("%s %s%s\n", ok ? "ok    " : "FAILED", name, detail);
}

static void
compare (Bench *bench, const float *tested, const float *ref, gsize n, double tolerance, const char *name)
{
  g_autofree char *detail = NULL;
  double           apart = 0.0, size = 0.0, error;
  gsize            lost = 0;

  for (gsize i = 0; i < n; i++)
    if (!isfinite (ref[i]))
      lost += isfinite (tested[i]) ? 1 : 0;
    else if (!isfinite (tested[i]))
      lost++;
    else
      {
        apart += ((double) tested[i] - ref[i]) * ((double) tested[i] - ref[i]);
        size += (double) ref[i] * ref[i];
      }
  error  = size > 0.0 ? sqrt (apart / size) : sqrt (apart);
  detail = g_strdup_printf (": %.2e (at most %.0e)%s", error, tolerance, lost > 0 ? ", finiteness differs" : "");
  count (bench, lost == 0 && error <= tolerance, name, detail);
}

void
bench_compare (Bench *bench, const float *tested, const float *ref, gsize n, double tolerance, const char *format, ...)
{
  g_autofree char *name = NULL;
  va_list          args;

  va_start (args, format);
  name = g_strdup_vprintf (format, args);
  va_end (args);
  compare (bench, tested, ref, n, tolerance, name);
}

void
bench_compare_twin (Bench *bench, Twin twin, double tolerance, const char *format, ...)
{
  g_autoptr (GError) error  = NULL;
  const gsize        n      = n_values (twin.ref);
  g_autofree float  *tested = g_new0 (float, n), *ref = g_new0 (float, n);
  g_autofree char   *name = NULL;
  va_list            args;

  va_start (args, format);
  name = g_strdup_vprintf (format, args);
  va_end (args);
  if (!bench_ran (bench, bench->backend->tensor_download (bench->device, twin.tested, tested, &error), &error, name))
    return;
  bench->ref->tensor_download (bench->ref_device, twin.ref, ref, NULL);
  compare (bench, tested, ref, n, tolerance, name);
}

void
bench_expect (Bench *bench, gboolean ok, const char *format, ...)
{
  g_autofree char *name = NULL;
  va_list          args;

  va_start (args, format);
  name = g_strdup_vprintf (format, args);
  va_end (args);
  count (bench, ok, name, "");
}

gboolean
bench_ran (Bench *bench, gboolean ok, GError **error, const char *what)
{
  if (!ok)
    {
      g_autofree char *detail = g_strdup_printf (": %s", *error != NULL ? (*error)->message : "no error was set");

      count (bench, FALSE, what, detail);
      g_clear_error (error);
    }
  return ok;
}

double
bench_rounding (Bench *bench)
{
  const float        third   = 1.0f / 3.0f;
  float              rounded = 0.0f;
  g_autoptr (GError) error   = NULL;
  FddmTensor        *tensor  = bench->backend->tensor_new (bench->device, FDDM_TENSOR_NETWORK, 1, 1, 1, &error);

  g_assert_no_error (error);
  bench->backend->tensor_upload (bench->device, tensor, &third, &error);
  g_assert_no_error (error);
  bench->backend->tensor_download (bench->device, tensor, &rounded, &error);
  g_assert_no_error (error);
  bench->backend->tensor_free (bench->device, tensor);
  /* A third is rounded by 2⁻¹⁰ in bf16, 2⁻¹³ in fp16, not at all in fp32 here. */
  return MAX (8.0 * fabs (rounded - third) / third, 2e-5);
}
