/* fit.c: from the noise meter's readings to a noise model.
 * SPDX-License-Identifier: Apache-2.0
 *
 * In each channel, ln level = a part by frequency + a smooth part by brightness, fitted by alternating least squares.
 * weights/train/fddm/meter.py does the same; golden tests compare the two. */
#include <math.h>
#include "engine/noise/model.h"

#define KNOTS FDDM_NOISE_KNOTS
#define BINS  FDDM_METER_BINS
#define AREA  (FDDM_METER_PATCH * FDDM_METER_PATCH)

#define ROUNDS 5
#define ALIKE  50.0                     /* readings of neighbouring places are correlated: this many count as one        */
#define DOUBT  0.05                     /* standard error at one brightness that no number of readings reduces           */
#define NONE   (1.2 * 0.25 * FDDM_STEP) /* the meter's training starts at a quarter step; levels near that mean no noise */

/* Noise left in a picture is worse than slightly too much removal. Where the meter is uncertain, the level is therefore
 * raised by CAUTION standard deviations. The least certain channel decides for all channels, since its cause may affect
 * them all. Uncertainty up to CERTAIN is normal, as for white noise. A picture with noise in luma only is gray, or has
 * texture that looks like noise, and gets no caution. */
#define CAUTION 1.5
#define CERTAIN 0.08

/* Range of the chroma to luma ratio over which the caution fades out. Up to TOUCHED, a camera's own denoising or JPEG has
 * removed noise from flat areas, mainly from chroma, and the caution applies in full. From UNTOUCHED on, nothing was
 * removed and the meter misses nothing. */
#define TOUCHED   0.6
#define UNTOUCHED 0.8

/* Caution raises levels up to FAINT steps by CAREFUL at most, since texture that looks like noise is read as about that much
 * and with great doubt. From STRONG steps on there is no limit; between them it fades. PolyU's photographs are raised by 1.4
 * to 1.8. docs/results.md has the figures. */
#define CAREFUL 1.7
#define FAINT   (4 * FDDM_STEP)
#define STRONG  (8 * FDDM_STEP)

/* Cameras' own denoising leaves coarse noise. Where it left none, JPEG may still have halved chroma's size, which looks the
 * same in the ratio above, and makes the meter doubt luma. So strong noise gets less caution the flatter luma's spectrum is,
 * and none up to FLAT: the root mean square level of the LOWEST frequencies along rows and columns, as a multiple of that of
 * all. Noise beyond STRONG is read too low in such files, and gets its caution back up to SEVERE steps. */
#define LOWEST  2
#define FLAT    1.25
#define FALLING 1.45
#define SEVERE  (12 * FDDM_STEP)

/* Minimum chroma noise, as a fraction of luma noise and with its spectrum, wherever chroma is noisy at all: camera
 * denoising and JPEG, which halves the size of chroma, leave coarse blotches there that a patch hardly shows. */
#define CHROMA_LEAST 0.6

/* Noise more than SPREAD times as strong as at the quietest brightness is texture, such as grass below a sky. Bins with a
 * share of the picture below SEEN, and ENDS bins at either end, do not count as quietest. */
#define SPREAD 2.5
#define SEEN   0.02
#define ENDS   2

G_STATIC_ASSERT (BINS == KNOTS - 1); /* a bin lies between two knots */

/* ---- The smooth part ---- */

/* Solves A x = B for a symmetric positive definite matrix. B becomes X. */
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

/* Adds WEIGHT · (Σ coefficients · knots from FIRST)² to the matrix. */
static void
add_square (double a[KNOTS][KNOTS], int first, const double *coefficients, int n, double weight)
{
  for (int i = 0; i < n; i++)
    for (int j = 0; j < n; j++)
      a[first + i][first + j] += weight * coefficients[i] * coefficients[j];
}

/* Fits a curve to VALUES at the centres of the bins, weighted by PRECISION (1 / variance), with penalties on bend and
 * slope. It tends to 0 where no values are known. */
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
  int                  first;        /* first coefficient of the channel        */
  double               weight[BINS]; /* per bin, over the channel's frequencies */
  double               precision[BINS];
  double               level[AREA];  /* ln level by frequency      */
  double               curve[KNOTS]; /* by brightness, to be added */
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

/* Residuals LEFT of the levels in each bin; fits the curve to them. */
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

/* Whether the differences between bins are within chance. */
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

/* Factor by which the channel's uncertainty raises the levels. */
static double
caution (const Channel *channel)
{
  double certainty = 0;

  for (int k = 0; k < AREA; k++)
    certainty += channel->sums->certainty[channel->first + k];
  return exp (CAUTION * MAX (certainty / weight_of (channel) - CERTAIN, 0.0));
}

/* FALSE if a frequency has no readings. */
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

/* Minimum of the curve over bins with enough readings, excluding the darkest and brightest, where pictures are clipped. */
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

/* Normalises the curve to a mean of 1 over the readings, so that the levels are those of the picture. */
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

/* Share of the caution to apply, 0 … 1. */
static double
caution_needed (const FddmNoiseModel *model)
{
  const double ratio = sqrt ((energy (model, 1) + energy (model, 2)) / 2 / energy (model, 0));

  return CLAMP ((UNTOUCHED - ratio) / (UNTOUCHED - TOUCHED), 0, 1);
}

/* 0 where luma's spectrum is flat, 1 where it falls as behind a camera's own denoising. */
static double
falling (const FddmNoiseModel *model)
{
  const double all = energy (model, 0) / AREA;
  double       sum = 0;

  for (int u = 0; u < LOWEST; u++)
    for (int v = 0; v < LOWEST; v++)
      sum += model->level[u * FDDM_METER_PATCH + v] * model->level[u * FDDM_METER_PATCH + v];
  return all > 0 ? CLAMP ((sqrt (sum / (LOWEST * LOWEST) / all) - FLAT) / (FALLING - FLAT), 0, 1) : 0;
}

/* Where LEVEL lies from LOW, 0, to HIGH, 1, by its logarithm. */
static double
between (double level, double low, double high)
{
  return CLAMP (log (level / low) / log (high / low), 0, 1);
}

/* The factor HIGHER by which levels are raised, limited where they are faint, less where they are strong and flat. */
static double
careful (const FddmNoiseModel *model, double higher)
{
  const double own = sqrt (energy (model, 0) / AREA), strong = between (own, FAINT, STRONG);

  return pow (higher, strong * MAX (falling (model), between (own, STRONG, SEVERE))) *
         pow (MIN (higher, CAREFUL), 1 - strong);
}

/* Adds noise with luma's spectrum to chroma channel C, up to CHROMA_LEAST. */
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
  higher = careful (model, pow (higher, caution_needed (model)));
  for (int k = 0; k < FDDM_METER_COEFFICIENTS; k++)
    model->level[k] *= (float) higher;
  for (int c = 1; c < FDDM_METER_CHANNELS; c++)
    raise_chroma (model, c);
}
