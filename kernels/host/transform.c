/* transform.c: the transform from pixels to coefficients, and its inverse.
 * SPDX-License-Identifier: Apache-2.0 */
#include "kernels/host/dct.h"
#include "kernels/host/ends.h"

/* The ends of the network, where they are computed in the same pass. */
typedef struct {
  const FddmDevice *device;
  FddmHostEnds      ends;
  const float      *level, (*curve)[FDDM_NOISE_KNOTS];
  FddmTensor       *input; /* forward transform only; the output: inverse only */
  const FddmTensor *output;
  const float      *strength;
  int              *overflowed; /* set where the output is no number; inverse only */
} Network;

typedef struct {
  const FddmWindow *window;
  const float      *pixels;
  float            *target;
  const FddmTensor *coefficients;
  const Network    *network; /* NULL without the network's ends */
  float             weight;
  float             basis[FDDM_PATCH_MAX * FDDM_PATCH_MAX]; /* row-major (frequency, place) */
  float             transposed[FDDM_PATCH_MAX * FDDM_PATCH_MAX];
} Transform;

static inline __attribute__ ((always_inline)) void
gather_patch (const Transform *t, int d, int row, int column, float planes[3][FDDM_PATCH_MAX * FDDM_PATCH_MAX])
{
  const FddmWindow *window = t->window;
  const int        *across = window->column_offset + column * d;
  const int         stride = window->channel_stride;

  for (int i = 0; i < d; i++)
    for (int j = 0; j < d; j++)
      {
        const float *pixel = t->pixels + window->row_offset[row * d + i] + across[j];
        float        rgb[3], ycbcr[3];

        for (int c = 0; c < 3; c++)
          rgb[c] = 2.0f * fddm_clamp (pixel[c * stride], -FDDM_PIXEL_LIMIT, FDDM_PIXEL_LIMIT) - 1.0f;
        fddm_ycbcr_from_rgb (rgb, ycbcr);
        for (int c = 0; c < 3; c++)
          planes[c][i * d + j] = ycbcr[c];
      }
}

/* Noise levels of PATCHES with coefficients Y, written to NOISE. Without a curve NOISE stays unset, since the tables of the
 * ends replace it. */
static const float *
noise_of (const Transform *t, int patches, const float *y, float *noise)
{
  const Network *network = t->network;

  if (network->curve != NULL)
    fddm_host_ends_noise (network->level, network->curve, t->window->channels, t->window->patch, patches, y, noise);
  return noise;
}

static void
give_input (const Transform *t, int patches, const float *y, int row, int column)
{
  const Network *network = t->network;
  const int      n       = network->ends.n;
  float          noise[FDDM_COEF_MAX], input[2 * FDDM_COEF_MAX];

  fddm_host_ends_input (&network->ends, patches, y, noise_of (t, patches, y, noise), input);
  fddm_host_store (network->device, network->input, ((gsize) row * t->window->columns + column) * 2 * n,
                   (gsize) patches * 2 * n, input);
}

/* Change of the coefficients Y of PATCHES according to the network's output. */
static void
take_output (const Transform *t, int patches, const float *y, int row, int column, float *difference)
{
  const Network *network = t->network;
  const int      n       = network->ends.n;
  float          noise[FDDM_COEF_MAX], output[FDDM_COEF_MAX], x0[FDDM_COEF_MAX];

  fddm_host_load (network->device, network->output, ((gsize) row * t->window->columns + column) * n, (gsize) patches * n,
                  output);
  if (!fddm_host_ends_estimate (&network->ends, patches, y, noise_of (t, patches, y, noise), output, x0))
    fddm_host_ends_overflow (network->overflowed);
  for (int p = 0; p < patches * n; p += n)
    for (int k = 0; k < n; k++)
      difference[p + k] = fddm_difference (y[p + k], x0[p + k], network->strength[k]);
}

static inline __attribute__ ((always_inline)) void
analyse_row (const Transform *t, int d, int row)
{
  const int channels = t->window->channels, n = channels * d * d, run = fddm_host_run (n);
  float     planes[3][FDDM_PATCH_MAX * FDDM_PATCH_MAX];

  for (int first = 0; first < t->window->columns; first += run)
    {
      const int patches = MIN (run, t->window->columns - first);
      float    *out     = fddm_host_at (t->coefficients, row, first);

      for (int p = 0; p < patches; p++)
        {
          gather_patch (t, d, row, first + p, planes);
          for (int c = 0; c < channels; c++)
            fddm_sandwich (d, t->basis, t->transposed, planes[c], out + p * n + c * d * d);
        }
      if (t->network != NULL)
        give_input (t, patches, out, row, first);
    }
}

static void
analyse_rows (const void *task, int first, int last)
{
  const Transform *t = task;

  for (int row = first; row < last; row++)
    switch (t->window->patch)
      {
      case 2: analyse_row (t, 2, row); break;
      case 4: analyse_row (t, 4, row); break;
      case 8: analyse_row (t, 8, row); break;
      default: analyse_row (t, t->window->patch, row); break;
      }
}

/* A gray picture (or a gray model) takes the luma. The factor 0.5 converts from [-1,1], the range of coefficients, to [0,1],
 * that of pixels. */
static inline void
add_to_pixel (float *pixel, int stride, int channels, const float ycbcr[3], float weight)
{
  float rgb[3] = { ycbcr[0], ycbcr[0], ycbcr[0] };
  int   n      = stride == 0 ? 1 : 3;

  if (channels == 3 && stride != 0)
    fddm_rgb_from_ycbcr (ycbcr, rgb);
  for (int c = 0; c < n; c++)
    {
      float sum = pixel[c * stride] + 0.5f * weight * rgb[c];

      if (isfinite (sum))
        pixel[c * stride] = sum;
    }
}

