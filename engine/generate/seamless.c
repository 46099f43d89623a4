/* seamless.c: a picture made to repeat.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Slopes of light go first, where that is asked for. Then the picture's repetition is sampled anew around the vertical seam,
 * around the horizontal one, and where the ends of that one meet. Only these pieces are in memory. */
#include <glib/gi18n-lib.h>
#include <string.h>
#include "engine/generate/band.h"
#include "engine/generate/gain.h"
#include "engine/generate/kept.h"
#include "engine/generate/light.h"
#include "engine/generate/variant.h"
#include "kernels/pixels/feather.h"
#include "kernels/pixels/pixels.h"

/* Width of the band: this part of the shorter side, within bounds. */
#define BAND_SHARE 8
#define BAND_LEAST 12
#define BAND_MOST  96

/* Pixels beside the band that the network sees at least. */
#define CONTEXT 32

/* Rows written at once. */
#define ROWS 64

/* Reading and sampling the pieces, then writing, as parts of the progress. */
#define WRITING 20

/* New pixels, in the picture's own number of channels, at their place in its repetition. */
typedef struct {
  FddmRect rect;
  float   *pixels;
} Layer;

typedef struct {
  FddmContext              *context;
  const FddmSeamlessParams *params;
  const FddmSource         *source;
  const FddmSink           *sink;
  FddmTold                  told;
  FddmTicker                all; /* on the context's device */
  FddmExample              *example;
  int class;
  float gain;               /* what the network sees is divided by it                                       */
  int   band, context_side; /* in pixels: width of the band on either side of a seam; that with its surroundings */
  Layer layers[3];
  int   n_layers;
} Job;

FddmSeamlessParams
fddm_seamless_params_default (void)
{
  return (FddmSeamlessParams) { .subject = "", .steps = 20, .eta = 1.0, .even_light = TRUE };
}

/* ---- The repetition, with the new pixels ---- */

static int
modulo (int i, int n)
{
  return (i % n + n) % n;
}

/* Copies the part of LAYER, moved by (DX, DY), that lies in RECT. */
static void
paste (const Layer *layer, int dx, int dy, int channels, const FddmRect *rect, float *pixels)
{
  const FddmRect *from = &layer->rect;
  const int       left = MAX (from->x + dx, rect->x), right = MIN (from->x + dx + from->width, rect->x + rect->width);
  const int       top = MAX (from->y + dy, rect->y), bottom = MIN (from->y + dy + from->height, rect->y + rect->height);

  for (int y = top; y < bottom && left < right; y++)
    memcpy (pixels + ((gsize) (y - rect->y) * rect->width + left - rect->x) * channels,
            layer->pixels + ((gsize) (y - from->y - dy) * from->width + left - from->x - dx) * channels,
            (gsize) (right - left) * channels * sizeof (float));
}

/* Reads one rectangle of the picture proper into the rectangle of PIXELS that begins at (X, Y). */
static gboolean
read_part (const Job *job, const FddmRect *rect, int x, int y, int width, int height, float *pixels, GError **error)
{
  const FddmSource *source = job->source;
  const int         from_x = modulo (x, source->width), from_y = modulo (y, source->height);
  const gsize       n    = (gsize) width * height * source->channels;
  float            *part = fddm_memory_new (n * sizeof *part);
  gboolean          ok;

  if (part == NULL)
    {
      g_set_error_literal (error, FDDM_KERNEL_ERROR, FDDM_KERNEL_ERROR_MEMORY,
                           _ ("Not enough memory for a strip of the picture; close other programs"));
      return FALSE;
    }
  ok = source->read (source->data, from_x, from_y, width, height, part, error) ||
       fddm_error_unless_set (error, FDDM_ERROR_READ, _ ("The picture cannot be read"));
  if (ok)
    fddm_pixels_copy (part, fddm_strides_packed (width, source->channels),
                      pixels + ((gsize) (y - rect->y) * rect->width + x - rect->x) * source->channels,
                      fddm_strides_packed (rect->width, source->channels), width, height, source->channels);
  fddm_memory_free (part);
  return ok;
}

