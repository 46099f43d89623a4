/* fit.c: from what the noise meter told of a picture's places to the picture's noise.
 * SPDX-License-Identifier: Apache-2.0
 *
 * In each channel the logarithm of the level is the sum of a part by frequency and a smooth one by brightness: least squares
 * for both in turns. weights/train/fddm/meter.py does the same, and golden tests compare. */
#include <math.h>
#include "engine/noise/model.h"

#define KNOTS FDDM_NOISE_KNOTS
#define BINS  FDDM_METER_BINS
#define AREA  (FDDM_METER_PATCH * FDDM_METER_PATCH)

#define ROUNDS 5
#define ALIKE  50.0                     /* neighbouring places err together: so many tell as much as one by itself      */
#define DOUBT  0.05                     /* by which the meter may err at one brightness, however many places agree      */
#define NONE   (1.2 * 0.25 * FDDM_STEP) /* it was taught nothing below a quarter of a step: near that there is no noise */

/* Noise left in a picture is worse than a little too much taken out: where the meter is unsure, the level told to the network
 * is so many standard deviations higher, in all channels as in the least sure one: what misleads it in one may mislead it in
 * another. White noise it knows within CERTAIN. Where luma alone seems noisy, what it is unsure of is more likely texture, or
 * the picture is gray: there nothing is added. */
#define CAUTION 1.5
#define CERTAIN 0.08

/* That is so where cameras' own denoising and JPEG took noise out of flat places, from chroma above all: where chroma is up to
 * TOUCHED as noisy as luma. From UNTOUCHED on nothing was taken out, and the meter misses nothing. */
#define TOUCHED   0.6
#define UNTOUCHED 0.8

/* Where chroma is noisy at all it is as noisy as so much of luma, with luma's spectrum: cameras' own denoising and JPEG, which
 * stores chroma at half the size, leave coarse blotches there, of which a patch shows little. */
#define CHROMA_LEAST 0.6

/* Where noise seems to be more than SPREAD times as strong as in the picture's quietest brightness it is texture: grass under a
 * sky. Bins that have less than SEEN of the picture, and ENDS of them at either end, say nothing of that. */
#define SPREAD 2.5
#define SEEN   0.02
#define ENDS   2

G_STATIC_ASSERT (BINS == KNOTS - 1); /* a bin lies between two knots */

/* ---- The smooth part ---- */

/* Solves A x = B for a symmetric positive matrix; X comes in B. */
static void
solve (double a[KNOTS][KNOTS], double b[KNOTS])
{
  for (int i = 0; i < KNOTS; i++)
    for (int j = i + 1; j < KNOTS; j++)
      {
        double factor = a[j][i] / a[i][i];

        for (int k = i; k < KNOTS; k++)
          a[j][k] -= factor * a[i][k];
        b[j] -= factor * b[i];
      }
  for (int i = KNOTS - 1; i >= 0; i--)
    {
      for (int j = i + 1; j < KNOTS; j++)
        b[i] -= a[i][j] * b[j];
      b[i] /= a[i][i];
    }
}

/* Adds WEIGHT · (Σ coefficients · knots from FIRST on)² to the matrix. */
static void
add_square (double a[KNOTS][KNOTS], int first, const double *coefficients, int n, double weight)
{
  for (int i = 0; i < n; i++)
    for (int j = 0; j < n; j++)
      a[first + i][first + j] += weight * coefficients[i] * coefficients[j];
}

/* The curve nearest to VALUES at the bins' middles, each known as well as PRECISION (one over its variance) says, that
 * bends and rises little, and is near 0 where nothing is known. */
static void
fit_curve (const double values[BINS], const double precision[BINS], double curve[KNOTS])
{
  static const double bend[] = { 1, -2, 1 }, slope[] = { -1, 1 }, middle[] = { 0.5, 0.5 };
  double              a[KNOTS][KNOTS] = { { 0 } };

  for (int i = 0; i < KNOTS; i++)
    {
      a[i][i] += 0.5;
      curve[i] = 0;
    }
  for (int i = 0; i + 1 < KNOTS; i++)
    add_square (a, i, slope, 2, 4);
  for (int i = 0; i + 2 < KNOTS; i++)
    add_square (a, i, bend, 3, 100);
  for (int i = 0; i < BINS; i++)
    {
      add_square (a, i, middle, 2, precision[i]);
      curve[i] += precision[i] * values[i] / 2;
      curve[i + 1] += precision[i] * values[i] / 2;
    }
  solve (a, curve);
}

/* ---- One channel ---- */

typedef struct {
  const FddmMeterSums *sums;
  int                  first;        /* of the channel's coefficients             */
  double               weight[BINS]; /* of each bin, over the channel's frequencies */
  double               precision[BINS];
  double               level[AREA];  /* logarithms                                */
  double               curve[KNOTS]; /* likewise, to be added                     */
} Channel;

static double
middle_of (const double curve[KNOTS], int bin)
{
  return (curve[bin] + curve[bin + 1]) / 2;
}

static void
fit_levels (Channel *channel)
{
  for (int k = 0; k < AREA; k++)
    {
      double sum = 0, weight = 0;

      for (int b = 0; b < BINS; b++)
        {
          const double w = channel->sums->weight[b][channel->first + k];

          sum += channel->sums->level[b][channel->first + k] - w * middle_of (channel->curve, b);
          weight += w;
        }
      channel->level[k] = sum / weight;
    }
}

/* What the levels leave over in each bin; fits the curve to it. */
static void
fit_brightness (Channel *channel, double left[BINS])
{
  for (int b = 0; b < BINS; b++)
    {
      left[b] = 0;
      for (int k = 0; k < AREA && channel->weight[b] > 0; k++)
        left[b] += (channel->sums->level[b][channel->first + k] -
                    channel->sums->weight[b][channel->first + k] * channel->level[k]) /
                   channel->weight[b];
    }
  fit_curve (left, channel->precision, channel->curve);
}

