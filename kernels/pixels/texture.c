/* texture.c: see texture.h.
 * SPDX-License-Identifier: Apache-2.0 */
#include "kernels/pixels/texture.h"
#include <math.h>
#include <string.h>
#include "kernels/fddm-math.h"
#include "kernels/pixels/pixels.h"

/* Maximum gain of the texture, and the missing energy from which it starts, as a fraction of the noise's energy. The gain
 * is full from twice that fraction. The noise level is known to a few percent only, and the mean over the window has a
 * spread. */
#define GAIN_MOST 2.0f
#define WANTING   0.06f

/* Excludes from the energies: fine waves of the photo further from those of the estimate than OUTLIER times the noise,
 * and fine waves of an estimate that span more than [0,1], which are glints. */
#define OUTLIER 8.0f

/* PLANE = h·PLANE. */
static void
keep_fine (float *plane, int width, int height, float *spare, float *scratch)
{
  const gsize n       = (gsize) width * height;
  const int   threads = fddm_pixels_threads (n);

  for (int round = 0; round < 2; round++)
    {
      memcpy (spare, plane, n * sizeof *plane);
      fddm_smooth (spare, (gsize) width, width, height, 1, 1, scratch);
#pragma omp parallel for schedule(static) num_threads(threads)
      for (gsize i = 0; i < n; i++)
        plane[i] -= spare[i];
    }
}

static void
average (float *plane, int width, int height, float *scratch)
{
  for (int level = 0; level < FDDM_TEXTURE_LEVELS; level++)
    fddm_smooth (plane, (gsize) width, width, height, 1, 1 << level, scratch);
}

/* Energy of white noise after h: the sum of the squares of its taps. */
static double
energy_kept (void)
{
  static const double spline[] = { 0.0625, 0.25, 0.375, 0.25, 0.0625 };
  double              twice[9] = { 0 }, sum = 0;

  for (int i = 0; i < 5; i++)
    for (int k = 0; k < 5; k++)
      twice[i + k] += spline[i] * spline[k];
  for (int y = -4; y <= 4; y++)
    for (int x = -4; x <= 4; x++)
      {
        const gboolean inner = ABS (x) <= 2 && ABS (y) <= 2;
        const double   once  = inner ? spline[y + 2] * spline[x + 2] : 0;
        const double   tap   = (x == 0 && y == 0 ? 1 : 0) - 2 * once + twice[y + 4] * twice[x + 4];

        sum += tap * tap;
      }
  return sum;
}

/* Energy of luma noise per pixel where its curve is 1, for pixels in [0,1]. */
static double
noise_energy (const FddmNoiseModel *noise)
{
  const int n   = noise->patch * noise->patch;
  double    sum = 0;

  for (int k = 0; k < n; k++)
    sum += (double) noise->level[k] * noise->level[k];
  return sum / n / 4;
}

/* From l and the fine waves of t, y and l to the terms a, b, c and the noise's energy, whose means determine g. */
static void
count_energies (const float *texture, float *const planes[FDDM_TEXTURE_PLANES], gsize n, const FddmNoiseModel *noise)
{
  const float kept = (float) (noise_energy (noise) * energy_kept ()), most = OUTLIER * sqrtf (kept);
  const int   threads = fddm_pixels_threads (n);
  float      *c = planes[0], *b = planes[1], *a = planes[2], *known = planes[3];

#pragma omp parallel for schedule(static) num_threads(threads)
  for (gsize i = 0; i < n; i++)
    {
      const float factor = fddm_noise_curve (noise->curve[0], 2.0f * a[i] - 1.0f);
      const float t = texture[i], l = b[i], y = c[i];
      const float counts = fabsf (y - l) <= most * factor && fabsf (l) <= 1.0f ? 1.0f : 0.0f;

      known[i] = counts * kept * factor * factor;
      a[i]     = counts * t * t;
      b[i]     = counts * t * l;
      c[i]     = counts > 0.0f ? (l - y) * (l + y) + known[i] : 0.0f;
    }
}

/* The larger root of a·g² + 2·b·g + c = 0, minus 1; 0 if the missing energy −(a + 2·b + c) is below LEAST. */
static float
growth (float a, float b, float c, float least)
{
  const float wanting = -(a + 2.0f * b + c);

  if (!(wanting > least && a > 0.0f))
    return 0.0f;
  return (CLAMP ((sqrtf (MAX (b * b - a * c, 0.0f)) - b) / a, 1.0f, GAIN_MOST) - 1.0f) * MIN (wanting / least - 1.0f, 1.0f);
}

void
fddm_texture_strengthen (float *texture, float *const planes[FDDM_TEXTURE_PLANES], int width, int height,
                         const FddmNoiseModel *noise, float *scratch)
{
  const gsize  n       = (gsize) width * height;
  const int    threads = fddm_pixels_threads (n);
  const float *c = planes[0], *b = planes[1], *a = planes[2], *known = planes[3];
  float       *spare = planes[3];

  keep_fine (texture, width, height, spare, scratch);
  keep_fine (planes[0], width, height, spare, scratch);
  memcpy (planes[2], planes[1], n * sizeof (float));
  keep_fine (planes[1], width, height, spare, scratch);
  count_energies (texture, planes, n, noise);
  for (int i = 0; i < FDDM_TEXTURE_PLANES; i++)
    average (planes[i], width, height, scratch);
#pragma omp parallel for schedule(static) num_threads(threads)
  for (gsize i = 0; i < n; i++)
    texture[i] *= growth (a[i], b[i], c[i], WANTING * known[i]);
}
