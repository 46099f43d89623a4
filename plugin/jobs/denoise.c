/* denoise.c: denoises a layer into a new one; see jobs.h.
 * SPDX-License-Identifier: Apache-2.0 */
#include "plugin/jobs/jobs.h"

#include <glib/gi18n-lib.h>

#include "engine/gegl-pixels.h"
#include "plugin/jobs/common.h"
#include "plugin/jobs/denoise.h"
#include "plugin/layer-pixels.h"

/* Smallest width and height of the area in which noise is measured, in pixels. */
#define MEASURE_MIN 256

/* Interval between updates of the engine's progress, in ms. */
#define TICK 100

/* State of a job. After the copy of the pixels, the image is not accessed until all is computed. Therefore painting
 * during the run does not affect the result, and closing the image does no harm. */
typedef struct {
  FddmImageId     image;
  FddmItemId      source;
  char           *name;   /* of the source */
  GeglRectangle   bounds; /* area to compute */
  GeglBuffer     *chosen; /* copy of the selection; NULL: all */
  GeglBuffer     *noisy;  /* copy of the source's pixels */
  const double   *values;
  FddmProgressBar bar;
  GeglBuffer     *clean;       /* the result */
  GeglBuffer     *uncertainty; /* of the result, gray; NULL: not requested */
  char          **account;     /* may be NULL */
  gboolean        seen;        /* a user watches, as opposed to a script */
  gboolean        nothing;     /* no noise was found */
  /* For an engine that runs in a thread of its own: */
  const FddmRunWatch *watch;               /* or NULL */
  const FddmContext  *context;             /* for that thread alone */
  int                 reached, gpu, ended; /* atomic; REACHED is packed */
} Job;

/* Error for indexed images, to be translated. */
#define INDEXED N_ ("Indexed images cannot be denoised. Convert the image to RGB first: Image > Mode > RGB.")

