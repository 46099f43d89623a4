/* jobs.c: see jobs.h.
 * SPDX-License-Identifier: Apache-2.0 */
#include "jobs.h"

#include <glib/gi18n-lib.h>

#include "engine/fddm.h"
#include "engine/gegl-pixels.h"
#include "folders.h"
#include "layer-pixels.h"

/* How far the network looks beyond the selection, in pixels; and the least that the noise is measured on. */
#define MARGIN      64
#define MEASURE_MIN 256

/* Part of the progress bar that measuring takes, and the pause between two updates, each of which is a round trip. */
#define MEASURE_SHARE  0.05
#define PROGRESS_PAUSE (G_USEC_PER_SEC / 10)

typedef struct {
  const FddmContext *context;   /* knows where it computes; a GPU that fails hands over to the CPU */
  gint64             last;      /* when GIMP was told last, µs */
  FddmPhase          phase;
} Progress;

static gboolean
show_progress (FddmPhase phase, double fraction, gpointer data)
{
  Progress *progress = data;
  gint64    now      = g_get_monotonic_time ();

  if (phase == progress->phase && now - progress->last < PROGRESS_PAUSE && fraction < 1)
    return TRUE;
  progress->phase = phase;
  progress->last  = now;

  if (phase == FDDM_PHASE_MEASURE)
    fddm_host_progress (_("Measuring noise"), MEASURE_SHARE * fraction);
  else
    {
      /* translators: the second one is where it is computed, CPU or GPU */
      g_autofree char *text = g_strdup_printf (_("Denoising, %d %%, %s"), (int) (100 * fraction),
                                               fddm_context_device (progress->context) == FDDM_DEVICE_GPU ? _("GPU")
                                                                                                          : _("CPU"));

      fddm_host_progress (text, MEASURE_SHARE + (1 - MEASURE_SHARE) * fraction);
    }
  return TRUE;   /* GIMP cancels by ending this process */
}

static gboolean
check_image (FddmImageId image, FddmItemId drawable, GError **error)
{
  g_autofree char *name = fddm_host_item_name (drawable);
  const char      *text = NULL;

  if (fddm_host_image_is_indexed (image))
    text = _("Indexed images cannot be denoised. Convert the image to RGB first: Image > Mode > RGB.");
  else if (fddm_host_image_is_floating (image))
    text = _("The image has a floating selection. Anchor it first: Layer > Anchor Layer.");
  if (text)
    {
      g_set_error_literal (error, FDDM_HOST_ERROR, FDDM_HOST_ERROR_REFUSED, text);
      return FALSE;
    }
  if (!fddm_host_item_is_layer (drawable))
    {
      g_set_error (error, FDDM_HOST_ERROR, FDDM_HOST_ERROR_REFUSED,
                   _("“%s” is a mask or a channel. Choose a layer to denoise."), name);
      return FALSE;
    }
  return TRUE;
}

/* The part to compute: what is selected, with some surroundings, within the layer. */
static gboolean
bounds_to_compute (FddmItemId drawable, const GeglRectangle *layer, GeglRectangle *bounds, GError **error)
{
  int side_x, side_y;

  if (!fddm_host_selection_bounds (drawable, bounds))
    {
      g_set_error_literal (error, FDDM_HOST_ERROR, FDDM_HOST_ERROR_REFUSED,
                           _("The selection does not touch the layer."));
      return FALSE;
    }
  side_x = MAX (MARGIN, (MEASURE_MIN - bounds->width + 1) / 2);
  side_y = MAX (MARGIN, (MEASURE_MIN - bounds->height + 1) / 2);
  bounds->x -= side_x;
  bounds->y -= side_y;
  bounds->width += 2 * side_x;
  bounds->height += 2 * side_y;
  gegl_rectangle_intersect (bounds, bounds, layer);
  return TRUE;
}

static FddmContext *
open_context (FddmQuality quality, FddmDeviceKind device, int *averages, GError **error)
{
  g_auto (GStrv) folders         = fddm_folders_weights (fddm_host_profile ());
  const char            *name    = fddm_quality_weights (quality, averages);
  g_autofree char       *path    = fddm_weights_find (name, (const char *const *) folders, error);
  g_autoptr (FddmWeights) weights = path ? fddm_weights_open (path, error) : NULL;

  return weights ? fddm_context_new (weights, device, NULL, error) : NULL;
}

