/* noise-read.c: from the patches that were kept to a noise level for each frequency, channel and brightness.
 * SPDX-License-Identifier: Apache-2.0
 *
 * What makes it hard: in a picture that is texture all over, even the flattest patches hold texture, and that looks like
 * noise. What tells them apart here:
 *  - White noise is as strong in the highest frequencies as in the others, texture hardly reaches them. So the white part
 *    of the noise is read there; how texture leaks into them is seen from patches of growing texture, and taken off.
 *  - Texture is mostly in the luma, noise in R', G' and B' alike. So chroma tells how much of luma's is noise.
 *  - Noise out of a camera that has demosaiced, smoothed and compressed it has lost its highest frequencies; there the
 *    lower ones are believed, in so far as luma and chroma vary independently, which in texture they don't.
 * The thresholds were set on white noise added to CBSD68 and on the real noise of PolyU, against clean photographs. */
#include <math.h>
#include <string.h>
#include "noise-reading.h"

#define PATCHES_MIN 64
#define BINS        FDDM_READING_BINS
#define GROUPS      FDDM_READING_GROUPS
#define TINY        1e-14                 /* a variance that is nothing, [-1,1]²              */
#define ROUNDING    (0.193 * FDDM_STEP)   /* level in luma of rounding R', G', B' to 8 bits */

/* What white noise of one 8-bit step in R', G' and B' is in CHANNEL. */
static double
step_in (const FddmReading *reading, int channel)
{
  return reading->channels == 3 ? fddm_noise_row_norm[channel] * FDDM_STEP : FDDM_STEP;
}

static double
mean_of (const double *values, const int *which, int n)
{
  double sum = 0;

  for (int i = 0; i < n; i++)
    sum += values[which[i]];
  return sum / MAX (n, 1);
}

static double
mean_ac (const FddmReading *reading, const double *values)
{
  double sum = 0;

  for (int k = 1; k < reading->d2; k++)
    sum += values[k];
  return sum / (reading->d2 - 1);
}

/* ---- Judgement ---- */

/* Variance of the white part of CHANNEL's noise. Over groups of growing texture the high frequencies' variance follows the
 * low ones' along a line; white noise alone is the point of the line where both are equal. */
static double
white_part (const FddmReading *reading, int channel)
{
  double low[GROUPS], high[GROUPS], trust[GROUPS], sum = 0, mean_low = 0, mean_high = 0, along = 0, square = 0;
  double ridge, slope, flat_low, flat_high, least = G_MAXDOUBLE;

  for (int g = 0; g < reading->groups; g++)
    {
      const double *variance = reading->variance[g] + channel * reading->d2;

      low[g] = mean_of (variance, reading->low, reading->n_low);
      high[g] = mean_of (variance, reading->high, reading->n_high);
      least = MIN (least, high[g]);
    }
  for (int g = 0; g < reading->groups; g++)
    {
      trust[g] = high[g] <= 4 * least + TINY ? reading->weight[g] / ((high[g] + TINY) * (high[g] + TINY)) : 0;
      sum += trust[g];
      mean_low += trust[g] * low[g];
      mean_high += trust[g] * high[g];
    }
  mean_low /= sum;
  mean_high /= sum;
  for (int g = 0; g < reading->groups; g++)
    {
      along += trust[g] / sum * (low[g] - mean_low) * (high[g] - mean_high);
      square += trust[g] / sum * (low[g] - mean_low) * (low[g] - mean_low);
    }
  /* Where the groups hardly differ, the slope that pictures have in the mean. */
  ridge = 0.015 * mean_high * mean_high + TINY * TINY;
  slope = CLAMP ((along + 0.08 * ridge) / (square + ridge), 0, 0.25);
  flat_low = mean_of (reading->flat + channel * reading->d2, reading->low, reading->n_low);
  flat_high = mean_of (reading->flat + channel * reading->d2, reading->high, reading->n_high);
  return MAX ((flat_high - slope * flat_low) / (1 - slope), 0.6 * flat_high);
}

