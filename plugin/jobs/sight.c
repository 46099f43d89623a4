/* sight.c: see sight.h.
 * SPDX-License-Identifier: Apache-2.0 */
#include "plugin/jobs/sight.h"

#include <glib/gi18n-lib.h>

#include "engine/denoise/part.h"
#include "engine/gegl-pixels.h"
#include "engine/noise/model.h"
#include "engine/noise/report.h"
#include "plugin/jobs/common.h"
#include "plugin/jobs/denoise.h"
#include "plugin/jobs/develop.h"
#include "plugin/jobs/jobs.h"
#include "plugin/jobs/shrink.h"
#include "plugin/layer-pixels.h"

/* The computed area starts at a multiple of this from the start of the job's area, so that both have the same patches. */
#define GRID 16

/* Memory for a preview in addition to the networks, in bytes. Restored detail needs large tiles: for it the bound is a run's. */
#define MEMORY ((gsize) 96 << 20)

/* Margin computed around a draft, in pixels: less than around the result, because a draft has to appear quickly. */
#define DRAFT_MARGIN 32

/* Rows of the layer read at a time. */
#define ROWS 64

/* A network with its context. */
typedef struct {
  FddmContext *context;
  int          averages;
  double       quality, device; /* its settings, if there is one */
  gsize        memory;
} Network;

struct FddmDenoiseSight {
  FddmImageId   image;
  FddmItemId    source;
  FddmItemId    seen; /* SOURCE as the user sees it, while it is read */
  char         *name, *note;
  FddmPresets  *presets;
  FddmLayers   *made;   /* layers added by the last run */
  char         *part;   /* what was selected of the layer then, or NULL */
  GeglBuffer   *noisy;  /* a copy of the layer */
  GeglRectangle band;   /* the last one read */
  GeglRectangle bounds; /* area computed by the job, in which it measures the noise */
  /* Used in the painter's thread: */
  Network        draft, chosen;
  FddmNoiseModel measured;
  gboolean       gone;        /* the layer was deleted while it was read; the copy is incomplete */
  gboolean       looked;      /* a GPU was looked for */
  char          *gpu_problem; /* reason why there is none */
};

/* ---- In the dialog's thread ---- */

static void
end_seen (FddmDenoiseSight *sight)
{
  if (sight->seen != FDDM_NO_ITEM)
    fddm_host_seen_end (sight->source, sight->seen);
  sight->seen = FDDM_NO_ITEM;
}

static gboolean
read_band (gpointer data, double *fraction)
{
  FddmDenoiseSight      *sight = data;
  const GeglRectangle   *all   = gegl_buffer_get_extent (sight->noisy);
  g_autoptr (GeglBuffer) live  = NULL;

  *fraction   = (double) (sight->band.y + sight->band.height) / all->height;
  sight->gone = !fddm_host_has_item (sight->image, sight->source);
  if (sight->gone || !fddm_layer_pixels_next (all, &sight->band))
    return FALSE;
  if (sight->seen == FDDM_NO_ITEM)
    sight->seen = fddm_host_seen_begin (sight->source);
  live = fddm_host_buffer (sight->seen);
  gegl_buffer_copy (live, &sight->band, GEGL_ABYSS_NONE, sight->noisy, &sight->band);
  if (sight->band.y + sight->band.height < all->height)
    return TRUE;
  g_clear_object (&live);
  end_seen (sight);
  return FALSE;
}

static gboolean
run (gpointer data, const double *values, const FddmRunWatch *watch, gboolean *made, char **account, GError **error)
{
  FddmDenoiseSight *sight = data;
  FddmLayers        layers;
  g_autofree char  *part = NULL;

  if (!fddm_host_has_item (sight->image, sight->source))
    {
      g_set_error (error, FDDM_HOST_ERROR, FDDM_HOST_ERROR_REFUSED,
                   _ ("“%s” is no longer there: the layer was removed, or its image was closed."), sight->name);
      return FALSE;
    }
  part = fddm_layer_pixels_selected (sight->image, sight->source);
  if (!fddm_job_denoise_seen (sight->image, sight->source, values, watch, &layers, account, error))
    return FALSE;
  *made = layers.layer != FDDM_NO_ITEM;
  if (*made)
    {
      *sight->made = layers;
      g_free (sight->part);
      sight->part = g_steal_pointer (&part);
    }
  fddm_host_flush ();
  return TRUE;
}

