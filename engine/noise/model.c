/* model.c: white noise, and properties of noise models. measure.c does the measuring.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>
#include "engine/noise/model.h"

/* Tolerances of measured white noise: of ln level by frequency, and of the standard deviation of the ln curves. White
 * noise of level 3 to 50 measured within 0.04 and 0.16; camera noise deviates by 0.4 and more. */
#define WHITE_LEVELS 0.1
#define WHITE_CURVES 0.25

/* Norms of the rows of the BT.601 matrix: (0.299, 0.587, 0.114) and its differences. */
static const double row_norm[3] = { 0.66855516, 0.62306317, 0.65719937 };

void
fddm_noise_white (FddmNoiseModel *model, int patch, int channels, gboolean gray, double sigma)
{
  memset (model, 0, sizeof *model);
  model->patch    = patch;
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

/* Standard deviation of ln curve over the first CHANNELS channels. */
static double
curves_spread (const FddmNoiseModel *model, int channels)
{
  const int n   = channels * FDDM_NOISE_KNOTS;
  double    sum = 0, squares = 0;

  for (int c = 0; c < channels; c++)
    for (int b = 0; b < FDDM_NOISE_KNOTS; b++)
      {
        const double value = log (MAX (model->curve[c][b], 1e-6));

        sum += value;
        squares += value * value;
      }
  return sqrt (MAX (squares / n - sum / n * (sum / n), 0));
}

gboolean
fddm_noise_is_white (const FddmNoiseModel *model, gboolean gray)
{
  const int      channels = gray ? 1 : model->channels, n = channels * model->patch * model->patch;
  FddmNoiseModel white;
  double         mean = 0;

  fddm_noise_white (&white, model->patch, model->channels, gray, 1);
  for (int k = 0; k < n; k++)
    {
      if (!(model->level[k] > 0))
        return FALSE;
      mean += log (model->level[k] / white.level[k]) / n;
    }
  for (int k = 0; k < n; k++)
    if (fabs (log (model->level[k] / white.level[k]) - mean) > WHITE_LEVELS)
      return FALSE;
  return curves_spread (model, channels) < WHITE_CURVES;
}

/* Root mean square level of CHANNEL at middle gray, in [-1,1] units. */
static double
level (const FddmNoiseModel *model, int channel)
{
  int    n   = model->patch * model->patch;
  double sum = 0;

  for (int k = 0; k < n; k++)
    sum += (double) model->level[channel * n + k] * model->level[channel * n + k];
  return sqrt (sum / n) * model->curve[channel][FDDM_NOISE_KNOTS / 2];
}

void
fddm_noise_summary (const FddmNoiseModel *model, double *luma, double *chroma)
{
  gboolean colour = model->channels == 3;

  *luma   = level (model, 0) / FDDM_STEP;
  *chroma = 0;
  if (!colour)
    return;
  /* In a gray picture the three samples are equal, so that luma is as noisy as a sample. */
  *chroma = (level (model, 1) / row_norm[1] + level (model, 2) / row_norm[2]) / 2 / FDDM_STEP;
  if (*chroma > 0)
    *luma /= row_norm[0];
}