/* How much more CHANNEL varies in FREQUENCIES in groups with texture than in flat ones: e.g. ln 1 = 0 for noise alone. */
static double
growth (const FddmReading *reading, int channel, const int *frequencies, int n, double less)
{
  double flat, textured;
  int    offset = channel * reading->d2, last = MIN (5, reading->groups - 1);

  if (last < 2)
    return 0;
  flat = (mean_of (reading->variance[0] + offset, frequencies, n) + mean_of (reading->variance[1] + offset, frequencies, n)) / 2;
  textured = mean_of (reading->variance[last] + offset, frequencies, n);
  return log (MAX (textured - less, TINY) / MAX (flat - less, TINY));
}

/* The white part of luma that chroma's agrees to: texture makes luma's too large, and grows. */
static double
luma_by_chroma (const FddmReading *reading, const double white[3])
{
  const double *norm = fddm_noise_row_norm;
  double        expected, share;

  if (reading->channels != 3)
    return white[0];
  expected = (white[1] / (norm[1] * norm[1]) + white[2] / (norm[2] * norm[2])) / 2 * norm[0] * norm[0];
  if (expected >= white[0] || expected < TINY)
    return white[0];
  share = 1 - fddm_noise_ramp (growth (reading, 0, reading->high, reading->n_high, 0), 0.05, 0.3);
  /* Chroma that was smoothed away says nothing. */
  share *= fddm_noise_ramp (log (white[0] / expected), log (9), log (36));
  return white[0] * pow (expected / white[0], share);
}

/* How far the correlation of luma with chroma, in the flattest 15 % of the bins' patches together, is from that of noise
 * which R', G' and B' have each for itself, and from none, which is a camera's after its own treatment. */
static void
judge_dependence (FddmReading *reading, double *from_white, double *from_none)
{
  static const double white[3] = { 0, -0.450, -0.241 };   /* products of the matrix's rows over their norms */
  int               n = 0;
  g_autofree float *luma = g_new (float, reading->n);
  g_autofree int   *flattest = g_new (int, reading->n);
  double            correlation;
  int               left[BINS];

  *from_white = *from_none = 0;
  if (reading->channels != 3)
    return;
  memset (left, 0, sizeof left);
  for (int b = 0; b < reading->n_bins; b++)
    left[reading->bin[b]] = 3 * reading->bin_patches[b];
  for (int i = 0; i < reading->n; i++)
    if (left[fddm_reading_bin (reading, reading->order[i])]-- > 0)
      flattest[n++] = reading->order[i];
  fddm_reading_gather (reading, flattest, n, 0);
  memcpy (luma, reading->column, (gsize) n * sizeof (float));
  for (int c = 1; c < 3; c++)
    {
      fddm_reading_gather (reading, flattest, n, c * reading->d2);
      correlation = fddm_noise_correlation (luma, reading->column, (gsize) n);
      *from_none = MAX (*from_none, fabs (correlation));
      *from_white = MAX (*from_white, fabs (correlation - white[c]));
    }
}

static void
judge (FddmReading *reading)
{
  double low = sqrt (mean_of (reading->bulk, reading->low, reading->n_low));
  double high = mean_of (reading->bulk, reading->high, reading->n_high);
  double from_white, from_none;

  high = sqrt (MAX (high - ROUNDING * ROUNDING, 0));
  judge_dependence (reading, &from_white, &from_none);
  reading->independence = fddm_noise_ramp (MIN (from_white, from_none), 0.1, 0.3);
  reading->likeness = fddm_noise_ramp (from_none, 0.12, 0.35) * fddm_noise_ramp (high / MAX (low, 1e-9), 0.085, 0.14)
                      * fddm_noise_ramp (low / FDDM_STEP, 5, 9);
}

/* ---- Levels ---- */

static int
by_size (gconstpointer a, gconstpointer b, gpointer data)
{
  const double *sizes = data;
  double        first = sizes[*(const int *) a], second = sizes[*(const int *) b];

  return first < second ? -1 : first > second;
}

/* Variances of noise that has no highest frequencies: those of the quietest third of the bins for texture, as much of them
 * as WHITE lets expect; the bins' own, for what is like a camera's noise. */