/* PIXELS = RECT of the picture's repetition, with the layers so far. */
static gboolean
read_repeated (const Job *job, const FddmRect *rect, float *pixels, GError **error)
{
  const int w = job->source->width, h = job->source->height, right = rect->x + rect->width, bottom = rect->y + rect->height;

  for (int y = rect->y, height; y < bottom; y += height)
    {
      height = MIN (h - modulo (y, h), bottom - y);
      for (int x = rect->x, width; x < right; x += width)
        {
          width = MIN (w - modulo (x, w), right - x);
          if (!read_part (job, rect, x, y, width, height, pixels, error))
            return FALSE;
        }
    }
  for (int i = 0; i < job->n_layers; i++)
    for (int dy = -2 * h; dy <= 2 * h; dy += h)
      for (int dx = -2 * w; dx <= 2 * w; dx += w)
        paste (&job->layers[i], dx, dy, job->source->channels, rect, pixels);
  return TRUE;
}

/* ---- A piece sampled anew ---- */

/* Adds the layer of BAND, which is in the picture's repetition: OLD, the pixels of RECT divided by the gain, go over into NEW,
 * which has the example's number of samples. */
static gboolean
add_layer (Job *job, const FddmRect *rect, const FddmRect *band, const FddmBandPiece *piece, const float *old,
           GError **error)
{
  const int   channels = job->source->channels, samples = job->example->samples, ramp = MAX (job->band / 4, 1);
  const gsize n     = (gsize) band->width * band->height;
  const gsize first = (gsize) (band->y - rect->y) * rect->width + (gsize) (band->x - rect->x);
  Layer      *layer = &job->layers[job->n_layers];
  float   *fresh = fddm_memory_new (n * samples * sizeof *fresh), *scratch = fddm_memory_new (n * samples * sizeof *fresh);
  float   *own = fddm_memory_new (n * channels * sizeof *own);
  gboolean ok;

  *layer = (Layer) { .rect = *band, .pixels = fddm_memory_new (n * channels * sizeof (float)) };
  ok     = layer->pixels != NULL && fresh != NULL && scratch != NULL && own != NULL;
  if (ok)
    {
      fddm_pixels_copy (piece->pixels + first * samples, fddm_strides_packed (rect->width, samples), fresh,
                        fddm_strides_packed (band->width, samples), band->width, band->height, samples);
      fddm_pixels_copy (old + first * channels, fddm_strides_packed (rect->width, channels), layer->pixels,
                        fddm_strides_packed (band->width, channels), band->width, band->height, channels);
      fddm_example_convert (fresh, band->width, band->height, samples, channels, scratch, own);
      fddm_feather (own, band->width, band->height, channels, piece->meets_x ? 0 : ramp, piece->meets_y ? 0 : ramp,
                    layer->pixels);
      fddm_pixels_scale (layer->pixels, n * channels, job->gain);
      job->n_layers++;
    }
  else
    {
      fddm_memory_free (layer->pixels);
      g_set_error_literal (error, FDDM_KERNEL_ERROR, FDDM_KERNEL_ERROR_MEMORY,
                           _ ("Not enough memory for a strip of the picture; close other programs"));
    }
  fddm_memory_free (fresh);
  fddm_memory_free (scratch);
  fddm_memory_free (own);
  return ok;
}

static int
round_up (int n, int to)
{
  return (n + to - 1) / to * to;
}