/* Runs the engine from the drawable's pixels into CLEAN, which has a copy of them. */
static gboolean
denoise_into (GeglBuffer *clean, FddmItemId drawable, const double *values, GError **error)
{
  static const FddmDeviceKind kinds[] = { FDDM_DEVICE_AUTO, FDDM_DEVICE_GPU, FDDM_DEVICE_CPU };
  FddmDenoiseParams       params   = fddm_denoise_params_default ();
  Progress                progress = { .phase = -1 };
  g_autoptr (FddmContext) context  = NULL;
  g_autoptr (GeglBuffer)  noisy    = fddm_host_buffer (drawable);
  GeglRectangle           bounds;
  FddmGeglPixels          pixels;
  FddmSource              source;
  FddmSink                sink;

  if (!bounds_to_compute (drawable, gegl_buffer_get_extent (clean), &bounds, error))
    return FALSE;
  context = open_context ((FddmQuality) values[FDDM_DENOISE_QUALITY], kinds[(int) values[FDDM_DENOISE_DEVICE]],
                          &params.averages, error);
  if (!context)
    return FALSE;
  progress.context = context;

  params.noise  = values[FDDM_DENOISE_NOISE];
  params.luma   = values[FDDM_DENOISE_LUMA];
  params.chroma = values[FDDM_DENOISE_CHROMA];
  params.detail = values[FDDM_DENOISE_DETAIL];
  params.seed   = (guint32) values[FDDM_DENOISE_SEED];

  fddm_gegl_pixels_init (&pixels, noisy, clean, &bounds, fddm_host_format (drawable));
  source = fddm_gegl_pixels_source (&pixels);
  sink   = fddm_gegl_pixels_sink (&pixels);
  return fddm_denoise (context, &params, &source, &sink, show_progress, &progress, NULL, error);
}

/* A mask where the selection or the source's own mask hides something. */
static gboolean
mask_like_source (FddmImageId image, FddmItemId layer, FddmItemId source)
{
  FddmItemId own = fddm_host_layer_mask (source);
  FddmItemId mask;

  if (own == FDDM_NO_ITEM && !fddm_host_has_selection (image))
    return TRUE;
  mask = fddm_host_layer_add_mask (layer);
  if (mask != FDDM_NO_ITEM && own != FDDM_NO_ITEM)
    fddm_layer_pixels_mask (mask, own);
  return mask != FDDM_NO_ITEM;
}

/* Adds a layer right above ABOVE with the pixels of CLEAN, or, for noise, of what it lacks of SOURCE. */
static FddmItemId
add_layer (FddmImageId image, FddmItemId above, FddmItemId source, GeglBuffer *clean, FddmLayerKind kind)
{
  g_autofree char *name  = fddm_host_item_name (source);
  g_autofree char *title = g_strdup_printf (kind == FDDM_LAYER_NOISE ? _("%s removed noise") : _("%s denoised"), name);
  FddmItemId       layer = fddm_host_layer_new (image, source, title, kind);

  if (layer == FDDM_NO_ITEM)
    return FDDM_NO_ITEM;
  if (kind == FDDM_LAYER_NOISE)
    fddm_layer_pixels_noise (layer, source, clean);
  else
    {
      g_autoptr (GeglBuffer) live = fddm_host_buffer (layer);

      gegl_buffer_copy (clean, NULL, GEGL_ABYSS_NONE, live, NULL);
      gegl_buffer_flush (live);
    }
  if (!fddm_host_layer_insert (image, layer, above))
    return FDDM_NO_ITEM;
  if (mask_like_source (image, layer, source))
    return layer;
  fddm_host_layer_remove (image, layer);
  return FDDM_NO_ITEM;
}

static gboolean
add_layers (FddmImageId image, FddmItemId source, GeglBuffer *clean, gboolean with_noise, FddmLayers *made, GError **error)
{
  gboolean done;

  fddm_host_undo_begin (image);
  made->noise = FDDM_NO_ITEM;
  made->layer = add_layer (image, source, source, clean, FDDM_LAYER_PICTURE);
  if (made->layer != FDDM_NO_ITEM && with_noise)
    made->noise = add_layer (image, made->layer, source, clean, FDDM_LAYER_NOISE);
  done = made->layer != FDDM_NO_ITEM && (!with_noise || made->noise != FDDM_NO_ITEM);
  if (done)
    fddm_host_layer_select (image, made->layer);
  else if (made->layer != FDDM_NO_ITEM)
    fddm_host_layer_remove (image, made->layer);
  fddm_host_undo_end (image);

  if (!done)
    g_set_error_literal (error, FDDM_HOST_ERROR, FDDM_HOST_ERROR_FAILED, _("GIMP could not add the new layer."));
  return done;
}

gboolean
fddm_job_denoise (FddmImageId image, FddmItemId drawable, const double *values, FddmLayers *made, GError **error)
{
  g_autoptr (GeglBuffer) clean = NULL;

  if (!fddm_parameters_check (fddm_denoise_parameters, values, error) || !check_image (image, drawable, error))
    return FALSE;
  clean = fddm_layer_pixels_copy (drawable);
  return denoise_into (clean, drawable, values, error)
         && add_layers (image, drawable, clean, values[FDDM_DENOISE_OUTPUT] == FDDM_OUTPUT_LAYER_AND_NOISE, made, error);
}