static void
processed_part (const FddmReading *reading, int channel, double white, double *result)
{
  int    offset = channel * reading->d2, order[BINS];
  double sizes[BINS], sum = 0, step = step_in (reading, channel);
  double most = 16 * MAX (white, 0.01 * step * step);

  memset (result, 0, (gsize) reading->d2 * sizeof (double));
  for (int b = 0; b < reading->n_bins; b++)
    {
      order[b] = b;
      sizes[b] = mean_ac (reading, reading->bin_core[b] + offset);
    }
  g_qsort_with_data (order, reading->n_bins, sizeof (int), by_size, sizes);
  for (int i = 0; i < reading->n_bins && sum < 0.3; i++)
    {
      for (int k = 0; k < reading->d2; k++)
        result[k] += reading->share[order[i]] * reading->bin_core[order[i]][offset + k];
      sum += reading->share[order[i]];
    }
  for (int k = 0; k < reading->d2; k++)
    {
      double quiet = sqrt (MIN (result[k] / MAX (sum, 1e-9), most));
      double all = sqrt (reading->bulk[offset + k]);

      quiet += reading->likeness * (all - quiet);
      result[k] = quiet * quiet;
    }
}

/* What DC is by the frequencies next to it, as if the spectrum were a Gaussian. */
static double
dc_by_neighbours (const FddmReading *reading, const double *variance)
{
  int    d = reading->meter->patch;
  double first = (variance[1] + variance[d]) / 2, second = d > 2 ? (variance[2] + variance[2 * d]) / 2 : first;

  return first * cbrt (CLAMP (first / MAX (second, TINY), 1, 4));
}

/* Variances of CHANNEL's coefficients, given its white part. */
static void
channel_variances (const FddmReading *reading, int channel, double white, double *result)
{
  const double *flat = reading->flat + channel * reading->d2;
  double        processed[FDDM_PATCH_MAX * FDDM_PATCH_MAX];
  double        sigma = sqrt (white) / step_in (reading, channel);
  double        is_white = 1 - fddm_noise_ramp (log (sigma + 1e-9), log (0.6), log (1.2));
  double        believed = fddm_noise_ramp (growth (reading, channel, reading->low, reading->n_low, white), 0.2, 0.8);
  double        doubt = 4 * sqrt (2.0 / reading->flat_patches), dc, most;

  if (channel == 0)
    believed *= reading->independence;
  processed_part (reading, channel, white, processed);
  for (int k = 0; k < reading->d2; k++)
    {
      double more = flat[k] - white, variance;

      if (fabs (more) < doubt * flat[k])
        more = 0;
      variance = MAX (white + (more > 0 ? believed * more : more), 0);
      result[k] = exp (is_white * log (variance + TINY) + (1 - is_white) * log (processed[k] + TINY));
    }
  dc = dc_by_neighbours (reading, result);
  most = pow (channel == 0 ? 1.6 : 8, 2 * reading->likeness) * dc;
  result[0] = is_white * dc + (1 - is_white) * CLAMP (result[0], 0.8 * dc, most);
}

/* ---- Dependence on brightness ---- */

/* Level in each bin against the model's, as logarithms, and how sure they are. In white noise the highest frequencies tell,
 * for they hold the least texture. */
static void
fit_brightness (const FddmReading *reading, int channel, double white, const double *variance, float *curve)
{
  int    offset = channel * reading->d2;
  double sigma = sqrt (white) / step_in (reading, channel);
  double others = fddm_noise_ramp (log (sigma + 1e-9), log (0.6), log (1.2));
  double values[BINS], doubt[BINS], fitted[FDDM_NOISE_KNOTS], mean = 0, evidence = 0;
  double texture = growth (reading, channel, reading->high, reading->n_high, 0);
  /* What grows may be noise itself, when it depends on brightness. */
  double trouble = 0.2 * (channel > 0 ? 1 - 0.9 * reading->independence : 1);

  for (int bin = 0; bin < BINS; bin++)
    {
      values[bin] = 0;
      doubt[bin] = HUGE_VAL;
    }
  for (int b = 0; b < reading->n_bins; b++)
    {
      double sum = 0, weights = 0;

      for (int k = 1; k < reading->d2; k++)
        {
          double quiet = sqrt (reading->bin_core[b][offset + k]), all = sqrt (reading->bin_bulk[b][offset + k]);
          double here = quiet + others * (all - quiet), weight = others;

          for (int i = 0; i < reading->n_high; i++)
            weight = reading->high[i] == k ? 1 : weight;
          sum += weight * here * here / (variance[k] + TINY);
          weights += weight;
        }
      values[reading->bin[b]] = CLAMP (log (sum / weights + 1e-9) / 2, -2, 2);
      doubt[reading->bin[b]] = 1 / (reading->bin_patches[b] * weights) + 0.0016 + trouble * texture * texture;
      mean += reading->flat_share[b] * values[reading->bin[b]];
    }
  for (int b = 0; b < reading->n_bins; b++)
    {
      double *value = &values[reading->bin[b]];

      *value -= mean;
      evidence += *value * *value / doubt[reading->bin[b]];
    }
  if (evidence < 3 * reading->n_bins)      /* nothing but chance */
    return;
  fddm_noise_fit_curve (values, doubt, fitted);
  for (int i = 0; i < FDDM_NOISE_KNOTS; i++)
    curve[i] = (float) exp (CLAMP (fitted[i], -1, 1));
}