static gboolean
check_layer (FddmImageId image, FddmItemId drawable, GError **error)
{
  g_autofree char *name = NULL;

  if (!fddm_job_check_item (image, drawable, error) || !fddm_job_check_colours (image, _ (INDEXED), error) ||
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

/* Summary for the user. */
static char *
describe_seen (const Job *job, const FddmContext *context, const FddmReport *report, double seconds)
{
  const gboolean gpu = fddm_context_device (context) == FDDM_DEVICE_GPU;

  if (job->nothing)
    /* translators: the name of a layer */
    return g_strdup_printf (_ ("No noise was found in “%s”, so there is no new layer. The level can be set by hand."),
                            job->name);
  if (report->tiles == 0)
    return g_strdup_printf (_ ("“%s” was copied: with these settings nothing is removed."), job->name);
  if (report->chroma > 0)
    /* translators: the name of a layer, two noise levels, "the GPU" or "the processor", seconds */
    return g_strdup_printf (_ ("“%s” denoised: brightness noise %.1f, colour noise %.1f; on %s, %.1f s."), job->name,
                            report->luma, report->chroma, gpu ? _ ("the GPU") : _ ("the processor"), seconds);
  return g_strdup_printf (_ ("“%s” denoised: brightness noise %.1f; on %s, %.1f s."), job->name, report->luma,
                          gpu ? _ ("the GPU") : _ ("the processor"), seconds);
}

/* Summary of the run for the log or the user. */
static char *
describe_run (const Job *job, const FddmContext *context, const FddmReport *report, double seconds)
{
  if (job->seen)
    return describe_seen (job, context, report, seconds);
  if (report->tiles == 0)
    return g_strdup (_ ("No noise to remove; the layer was copied unchanged."));
  /* translators: luma and chroma noise, the device, seconds */
  return fddm_job_account (context, g_strdup_printf (_ ("Noise: luma %.1f, chroma %.1f. %s, %.1f s."), report->luma,
                                                     report->chroma, fddm_context_describe (context), seconds));
}

/* Called in the engine's thread. */
static gboolean
note_progress (FddmPhase phase, double fraction, gpointer data)
{
  Job *job = data;

  g_atomic_int_set (&job->reached, fddm_progress_pack (phase, fraction));
  g_atomic_int_set (&job->gpu, fddm_context_device (job->context) == FDDM_DEVICE_GPU);
  return !g_atomic_int_get (job->watch->stop);
}

/* Runs the engine on the layer's pixels. The result goes to job->clean, initially a copy of them, and to
 * job->uncertainty. */
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

  if (job->watch)
    job->context = context;
  else
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
  done  = fddm_denoise_uncertain (context, &params, &source, &sinks, job->watch ? note_progress : fddm_progress_engine,
                                 job->watch ? (gpointer) job : (gpointer) &job->bar, &report, error);
  if (!job->watch)
    job->bar.context = NULL;
  job->nothing = done && report.tiles == 0 && params.noise == 0 &&
                 (params.luma > 0 || (params.chroma > 0 && source.channels > 1)); /* gray has no colour noise */
  if (done && job->account)
    *job->account = describe_run (job, context, &report, (double) (g_get_monotonic_time () - start) / G_USEC_PER_SEC);
  return done;
}

/* ---- The engine in a thread, while the main context is served ---- */

typedef struct {
  Job     *job;
  gboolean done;
  GError  *error;
} Beside;

static gpointer
run_beside (gpointer data)
{
  Beside *beside = data;

  beside->done = run_engine (beside->job, &beside->error);
  g_atomic_int_set (&beside->job->ended, 1);
  g_main_context_wakeup (NULL);
  return NULL;
}

static gboolean
tell_progress (gpointer data)
{
  Job *job = data;

  job->bar.gpu = g_atomic_int_get (&job->gpu);
  fddm_progress_packed (&job->bar, g_atomic_int_get (&job->reached));
  return G_SOURCE_CONTINUE;
}

static gboolean
run_engine_watched (Job *job, GError **error)
{
  Beside      beside = { .job = job };
  GThread    *thread = g_thread_new ("fddm-denoise", run_beside, &beside);
  const guint ticker = g_timeout_add (TICK, tell_progress, job);

  while (!g_atomic_int_get (&job->ended))
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (ticker);
  g_thread_join (thread);
  if (beside.error)
    g_propagate_error (error, beside.error);
  return beside.done;
}

/* Adds a mask if there was a selection or the source has a mask. */
static gboolean
mask_like_source (const Job *job, FddmItemId layer)
{
  const FddmItemId       own    = fddm_host_layer_mask (job->source);
  const gboolean         masked = own != FDDM_NO_ITEM || job->chosen;
  const FddmItemId       mask   = masked ? fddm_host_layer_add_mask (layer) : FDDM_NO_ITEM;
  g_autoptr (GeglBuffer) whole  = own == FDDM_NO_ITEM ? NULL : fddm_host_buffer (own);

  if (mask == FDDM_NO_ITEM)
    return !masked;
  if (job->chosen)
    fddm_layer_pixels_mask (mask, job->chosen);
  if (whole)
    fddm_layer_pixels_mask (mask, whole);
  return TRUE;
}

/* Writes the pixels of the layer of kind KIND. */
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

/* Makes a layer with all its pixels, not in the image yet, where it may stand in a locked group. Its writing takes the progress
 * bar from FROM to TO. */
static FddmItemId
make_layer (Job *job, FddmLayerKind kind, double from, double to)
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
  if (mask_like_source (job, layer))
    return layer;
  fddm_host_layer_discard (layer);
  return FDDM_NO_ITEM;
}

/* Frees layers that are not in the image. */
static void
discard (const FddmLayers *made)
{
  fddm_host_layer_discard (made->layer);
  if (made->second != FDDM_NO_ITEM)
    fddm_host_layer_discard (made->second);
}

/* Makes all that is asked for, or nothing. */
static gboolean
make_layers (Job *job, FddmLayers *made)
{
  const int           output = (int) job->values[FDDM_DENOISE_OUTPUT];
  const gboolean      two    = output != FDDM_OUTPUT_LAYER;
  const FddmLayerKind kind   = output == FDDM_OUTPUT_LAYER_AND_NOISE ? FDDM_LAYER_NOISE : FDDM_LAYER_UNCERTAINTY;

  made->layer = make_layer (job, FDDM_LAYER_PICTURE, 0, two ? 0.5 : 1);
  if (made->layer != FDDM_NO_ITEM && two)
    made->second = make_layer (job, kind, 0.5, 1);
  if (made->layer == FDDM_NO_ITEM || !two || made->second != FDDM_NO_ITEM)
    return made->layer != FDDM_NO_ITEM;
  discard (made);
  return FALSE;
}

/* The topmost of the layers that earlier runs have added directly above the source. */
static FddmItemId
above_former (const Job *job)
{
  FddmItemId top = job->source, next;

  while ((next = fddm_host_layer_above (job->image, top)) != FDDM_NO_ITEM &&
         fddm_host_layer_source (job->image, next) == job->source)
    top = next;
  return top;
}