/* Adds the patch of coefficients IN to the pixels of COLUMN, in lines from TOP to BOTTOM of it. */
static inline __attribute__ ((always_inline)) void
add_patch (const Transform *t, int d, int row, int column, int top, int bottom, const float *in)
{
  const FddmWindow *window = t->window;
  const int         left = MAX (window->left - column * d, 0), right = MIN (window->right - column * d, d);
  float             planes[3][FDDM_PATCH_MAX * FDDM_PATCH_MAX];

  for (int c = 0; c < window->channels; c++)
    fddm_sandwich (d, t->transposed, t->basis, in + c * d * d, planes[c]);
  for (int i = top; i < bottom; i++)
    for (int j = left; j < right; j++)
      {
        const float ycbcr[3] = { planes[0][i * d + j], window->channels == 3 ? planes[1][i * d + j] : 0.0f,
                                 window->channels == 3 ? planes[2][i * d + j] : 0.0f };

        add_to_pixel (t->target + window->row_offset[row * d + i] + window->column_offset[column * d + j],
                      window->channel_stride, window->channels, ycbcr, t->weight);
      }
}

static inline __attribute__ ((always_inline)) void
synthesise_row (const Transform *t, int d, int row)
{
  const FddmWindow *window = t->window;
  const int         top = MAX (window->top - row * d, 0), bottom = MIN (window->bottom - row * d, d);
  const int         n = window->channels * d * d, run = fddm_host_run (n), last = (window->right + d - 1) / d;
  float             difference[FDDM_COEF_MAX];

  for (int first = window->left / d; first < last; first += run)
    {
      const int    patches = MIN (run, last - first);
      const float *in      = fddm_host_at (t->coefficients, row, first);

      if (t->network != NULL)
        {
          take_output (t, patches, in, row, first, difference);
          in = difference;
        }
      for (int p = 0; p < patches; p++)
        add_patch (t, d, row, first + p, top, bottom, in + p * n);
    }
}

static void
synthesise_rows (const void *task, int first, int last)
{
  const Transform *t = task;

  for (int row = MAX (first, t->window->top / t->window->patch); row < last && row * t->window->patch < t->window->bottom;
       row++)
    switch (t->window->patch)
      {
      case 2: synthesise_row (t, 2, row); break;
      case 4: synthesise_row (t, 4, row); break;
      case 8: synthesise_row (t, 8, row); break;
      default: synthesise_row (t, t->window->patch, row); break;
      }
}

static void
transform_init (Transform *t, const FddmWindow *window, const FddmTensor *coefficients)
{
  const int d = window->patch;

  t->window       = window;
  t->coefficients = coefficients;
  for (int u = 0; u < d; u++)
    for (int x = 0; x < d; x++)
      t->basis[u * d + x] = t->transposed[x * d + u] = (float) fddm_dct_basis (d, u, x);
}

static void
network_init (Network *network, const FddmDevice *device, const FddmEnds *ends)
{
  const FddmConditioning conditioning = {
    .mean = ends->mean, .variance = ends->variance, .form = FDDM_INPUT_WHITENED, .lo = ends->lo, .hi = ends->hi
  };

  network->device = device;
  network->level  = fddm_host_at (ends->level, 0, 0);
  network->curve  = ends->curve;
  fddm_host_ends_init (&network->ends, &conditioning, ends->curve == NULL ? network->level : NULL);
}

static void
analyse (FddmDevice *device, const FddmWindow *window, const float *pixels, const Network *network, FddmTensor *coefficients)
{
  Transform t = { .pixels = pixels, .network = network };

  transform_init (&t, window, coefficients);
  device->rows (device, analyse_rows, &t, window->rows);
}

static void
synthesise (FddmDevice *device, const FddmWindow *window, const FddmTensor *coefficients, const Network *network,
            float weight, float *pixels)
{
  Transform t = { .target = pixels, .network = network, .weight = weight };

  transform_init (&t, window, coefficients);
  device->rows (device, synthesise_rows, &t, window->rows);
}

gboolean
fddm_host_analyse (FddmDevice *device, const FddmWindow *window, const float *pixels, FddmTensor *coefficients,
                   GError **error G_GNUC_UNUSED)
{
  analyse (device, window, pixels, NULL, coefficients);
  return TRUE;
}

gboolean
fddm_host_synthesise (FddmDevice *device, const FddmWindow *window, const FddmTensor *coefficients, float weight,
                      float *pixels, GError **error G_GNUC_UNUSED)
{
  synthesise (device, window, coefficients, NULL, weight, pixels);
  return TRUE;
}

gboolean
fddm_host_analyse_input (FddmDevice *device, const FddmWindow *window, const float *pixels, const FddmEnds *ends,
                         FddmTensor *coefficients, FddmTensor *input, GError **error G_GNUC_UNUSED)
{
  Network network = { .input = input };

  network_init (&network, device, ends);
  analyse (device, window, pixels, &network, coefficients);
  return TRUE;
}

gboolean
fddm_host_synthesise_output (FddmDevice *device, const FddmWindow *window, const FddmEnds *ends, const FddmOutput *output,
                             float *pixels, GError **error)
{
  int     overflowed = FALSE;
  Network network    = { .output     = output->output,
                         .strength   = fddm_host_at (output->strength, 0, 0),
                         .overflowed = &overflowed };

  network_init (&network, device, ends);
  synthesise (device, window, output->coefficients, &network, output->weight, pixels);
  return fddm_host_ends_finish (overflowed, error);
}

/* fddm_host_synthesise_output has finished when it returns. */
gboolean
fddm_host_synthesise_finish (FddmDevice *device G_GNUC_UNUSED, GError **error G_GNUC_UNUSED)
{
  return TRUE;
}