static gboolean
is_there (gpointer data)
{
  const FddmDenoiseSight *sight = data;

  return fddm_host_has_item (sight->image, sight->made->layer) &&
         (sight->made->second == FDDM_NO_ITEM || fddm_host_has_item (sight->image, sight->made->second));
}

static gboolean
is_selected (gpointer data)
{
  const FddmDenoiseSight *sight = data;
  g_autofree char        *part  = NULL;

  if (!fddm_host_has_item (sight->image, sight->source)) /* which is the run's to say */
    return FALSE;
  part = fddm_layer_pixels_selected (sight->image, sight->source);
  return !g_strcmp0 (part, sight->part);
}

/* ---- In the painter's ---- */

static gboolean
watch (FddmPhase phase, double fraction, gpointer data)
{
  const FddmSightWatch *watch = data;

  g_atomic_int_set (watch->percent, phase == FDDM_PHASE_DENOISE ? (int) (100 * fraction) : 0);
  return !g_atomic_int_get (watch->stop);
}

static GeglRectangle
rectangle_of (const FddmPart *part)
{
  return (GeglRectangle) { part->x, part->y, part->width, part->height };
}

static gboolean
open_network (Network *network, FddmQuality quality, double device, gsize memory, GError **error)
{
  if (network->context && network->quality == quality && network->device == device && network->memory == memory)
    return TRUE;
  g_clear_pointer (&network->context, fddm_context_free);
  network->quality = quality;
  network->device  = device;
  network->memory  = memory;
  network->context = fddm_denoise_context (quality, device, memory, &network->averages, error);
  return network->context != NULL;
}

static char *
device_words (FddmDenoiseSight *sight, double device)
{
  if (!sight->looked)
    sight->gpu_problem = fddm_job_gpu_problem ();
  sight->looked = TRUE;
  return fddm_job_device_words (sight->gpu_problem, device);
}

