/* ref.c: the reference backend: one thread, floats, convolution by its definition. Tests compare the other backends with it.
 * SPDX-License-Identifier: Apache-2.0 */
#include "kernels/host/host.h"

struct FddmConv {
  FddmConvSpec spec;
};

static void
run_rows (FddmDevice *device G_GNUC_UNUSED, FddmRowsFunc func, const void *task, int n_rows)
{
  func (task, 0, n_rows);
}

static gboolean
multiply (FddmDevice *device G_GNUC_UNUSED, const FddmProduct *p, GError **error G_GNUC_UNUSED)
{
  const gsize down = p->transposed ? 1 : p->n, across = p->transposed ? p->k : 1;

  for (gsize i = 0; i < p->m; i++)
    for (gsize j = 0; j < p->n; j++)
      {
        float sum = 0.0f;

        for (gsize l = 0; l < p->k; l++)
          sum += p->a[i * p->k + l] * p->b[l * down + j * across];
        p->out[i * p->n + j] = sum;
      }
  return TRUE;
}

static FddmDevice *
ref_open (const FddmDeviceOptions *options G_GNUC_UNUSED, GError **error G_GNUC_UNUSED)
{
  FddmDevice *device = g_new0 (FddmDevice, 1);

  device->threads     = 1;
  device->description = g_strdup ("reference (plain C, 1 thread)");
  device->rows        = run_rows;
  device->product     = multiply;
  return device;
}

static void
ref_close (FddmDevice *device)
{
  fddm_memory_pool_clear (&device->pool);
  g_free (device->description);
  g_free (device);
}

static FddmConv *
ref_conv_new (FddmDevice *device G_GNUC_UNUSED, const FddmConvSpec *spec, GError **error G_GNUC_UNUSED)
{
  return g_memdup2 (&(FddmConv) { .spec = *spec }, sizeof (FddmConv));
}

static void
ref_conv_free (FddmDevice *device G_GNUC_UNUSED, FddmConv *conv)
{
  g_free (conv);
}

static gboolean
ref_conv_prepare (FddmDevice *device G_GNUC_UNUSED, FddmConv *conv G_GNUC_UNUSED, int height G_GNUC_UNUSED,
                  int width G_GNUC_UNUSED, gboolean residual G_GNUC_UNUSED, gsize *scratch, GError **error G_GNUC_UNUSED)
{
  *scratch = 0;
  return TRUE;
}

/* Sum over the kernel for output channel K at one position. Positions outside the tensor are skipped, and the order of
 * additions does not depend on the position, so any tiling gives the same bits. */
static float
convolve (const FddmConv *conv, const FddmTensor *in, int row, int column, int k)
{
  const int    size = conv->spec.kernel, reach = size / 2, n = conv->spec.in_channels;
  const float *weights = conv->spec.weights + (gsize) k * n * size * size;
  float        sum     = conv->spec.bias[k];

  for (int i = -reach; i <= reach; i++)
    for (int j = -reach; j <= reach; j++)
      {
        const float *x;

        if (row + i < 0 || row + i >= in->height || column + j < 0 || column + j >= in->width)
          continue;
        x = (const float *) in->data + ((gsize) (row + i) * in->width + column + j) * n;
        for (int c = 0; c < n; c++)
          sum += x[c] * weights[(c * size + i + reach) * size + j + reach];
      }
  return sum;
}

static void
convolve_position (const FddmConv *conv, const FddmTensor *in, const FddmTensor *residual, FddmTensor *out, int row,
                   int column)
{
  for (int k = 0; k < out->channels; k++)
    {
      gsize at  = ((gsize) row * out->width + column) * out->channels + k;
      float sum = convolve (conv, in, row, column, k);

      if (residual != NULL)
        sum += ((const float *) residual->data)[at];
      ((float *) out->data)[at] = fddm_host_activate (conv->spec.activation, sum);
    }
}

static gboolean
ref_conv (FddmDevice *device, FddmConv *conv, const FddmTensor *in, const FddmTensor *residual, FddmTensor *out,
          GError **error)
{
  for (int row = 0; row < out->height; row++)
    {
      for (int column = 0; column < out->width; column++)
        convolve_position (conv, in, residual, out, row, column);
      if (!fddm_host_goes_on (device, error))
        return FALSE;
    }
  return TRUE;
}

const FddmBackend fddm_backend_ref = {
  .abi   = FDDM_BACKEND_ABI,
  .name  = "reference",
  .open  = ref_open,
  .close = ref_close,
  FDDM_HOST_OPERATIONS,
  .conv_new     = ref_conv_new,
  .conv_free    = ref_conv_free,
  .conv_prepare = ref_conv_prepare,
  .conv         = ref_conv,
};