/* Fails if the user has taken away the source meanwhile, its size, or the image's colours. */
static gboolean
check_source (const Job *job, GError **error)
{
  g_autoptr (GeglBuffer) live = NULL;

  if (!fddm_host_has_item (job->image, job->source))
    {
      g_set_error (error, FDDM_HOST_ERROR, FDDM_HOST_ERROR_FAILED,
                   _ ("“%s” was closed or removed while it was denoised. There is no result."), job->name);
      return FALSE;
    }
  live = fddm_host_buffer (job->source);
  if (gegl_rectangle_equal (gegl_buffer_get_extent (live), gegl_buffer_get_extent (job->noisy)))
    return fddm_job_check_colours (job->image, _ (INDEXED), error);
  g_set_error (error, FDDM_HOST_ERROR, FDDM_HOST_ERROR_FAILED,
               _ ("“%s” changed its size while it was denoised. There is no result."), job->name);
  return FALSE;
}

static gboolean
insert (const Job *job, FddmItemId layer, FddmItemId above)
{
  fddm_host_layer_mark (layer, job->source);
  return fddm_host_layer_insert (job->image, layer, above);
}

/* Inserts all layers. If that fails, none is left. */
static gboolean
insert_layers (const Job *job, const FddmLayers *made)
{
  if (!insert (job, made->layer, job->seen ? above_former (job) : job->source))
    {
      discard (made);
      return FALSE;
    }
  if (made->second == FDDM_NO_ITEM || insert (job, made->second, made->layer))
    return TRUE;
  fddm_host_layer_remove (job->image, made->layer);
  fddm_host_layer_discard (made->second);
  return FALSE;
}

/* Puts the layers into the image, or leaves that as it was. In a group with the source, the result looks as the source did,
 * whatever lies below. */
static gboolean
place_layers (const Job *job, const FddmLayers *made)
{
  const gboolean grouped = !fddm_host_layer_is_plain (job->source);

  if (grouped && !fddm_host_layer_enclose (job->image, job->source))
    {
      discard (made);
      return FALSE;
    }
  if (insert_layers (job, made))
    return TRUE;
  if (grouped)
    fddm_host_layer_release (job->image, job->source);
  return FALSE;
}

/* All that can fail for want of memory is made before the image is touched. */
static gboolean
add_layers (Job *job, FddmLayers *made, GError **error)
{
  gboolean done;

  if (!check_source (job, error))
    return FALSE;
  fddm_host_undo_begin (job->image);
  done = make_layers (job, made) && place_layers (job, made);
  if (done)
    fddm_host_layer_select (job->image, made->layer);
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

static gboolean
was_stopped (const Job *job, GError **error)
{
  if (!job->watch || !g_atomic_int_get (job->watch->stop))
    return FALSE;
  g_clear_error (error);
  g_set_error_literal (error, FDDM_ERROR, FDDM_ERROR_CANCELLED, _ ("Cancelled. The image is as it was."));
  return TRUE;
}

static gboolean
compute (Job *job, GError **error)
{
  const gboolean done = job->watch ? run_engine_watched (job, error) : run_engine (job, error);

  return !was_stopped (job, error) && done;
}

/* Copies what the job needs of the image. */
static void
read_source (Job *job)
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
do_job (Job *job, FddmLayers *made, GError **error)
{
  gboolean done;

  *made = (FddmLayers) { FDDM_NO_ITEM, FDDM_NO_ITEM };
  if (!fddm_parameters_check (fddm_denoise_parameters, job->values, error) || !check_layer (job->image, job->source, error))
    return FALSE;
  job->name = fddm_host_item_name (job->source);
  read_source (job);
  done = fddm_denoise_bounds (job->source, gegl_buffer_get_extent (job->noisy), &job->bounds, error) &&
         compute (job, error) && ((job->seen && job->nothing) || add_layers (job, made, error));
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
  Job job = { .image = image, .source = drawable, .values = values, .account = account };

  return do_job (&job, made, error);
}

gboolean
fddm_job_denoise_seen (FddmImageId image, FddmItemId drawable, const double *values, const FddmRunWatch *watch,
                       FddmLayers *made, char **account, GError **error)
{
  Job job = { .image = image, .source = drawable, .values = values, .account = account, .seen = TRUE, .watch = watch };

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
