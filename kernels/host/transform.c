/* transform.c: pixels to coefficients and back.
 * SPDX-License-Identifier: Apache-2.0 */
#include "dct.h"
#include "host.h"

typedef struct {
  const FddmWindow *window;
  const float      *pixels;
  float            *target;
  const FddmTensor *coefficients;
  float             weight;
  float             basis[FDDM_PATCH_MAX * FDDM_PATCH_MAX];      /* row-major (frequency, place) */
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

static inline __attribute__ ((always_inline)) void
analyse_row (const Transform *t, int d, int row)
{
  const int channels = t->window->channels;
  float     planes[3][FDDM_PATCH_MAX * FDDM_PATCH_MAX];

  for (int column = 0; column < t->window->columns; column++)
    {
      float *out = fddm_host_at (t->coefficients, row, column);

      gather_patch (t, d, row, column, planes);
      for (int c = 0; c < channels; c++)
        fddm_sandwich (d, t->basis, t->transposed, planes[c], out + c * d * d);
    }
}

static void
analyse_rows (const void *task, int first, int last)
{
  const Transform *t = task;

  for (int row = first; row < last; row++)
    switch (t->window->patch)
      {
      case 2:  analyse_row (t, 2, row); break;
      case 4:  analyse_row (t, 4, row); break;
      case 8:  analyse_row (t, 8, row); break;
      default: analyse_row (t, t->window->patch, row); break;
      }
}

/* A gray picture (or a gray model) takes the luma. Half, because coefficients belong to [-1,1] and pixels to [0,1]. */
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

static inline __attribute__ ((always_inline)) void
synthesise_row (const Transform *t, int d, int row)
{
  const FddmWindow *window = t->window;
  const int         top = MAX (window->top - row * d, 0), bottom = MIN (window->bottom - row * d, d);
  float             planes[3][FDDM_PATCH_MAX * FDDM_PATCH_MAX];

  for (int column = window->left / d; column * d < window->right; column++)
    {
      const float *in   = fddm_host_at (t->coefficients, row, column);
      const int    left = MAX (window->left - column * d, 0), right = MIN (window->right - column * d, d);

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
}

static void
synthesise_rows (const void *task, int first, int last)
{
  const Transform *t = task;

  for (int row = MAX (first, t->window->top / t->window->patch);
       row < last && row * t->window->patch < t->window->bottom; row++)
    switch (t->window->patch)
      {
      case 2:  synthesise_row (t, 2, row); break;
      case 4:  synthesise_row (t, 4, row); break;
      case 8:  synthesise_row (t, 8, row); break;
      default: synthesise_row (t, t->window->patch, row); break;
      }
}

static void
fill_basis (Transform *t)
{
  const int d = t->window->patch;

  for (int u = 0; u < d; u++)
    for (int x = 0; x < d; x++)
      t->basis[u * d + x] = t->transposed[x * d + u] = (float) fddm_dct_basis (d, u, x);
}

gboolean
fddm_host_analyse (FddmDevice *device, const FddmWindow *window, const float *pixels, FddmTensor *coefficients,
                   GError **error G_GNUC_UNUSED)
{
  Transform t = { .window = window, .pixels = pixels, .coefficients = coefficients };

  fill_basis (&t);
  device->rows (device, analyse_rows, &t, window->rows);
  return TRUE;
}

gboolean
fddm_host_synthesise (FddmDevice *device, const FddmWindow *window, const FddmTensor *coefficients, float weight,
                      float *pixels, GError **error G_GNUC_UNUSED)
{
  Transform t = { .window = window, .target = pixels, .coefficients = coefficients, .weight = weight };

  fill_basis (&t);
  device->rows (device, synthesise_rows, &t, window->rows);
  return TRUE;
}

/* It was finished when it returned. */
gboolean
fddm_host_synthesise_finish (FddmDevice *device G_GNUC_UNUSED, GError **error G_GNUC_UNUSED)
{
  return TRUE;
}