/* Whether the bins differ by no more than chance would have them. */
static gboolean
is_flat (const Channel *channel, const double left[BINS])
{
  double mean = 0, precision = 0, sum = 0;
  int    n = 0;

  for (int b = 0; b < BINS; b++)
    {
      mean += channel->precision[b] * left[b];
      precision += channel->precision[b];
      n += channel->precision[b] > 0;
    }
  mean /= precision;
  for (int b = 0; b < BINS; b++)
    sum += channel->precision[b] * (left[b] - mean) * (left[b] - mean);
  return sum <= n;
}

static double
weight_of (const Channel *channel)
{
  double weight = 0;

  for (int b = 0; b < BINS; b++)
    weight += channel->weight[b];
  return weight;
}

/* The factor by which the channel would have levels told higher than they seem. */
static double
caution (const Channel *channel)
{
  double certainty = 0;

  for (int k = 0; k < AREA; k++)
    certainty += channel->sums->certainty[channel->first + k];
  return exp (CAUTION * MAX (certainty / weight_of (channel) - CERTAIN, 0.0));
}

/* FALSE when there is a frequency of which nothing was told. */
static gboolean
channel_init (Channel *channel, const FddmMeterSums *sums, int first)
{
  *channel = (Channel) { .sums = sums, .first = first };
  for (int k = 0; k < AREA; k++)
    {
      double told = 0;

      for (int b = 0; b < BINS; b++)
        {
          told += sums->weight[b][first + k];
          channel->weight[b] += sums->weight[b][first + k];
        }
      if (!(told > 0))
        return FALSE;
    }
  for (int b = 0; b < BINS; b++)
    channel->precision[b] = channel->weight[b] > 0 ? 1 / (ALIKE / channel->weight[b] + DOUBT * DOUBT) : 0;
  return TRUE;
}

/* The least of the curve in bins that were seen, but for the darkest and the brightest, where pictures are clipped. */
static double
least_of (const Channel *channel, const double factor[KNOTS])
{
  const double enough = SEEN * weight_of (channel);
  double       least  = HUGE_VAL;

  for (int b = ENDS; b < BINS - ENDS; b++)
    if (channel->weight[b] >= enough)
      least = MIN (least, middle_of (factor, b));
  return least;
}

/* The curve's mean over what was seen becomes 1, so that levels are the picture's own. */
static void
channel_write (const Channel *channel, float level[AREA], float curve[KNOTS])
{
  double factor[KNOTS], mean = 0, most;

  for (int i = 0; i < KNOTS; i++)
    factor[i] = exp (channel->curve[i]);
  most = SPREAD * least_of (channel, factor);
  for (int i = 0; i < KNOTS; i++)
    factor[i] = MIN (factor[i], most);
  for (int b = 0; b < BINS; b++)
    mean += channel->weight[b] * middle_of (factor, b);
  mean /= weight_of (channel);
  for (int k = 0; k < AREA; k++)
    {
      double s = exp (channel->level[k]) * mean;

      level[k] = s > NONE ? (float) s : 0;
    }
  for (int i = 0; i < KNOTS; i++)
    curve[i] = (float) (factor[i] / mean);
}

static double
energy (const FddmNoiseModel *model, int c)
{
  double sum = 0;

  for (int k = 0; k < AREA; k++)
    sum += model->level[c * AREA + k] * model->level[c * AREA + k];
  return sum;
}

/* What of the caution is needed, 0 to 1. */
static double
caution_needed (const FddmNoiseModel *model)
{
  const double ratio = sqrt ((energy (model, 1) + energy (model, 2)) / 2 / energy (model, 0));

  return CLAMP ((UNTOUCHED - ratio) / (UNTOUCHED - TOUCHED), 0, 1);
}

/* Adds so much noise of luma's spectrum to the chroma channel C that it is as noisy as the least. */
static void
raise_chroma (FddmNoiseModel *model, int c)
{
  const double luma = energy (model, 0), wanting = CHROMA_LEAST * CHROMA_LEAST * luma - energy (model, c);

  for (int k = 0; wanting > 0 && k < AREA; k++)
    {
      float *level = &model->level[c * AREA + k];

      *level = (float) sqrt (*level * *level + wanting / luma * model->level[k] * model->level[k]);
    }
}

void
fddm_noise_read (const FddmMeterSums *sums, FddmNoiseModel *model)
{
  double higher = 1;

  fddm_noise_white (model, FDDM_METER_PATCH, FDDM_METER_CHANNELS, FALSE, 0);
  for (int c = 0; c < FDDM_METER_CHANNELS; c++)
    {
      Channel channel;
      double  left[BINS];

      if (!channel_init (&channel, sums, c * AREA))
        continue;
      for (int round = 0; round < ROUNDS; round++)
        {
          fit_levels (&channel);
          fit_brightness (&channel, left);
        }
      if (is_flat (&channel, left))
        {
          for (int i = 0; i < KNOTS; i++)
            channel.curve[i] = 0;
          fit_levels (&channel);
        }
      channel_write (&channel, model->level + c * AREA, model->curve[c]);
      higher = MAX (higher, caution (&channel));
    }
  if (!(energy (model, 1) + energy (model, 2) > 0))
    return;
  higher = pow (higher, caution_needed (model));
  for (int k = 0; k < FDDM_METER_COEFFICIENTS; k++)
    model->level[k] *= (float) higher;
  for (int c = 1; c < FDDM_METER_CHANNELS; c++)
    raise_chroma (model, c);
}
