/* generate.c: generates new layers; see jobs.h.
 * SPDX-License-Identifier: Apache-2.0 */
#include "plugin/jobs/generate.h"

#include <glib/gi18n-lib.h>

#include "engine/gegl-pixels.h"
#include "plugin/jobs/common.h"
#include "plugin/jobs/example.h"
#include "plugin/jobs/jobs.h"
#include "plugin/jobs/maps.h"
#include "plugin/layer-pixels.h"

/* State of a job. */
typedef struct {
  FddmImageId        image;
  FddmItemId         above; /* FDDM_NO_ITEM: on top */
  const double      *values;
  FddmGenerateParams params; /* of the first layer */
  FddmExampleLayer   example;
  GeglBuffer        *chosen; /* copy of the selection at the start, the mask of the layers; NULL: none */
  int                count;  /* of pictures            */
  int                each;   /* layers of each picture */
  FddmProgressBar    bar;
  GeglBuffer        *pictures[FDDM_GENERATED_MAX]; /* of all layers */
  char             **account;                      /* may be NULL */
} Job;

FddmGenerateParams
fddm_generate_params_of (const double *values, int image_width, int image_height)
{
  FddmGenerateParams params = fddm_generate_params_default ();

  params.subject   = fddm_text_of_value (values[FDDM_GENERATE_SUBJECT]);
  params.width     = values[FDDM_GENERATE_WIDTH] > 0 ? (int) values[FDDM_GENERATE_WIDTH] : image_width;
  params.height    = values[FDDM_GENERATE_HEIGHT] > 0 ? (int) values[FDDM_GENERATE_HEIGHT] : image_height;
  params.steps     = (int) values[FDDM_GENERATE_STEPS];
  params.eta       = values[FDDM_GENERATE_ETA];
  params.tileable  = values[FDDM_GENERATE_TILEABLE] != 0;
  params.seed      = (guint32) values[FDDM_GENERATE_SEED];
  params.closeness = values[FDDM_GENERATE_CLOSENESS];
  return params;
}

FddmWeights *
fddm_generate_weights (const double *values, GError **error)
{
  g_autofree char *name = fddm_model_weights (fddm_text_of_value (values[FDDM_GENERATE_MODEL]));

  return fddm_job_weights (name, error);
}

char *
fddm_job_subject (const double *values)
{
  const FddmItemId like    = (FddmItemId) values[FDDM_GENERATE_LIKE];
  const char      *subject = fddm_text_of_value (values[FDDM_GENERATE_SUBJECT]);
  char            *model   = *subject ? NULL : g_path_get_basename (fddm_text_of_value (values[FDDM_GENERATE_MODEL]));

  if (like != FDDM_NO_ITEM && fddm_host_image_of (like) != -1)
    {
      g_free (model);
      return fddm_host_item_name (like);
    }
  if (model && g_str_has_suffix (model, ".safetensors"))
    *g_strrstr (model, ".safetensors") = '\0';
  return model ? model : g_strdup (subject);
}

FddmGenerateSelection
fddm_generate_selection (FddmImageId image)
{
  FddmGenerateSelection selection = { .there = fddm_host_has_selection (image) };

  fddm_host_selection_in_image (image, &selection.bounds);
  return selection;
}

gboolean
fddm_generate_check_selection (const FddmGenerateSelection *selection, const FddmGenerateParams *params, GError **error)
{
  const GeglRectangle layer = { 0, 0, params->width, params->height };

  if (!selection->there || gegl_rectangle_intersect (NULL, &selection->bounds, &layer))
    return TRUE;
  g_set_error_literal (error, FDDM_HOST_ERROR, FDDM_HOST_ERROR_REFUSED,
                       _ ("The selection does not touch the new layer, which begins at the image's upper left corner."));
  return FALSE;
}

/* Summary for the log. */
static char *
describe_run (const Job *job, const FddmContext *context, double seconds)
{
  /* translators: width, height, how many, the device, seconds */
  return fddm_job_account (context,
                           g_strdup_printf (_ ("%d × %d, layers: %d. %s, %.1f s."), job->params.width, job->params.height,
                                            job->count * job->each, fddm_context_describe (context), seconds));
}

