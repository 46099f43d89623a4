/* ref.c: the reference backend: one thread, floats, convolution by its definition. Tests compare the other backends with it.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>
#include "kernels/host/host.h"

/* Output channels that are summed at once: as many as four of the smallest vector registers hold. */
#define BLOCK   16
#define LANES   4
#define VECTORS (BLOCK / LANES)
typedef float Lanes __attribute__ ((vector_size (LANES * sizeof (float))));

struct FddmConv {
  FddmConvSpec spec;
  Lanes       *weights; /* [blocks of output channels][tap][input channel][VECTORS]; channels that are not there are zero */
  int          blocks;
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

static void
ref_conv_free (FddmDevice *device G_GNUC_UNUSED, FddmConv *conv)
{
  if (conv != NULL)
    fddm_memory_free (conv->weights);
  g_free (conv);
}

static FddmConv *
ref_conv_new (FddmDevice *device, const FddmConvSpec *spec, GError **error)
{
  const int   taps = spec->kernel * spec->kernel, n = spec->in_channels, blocks = (spec->out_channels + BLOCK - 1) / BLOCK;
  const gsize vectors = (gsize) blocks * taps * n * VECTORS;
  FddmConv   *conv    = g_memdup2 (&(FddmConv) { .spec = *spec, .blocks = blocks }, sizeof (FddmConv));

  conv->weights = fddm_memory_new (vectors * sizeof (Lanes));
  if (conv->weights == NULL)
    {
      ref_conv_free (device, conv);
      fddm_host_no_memory (error);
      return NULL;
    }
  memset (conv->weights, 0, vectors * sizeof (Lanes));
  for (int k = 0; k < spec->out_channels; k++)
    for (int tap = 0; tap < taps; tap++)
      for (int c = 0; c < n; c++)
        {
          const gsize at = ((gsize) k / BLOCK * taps + tap) * n + c;

          conv->weights[at * VECTORS + k % BLOCK / LANES][k % LANES] = spec->weights[((gsize) k * n + c) * taps + tap];
        }
  return conv;
}

static gboolean
ref_conv_prepare (FddmDevice *device G_GNUC_UNUSED, FddmConv *conv G_GNUC_UNUSED, int height G_GNUC_UNUSED,
                  int width G_GNUC_UNUSED, gboolean residual G_GNUC_UNUSED, gsize *scratch, GError **error G_GNUC_UNUSED)
{
  *scratch = 0;
  return TRUE;
}

/* Adds to SUMS the kernel of a block of output channels at one position. Positions outside the tensor are skipped, and the order
 * of additions does not depend on the position, so any tiling gives the same bits. */
static void
convolve (const FddmConv *conv, const FddmTensor *in, int row, int column, int block, Lanes *sums)
{
  const int    size = conv->spec.kernel, reach = size / 2, n = conv->spec.in_channels;
  const Lanes *weights = conv->weights + (gsize) block * size * size * n * VECTORS;
  Lanes        sum0 = sums[0], sum1 = sums[1], sum2 = sums[2], sum3 = sums[3];

  for (int i = -reach; i <= reach; i++)
    for (int j = -reach; j <= reach; j++)
      {
        const Lanes *w = weights + (gsize) ((i + reach) * size + j + reach) * n * VECTORS;
        const float *x;

        if (row + i < 0 || row + i >= in->height || column + j < 0 || column + j >= in->width)
          continue;
        x = (const float *) in->data + ((gsize) (row + i) * in->width + column + j) * n;
        for (int c = 0; c < n; c++, w += VECTORS)
          {
            sum0 += x[c] * w[0];
            sum1 += x[c] * w[1];
            sum2 += x[c] * w[2];
            sum3 += x[c] * w[3];
          }
      }
  sums[0] = sum0, sums[1] = sum1, sums[2] = sum2, sums[3] = sum3;
}

static void
convolve_position (const FddmConv *conv, const FddmTensor *in, const FddmTensor *residual, FddmTensor *out, int row,
                   int column)
{
  const gsize start = ((gsize) row * out->width + column) * out->channels;

  for (int block = 0; block < conv->blocks; block++)
    {
      const int first = block * BLOCK, n = MIN (BLOCK, out->channels - first);
      Lanes     sums[VECTORS] = { 0 };

      for (int k = 0; k < n; k++)
        sums[k / LANES][k % LANES] = conv->spec.bias[first + k];
      convolve (conv, in, row, column, block, sums);
      for (int k = 0; k < n; k++)
        {
          float sum = sums[k / LANES][k % LANES];

          if (residual != NULL)
            sum += ((const float *) residual->data)[start + first + k];
          ((float *) out->data)[start + first + k] = fddm_host_activate (conv->spec.activation, sum);
        }
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
