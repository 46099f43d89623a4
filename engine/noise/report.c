/* report.c: description of measured noise.
 * SPDX-License-Identifier: Apache-2.0 */
#include "engine/noise/report.h"
#include <math.h>
#include <glib/gi18n-lib.h>
#include "engine/noise/look.h"
#include "engine/noise/model.h"

/* Lowest noise worth mentioning, in 8-bit steps. The rounding error of 8 bits alone is 0.3. */
#define NOTHING 0.5

/* Ratios from which a trait is mentioned: coarse to fine half of the spectrum, dark to bright half of the brightness
 * range. Sharpening hardly ever makes the fine half more than twice as strong. */
#define COARSE   1.5
#define FINE     (1 / 1.3)
#define LOPSIDED 1.4

typedef struct {
  FddmContext      *context;
  const FddmSource *source;
  FddmTold          told;
  FddmNoiseModel   *noise;
} Job;

static gboolean
measure_on_device (gpointer data, GError **error)
{
  Job             *job    = data;
  const FddmTicker ticker = fddm_told_rest (&job->told, FDDM_PHASE_MEASURE, 1.0);

  return fddm_measure_twice (job->context, job->source, &ticker, job->noise, error);
}

gboolean
fddm_measure_noise (FddmContext *context, const FddmSource *source, FddmProgress progress, gpointer data,
                    FddmNoiseModel *noise, GError **error)
{
  Job job = { .context = context, .source = source, .noise = noise, .told = { .func = progress, .data = data } };

  return fddm_context_check_source (context, source, error) && fddm_context_run (context, measure_on_device, &job, error);
}

/* Level in CHANNEL of white noise of one 8-bit step in each sample. In a gray picture chroma counts like luma. */
static double
step_in (const FddmNoiseModel *noise, int channel)
{
  FddmNoiseModel white;
  double         luma, chroma;

  fddm_noise_summary (noise, &luma, &chroma);
  fddm_noise_white (&white, noise->patch, noise->channels, chroma <= 0, 1);
  return white.level[chroma > 0 ? channel * noise->patch * noise->patch : 0];
}

double
fddm_measured_level (const FddmNoiseModel *noise, int channel, int k)
{
  return noise->level[channel * noise->patch * noise->patch + k] * noise->curve[channel][FDDM_NOISE_KNOTS / 2] /
         step_in (noise, channel);
}

double
fddm_measured_curve (const FddmNoiseModel *noise, int channel, int knot)
{
  const int    n     = noise->patch * noise->patch;
  const float *level = noise->level + channel * n;
  double       sum   = 0;

  for (int k = 0; k < n; k++)
    sum += (double) level[k] * level[k];
  return sqrt (sum / n) * noise->curve[channel][knot] / step_in (noise, channel);
}

/* Strength of frequencies that are low in both directions, relative to those that are high in both. */
static double
coarseness (const FddmNoiseModel *noise)
{
  int    d = noise->patch, half = d / 2;
  double low = 0, high = 0;

  for (int c = 0; c < noise->channels; c++)
    for (int u = 0; u < half; u++)
      for (int v = 0; v < half; v++)
        {
          low += pow (fddm_measured_level (noise, c, u * d + v), 2);
          high += pow (fddm_measured_level (noise, c, (d - 1 - u) * d + d - 1 - v), 2);
        }
  return low > 0 ? sqrt (low / MAX (high, 1e-6 * low)) : 1;
}

/* Strength of luma noise in the dark half of the range relative to the bright half, without the ends, where pictures are
 * clipped. */
static double
darkness (const FddmNoiseModel *noise)
{
  const int last = FDDM_NOISE_KNOTS - 1;
  double    dark = 0, bright = 0;

  for (int i = 2; i < last / 2 - 1; i++)
    {
      dark += noise->curve[0][i];
      bright += noise->curve[0][last - i];
    }
  return bright > 0 ? dark / bright : 1;
}

/* Whether the noise is worth mentioning. Sets the strengths in either case. */
static gboolean
is_noisy (const FddmNoiseModel *noise, double *luma, double *chroma)
{
  fddm_noise_summary (noise, luma, chroma);
  return *luma >= NOTHING || *chroma >= NOTHING;
}

char *
fddm_measured_traits (const FddmNoiseModel *noise)
{
  const double coarse = coarseness (noise), dark = darkness (noise);
  const char  *grain = coarse > COARSE ? _ (", coarse") : coarse < FINE ? _ (", fine") : "";
  const char  *place = dark > LOPSIDED       ? _ (", more in the shadows")
                       : dark < 1 / LOPSIDED ? _ (", more in the highlights")
                                             : "";
  double       luma, chroma;

  return is_noisy (noise, &luma, &chroma) ? g_strconcat (grain, place, NULL) : g_strdup ("");
}

char *
fddm_measured_words (const FddmNoiseModel *noise)
{
  g_autofree char *traits = fddm_measured_traits (noise), *strength = NULL;
  double           luma, chroma;

  if (!is_noisy (noise, &luma, &chroma))
    return g_strdup (_ ("no noise"));
  strength = chroma > 0 ? g_strdup_printf (_ ("luma %.1f, chroma %.1f"), luma, chroma)
                        : g_strdup_printf (_ ("luma %.1f"), luma);
  return g_strconcat (strength, traits, NULL);
}

gboolean
fddm_measure (FddmContext *context, const FddmSource *source, FddmProgress progress, gpointer data, double *luma,
              double *chroma, GError **error)
{
  FddmNoiseModel noise;

  if (!fddm_measure_noise (context, source, progress, data, &noise, error))
    return FALSE;
  fddm_noise_summary (&noise, luma, chroma);
  return TRUE;
}

char *
fddm_measure_words (FddmContext *context, const FddmSource *source, FddmProgress progress, gpointer data, GError **error)
{
  FddmNoiseModel noise;

  return fddm_measure_noise (context, source, progress, data, &noise, error) ? fddm_measured_words (&noise) : NULL;
}