static gboolean
compute (Job *job, FddmContext *context, int channels, GError **error)
{
  const GeglRectangle all    = { 0, 0, job->params.width, job->params.height };
  FddmGenerateParams  params = job->params;

  for (job->bar.layer = 0; job->bar.layer < job->count; job->bar.layer++)
    {
      GeglBuffer   **layers  = job->pictures + job->bar.layer * job->each;
      GeglBuffer    *picture = gegl_buffer_new (&all, babl_format (channels == 1 ? "Y' float" : "R'G'B' float"));
      FddmGeglCanvas canvas;
      FddmSink       sink = fddm_gegl_canvas_sink (&canvas, picture, channels);

      layers[0]   = picture;
      params.seed = fddm_seed_after (job->params.seed, job->bar.layer);
      if (!fddm_generate (context, &params, &sink, fddm_progress_engine, &job->bar, error) ||
          !fddm_job_maps_make (picture, params.tileable, job->values, layers + 1, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
run_engine (Job *job, GError **error)
{
  const gint64            start   = g_get_monotonic_time ();
  g_autoptr (FddmWeights) weights = fddm_generate_weights (job->values, error);
  g_autoptr (FddmContext) context = weights ? fddm_job_context (weights, job->values[FDDM_GENERATE_DEVICE], 0, error) : NULL;
  gboolean                done;

  if (!context)
    return FALSE;
  job->bar.context = context;
  job->bar.layers  = job->count;
  done             = compute (job, context, fddm_weights_channels (weights), error);
  job->bar.context = NULL;
  if (done && job->account)
    *job->account = describe_run (job, context, (double) (g_get_monotonic_time () - start) / G_USEC_PER_SEC);
  return done;
}

/* Title of layer I. Free with g_free. */
static char *
title_of (const Job *job, int i)
{
  const guint      seed    = fddm_seed_after (job->params.seed, i / job->each);
  g_autofree char *subject = fddm_job_subject (job->values);
  /* translators: the name of a layer: "wood (seed 3)" */
  g_autofree char *title = g_strdup_printf (_ ("%s (seed %u)"), subject, seed);

  return i % job->each == 0 ? g_steal_pointer (&title) : fddm_job_maps_title (title, i % job->each);
}

static gboolean
add_mask (const Job *job, FddmItemId layer)
{
  const FddmItemId mask = job->chosen ? fddm_host_layer_add_mask (layer) : FDDM_NO_ITEM;

  if (mask != FDDM_NO_ITEM)
    fddm_layer_pixels_mask (mask, job->chosen);
  return !job->chosen || mask != FDDM_NO_ITEM;
}

/* Adds layer I directly above ABOVE. Maps are hidden. All pixels are written before the layer is in the image, where it may
 * stand in a locked group. */
static FddmItemId
add_layer (Job *job, FddmItemId above, int i)
{
  const int        all     = job->count * job->each;
  const double     before  = all - 1 - i;
  g_autofree char *title   = title_of (job, i);
  FddmStretch      stretch = { .bar = &job->bar, .stage = FDDM_STAGE_WRITE, .from = before / all, .to = (before + 1) / all };
  FddmItemId       layer   = fddm_host_picture_new (job->image, job->params.width, job->params.height, title);

  if (layer == FDDM_NO_ITEM)
    return FDDM_NO_ITEM;
  if (i % job->each != 0)
    {
      fddm_job_maps_fit (job->pictures[i], fddm_host_format (layer));
      fddm_host_layer_hide (layer);
    }
  fddm_layer_pixels_write (layer, job->pictures[i], &stretch);
  if (add_mask (job, layer) && fddm_host_layer_insert (job->image, layer, above))
    return layer;
  fddm_host_layer_discard (layer);
  return FDDM_NO_ITEM;
}

static gboolean
check_open (FddmImageId image, GError **error)
{
  if (fddm_host_image_is_open (image))
    return TRUE;
  g_set_error_literal (error, FDDM_HOST_ERROR, FDDM_HOST_ERROR_FAILED,
                       _ ("The image was closed while its new layers were generated. There is no result."));
  return FALSE;
}

gboolean
fddm_generate_check_colours (FddmImageId image, GError **error)
{
  return fddm_job_check_colours (image,
                                 _ ("Indexed images cannot take the new layer. Convert the image to RGB first: "
                                    "Image > Mode > RGB."),
                                 error);
}

/* Handles changes of the image during the run: fails if it was closed or takes no such layers any more, and puts the layers on
 * top if ABOVE was deleted. */
static gboolean
check_meanwhile (Job *job, GError **error)
{
  if (!check_open (job->image, error) || !fddm_generate_check_colours (job->image, error) ||
      !fddm_job_maps_check (fddm_host_image_is_gray (job->image), job->values, error))
    return FALSE;
  if (!fddm_host_has_item (job->image, job->above))
    job->above = FDDM_NO_ITEM;
  return TRUE;
}

/* Adds the layers in reverse order, each above the last, so that the first one ends on top. */
static gboolean
add_layers (Job *job, FddmGenerated *made, GError **error)
{
  const int  all   = job->count * job->each;
  FddmItemId above = job->above;
  int        i;

  fddm_host_undo_begin (job->image);
  for (i = all - 1; i >= 0; i--)
    {
      made->layers[i] = add_layer (job, above, i);
      if (made->layers[i] == FDDM_NO_ITEM)
        break;
      above = made->layers[i];
    }
  made->n = all;
  if (i < 0)
    fddm_host_layer_select (job->image, made->layers[0]);
  else
    for (int k = i + 1; k < all; k++)
      fddm_host_layer_remove (job->image, made->layers[k]);
  fddm_host_undo_end (job->image);

  if (i < 0)
    return TRUE;
  g_set_error_literal (error, FDDM_HOST_ERROR, FDDM_HOST_ERROR_FAILED, _ ("GIMP could not add the new layer."));
  return FALSE;
}

/* Reads the example, if there is one. */
static gboolean
read_example (Job *job, GError **error)
{
  const FddmItemId like = (FddmItemId) job->values[FDDM_GENERATE_LIKE];

  if (like == FDDM_NO_ITEM)
    return TRUE;
  if (!fddm_example_layer_read (&job->example, like, error))
    return FALSE;
  job->params.like = &job->example.source;
  return TRUE;
}

/* Copies the selection. Fails if it would hide the layers. One that chose the example has no say in that. */
static gboolean
read_selection (Job *job, GError **error)
{
  const FddmGenerateSelection selection = fddm_generate_selection (job->image);

  if (job->example.selected && fddm_host_image_of ((FddmItemId) job->values[FDDM_GENERATE_LIKE]) == job->image)
    return TRUE;
  job->chosen = fddm_layer_pixels_selection (job->image, GEGL_RECTANGLE (0, 0, job->params.width, job->params.height));
  return fddm_generate_check_selection (&selection, &job->params, error);
}

gboolean
fddm_job_generate_check (FddmImageId image, GError **error)
{
  return fddm_generate_check_colours (image, error) && fddm_job_check_floating (image, error);
}

gboolean
fddm_job_generate (FddmImageId image, FddmItemId drawable, const double *values, FddmGenerated *made, char **account,
                   GError **error)
{
  Job      job = { .image = image, .values = values, .account = account };
  int      width, height;
  gboolean done;

  if (!fddm_parameters_check (fddm_generate_parameters, values, error) || !check_open (image, error) ||
      (drawable != FDDM_NO_ITEM && !fddm_job_check_item (image, drawable, error)) ||
      !fddm_job_generate_check (image, error) || !fddm_job_maps_check (fddm_host_image_is_gray (image), values, error))
    return FALSE;
  fddm_host_image_size (image, &width, &height);
  job.params = fddm_generate_params_of (values, width, height);
  job.count  = (int) values[FDDM_GENERATE_COUNT];
  job.each   = 1 + fddm_job_maps_count (values);
  job.above  = fddm_host_layer_of (image, drawable);
  done       = read_example (&job, error) && read_selection (&job, error) && run_engine (&job, error) &&
         check_meanwhile (&job, error) && add_layers (&job, made, error);
  for (int i = 0; i < job.count * job.each; i++)
    g_clear_object (&job.pictures[i]);
  g_clear_object (&job.chosen);
  fddm_example_layer_clear (&job.example);
  return done;
}