/* The layer's pixels of SHOWN in the engine's format, reduced by its step. */
static float *
read_floats (const FddmDenoiseSight *sight, const Babl *format, const FddmSight *shown)
{
  const GeglRectangle part     = rectangle_of (&shown->part);
  const int           channels = babl_format_get_n_components (format);
  g_autofree float   *rows     = g_new (float, (gsize) part.width * channels * ROWS);
  FddmShrink          shrink;
  FddmSink            sink;

  fddm_shrink_init (&shrink, &part, shown->step, channels);
  sink = fddm_shrink_sink (&shrink);
  for (int y = part.y; y < part.y + part.height; y += ROWS)
    {
      const GeglRectangle band = { part.x, y, part.width, MIN (ROWS, part.y + part.height - y) };

      gegl_buffer_get (sight->noisy, &band, 1.0, format, rows, GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
      sink.write (sink.data, band.x, band.y, band.width, band.height, rows, NULL);
    }
  return fddm_shrink_end (&shrink);
}

static void
show_original (gpointer data, FddmSight *shown)
{
  FddmDenoiseSight   *sight  = data;
  const GeglRectangle part   = rectangle_of (&shown->part);
  g_autofree float   *floats = NULL;
  FddmGeglPixels      pixels;

  fddm_gegl_pixels_init (&pixels, sight->noisy, NULL, &part, NULL);
  floats        = read_floats (sight, pixels.format, shown);
  shown->pixels = fddm_develop_floats (floats, pixels.format, sight->noisy, &part, shown->step);
}

static void
show_overview (gpointer data, FddmSight *shown)
{
  FddmDenoiseSight    *sight = data;
  const GeglRectangle *all   = gegl_buffer_get_extent (sight->noisy);

  shown->part   = (FddmPart) { 0, 0, all->width, all->height };
  shown->step   = (MAX (all->width, all->height) + FDDM_OVERVIEW - 1) / FDDM_OVERVIEW;
  shown->pixels = fddm_develop_overview (sight->noisy, shown->step);
}

static char *
measured_words (const FddmNoiseModel *measured, double luma, double chroma)
{
  g_autofree char *traits = fddm_measured_traits (measured);

  if (luma < 0.5 && chroma < 0.5)
    return g_strdup_printf (_ ("Measured: no noise%s"), traits);
  if (chroma > 0)
    /* translators: levels, and what else there is to say, such as ", coarse" */
    return g_strdup_printf (_ ("Measured: brightness noise %.1f, colour noise %.1f%s"), luma, chroma, traits);
  return g_strdup_printf (_ ("Measured: brightness noise %.1f%s"), luma, traits);
}

static gboolean
measure (gpointer data, FddmSight *shown, const FddmSightWatch *watched)
{
  FddmDenoiseSight  *sight = data;
  g_autoptr (GError) error = NULL;
  FddmGeglPixels     pixels;
  FddmSource         source;

  shown->device = device_words (sight, FDDM_DEVICE_CHOICE_AUTO);
  if (sight->gone)
    {
      shown->words = g_strdup_printf (_ ("“%s” is no longer there: the layer was removed, or its image was closed."),
                                      sight->name);
      return FALSE;
    }
  fddm_gegl_pixels_init (&pixels, sight->noisy, NULL, &sight->bounds, NULL);
  source = fddm_gegl_pixels_source (&pixels);
  if (!open_network (&sight->draft, FDDM_QUALITY_FAST, FDDM_DEVICE_CHOICE_AUTO, MEMORY, &error) ||
      !fddm_measure_noise (sight->draft.context, &source, watch, (gpointer) watched, &sight->measured, &error))
    {
      shown->words = g_strdup (error->message);
      return FALSE;
    }
  fddm_noise_summary (&sight->measured, &shown->luma, &shown->chroma);
  shown->words = measured_words (&sight->measured, shown->luma, shown->chroma);
  return TRUE;
}

/* The largest multiple of GRID up to N. */
static int
on_grid (int n)
{
  return n - ((n % GRID) + GRID) % GRID;
}

/* PART with a margin, on the job's grid, clipped to the layer. */
static GeglRectangle
surroundings (const FddmDenoiseSight *sight, const GeglRectangle *part, int margin)
{
  const int     left   = on_grid (part->x - margin - sight->bounds.x) + sight->bounds.x;
  const int     top    = on_grid (part->y - margin - sight->bounds.y) + sight->bounds.y;
  GeglRectangle around = { left, top, part->x + part->width + margin - left, part->y + part->height + margin - top };

  gegl_rectangle_intersect (&around, &around, gegl_buffer_get_extent (sight->noisy));
  return around;
}

/* Denoises the part of SHOWN, with PIXELS as surroundings. Returns its floats, or NULL. */
static float *
run_engine (const FddmDenoiseSight *sight, const Network *network, const double *values, FddmGeglPixels *pixels,
            const FddmSight *shown, const FddmSightWatch *watched, GError **error)
{
  const FddmPart     *part   = &shown->part;
  const GeglRectangle seen   = { part->x - pixels->bounds.x, part->y - pixels->bounds.y, part->width, part->height };
  FddmSource          source = fddm_gegl_pixels_source (pixels);
  FddmDenoiseParams   params = fddm_denoise_params_of (values);
  FddmShrink          shrink;
  FddmSink            sink;
  float              *floats;

  params.averages = network->averages;
  fddm_shrink_init (&shrink, &seen, shown->step, source.channels);
  sink = fddm_shrink_sink (&shrink);
  if (fddm_denoise_part (network->context, &params, &source, &sink, &sight->measured, watch, (gpointer) watched, error))
    return fddm_shrink_end (&shrink);
  floats = fddm_shrink_end (&shrink);
  g_free (floats);
  return NULL;
}

/* Sets the pictures of SHOWN from the denoised floats AFTER. */
static void
develop (const FddmDenoiseSight *sight, const Babl *format, const float *after, FddmSight *shown)
{
  const GeglRectangle part   = rectangle_of (&shown->part);
  const gsize         n      = (gsize) fddm_sight_across (shown) * fddm_sight_down (shown);
  g_autofree float   *before = read_floats (sight, format, shown);

  shown->pixels  = fddm_develop_floats (after, format, sight->noisy, &part, shown->step);
  shown->removed = fddm_develop_removed (before, after, n, babl_format_get_n_components (format), FDDM_NOISE_GAIN);
}

static gboolean
denoise (gpointer data, const double *values, gboolean draft, FddmSight *shown, const FddmSightWatch *watched)
{
  FddmDenoiseSight   *sight   = data;
  Network            *network = draft ? &sight->draft : &sight->chosen;
  const FddmQuality   quality = draft ? FDDM_QUALITY_FAST : (FddmQuality) values[FDDM_DENOISE_QUALITY];
  const GeglRectangle part    = rectangle_of (&shown->part);
  const GeglRectangle around  = surroundings (sight, &part, draft ? DRAFT_MARGIN : FDDM_DENOISE_MARGIN);
  const gsize         memory  = values[FDDM_DENOISE_DETAIL] > 0 ? 0 : MEMORY;
  gint64              start;
  g_autoptr (GError)  error = NULL;
  g_autofree float   *after = NULL;
  FddmGeglPixels      pixels;

  shown->device = device_words (sight, values[FDDM_DENOISE_DEVICE]);
  fddm_gegl_pixels_init (&pixels, sight->noisy, NULL, &around, NULL);
  if (!open_network (network, quality, values[FDDM_DENOISE_DEVICE], memory, &error))
    {
      shown->words = g_strdup (error->message);
      return FALSE;
    }
  start = g_get_monotonic_time ();
  if (!(after = run_engine (sight, network, values, &pixels, shown, watched, &error)))
    {
      shown->words = g_strdup (error->message);
      return FALSE;
    }
  shown->seconds = (double) (g_get_monotonic_time () - start) / G_USEC_PER_SEC * sight->bounds.width * sight->bounds.height /
                   ((double) around.width * around.height);
  develop (sight, pixels.format, after, shown);
  return TRUE;
}

static void
finish (gpointer data)
{
  FddmDenoiseSight *sight = data;

  g_clear_pointer (&sight->draft.context, fddm_context_free);
  g_clear_pointer (&sight->chosen.context, fddm_context_free);
}

/* ---- Both ---- */

FddmDenoiseSight *
fddm_denoise_sight_new (FddmImageId image, FddmItemId chosen, FddmLayers *made, FddmDenoiseHelp *help, GError **error)
{
  const FddmItemId       drawable = fddm_job_denoise_source (image, chosen);
  FddmDenoiseSight      *sight;
  g_autoptr (GeglBuffer) live = NULL;
  const GeglRectangle   *all;
  GeglRectangle          focus;

  if (!fddm_job_denoise_check (image, drawable, error))
    return NULL;
  sight          = g_new0 (FddmDenoiseSight, 1);
  sight->made    = made;
  *made          = (FddmLayers) { FDDM_NO_ITEM, FDDM_NO_ITEM };
  live           = fddm_host_buffer (drawable);
  all            = gegl_buffer_get_extent (live);
  sight->image   = image;
  sight->source  = drawable;
  sight->seen    = FDDM_NO_ITEM;
  sight->name    = fddm_host_item_name (drawable);
  sight->noisy   = gegl_buffer_new (all, fddm_host_format (drawable));
  sight->presets = fddm_job_denoise_presets ();
  if (drawable != chosen)
    {
      g_autofree char *result = fddm_host_item_name (chosen);

      /* translators: the names of two layers */
      sight->note = g_strdup_printf (_ ("“%s” is a result. Its original, “%s”, is denoised again."), result, sight->name);
    }
  fddm_denoise_bounds (drawable, all, &sight->bounds, NULL);
  fddm_host_selection_bounds (drawable, &focus);
  *help = (FddmDenoiseHelp) { sight->name,
                              all->width,
                              all->height,
                              { focus.x, focus.y, focus.width, focus.height },
                              fddm_host_image_is_gray (image),
                              { read_band, show_original, show_overview, measure, denoise, finish, sight },
                              { run, is_there, is_selected, sight },
                              sight->presets,
                              sight->note };
  return sight;
}

void
fddm_denoise_sight_free (FddmDenoiseSight *sight)
{
  end_seen (sight);
  g_object_unref (sight->noisy);
  fddm_presets_free (sight->presets);
  g_free (sight->name);
  g_free (sight->note);
  g_free (sight->part);
  g_free (sight->gpu_problem);
  g_free (sight);
}