/* Samples BAND anew. RECT: what the network sees; both are in the picture's repetition. */
static gboolean
renew (Job *job, const FddmRect *rect, const FddmRect *band, gboolean meets_x, gboolean meets_y, const FddmTicker *ticker,
       GError **error)
{
  const int   channels = job->source->channels, samples = job->example->samples;
  const gsize n   = (gsize) rect->width * rect->height;
  float      *old = fddm_memory_new (n * channels * sizeof *old), *scratch = fddm_memory_new (n * channels * sizeof *old);
  float      *pixels              = fddm_memory_new (n * samples * sizeof *pixels);
  const FddmBandMaterial material = { .context = job->context,
                                      .example = job->example,
                                      .class   = job->class,
                                      .steps   = job->params->steps,
                                      .eta     = job->params->eta,
                                      .seed    = job->params->seed + (guint32) job->n_layers };
  const FddmBandPiece    piece    = {
          .width   = rect->width,
          .height  = rect->height,
          .pixels  = pixels,
          .band    = { band->x - rect->x, band->y - rect->y, band->width, band->height },
          .meets_x = meets_x,
          .meets_y = meets_y,
  };
  gboolean ok = old != NULL && scratch != NULL && pixels != NULL;

  if (!ok)
    g_set_error_literal (error, FDDM_KERNEL_ERROR, FDDM_KERNEL_ERROR_MEMORY,
                         _ ("Not enough memory for a strip of the picture; close other programs"));
  ok = ok && read_repeated (job, rect, old, error);
  if (ok)
    {
      fddm_pixels_scale (old, n * channels, 1.0f / job->gain);
      fddm_example_convert (old, rect->width, rect->height, channels, samples, scratch, pixels);
    }
  ok = ok && fddm_band_sample (&material, &piece, ticker, error) && add_layer (job, rect, band, &piece, old, error);
  fddm_memory_free (old);
  fddm_memory_free (scratch);
  fddm_memory_free (pixels);
  return ok;
}

/* The three pieces in turn. */
static gboolean
renew_all (Job *job, GError **error)
{
  const int        w = job->source->width, h = job->source->height, b = job->band, c = job->context_side;
  const int        patch = job->context->weights->patch, middle = w / 2;
  const int        whole_w = round_up (w, patch), whole_h = round_up (h, patch);
  const FddmTicker down   = fddm_ticker_parts (&job->all, 0, 9, WRITING);
  const FddmTicker across = fddm_ticker_parts (&job->all, 9, 18, WRITING);
  const FddmTicker cross  = fddm_ticker_part (&job->all, 18, WRITING);

  return renew (job, &(FddmRect) { -c, 0, 2 * c, whole_h }, &(FddmRect) { -b, 0, 2 * b, h }, FALSE, TRUE, &down, error) &&
         renew (job, &(FddmRect) { middle, -c, whole_w, 2 * c }, &(FddmRect) { middle, -b, w, 2 * b }, TRUE, FALSE, &across,
                error) &&
         (whole_w == w || renew (job, &(FddmRect) { middle - c, -c, 2 * c, 2 * c },
                                 &(FddmRect) { middle - b, -b, 2 * b, 2 * b }, FALSE, FALSE, &cross, error));
}

static gboolean
write_all (Job *job, GError **error)
{
  const FddmSource *source = job->source;
  const FddmTicker  ticker = fddm_ticker_part (&job->all, WRITING - 1, WRITING);
  float            *strip  = fddm_memory_new ((gsize) ROWS * source->width * source->channels * sizeof *strip);
  gboolean          ok     = strip != NULL;

  if (!ok)
    g_set_error_literal (error, FDDM_KERNEL_ERROR, FDDM_KERNEL_ERROR_MEMORY,
                         _ ("Not enough memory for a strip of the picture; close other programs"));
  for (int y = 0; ok && y < source->height; y += ROWS)
    {
      const FddmRect rect = { 0, y, source->width, MIN (ROWS, source->height - y) };

      ok = read_repeated (job, &rect, strip, error) &&
           (job->sink->write (job->sink->data, 0, y, rect.width, rect.height, strip, error) ||
            fddm_error_unless_set (error, FDDM_ERROR_WRITE, _ ("The result cannot be written"))) &&
           fddm_tick (&ticker, y + rect.height, source->height, error);
    }
  fddm_memory_free (strip);
  return ok;
}

static void
clear_layers (Job *job)
{
  for (int i = 0; i < job->n_layers; i++)
    fddm_memory_free (job->layers[i].pixels);
  job->n_layers = 0;
}