/* ---- All ---- */

static void
read_white (FddmReading *reading, double white[3])
{
  fddm_reading_measure_groups (reading);
  for (int c = 0; c < reading->channels; c++)
    white[c] = white_part (reading, c);
}

/* Strong noise is clipped further from black and white: it is measured again without the patches there, and that counts
 * if it did more than leave texture over, which chroma hardly has. */
static void
avoid_clipping (FddmReading *reading, double white[3])
{
  double   sigma = sqrt (white[0]) / step_in (reading, 0), again[3] = { 0, 0, 0 };
  int      before = reading->n;
  gboolean clipped;

  if (sigma <= 6)
    return;
  fddm_reading_choose_patches (reading, MIN ((1.5 + sigma / 50) * sigma * FDDM_STEP, 0.5));
  if (reading->n >= MAX (500, before / 6))
    read_white (reading, again);
  clipped = again[0] > 0;
  if (clipped && reading->channels == 3)
    {
      double chroma = (again[1] + again[2]) / (white[1] + white[2] + TINY);

      clipped = chroma > 1.1 && again[0] < 1.1 * chroma * chroma * white[0];
    }
  if (clipped)
    {
      memcpy (white, again, sizeof again);
      return;
    }
  fddm_reading_choose_patches (reading, 0);
  read_white (reading, white);
}

/* Where luma's variation is texture, chroma knows better how noise depends on brightness. */
static void
share_curves (const FddmReading *reading, FddmNoiseModel *model)
{
  for (int i = 0; i < FDDM_NOISE_KNOTS && reading->channels == 3; i++)
    {
      float by_chroma = sqrtf (model->curve[1][i] * model->curve[2][i]);

      model->curve[0][i] = by_chroma * powf (model->curve[0][i] / by_chroma, 0.4f * (float) reading->independence);
    }
}

static void
write_model (FddmReading *reading, const double white[3], FddmNoiseModel *model)
{
  for (int c = 0; c < reading->channels; c++)
    {
      double variance[FDDM_PATCH_MAX * FDDM_PATCH_MAX];

      channel_variances (reading, c, white[c], variance);
      for (int k = 0; k < reading->d2; k++)
        model->level[c * reading->d2 + k] = variance[k] <= 4 * TINY ? 0 : (float) sqrt (variance[k]);
      fit_brightness (reading, c, white[c], variance, model->curve[c]);
    }
  share_curves (reading, model);
}

static void
read_joined (FddmNoiseMeter *meter, FddmNoiseModel *model)
{
  g_autofree FddmReading *reading = g_new0 (FddmReading, 1);
  g_autofree int     *order = g_new (int, meter->n);
  g_autofree float   *column = g_new (float, meter->n);
  double              white[3] = { 0, 0, 0 };

  fddm_noise_white (model, meter->patch, meter->channels, FALSE, 0);
  reading->meter = meter;
  reading->order = order;
  reading->column = column;
  reading->channels = meter->channels;
  reading->coefficients = meter->coefficients;
  reading->d2 = meter->patch * meter->patch;
  fddm_reading_choose_patches (reading, 0);
  if (reading->n < PATCHES_MIN)
    return;
  fddm_reading_choose_frequencies (reading);
  read_white (reading, white);

  avoid_clipping (reading, white);
  fddm_reading_measure_bins (reading);
  judge (reading);
  white[0] = luma_by_chroma (reading, white);
  write_model (reading, white, model);
}

void
fddm_noise_meter_read (FddmNoiseMeter *meter, FddmNoiseModel *model)
{
  FddmNoiseModel joined;

  read_joined (meter, &joined);
  fddm_noise_split (&joined, meter->asked, model);
}
