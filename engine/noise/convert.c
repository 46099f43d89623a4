/* convert.c: conversion of noise levels to another patch size.
 * SPDX-License-Identifier: Apache-2.0
 *
 * A large patch is T X Tᵀ, with X the coefficients of the small patches that it consists of, side by side. For
 * independent coefficients of the large patch, the variances of the small ones follow from the squares of T. */
#include <math.h>
#include <string.h>
#include "kernels/fddm-math.h"
#include "engine/noise/model.h"

#define SIDE FDDM_METER_PATCH

/* T[i][s·patch + u]: share of frequency i of the large patch in frequency u of its small patch s. */
static void
join_matrix (int patch, double t[SIDE][SIDE])
{
  for (int i = 0; i < SIDE; i++)
    for (int a = 0; a < SIDE; a++)
      {
        t[i][a] = 0;
        for (int y = 0; y < patch; y++)
          t[i][a] += fddm_dct_basis (SIDE, i, a / patch * patch + y) * fddm_dct_basis (patch, a % patch, y);
      }
}

/* Exact if small patches make up the meter's patch; averaged over their places in it. */
static void
split (const float *metered, int patch, float *level)
{
  const int group = SIDE / patch;
  double    t[SIDE][SIDE];

  join_matrix (patch, t);
  for (int k = 0; k < patch * patch; k++)
    {
      double sum = 0;

      for (int a = k / patch; a < SIDE; a += patch)
        for (int b = k % patch; b < SIDE; b += patch)
          for (int i = 0; i < SIDE * SIDE; i++)
            {
              double part = t[i / SIDE][a] * t[i % SIDE][b] * metered[i];

              sum += part * part;
            }
      level[k] = (float) sqrt (sum / (group * group));
    }
}

/* Takes the level of the meter's frequency whose range includes the frequency. */
static void
take_nearest (const float *metered, int patch, float *level)
{
  for (int u = 0; u < patch; u++)
    for (int v = 0; v < patch; v++)
      level[u * patch + v] = metered[u * SIDE / patch * SIDE + v * SIDE / patch];
}

void
fddm_noise_convert (const FddmNoiseModel *metered, int patch, int channels, gboolean gray, FddmNoiseModel *model)
{
  fddm_noise_white (model, patch, channels, gray, 0);
  for (int c = 0; c < (gray ? 1 : channels); c++)
    {
      const float *from = metered->level + c * SIDE * SIDE;

      if (patch < SIDE && SIDE % patch == 0)
        split (from, patch, model->level + c * patch * patch);
      else
        take_nearest (from, patch, model->level + c * patch * patch);
      memcpy (model->curve[c], metered->curve[c], sizeof model->curve[c]);
    }
}
