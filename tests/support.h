/* support.h: helpers shared by several tests.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <math.h>
#include <string.h>
#include <glib/gstdio.h>
#include "kernels/backend.h"
#include "engine/fddm.h"
#include "engine/weights/safetensors.h"

/* A generator independent of the tested code. */
static inline float
test_uniform (guint32 *state)
{
  *state = *state * 1664525u + 1013904223u;
  return (float) (*state >> 8) / 16777216.0f;
}

static inline float *
test_floats (gsize n, float lo, float hi, guint32 seed)
{
  float *values = g_new (float, n);

  for (gsize i = 0; i < n; i++)
    values[i] = lo + (hi - lo) * test_uniform (&seed);
  return values;
}

/* Reflection … 2 1 0 1 2 … of I into 0 … N − 1, in a way of its own. */
static inline int
test_mirrored (int i, int n)
{
  while (n > 1 && (i < 0 || i >= n))
    i = i < 0 ? -i : 2 * (n - 1) - i;
  return n > 1 ? i : 0;
}

/* Writes TEXT so that nobody else can write the file, whatever the umask: otherwise the engine does not believe what is in it. */
static inline void
test_keep_text (const char *path, const char *text)
{
  g_autoptr (GError) error = NULL;

  g_file_set_contents (path, text, -1, &error);
  g_assert_no_error (error);
  g_assert_cmpint (g_chmod (path, 0600), ==, 0);
}

static inline void
test_keep (const char *path, GKeyFile *file)
{
  g_autofree char *text = g_key_file_to_data (file, NULL, NULL);

  test_keep_text (path, text);
}

/* Relative L2 error of A against B; the L2 norm of A if B is 0. */
static inline double
test_error (const float *a, const float *b, gsize n)
{
  double difference = 0.0, size = 0.0;

  for (gsize i = 0; i < n; i++)
    {
      difference += ((double) a[i] - b[i]) * ((double) a[i] - b[i]);
      size += (double) b[i] * b[i];
    }
  return sqrt (difference / (size > 0.0 ? size : 1.0));
}

static inline char *
test_golden_path (const char *name)
{
  const char *folder = g_getenv ("FDDM_GOLDEN");

  g_assert_nonnull (folder);
  return g_build_filename (folder, name, NULL);
}

/* Opens golden values. Free BYTES after the file. */
static inline FddmSafetensors *
test_golden_open_file (const char *name, char **bytes)
{
  g_autofree char   *path  = test_golden_path (name);
  g_autoptr (GError) error = NULL;
  FddmSafetensors   *file;
  gsize              size;

  g_file_get_contents (path, bytes, &size, &error);
  g_assert_no_error (error);
  file = fddm_safetensors_parse ((const guint8 *) *bytes, size, &error);
  g_assert_no_error (error);
  return file;
}

static inline FddmSafetensors *
test_golden_open (char **bytes)
{
  return test_golden_open_file ("tiny-golden.safetensors", bytes);
}

/* A golden tensor of shape (channels, height, width), transposed to NHWC. */
static inline float *
test_golden_image (FddmSafetensors *file, const char *name, int *channels, int *height, int *width)
{
  g_autoptr (GError) error    = NULL;
  gint64             shape[3] = { -1, -1, -1 };
  const float       *values   = fddm_safetensors_take (file, name, 3, shape, &error);
  float             *out;

  g_assert_no_error (error);
  out = g_new (float, shape[0] * shape[1] * shape[2]);
  for (gint64 c = 0; c < shape[0]; c++)
    for (gint64 i = 0; i < shape[1] * shape[2]; i++)
      out[i * shape[0] + c] = values[c * shape[1] * shape[2] + i];
  *channels = (int) shape[0];
  *height   = (int) shape[1];
  *width    = (int) shape[2];
  return out;
}

/* A FLOAT or NETWORK tensor with VALUES; uninitialised if VALUES is NULL. */
static inline FddmTensor *
test_tensor (const FddmBackend *backend, FddmDevice *device, FddmTensorType type, int height, int width, int channels,
             const float *values)
{
  g_autoptr (GError) error  = NULL;
  FddmTensor        *tensor = backend->tensor_new (device, type, height, width, channels, &error);

  g_assert_no_error (error);
  if (values != NULL)
    g_assert_true (backend->tensor_upload (device, tensor, values, NULL));
  return tensor;
}

static inline float *
test_download (const FddmBackend *backend, FddmDevice *device, const FddmTensor *tensor)
{
  float *values = g_new (float, (gsize) tensor->height * tensor->width * tensor->channels);

  g_assert_true (backend->tensor_download (device, tensor, values, NULL));
  return values;
}

/* A CPU device with the convolution method WAY, beside 8 bits floats; NULL if the processor or oneDNN does not offer it. */
static inline FddmDevice *
test_cpu (FddmConvolution way, int threads)
{
  const FddmDeviceOptions options = { .convolution = way, .threads = threads, .float32 = way == FDDM_CONVOLUTION_INT8 };
  g_autoptr (GError)      error   = NULL;
  FddmDevice             *device  = fddm_backend_cpu.open (&options, &error);

  if (device == NULL)
    g_assert_error (error, FDDM_KERNEL_ERROR, FDDM_KERNEL_ERROR_UNUSABLE);
  return device;
}

/* Whether results of WAY, without ranges, differ from those of the reference only in the order of additions. */
static inline gboolean
test_way_is_exact (FddmConvolution way)
{
  return way == FDDM_CONVOLUTION_WINOGRAD || way == FDDM_CONVOLUTION_DIRECT || way == FDDM_CONVOLUTION_INT8;
}

/* Adds one test for each method: "/NAME/fastest", "/NAME/bf16" … */
static inline void
test_add_ways (const char *name, GTestDataFunc func)
{
  static const char *const ways[FDDM_CONVOLUTIONS] = { "fastest", "bf16", "winograd", "direct", "int8" };

  for (int i = 0; i < FDDM_CONVOLUTIONS; i++)
    {
      g_autofree char *path = g_strconcat (name, "/", ways[i], NULL);

      g_test_add_data_func (path, GINT_TO_POINTER (i), func);
    }
}
