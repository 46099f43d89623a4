/* self-test.c: checks one small convolution against plain C, so that a faulty GPU, driver or library is found before it
 * spoils a picture.
 * SPDX-License-Identifier: Apache-2.0 */
#include <glib/gi18n-lib.h>
#include <math.h>
#include "kernels/cuda/open.h"

#define HEIGHT   5
#define WIDTH    6
#define CHANNELS 16
#define N        (HEIGHT * WIDTH * CHANNELS)
#define TAPS     (CHANNELS * 9)

/* Inputs are small multiples of 1/8 and results small multiples of 1/64. All number formats represent them more precisely
 * than this. */
#define TOLERANCE 0.05f

typedef struct {
  float weights[CHANNELS * TAPS], bias[CHANNELS], in[N], residual[N], expected[N];
} Case;

/* Pseudo-random multiples of 1/8 from -2/8 to 2/8. */
static float
eighth (guint32 *state)
{
  *state = *state * 1664525u + 1013904223u;
  return ((int) ((*state >> 24) % 5u) - 2) / 8.0f;
}

static float
expect (const Case *c, int row, int column, int k)
{
  const int at  = (row * WIDTH + column) * CHANNELS + k;
  float     sum = c->bias[k] + c->residual[at];

  for (int channel = 0; channel < CHANNELS; channel++)
    for (int tap = 0; tap < 9; tap++)
      {
        int y = row + tap / 3 - 1, x = column + tap % 3 - 1;

        if (y >= 0 && y < HEIGHT && x >= 0 && x < WIDTH)
          sum += c->in[(y * WIDTH + x) * CHANNELS + channel] * c->weights[(k * CHANNELS + channel) * 9 + tap];
      }
  return sum > 0.0f ? sum : 0.0f;
}

static void
fill (Case *c)
{
  guint32 state = 1;

  for (int i = 0; i < CHANNELS * TAPS; i++)
    c->weights[i] = eighth (&state);
  for (int i = 0; i < CHANNELS; i++)
    c->bias[i] = eighth (&state);
  for (int i = 0; i < N; i++)
    {
      c->in[i]       = eighth (&state);
      c->residual[i] = eighth (&state);
    }
  for (int i = 0; i < N; i++)
    c->expected[i] = expect (c, i / CHANNELS / WIDTH, i / CHANNELS % WIDTH, i % CHANNELS);
}

static gboolean
convolve (FddmDevice *device, const Case *c, FddmConv *conv, FddmTensor *in, FddmTensor *out, float *result, GError **error)
{
  return fddm_cuda_tensor_upload (device, in, c->in, error) && fddm_cuda_tensor_upload (device, out, c->residual, error) &&
         fddm_cuda_conv (device, conv, in, out, out, error) && fddm_cuda_tensor_download (device, out, result, error);
}

static gboolean
compare (const Case *c, const float *result, GError **error)
{
  for (int i = 0; i < N; i++)
    if (!(fabsf (result[i] - c->expected[i]) <= TOLERANCE))
      {
        g_set_error (error, FDDM_KERNEL_ERROR, FDDM_KERNEL_ERROR_UNUSABLE,
                     _ ("the GPU computes wrongly (%g where %g is right)"), result[i], c->expected[i]);
        return FALSE;
      }
  return TRUE;
}

gboolean
fddm_cuda_self_test (FddmDevice *device, GError **error)
{
  g_autofree Case  *c      = g_new (Case, 1);
  g_autofree float *result = g_new (float, N);
  FddmConvSpec      spec   = { .kernel       = 3,
                               .in_channels  = CHANNELS,
                               .out_channels = CHANNELS,
                               .weights      = c->weights,
                               .bias         = c->bias,
                               .activation   = FDDM_ACTIVATION_RELU };
  FddmConv         *conv;
  FddmTensor       *in, *out = NULL;
  gboolean          ok = FALSE;

  fill (c);
  conv = fddm_cuda_conv_new (device, &spec, error);
  in   = conv != NULL ? fddm_cuda_tensor_new (device, FDDM_TENSOR_NETWORK, HEIGHT, WIDTH, CHANNELS, error) : NULL;
  if (in != NULL)
    out = fddm_cuda_tensor_new (device, FDDM_TENSOR_NETWORK, HEIGHT, WIDTH, CHANNELS, error);
  if (out != NULL)
    ok = convolve (device, c, conv, in, out, result, error) && compare (c, result, error);
  fddm_cuda_tensor_free (device, out);
  fddm_cuda_tensor_free (device, in);
  fddm_cuda_conv_free (device, conv);
  return ok;
}
