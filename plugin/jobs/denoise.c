/* denoise.c: a layer denoised into a new one; see jobs.h.
 * SPDX-License-Identifier: Apache-2.0 */
#include "plugin/jobs/jobs.h"

#include <glib/gi18n-lib.h>

#include "engine/gegl-pixels.h"
#include "plugin/jobs/common.h"
#include "plugin/jobs/denoise.h"
#include "plugin/layer-pixels.h"

/* The least that the noise is measured on, in pixels. */
#define MEASURE_MIN 256

/* What goes through a job. After its first moments the image is not asked for anything until all is computed: what is painted
 * meanwhile does not get into the result, and closing the image does no harm. */
typedef struct {
  FddmImageId     image;
  FddmItemId      source;
  char           *name;   /* of the source                         */
  GeglRectangle   bounds; /* what is computed                      */
  GeglBuffer     *noisy;  /* the source's pixels, as they were     */
  const double   *values;
  FddmProgressBar bar;
  GeglBuffer     *clean;       /* the result                            */
  GeglBuffer     *uncertainty; /* of the result, gray; NULL: not wanted */
  char          **account;     /* may be NULL                           */
} Job;

static gboolean
check_layer (FddmImageId image, FddmItemId drawable, GError **error)
{
  g_autofree char *name = fddm_host_item_name (drawable);

  if (!fddm_job_check_image (
        image, _ ("Indexed images cannot be denoised. Convert the image to RGB first: Image > Mode > RGB."), error))
    return FALSE;
  if (!fddm_host_item_is_layer (drawable))
    {
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

  return weights ? fddm_job_context (weights, device, memory, error) : NULL;
}

/* What the engine found, for the log. */
static char *
describe_run (const FddmContext *context, const FddmReport *report, double seconds)
{
  if (report->tiles == 0)
    return g_strdup (_ ("No noise to remove; the layer was copied unchanged."));
  /* translators: luma and chroma noise, the device, seconds */
  return fddm_job_account (context, g_strdup_printf (_ ("Noise: luma %.1f, chroma %.1f. %s, %.1f s."), report->luma,
                                                     report->chroma, fddm_context_describe (context), seconds));
}

FddmDenoiseParams
fddm_denoise_params_of (const double *values)
{
  FddmDenoiseParams params = fddm_denoise_params_default ();

  params.noise  = values[FDDM_DENOISE_NOISE];
  params.luma   = values[FDDM_DENOISE_LUMA];
  params.chroma = values[FDDM_DENOISE_CHROMA];
  params.coarse = values[FDDM_DENOISE_COARSE];
  params.medium = values[FDDM_DENOISE_MEDIUM];
  params.fine   = values[FDDM_DENOISE_FINE];
  params.detail = values[FDDM_DENOISE_DETAIL];
  params.seed   = (guint32) values[FDDM_DENOISE_SEED];
  return params;
}

/* Runs the engine from the layer's pixels into job->clean, which has a copy of them, and job->uncertainty. */
static gboolean
run_engine (Job *job, GError **error)
{
  const double           *values  = job->values;
  const Babl             *format  = gegl_buffer_get_format (job->noisy);
  FddmDenoiseParams       params  = fddm_denoise_params_of (values);
  g_autoptr (FddmContext) context = NULL;
  const gint64            start   = g_get_monotonic_time ();
  FddmGeglPixels          pixels, gray_pixels;
  FddmSource              source;
  FddmSink                sink, gray;
  FddmDenoiseSinks        sinks;
  FddmReport              report;
  gboolean                done;

  context = fddm_denoise_context ((FddmQuality) values[FDDM_DENOISE_QUALITY], values[FDDM_DENOISE_DEVICE], 0,
                                  &params.averages, error);
  if (!context)
    return FALSE;

  job->bar.context = context;
  fddm_gegl_pixels_init (&pixels, job->noisy, job->clean, &job->bounds, format);
  source = fddm_gegl_pixels_source (&pixels);
  sink   = fddm_gegl_pixels_sink (&pixels);
  if (job->uncertainty)
    {
      fddm_gegl_pixels_init (&gray_pixels, job->uncertainty, job->uncertainty, &job->bounds, format);
      gray = fddm_gegl_pixels_sink (&gray_pixels);
    }
  sinks = (FddmDenoiseSinks) { .picture = &sink, .uncertainty = job->uncertainty ? &gray : NULL };
  done  = fddm_denoise_uncertain (context, &params, &source, &sinks, fddm_progress_engine, &job->bar, &report, error);
  job->bar.context = NULL;
  if (done && job->account)
    *job->account = describe_run (context, &report, (double) (g_get_monotonic_time () - start) / G_USEC_PER_SEC);
  return done;
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

/* The layer's own pixels. */
static void
fill_layer (Job *job, FddmItemId layer, FddmLayerKind kind, const FddmStretch *stretch)
{
  switch (kind)
    {
    case FDDM_LAYER_NOISE: fddm_layer_pixels_noise (layer, job->noisy, job->clean, stretch); break;
    case FDDM_LAYER_UNCERTAINTY: fddm_layer_pixels_write (layer, job->uncertainty, stretch); break;
    default: fddm_layer_pixels_write (layer, job->clean, stretch); break;
    }
}

/* Adds a layer right above ABOVE, writing it from FROM to TO on the progress bar. */
static FddmItemId
add_layer (Job *job, FddmItemId above, FddmLayerKind kind, double from, double to)
{
  const char *const titles[] = { [FDDM_LAYER_PICTURE]     = _ ("%s denoised"),
                                 [FDDM_LAYER_NOISE]       = _ ("%s removed noise"),
                                 [FDDM_LAYER_UNCERTAINTY] = _ ("%s uncertainty") };
  g_autofree char  *title    = g_strdup_printf (titles[kind], job->name);
  FddmStretch       stretch  = { .bar = &job->bar, .stage = FDDM_STAGE_WRITE, .from = from, .to = to };
  FddmItemId        layer    = fddm_host_layer_new (job->image, job->source, title, kind);

  if (layer == FDDM_NO_ITEM)
    return FDDM_NO_ITEM;
  fill_layer (job, layer, kind, &stretch);
  if (!fddm_host_layer_insert (job->image, layer, above))
    return FDDM_NO_ITEM;
  if (mask_like_source (job->image, layer, job->source))
    return layer;
  fddm_host_layer_remove (job->image, layer);
  return FDDM_NO_ITEM;
}

static gboolean
add_layers (Job *job, FddmLayers *made, GError **error)
{
  const int      output = (int) job->values[FDDM_DENOISE_OUTPUT];
  const gboolean two    = output != FDDM_OUTPUT_LAYER;
  gboolean       done;

  if (!fddm_host_has_item (job->image, job->source))
    {
      g_set_error (error, FDDM_HOST_ERROR, FDDM_HOST_ERROR_FAILED,
                   _ ("“%s” was closed or removed while it was denoised. There is no result."), job->name);
      return FALSE;
    }
  fddm_host_undo_begin (job->image);
  made->second = FDDM_NO_ITEM;
  made->layer  = add_layer (job, job->source, FDDM_LAYER_PICTURE, 0, two ? 0.5 : 1);
  if (made->layer != FDDM_NO_ITEM && two)
    made->second = add_layer (job, made->layer,
                              output == FDDM_OUTPUT_LAYER_AND_NOISE ? FDDM_LAYER_NOISE : FDDM_LAYER_UNCERTAINTY, 0.5, 1);
  done = made->layer != FDDM_NO_ITEM && (!two || made->second != FDDM_NO_ITEM);
  if (done)
    fddm_host_layer_select (job->image, made->layer);
  else if (made->layer != FDDM_NO_ITEM)
    fddm_host_layer_remove (job->image, made->layer);
  fddm_host_undo_end (job->image);

  if (!done)
    g_set_error_literal (error, FDDM_HOST_ERROR, FDDM_HOST_ERROR_FAILED, _ ("GIMP could not add the new layer."));
  return done;
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

gboolean
fddm_job_denoise (FddmImageId image, FddmItemId drawable, const double *values, FddmLayers *made, char **account,
                  GError **error)
{
  Job         job     = { .image = image, .source = drawable, .values = values, .account = account };
  FddmStretch reading = { .bar = &job.bar, .stage = FDDM_STAGE_READ, .from = 0, .to = 1 };
  gboolean    done;

  if (!fddm_parameters_check (fddm_denoise_parameters, values, error) || !check_layer (image, drawable, error))
    return FALSE;
  job.name  = fddm_host_item_name (drawable);
  job.noisy = fddm_layer_pixels_copy (drawable, &reading);
  job.clean = gegl_buffer_dup (job.noisy); /* shares the pixels until they change */
  if (values[FDDM_DENOISE_OUTPUT] == FDDM_OUTPUT_LAYER_AND_UNCERTAINTY)
    job.uncertainty = fddm_gegl_pixels_gray_new (job.noisy, gegl_buffer_get_format (job.noisy));
  done = fddm_denoise_bounds (drawable, gegl_buffer_get_extent (job.noisy), &job.bounds, error) &&
         run_engine (&job, error) && add_layers (&job, made, error);
  g_clear_object (&job.noisy);
  g_clear_object (&job.clean);
  g_clear_object (&job.uncertainty);
  g_free (job.name);
  return done;
}
