/* transform.c: pixels in host memory to coefficients on the GPU and back, some rows of patches at a time: while the
 * host packs one slot, the GPU copies and transforms the other.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>
#include "fddm-math.h"
#include "patches.h"

/* CUDA's largest second dimension of a grid is 65535. */
#define ROWS_MAX 32768

typedef struct {
  const FddmWindow *window;
  FddmPatches       patches;
  int              *run;       /* by column: pixels from it on that lie side by side in the array as they do packed */
} Transform;

static void
transform_init (Transform *t, const FddmWindow *window)
{
  const int  d = window->patch, width = window->columns * d, samples = window->channel_stride == 0 ? 1 : 3;
  const int *at = window->column_offset;

  t->window  = window;
  t->patches = (FddmPatches) {
    .patch = d, .columns = window->columns, .channels = window->channels, .samples = samples
  };
  for (int u = 0; u < d; u++)
    for (int x = 0; x < d; x++)
      t->patches.basis[u * d + x] = (float) fddm_dct_basis (d, u, x);
  t->run = g_new (int, width);
  for (int j = width - 1; j >= 0; j--)
    t->run[j] = window->channel_stride <= 1 && j + 1 < width && at[j + 1] == at[j] + samples ? t->run[j + 1] + 1 : 1;
}

/* Row I of the tile, packed. */
static void
gather_row (const Transform *t, const float *pixels, int i, float *out)
{
  const FddmWindow *window  = t->window;
  const int         width   = window->columns * window->patch, samples = t->patches.samples;
  const float      *row     = pixels + window->row_offset[i];

  for (int j = 0; j < width; j += t->run[j])
    {
      const float *from = row + window->column_offset[j];

      if (window->channel_stride <= 1)
        memcpy (out + (gsize) j * samples, from, (gsize) t->run[j] * samples * sizeof (float));
      else
        for (int c = 0; c < samples; c++)
          out[(gsize) j * samples + c] = from[c * window->channel_stride];
    }
}

static inline void
add_finite (float *pixel, float change)
{
  float sum = *pixel + change;

  *pixel = isfinite (sum) ? sum : *pixel;
}

/* Adds the packed pixels [left, right) of row I to where they belong. */
static void
scatter_row (const Transform *t, const float *in, int i, float *pixels)
{
  const FddmWindow *window  = t->window;
  const int         samples = t->patches.samples;
  float            *row     = pixels + window->row_offset[i];

  for (int j = window->left, n; j < window->right; j += n)
    {
      float *to = row + window->column_offset[j];

      n = MIN (t->run[j], window->right - j);
      if (window->channel_stride <= 1)
        for (int k = 0; k < n * samples; k++)
          add_finite (to + k, in[k]);
      else
        for (int c = 0; c < samples; c++)
          add_finite (to + c * window->channel_stride, in[c]);
      in += (gsize) n * samples;
    }
}

/* How many rows of patches, each of PIXELS pixels across, fit in a slot; 0 with ERROR set when not even one can. */
static int
rows_in_slot (FddmDevice *device, const Transform *t, int pixels, GError **error)
{
  const gsize bytes = (gsize) pixels * t->patches.patch * t->patches.samples * sizeof (float);

  if (!fddm_staging_reserve (device, bytes, error))
    return 0;
  return (int) MIN (device->staging.bytes / bytes, ROWS_MAX);
}

static gboolean
analyse (FddmDevice *device, const Transform *t, const float *pixels, FddmTensor *coefficients, GError **error)
{
  const int   d = t->patches.patch, width = t->window->columns * d, at_once = rows_in_slot (device, t, width, error);
  const gsize row_floats = (gsize) width * t->patches.samples;
  int         slot = 0;

  if (at_once == 0)
    return FALSE;
  for (int row = 0; row < t->window->rows; row += at_once, slot ^= 1)
    {
      const int n = MIN (at_once, t->window->rows - row);

      if (!fddm_staging_wait (device, slot, error))
        return FALSE;
      for (int i = 0; i < n * d; i++)
        gather_row (t, pixels, row * d + i, (float *) device->staging.host[slot] + i * row_floats);
      if (!fddm_staging_send (device, slot, n * d * row_floats * sizeof (float), error) ||
          !fddm_patches_analyse (device, &t->patches, device->staging.device, row, n, coefficients, error))
        return FALSE;
    }
  return TRUE;
}

gboolean
fddm_cuda_analyse (FddmDevice *device, const FddmWindow *window, const float *pixels, FddmTensor *coefficients,
                   GError **error)
{
  Transform t;
  gboolean  ok;

  if (!fddm_cuda_enter (device, error))
    return FALSE;
  transform_init (&t, window);
  ok = analyse (device, &t, pixels, coefficients, error);
  g_free (t.run);
  return ok;
}

static gboolean
start_synthesis (FddmDevice *device, const Transform *t, const FddmTensor *coefficients, const FddmRegion *region,
                 float weight, int slot, GError **error)
{
  const gsize bytes = (gsize) (region->bottom - region->top) * (region->right - region->left) * t->patches.samples *
                      sizeof (float);

  return fddm_patches_synthesise (device, &t->patches, coefficients, region, weight, device->staging.device, error) &&
         fddm_staging_fetch (device, slot, bytes, error);
}

static gboolean
finish_synthesis (FddmDevice *device, const Transform *t, const FddmRegion *region, int slot, float *pixels,
                  GError **error)
{
  const gsize  row_floats = (gsize) (region->right - region->left) * t->patches.samples;
  const float *in         = device->staging.host[slot];

  if (!fddm_staging_wait (device, slot, error))
    return FALSE;
  for (int i = region->top; i < region->bottom; i++)
    scatter_row (t, in + (i - region->top) * row_floats, i, pixels);
  return TRUE;
}

static gboolean
synthesise (FddmDevice *device, const Transform *t, const FddmTensor *coefficients, float weight, float *pixels,
            GError **error)
{
  const FddmWindow *window  = t->window;
  const int         d       = window->patch;
  const int         at_once = rows_in_slot (device, t, window->right - window->left, error);
  FddmRegion        regions[2];
  int               slot = 0, done = 0;   /* regions started; a region lies in slot number & 1 */

  if (at_once == 0)
    return FALSE;
  for (int row = window->top / d; row * d < window->bottom; row += at_once, done++, slot ^= 1)
    {
      regions[slot] = (FddmRegion) {
        .top    = MAX (window->top, row * d),
        .bottom = (int) MIN ((gint64) window->bottom, ((gint64) row + at_once) * d),
        .left   = window->left,
        .right  = window->right
      };
      if (!start_synthesis (device, t, coefficients, &regions[slot], weight, slot, error) ||
          (done > 0 && !finish_synthesis (device, t, &regions[slot ^ 1], slot ^ 1, pixels, error)))
        return FALSE;
    }
  return finish_synthesis (device, t, &regions[slot ^ 1], slot ^ 1, pixels, error);
}

gboolean
fddm_cuda_synthesise (FddmDevice *device, const FddmWindow *window, const FddmTensor *coefficients, float weight,
                      float *pixels, GError **error)
{
  Transform t;
  gboolean  ok;

  if (window->top >= window->bottom || window->left >= window->right)
    return TRUE;
  if (!fddm_cuda_enter (device, error))
    return FALSE;
  transform_init (&t, window);
  ok = synthesise (device, &t, coefficients, weight, pixels, error);
  g_free (t.run);
  return ok;
}
