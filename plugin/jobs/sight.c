/* sight.c: see sight.h.
 * SPDX-License-Identifier: Apache-2.0 */
#include "plugin/jobs/sight.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "engine/denoise/part.h"
#include "engine/gegl-pixels.h"
#include "engine/noise/model.h"
#include "engine/noise/report.h"
#include "plugin/jobs/common.h"
#include "plugin/jobs/denoise.h"
#include "plugin/jobs/develop.h"
#include "plugin/jobs/jobs.h"
#include "plugin/layer-pixels.h"

/* What is computed begins at a multiple of this from where the job's own pixels begin, so that its patches are the job's. */
#define GRID 16

/* A network made ready. */
typedef struct {
  FddmContext *context;
  int          averages;
  double       quality, device;    /* whose it is, where there is one */
} Network;

struct FddmDenoiseSight {
  FddmImageId   image;
  FddmItemId    source;
  char         *name;
  GeglBuffer   *noisy;             /* a copy of the layer   */
  GeglRectangle band;              /* the last that was read */
  GeglRectangle bounds;            /* what the job computes, and measures the noise of */
  /* In the painter's thread: */
  Network       draft, chosen;
  FddmMeasured  measured;
  gboolean      looked;            /* for a GPU             */
  char         *gpu_problem;       /* why there is none     */
};

/* ---- In the dialog's thread ---- */

static gboolean
read_band (gpointer data, double *fraction)
{
  FddmDenoiseSight      *sight = data;
  const GeglRectangle   *all   = gegl_buffer_get_extent (sight->noisy);
  g_autoptr (GeglBuffer) live  = NULL;

  *fraction = (double) (sight->band.y + sight->band.height) / all->height;
  if (!fddm_host_has_item (sight->image, sight->source) || !fddm_layer_pixels_next (all, &sight->band))
    return FALSE;
  live = fddm_host_buffer (sight->source);
  gegl_buffer_copy (live, &sight->band, GEGL_ABYSS_NONE, sight->noisy, &sight->band);
  return sight->band.y + sight->band.height < all->height;
}

/* ---- In the painter's ---- */

static gboolean
watch (G_GNUC_UNUSED FddmPhase phase, G_GNUC_UNUSED double fraction, gpointer stop)
{
  return !g_atomic_int_get ((int *) stop);
}

static GeglRectangle
rectangle_of (const FddmPart *part)
{
  return (GeglRectangle) { part->x, part->y, part->width, part->height };
}

static gboolean
open_network (Network *network, FddmQuality quality, double device, GError **error)
{
  if (network->context && network->quality == quality && network->device == device)
    return TRUE;
  g_clear_pointer (&network->context, fddm_context_free);
  network->quality = quality;
  network->device  = device;
  network->context = fddm_denoise_context (quality, device, &network->averages, error);
  return network->context != NULL;
}

static char *
device_words (FddmDenoiseSight *sight, double device)
{
  const char *problem;

  if (!sight->looked)
    sight->gpu_problem = fddm_job_gpu_problem ();
  sight->looked = TRUE;
  problem       = sight->gpu_problem;
  if (problem && device == FDDM_DEVICE_CHOICE_GPU)
    /* translators: %s is why, such as "no NVIDIA driver" */
    return g_strdup_printf (_("No GPU can be used: %s. Choose the device “Automatic” or “CPU” under Advanced."), problem);
  if (problem)
    return g_strdup_printf (_("Computes on the processor: %s."), problem);
  return g_strdup (device == FDDM_DEVICE_CHOICE_CPU ? _("Computes on the processor, as chosen under Advanced.")
                                                    : _("Computes on the GPU."));
}

static void
show_original (gpointer data, FddmSight *shown)
{
  FddmDenoiseSight   *sight = data;
  const GeglRectangle part  = rectangle_of (&shown->part);

  shown->pixels = fddm_develop_buffer (sight->noisy, &part);
}

static char *
measured_words (const FddmMeasured *measured, double luma, double chroma)
{
  g_autofree char *traits = fddm_measured_traits (measured);

  if (luma < 0.5 && chroma < 0.5)
    return g_strdup_printf (_("Measured: no noise%s"), traits);
  if (chroma > 0)
    /* translators: levels, and what else there is to say, such as ", coarse" */
    return g_strdup_printf (_("Measured: brightness noise %.1f, colour noise %.1f%s"), luma, chroma, traits);
  return g_strdup_printf (_("Measured: brightness noise %.1f%s"), luma, traits);
}

static gboolean
measure (gpointer data, FddmSight *shown, int *stop)
{
  FddmDenoiseSight  *sight = data;
  g_autoptr (GError) error = NULL;
  FddmGeglPixels     pixels;
  FddmSource         source;

  fddm_gegl_pixels_init (&pixels, sight->noisy, NULL, &sight->bounds, NULL);
  source = fddm_gegl_pixels_source (&pixels);
  if (!open_network (&sight->draft, FDDM_QUALITY_FAST, FDDM_DEVICE_CHOICE_AUTO, &error)
      || !fddm_measure_all (sight->draft.context, &source, watch, stop, &sight->measured, &error))
    {
      shown->words = g_strdup (error->message);
      return FALSE;
    }
  fddm_noise_summary (&sight->measured.noise, &shown->luma, &shown->chroma);
  shown->words = measured_words (&sight->measured, shown->luma, shown->chroma);
  return TRUE;
}

