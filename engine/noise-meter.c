/* noise-meter.c: chooses and keeps patches to measure noise in.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>
#include "noise-private.h"

#define MEMORY        ((gsize) 24 << 20)   /* of the patches kept, bytes */
#define PATCHES_MAX   ((gsize) 1 << 16)
#define MARGIN_MIN    0.06f                /* nearer to black or white, noise may have been clipped */

FddmNoiseMeter *
fddm_noise_meter_new (int patch, int channels)
{
  FddmNoiseMeter *meter = g_new0 (FddmNoiseMeter, 1);

  meter->asked = patch;
  meter->patch = patch * fddm_noise_join_group (patch);
  meter->channels = channels;
  meter->coefficients = channels * meter->patch * meter->patch;
  meter->capacity = MIN (PATCHES_MAX, MEMORY / ((gsize) meter->coefficients * sizeof (float)));
  meter->every = 1;
  meter->values = g_new (float, meter->capacity * (gsize) meter->coefficients);
  meter->brightness = g_new (float, meter->capacity);
  meter->texture = g_new (float, meter->capacity);
  meter->margin = g_new (float, meter->capacity);
  return meter;
}

void
fddm_noise_meter_free (FddmNoiseMeter *meter)
{
  if (!meter)
    return;
  g_free (meter->values);
  g_free (meter->brightness);
  g_free (meter->texture);
  g_free (meter->margin);
  g_free (meter);
}

/* Keeps every second of the patches kept so far. */
static void
thin_out (FddmNoiseMeter *meter)
{
  gsize c = (gsize) meter->coefficients;

  for (gsize i = 1; 2 * i < meter->n; i++)
    {
      memcpy (meter->values + i * c, meter->values + 2 * i * c, c * sizeof (float));
      meter->brightness[i] = meter->brightness[2 * i];
      meter->texture[i] = meter->texture[2 * i];
      meter->margin[i] = meter->margin[2 * i];
    }
  meter->n = (meter->n + 1) / 2;
  meter->every *= 2;
}

/* How far the mean colour is from black and white, from the means of Y', Cb and Cr. */
static float
margin (const FddmNoiseMeter *meter, const float *patch)
{
  int   n = meter->patch * meter->patch;
  float y = patch[0] / (float) meter->patch, cb, cr, most;

  if (meter->channels == 1)
    return 1 - fabsf (y);
  cb = patch[n] / (float) meter->patch;
  cr = patch[2 * n] / (float) meter->patch;
  most = MAX (fabsf (y + 1.402f * cr), fabsf (y + 1.772f * cb));
  return 1 - MAX (most, fabsf (y - 0.344136f * cb - 0.714136f * cr));
}

static float
energy (const FddmNoiseMeter *meter, const float *patch)
{
  float sum = 0;

  for (int k = 1; k < meter->patch * meter->patch; k++)
    sum += patch[k] * patch[k];
  return sum;
}

/* The texture around a patch is judged by its neighbours alone: choosing patches by what is measured in them would favour
 * those in which noise happens to be low. */
static void
keep (FddmNoiseMeter *meter, const float *patch, gsize row, const float *energies, int column, int columns)
{
  gsize        c = (gsize) meter->coefficients;
  const float *e = energies + column;
  float       *values, around, sum = 0;
  float        from_edge = margin (meter, patch);

  around = (e[-columns - 1] + e[-columns] + e[-columns + 1] + e[-1] + e[1] + e[columns - 1] + e[columns] + e[columns + 1]) / 8;
  for (gsize k = 0; k < c; k++)
    sum += fabsf (patch[k]);
  if (!(from_edge > MARGIN_MIN) || !isfinite (around + sum) || meter->seen++ % meter->every != 0)
    return;
  if (meter->n == meter->capacity)
    thin_out (meter);
  values = meter->values + meter->n * c;
  memcpy (values, patch, c * sizeof (float));
  for (int i = 0; i < meter->coefficients; i += meter->patch * meter->patch)
    {
      const float *dc = patch + i;

      /* A slope of the picture cancels; of noise, 1 + 4/16 of its variance is left. */
      values[i] = (dc[0] - (dc[-(gssize) c] + dc[c] + dc[-(gssize) row] + dc[row]) / 4) / sqrtf (1.25f);
    }
  meter->brightness[meter->n] = patch[0] / (float) meter->patch;
  meter->texture[meter->n] = around;
  meter->margin[meter->n] = from_edge;
  meter->n++;
}

static void
add_patches (FddmNoiseMeter *meter, const float *coefficients, int rows, int columns)
{
  gsize             row = (gsize) columns * (gsize) meter->coefficients;
  g_autofree float *energies = NULL;

  if (rows < 3 || columns < 3)
    return;
  energies = g_new (float, 3 * (gsize) columns);
  for (int i = 0; i < rows; i++)
    {
      if (i >= 3)
        memmove (energies, energies + columns, 2 * (gsize) columns * sizeof (float));
      for (int j = 0; j < columns; j++)
        energies[MIN (i, 2) * columns + j] = energy (meter, coefficients + (gsize) i * row + (gsize) (j * meter->coefficients));
      for (int j = 1; i >= 2 && j < columns - 1; j++)
        keep (meter, coefficients + (gsize) (i - 1) * row + (gsize) (j * meter->coefficients), row, energies + columns, j,
              columns);
    }
}

void
fddm_noise_meter_add (FddmNoiseMeter *meter, const float *coefficients, int rows, int columns)
{
  int               group = fddm_noise_join_group (meter->asked);
  g_autofree float *joined = NULL;

  if (group > 1)
    joined = fddm_noise_join (coefficients, rows, columns, meter->channels, meter->asked);
  add_patches (meter, group > 1 ? joined : coefficients, rows / group, columns / group);
}
