/* denoise.c: denoises a layer into a new one; see jobs.h.
 * SPDX-License-Identifier: Apache-2.0 */
#include "plugin/jobs/jobs.h"

#include <glib/gi18n-lib.h>

#include "engine/gegl-pixels.h"
#include "plugin/jobs/common.h"
#include "plugin/jobs/denoise-job.h"
#include "plugin/jobs/denoise.h"
#include "plugin/layer-pixels.h"

/* Smallest width and height of the area in which noise is measured, in pixels. */
#define MEASURE_MIN 256

static gboolean
check_layer (FddmImageId image, FddmItemId drawable, GError **error)
{
  g_autofree char *name = NULL;

  if (!fddm_job_check_item (image, drawable, error) || !fddm_job_check_colours (image, _ (FDDM_DENOISE_INDEXED), error) ||
      !fddm_job_check_floating (image, error))
    return FALSE;
  if (!fddm_host_item_is_layer (drawable))
    {
      name = fddm_host_item_name (drawable);
      g_set_error (error, FDDM_HOST_ERROR, FDDM_HOST_ERROR_REFUSED,
                   _ ("“%s” is a mask or a channel. Choose a layer to denoise."), name);
      return FALSE;
    }
  return TRUE;
}

gboolean
fddm_denoise_bounds (FddmItemId drawable, const GeglRectangle *layer, GeglRectangle *bounds, GError **error)
{
  int side_x, side_y;

  if (!fddm_host_selection_bounds (drawable, bounds))
    {
      g_set_error_literal (error, FDDM_HOST_ERROR, FDDM_HOST_ERROR_REFUSED, _ ("The selection does not touch the layer."));
      return FALSE;
    }
  side_x = MAX (FDDM_DENOISE_MARGIN, (MEASURE_MIN - bounds->width + 1) / 2);
  side_y = MAX (FDDM_DENOISE_MARGIN, (MEASURE_MIN - bounds->height + 1) / 2);
  bounds->x -= side_x;
  bounds->y -= side_y;
  bounds->width += 2 * side_x;
  bounds->height += 2 * side_y;
  gegl_rectangle_intersect (bounds, bounds, layer);
  return TRUE;
}

FddmContext *
fddm_denoise_context (FddmQuality quality, double device, gsize memory, int *averages, GError **error)
{
  g_autoptr (FddmWeights) weights = fddm_job_weights (fddm_quality_weights (quality, averages), error);
  g_autoptr (GError)      problem = NULL;
  FddmContext            *context = weights ? fddm_job_context (weights, device, memory, &problem) : NULL;

  if (context || !weights)
    return context;
  if (device != FDDM_DEVICE_CHOICE_GPU)
    g_propagate_error (error, g_steal_pointer (&problem));
  else
    /* translators: %s is why, such as "no NVIDIA driver" */
    g_set_error (error, FDDM_HOST_ERROR, FDDM_HOST_ERROR_REFUSED,
                 _ ("No GPU can be used: %s. Choose the device “Automatic” or “CPU” under Advanced."), problem->message);
  return NULL;
}

gboolean
fddm_job_denoise_check (FddmImageId image, FddmItemId drawable, GError **error)
{
  g_autoptr (GeglBuffer) live = NULL;
  GeglRectangle          bounds;

  if (!check_layer (image, drawable, error))
    return FALSE;
  live = fddm_host_buffer (drawable);
  return fddm_denoise_bounds (drawable, gegl_buffer_get_extent (live), &bounds, error);
}

/* Copies what the job needs of the image. */
static void
read_source (FddmDenoiseJob *job)
{
  FddmStretch   reading = { .bar = &job->bar, .stage = FDDM_STAGE_READ, .from = 0, .to = 1 };
  GeglRectangle place;

  job->noisy = fddm_layer_pixels_copy (job->source, &reading);
  job->clean = gegl_buffer_dup (job->noisy); /* shares the pixels until they change */
  place      = *gegl_buffer_get_extent (job->noisy);
  fddm_host_offsets (job->source, &place.x, &place.y);
  job->chosen = fddm_layer_pixels_selection (job->image, &place);
  if (job->values[FDDM_DENOISE_OUTPUT] == FDDM_OUTPUT_LAYER_AND_UNCERTAINTY)
    job->uncertainty = fddm_gegl_pixels_gray_new (job->noisy, gegl_buffer_get_format (job->noisy));
}

/* Runs the whole job: read, compute, add layers. */
static gboolean
do_job (FddmDenoiseJob *job, FddmLayers *made, GError **error)
{
  gboolean done;

  *made = (FddmLayers) { FDDM_NO_ITEM, FDDM_NO_ITEM };
  if (!fddm_parameters_check (fddm_denoise_parameters, job->values, error) || !check_layer (job->image, job->source, error))
    return FALSE;
  job->name = fddm_host_item_name (job->source);
  read_source (job);
  done = fddm_denoise_bounds (job->source, gegl_buffer_get_extent (job->noisy), &job->bounds, error) &&
         fddm_denoise_run (job, error) && ((job->seen && job->nothing) || fddm_denoise_add_layers (job, made, error));
  g_clear_object (&job->chosen);
  g_clear_object (&job->noisy);
  g_clear_object (&job->clean);
  g_clear_object (&job->uncertainty);
  g_free (job->name);
  return done;
}

gboolean
fddm_job_denoise (FddmImageId image, FddmItemId drawable, const double *values, FddmLayers *made, char **account,
                  GError **error)
{
  FddmDenoiseJob job = { .image = image, .source = drawable, .values = values, .account = account };

  return do_job (&job, made, error);
}

gboolean
fddm_job_denoise_seen (FddmImageId image, FddmItemId drawable, const double *values, const FddmRunWatch *watch,
                       FddmLayers *made, char **account, GError **error)
{
  FddmDenoiseJob job = {
    .image = image, .source = drawable, .values = values, .account = account, .seen = TRUE, .watch = watch
  };

  if (watch)
    {
      job.bar.show = watch->show;
      job.bar.data = watch->data;
    }
  return do_job (&job, made, error);
}

FddmItemId
fddm_job_denoise_source (FddmImageId image, FddmItemId drawable)
{
  const FddmItemId source = fddm_host_item_is_layer (drawable) ? fddm_host_layer_source (image, drawable) : FDDM_NO_ITEM;

  return source != FDDM_NO_ITEM ? source : drawable;
}
