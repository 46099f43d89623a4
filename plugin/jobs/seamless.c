/* seamless.c: makes a layer repeat without a seam; see jobs.h.
 * SPDX-License-Identifier: Apache-2.0 */
#include <glib/gi18n-lib.h>

#include "engine/gegl-pixels.h"
#include "engine/generate/example.h"
#include "plugin/jobs/common.h"
#include "plugin/jobs/generate.h"
#include "plugin/jobs/jobs.h"
#include "plugin/layer-pixels.h"

/* State of a job. The image is not accessed between the copy of the pixels and the end of the computation. */
typedef struct {
  FddmImageId     image;
  FddmItemId      source;
  char           *name; /* of the source */
  GeglRectangle   part; /* of the source */
  const double   *values;
  FddmProgressBar bar;
  GeglBuffer     *from, *made; /* the part, before and after */
  char          **account;     /* may be NULL */
} Job;

static gboolean
check_layer (FddmImageId image, FddmItemId drawable, GError **error)
{
  g_autofree char *name = NULL;

  if (!fddm_job_check_item (image, drawable, error) || !fddm_job_generate_check (image, error))
    return FALSE;
  if (fddm_host_item_is_layer (drawable))
    return TRUE;
  name = fddm_host_item_name (drawable);
  g_set_error (error, FDDM_HOST_ERROR, FDDM_HOST_ERROR_REFUSED, _ ("“%s” is a mask or a channel. Choose a layer."), name);
  return FALSE;
}

/* The part to make seamless: large enough, and selected, where there is a selection. */
static gboolean
find_part (FddmItemId drawable, GeglRectangle *part, GError **error)
{
  if (fddm_host_selection_bounds (drawable, part))
    return fddm_example_check (&(FddmSource) { .width = part->width, .height = part->height }, error);
  g_set_error_literal (error, FDDM_HOST_ERROR, FDDM_HOST_ERROR_REFUSED, _ ("The selection does not touch the layer."));
  return FALSE;
}

static gboolean
read_part (Job *job, GError **error)
{
  const FddmStretch reading = { .bar = &job->bar, .stage = FDDM_STAGE_READ, .from = 0, .to = 1 };

  job->from = fddm_layer_pixels_copy_part (job->source, &job->part, &reading);
  if (fddm_gegl_is_opaque (job->from, gegl_buffer_get_extent (job->from)))
    {
      job->made = gegl_buffer_dup (job->from); /* shares the pixels until they change */
      return TRUE;
    }
  g_set_error (error, FDDM_HOST_ERROR, FDDM_HOST_ERROR_REFUSED,
               _ ("“%s” is transparent in parts. Select a part of it that is not."), job->name);
  return FALSE;
}

static gboolean
compute (Job *job, FddmContext *context, GError **error)
{
  FddmSeamlessParams params = fddm_seamless_params_default ();
  const gint64       start  = g_get_monotonic_time ();
  FddmGeglPixels     pixels;
  FddmSource         source;
  FddmSink           sink;

  params.seed       = (guint32) job->values[FDDM_SEAMLESS_SEED];
  params.steps      = (int) job->values[FDDM_SEAMLESS_STEPS];
  params.band       = (int) job->values[FDDM_SEAMLESS_BAND];
  params.even_light = job->values[FDDM_SEAMLESS_EVEN_LIGHT] > 0;
  fddm_gegl_pixels_init (&pixels, job->from, job->made, gegl_buffer_get_extent (job->from), NULL);
  source = fddm_gegl_pixels_source (&pixels);
  sink   = fddm_gegl_pixels_sink (&pixels);
  if (!fddm_make_seamless (context, &params, &source, &sink, fddm_progress_engine, &job->bar, error))
    return FALSE;
  if (job->account)
    *job->account = fddm_job_account (context,
                                      g_strdup_printf (_ ("%d × %d, layers: %d. %s, %.1f s."), job->part.width,
                                                       job->part.height, 1, fddm_context_describe (context),
                                                       (double) (g_get_monotonic_time () - start) / G_USEC_PER_SEC));
  return TRUE;
}

static gboolean
run_engine (Job *job, GError **error)
{
  g_autofree char        *name    = fddm_model_weights (fddm_generate_parameters[FDDM_GENERATE_MODEL].text);
  g_autoptr (FddmWeights) weights = fddm_job_weights (name, error);
  g_autoptr (FddmContext) context = weights ? fddm_job_context (weights, job->values[FDDM_SEAMLESS_DEVICE], 0, error) : NULL;
  gboolean                done;

  if (!context)
    return FALSE;
  job->bar.context = context;
  job->bar.layers  = 1;
  done             = compute (job, context, error);
  job->bar.context = NULL;
  return done;
}

static FddmItemId
add_layer (Job *job)
{
  const FddmStretch stretch = { .bar = &job->bar, .stage = FDDM_STAGE_WRITE, .from = 0, .to = 1 };
  /* translators: the name of a layer */
  g_autofree char *title = g_strdup_printf (_ ("%s seamless"), job->name);
  const FddmItemId layer = fddm_host_part_new (job->image, job->source, &job->part, title);

  if (layer == FDDM_NO_ITEM)
    return FDDM_NO_ITEM;
  fddm_layer_pixels_write (layer, job->made, &stretch);
  if (fddm_host_layer_insert (job->image, layer, job->source))
    return layer;
  fddm_host_layer_discard (layer);
  return FDDM_NO_ITEM;
}

static gboolean
write_layer (Job *job, FddmItemId *made, GError **error)
{
  if (!fddm_host_has_item (job->image, job->source))
    {
      g_set_error (error, FDDM_HOST_ERROR, FDDM_HOST_ERROR_FAILED,
                   _ ("“%s” was closed or removed meanwhile. There is no result."), job->name);
      return FALSE;
    }
  if (!fddm_generate_check_colours (job->image, error))
    return FALSE;
  fddm_host_undo_begin (job->image);
  *made = add_layer (job);
  if (*made != FDDM_NO_ITEM)
    fddm_host_layer_select (job->image, *made);
  fddm_host_undo_end (job->image);
  if (*made != FDDM_NO_ITEM)
    return TRUE;
  g_set_error_literal (error, FDDM_HOST_ERROR, FDDM_HOST_ERROR_FAILED, _ ("GIMP could not add the new layer."));
  return FALSE;
}

gboolean
fddm_job_seamless_check (FddmImageId image, FddmItemId drawable, GError **error)
{
  GeglRectangle part;

  return check_layer (image, drawable, error) && find_part (drawable, &part, error);
}

gboolean
fddm_job_seamless (FddmImageId image, FddmItemId drawable, const double *values, FddmItemId *made, char **account,
                   GError **error)
{
  Job      job = { .image = image, .source = drawable, .values = values, .account = account };
  gboolean done;

  *made = FDDM_NO_ITEM;
  if (!fddm_parameters_check (fddm_seamless_parameters, values, error) || !check_layer (image, drawable, error))
    return FALSE;
  job.name = fddm_host_item_name (drawable);
  done     = find_part (drawable, &job.part, error) && read_part (&job, error) && run_engine (&job, error) &&
         write_layer (&job, made, error);
  g_clear_object (&job.from);
  g_clear_object (&job.made);
  g_free (job.name);
  return done;
}
