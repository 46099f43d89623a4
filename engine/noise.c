/* noise.c: noise of known level, and what is said of a measured one. measure.c measures.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>
#include "noise.h"

/* Norms of the rows of the BT.601 matrix, 0.299 0.587 0.114 and its differences. */
static const double row_norm[3] = { 0.66855516, 0.62306317, 0.65719937 };

void
fddm_noise_white (FddmNoiseModel *model, int patch, int channels, gboolean gray, double sigma)
{
  memset (model, 0, sizeof *model);
  model->patch = patch;
  model->channels = channels;
  for (int c = 0; c < 3; c++)
    {
      double level = sigma * FDDM_STEP;

      if (channels == 3 && !gray)
        level *= row_norm[c];
      else if (c > 0)
        level = 0;
      for (int k = 0; c < channels && k < patch * patch; k++)
        model->level[c * patch * patch + k] = (float) level;
      for (int b = 0; b < FDDM_NOISE_KNOTS; b++)
        model->curve[c][b] = 1;
    }
}

/* Root mean square level of CHANNEL at middle gray, [-1,1]. */
static double
level (const FddmNoiseModel *model, int channel)
{
  int    n = model->patch * model->patch;
  double sum = 0;

  for (int k = 0; k < n; k++)
    sum += (double) model->level[channel * n + k] * model->level[channel * n + k];
  return sqrt (sum / n) * model->curve[channel][FDDM_NOISE_KNOTS / 2];
}

void
fddm_noise_summary (const FddmNoiseModel *model, double *luma, double *chroma)
{
  gboolean colour = model->channels == 3;

  *luma = level (model, 0) / FDDM_STEP;
  *chroma = 0;
  if (!colour)
    return;
  /* A gray picture's three samples are one and the same: its luma is as noisy as each. */
  *chroma = (level (model, 1) / row_norm[1] + level (model, 2) / row_norm[2]) / 2 / FDDM_STEP;
  if (*chroma > 0)
    *luma /= row_norm[0];
}
