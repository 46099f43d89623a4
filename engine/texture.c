/* texture.c: see texture.h.
 * SPDX-License-Identifier: Apache-2.0 */
#include "texture.h"
#include <math.h>
#include <string.h>
#include "fddm-math.h"

/* Texture is made stronger by so much at most, and only where more than that share of the noise's energy is wanting: a level of
 * noise is measured to about a fiftieth, and the window's mean has some chance in it. */
#define GAIN_MOST 2.0f
#define WANTING   0.08f

void
fddm_texture_luma (const float *pixels, gsize n, int channels, float weight, float *plane)
{
  for (gsize i = 0; i < n; i++)
    plane[i] += weight * (channels == 1 ? pixels[i] : 0.299f * pixels[3 * i] + 0.587f * pixels[3 * i + 1] +
                          0.114f * pixels[3 * i + 2]);
}

/* PLANE becomes h·PLANE. */
static void
keep_fine (float *plane, int width, int height, float *spare, float *scratch)
{
  const gsize n = (gsize) width * height;

  for (int round = 0; round < 2; round++)
    {
      memcpy (spare, plane, n * sizeof *plane);
      fddm_smooth (spare, (gsize) width, width, height, 1, 1, scratch);
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

/* What h leaves of the energy of white noise: Σ over the squares of its taps. */
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

/* Mean of the energy of luma's noise in a pixel at middle gray, pixels in [0,1]. */
static double
noise_energy (const FddmNoiseModel *noise)
{
  const int n   = noise->patch * noise->patch;
  double    sum = 0;

  for (int k = 0; k < n; k++)
    sum += (double) noise->level[k] * noise->level[k];
  return sum / n / 4;
}

/* The larger root of a·g² + 2·b·g + c = 0, where what is wanting, −(a + 2·b + c), is more than LEAST; else 1. */
static float
gain (float a, float b, float c, float least)
{
  if (!(-(a + 2.0f * b + c) > least && a > 0.0f))
    return 1.0f;
  return CLAMP ((sqrtf (MAX (b * b - a * c, 0.0f)) - b) / a, 1.0f, GAIN_MOST);
}

void
fddm_texture_strengthen (float *texture, float *const planes[FDDM_TEXTURE_PLANES], int width, int height,
                         const FddmNoiseModel *noise, float *scratch)
{
  const gsize n = (gsize) width * height;
  const float known = (float) (noise_energy (noise) * energy_kept ()), least = WANTING * known;
  float      *c = planes[0], *b = planes[1], *a = planes[2], *spare = planes[3];

  keep_fine (texture, width, height, spare, scratch);
  keep_fine (planes[0], width, height, spare, scratch);
  memcpy (a, planes[1], n * sizeof *a);          /* its brightness is needed yet */
  keep_fine (planes[1], width, height, spare, scratch);
  for (gsize i = 0; i < n; i++)
    {
      const float factor = fddm_noise_curve (noise->curve[0], 2.0f * a[i] - 1.0f);
      const float t = texture[i], l = planes[1][i], y = planes[0][i];

      a[i] = t * t;
      b[i] = t * l;
      c[i] = l * l - y * y + known * factor * factor;
    }
  for (int i = 0; i < 3; i++)
    average (planes[i], width, height, scratch);
  for (gsize i = 0; i < n; i++)
    texture[i] *= gain (a[i], b[i], c[i], least) - 1.0f;
}