/* PART and what the network sees around it, on the job's grid. */
static GeglRectangle
surroundings (const FddmDenoiseSight *sight, const GeglRectangle *part)
{
  const int     x = part->x - FDDM_DENOISE_MARGIN - sight->bounds.x, y = part->y - FDDM_DENOISE_MARGIN - sight->bounds.y;
  const int     left = x - ((x % GRID) + GRID) % GRID + sight->bounds.x, top = y - ((y % GRID) + GRID) % GRID + sight->bounds.y;
  GeglRectangle around = { left, top, part->x + part->width + FDDM_DENOISE_MARGIN - left,
                           part->y + part->height + FDDM_DENOISE_MARGIN - top };

  gegl_rectangle_intersect (&around, &around, gegl_buffer_get_extent (sight->noisy));
  return around;
}

/* The floats of PART out of those of AROUND. */
static float *
cut (const float *floats, const GeglRectangle *around, const GeglRectangle *part, int channels)
{
  const gsize row  = (gsize) part->width * channels;
  float      *some = g_new (float, row * part->height);

  for (int y = 0; y < part->height; y++)
    memcpy (some + y * row, floats + ((gsize) (part->y - around->y + y) * around->width + part->x - around->x) * channels,
            row * sizeof (float));
  return some;
}

/* Fills in the pictures of the denoised floats AFTER, which are those of AROUND. */
static void
develop (const FddmDenoiseSight *sight, const FddmGeglPixels *pixels, const float *after, FddmSight *shown)
{
  const GeglRectangle part     = rectangle_of (&shown->part);
  const int           channels = babl_format_get_n_components (pixels->format);
  g_autofree float   *seen     = cut (after, &pixels->bounds, &part, channels);
  g_autofree float   *before   = g_new (float, (gsize) part.width * part.height * channels);

  gegl_buffer_get (sight->noisy, &part, 1.0, pixels->format, before, GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
  shown->pixels  = fddm_develop_floats (seen, pixels->format, sight->noisy, &part);
  shown->removed = fddm_develop_removed (before, seen, (gsize) part.width * part.height, channels, FDDM_NOISE_GAIN);
}

/* Denoises the part of SHOWN by the network; the floats of PIXELS' bounds, or NULL. */
static float *
run_engine (const FddmDenoiseSight *sight, const Network *network, const double *values, FddmGeglPixels *pixels, int *stop,
            GError **error)
{
  FddmSource        source = fddm_gegl_pixels_source (pixels);
  FddmDenoiseParams params = fddm_denoise_params_of (values);
  FddmImage         image  = { .width = source.width, .height = source.height, .channels = source.channels,
                               .pixel_stride = source.channels, .row_stride = (gsize) source.channels * source.width };
  FddmSink          sink   = fddm_image_sink (&image);

  params.averages = network->averages;
  image.pixels    = g_new0 (float, image.row_stride * image.height);
  if (!fddm_denoise_part (network->context, &params, &source, &sink, &sight->measured.noise, watch, stop, error))
    g_clear_pointer (&image.pixels, g_free);
  return image.pixels;
}

static gboolean
denoise (gpointer data, const double *values, gboolean draft, FddmSight *shown, int *stop)
{
  FddmDenoiseSight   *sight   = data;
  Network            *network = draft ? &sight->draft : &sight->chosen;
  const FddmQuality   quality = draft ? FDDM_QUALITY_FAST : (FddmQuality) values[FDDM_DENOISE_QUALITY];
  const GeglRectangle part    = rectangle_of (&shown->part);
  const GeglRectangle around  = surroundings (sight, &part);
  const gint64        start   = g_get_monotonic_time ();
  g_autoptr (GError)  error   = NULL;
  g_autofree float   *after   = NULL;
  FddmGeglPixels      pixels;

  shown->device = device_words (sight, values[FDDM_DENOISE_DEVICE]);
  fddm_gegl_pixels_init (&pixels, sight->noisy, NULL, &around, NULL);
  if (!open_network (network, quality, values[FDDM_DENOISE_DEVICE], &error)
      || !(after = run_engine (sight, network, values, &pixels, stop, &error)))
    {
      shown->words = g_strdup (error->message);
      return FALSE;
    }
  shown->seconds = (double) (g_get_monotonic_time () - start) / G_USEC_PER_SEC * sight->bounds.width * sight->bounds.height
                   / ((double) around.width * around.height);
  develop (sight, &pixels, after, shown);
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
fddm_denoise_sight_new (FddmImageId image, FddmItemId drawable, FddmDenoiseHelp *help, GError **error)
{
  FddmDenoiseSight      *sight;
  g_autoptr (GeglBuffer) live = NULL;
  const GeglRectangle   *all;
  GeglRectangle          focus;

  if (!fddm_job_denoise_check (image, drawable, error))
    return NULL;
  sight = g_new0 (FddmDenoiseSight, 1);
  live  = fddm_host_buffer (drawable);
  all   = gegl_buffer_get_extent (live);
  sight->image  = image;
  sight->source = drawable;
  sight->name   = fddm_host_item_name (drawable);
  sight->noisy  = gegl_buffer_new (all, fddm_host_format (drawable));
  fddm_denoise_bounds (drawable, all, &sight->bounds, NULL);
  fddm_host_selection_bounds (drawable, &focus);
  *help = (FddmDenoiseHelp) { sight->name, all->width, all->height, { focus.x, focus.y, focus.width, focus.height },
                              fddm_host_image_is_gray (image),
                              { read_band, show_original, measure, denoise, finish, sight } };
  return sight;
}

void
fddm_denoise_sight_free (FddmDenoiseSight *sight)
{
  g_object_unref (sight->noisy);
  g_free (sight->name);
  g_free (sight->gpu_problem);
  g_free (sight);
}