static gboolean
run (gpointer data, GError **error)
{
  Job               *job     = data;
  const FddmWeights *weights = job->context->weights;
  gboolean           ok      = fddm_example_measure (job->example, job->context, error);

  job->all = fddm_told_rest (&job->told, FDDM_PHASE_GENERATE, 1.0);
  if (ok && (job->params->subject == NULL || *job->params->subject == '\0' ||
             fddm_kept_has (job->context->weights, job->params->subject)))
    job->class = fddm_example_class (job->example, weights);
  ok = ok && renew_all (job, error) && write_all (job, error);
  clear_layers (job);
  return ok;
}

/* ---- The public door ---- */

static gboolean
check (Job *job, GError **error)
{
  const FddmSeamlessParams *params  = job->params;
  const FddmWeights        *weights = job->context->weights;
  const int                 most    = MIN (job->source->width, job->source->height) / 4;

  if (!fddm_example_check (job->source, error))
    return FALSE;
  if (weights->kind != FDDM_KIND_GENERATE)
    g_set_error (error, FDDM_ERROR, FDDM_ERROR_WEIGHTS,
                 _ ("%s denoises pictures and does not generate any; choose another network"), weights->path);
  else if (weights->channels < job->source->channels)
    g_set_error (error, FDDM_ERROR, FDDM_ERROR_WEIGHTS, _ ("%s makes gray pictures only; choose another network"),
                 weights->path);
  else if (params->band < 0 || params->band > most)
    g_set_error (error, FDDM_ERROR, FDDM_ERROR_ARGUMENT, _ ("%s must be from 1 to %d, not %d"), "band", most, params->band);
  else if (params->steps < 1 || params->steps > FDDM_GENERATE_STEPS_MAX)
    g_set_error (error, FDDM_ERROR, FDDM_ERROR_ARGUMENT, _ ("%s must be from 1 to %d, not %d"), "steps",
                 FDDM_GENERATE_STEPS_MAX, params->steps);
  else if (!(params->eta >= 0.0 && params->eta <= 1.0))
    g_set_error (error, FDDM_ERROR, FDDM_ERROR_ARGUMENT, _ ("eta must be from 0 to 1, not %g"), params->eta);
  else
    return fddm_variant_class (weights, params->subject, &job->class, error);
  return FALSE;
}

/* The picture of JOB, checked, made to repeat. */
static gboolean
make (Job *job, GError **error)
{
  const FddmSource *source  = job->source;
  const FddmGain    gain    = { source, job->gain };
  const FddmSource  dimmed  = fddm_gain_removed (&gain);
  GError           *problem = NULL;

  job->band         = job->params->band > 0 ? job->params->band
                                            : CLAMP (MIN (source->width, source->height) / BAND_SHARE, BAND_LEAST, BAND_MOST);
  job->context_side = round_up (MAX (job->band + CONTEXT, job->context->weights->side / 2), job->context->weights->patch);
  job->example      = fddm_example_read (&dimmed, job->context->weights->channels, &problem);
  if (job->example != NULL)
    fddm_context_run (job->context, run, job, &problem);
  fddm_example_free (job->example);
  if (problem == NULL)
    return TRUE;
  g_propagate_error (error, problem);
  return FALSE;
}

gboolean
fddm_make_seamless (FddmContext *context, const FddmSeamlessParams *params, const FddmSource *source, const FddmSink *sink,
                    FddmProgress progress, gpointer data, GError **error)
{
  Job        job = { .context = context, .params = params, .source = source, .sink = sink };
  FddmLight  light;
  FddmSource lit;

  g_return_val_if_fail (context != NULL && params != NULL && source != NULL && sink != NULL, FALSE);
  if (!check (&job, error) || !fddm_gain_measure (source, &job.gain, error))
    return FALSE;
  job.told = (FddmTold) { .func = progress, .data = data };
  if (params->even_light)
    {
      if (!fddm_light_measure (&light, source, error))
        return FALSE;
      lit        = fddm_light_removed (&light);
      job.source = &lit;
    }
  return make (&job, error);
}
