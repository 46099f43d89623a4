/* preview.c: see preview.h.
 * SPDX-License-Identifier: Apache-2.0 */
#include "plugin/jobs/preview.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "engine/generate/shown.h"
#include "plugin/jobs/common.h"
#include "plugin/jobs/example.h"
#include "plugin/jobs/generate.h"
#include "plugin/jobs/jobs.h"
#include "plugin/jobs/maps.h"
#include "plugin/jobs/models.h"

/* Number of steps of a draft; maximum for any preview. */
#define DRAFT_STEPS 3
#define STEPS_MAX   20

struct FddmGeneratePreview {
  int                   image_width, image_height;
  gboolean              gray;
  FddmGenerateSelection selection;
  FddmExampleLayer      example;
  GError               *example_problem; /* why there is none */
  guint8                picture[FDDM_LIKE_SIDE * FDDM_LIKE_SIDE * 3];
  /* Used in the painter's thread: */
  double       model, device; /* of CONTEXT, if there is one */
  FddmWeights *weights;
  FddmContext *context;
  gboolean     looked;      /* a GPU was looked for */
  char        *gpu_problem; /* reason why there is none */
  double       unit;        /* seconds per window and step; 0: not known yet */
};

/* ---- What is painted ---- */

/* Parameters of the layers. */
static FddmGenerateParams
whole_params (const FddmGeneratePreview *preview, const double *values)
{
  FddmGenerateParams params = fddm_generate_params_of (values, preview->image_width, preview->image_height);

  params.like = values[FDDM_GENERATE_LIKE] < 0 || !preview->example.buffer ? NULL : &preview->example.source;
  return params;
}

/* Parameters of a preview's picture. The picture is shown repeated TIMES in both directions. */
static FddmGenerateParams
params_of (const FddmGeneratePreview *preview, const double *values, int *times)
{
  FddmGenerateParams params = whole_params (preview, values);

  *times        = params.tileable ? 2 : 1;
  params.width  = MIN (params.width, FDDM_OFFER_SIDE / *times);
  params.height = MIN (params.height, FDDM_OFFER_SIDE / *times);
  params.steps  = MIN (params.steps, STEPS_MAX);
  return params;
}

static gboolean
same (gpointer data, const double *one, const double *other)
{
  int                      times;
  const FddmGenerateParams a = params_of (data, one, &times), b = params_of (data, other, &times);

  return one[FDDM_GENERATE_MODEL] == other[FDDM_GENERATE_MODEL] &&
         one[FDDM_GENERATE_DEVICE] == other[FDDM_GENERATE_DEVICE] && a.subject == b.subject && a.width == b.width &&
         a.height == b.height && a.steps == b.steps && a.eta == b.eta && a.tileable == b.tileable && a.seed == b.seed &&
         a.like == b.like && (!a.like || a.closeness == b.closeness);
}

/* ---- What it takes ---- */

/* Opens the context that VALUES require, unless it is open already. */
static gboolean
open_context (FddmGeneratePreview *preview, const double *values, GError **error)
{
  if (preview->context && preview->model == values[FDDM_GENERATE_MODEL] && preview->device == values[FDDM_GENERATE_DEVICE])
    return TRUE;
  g_clear_pointer (&preview->context, fddm_context_free);
  g_clear_pointer (&preview->weights, fddm_weights_unref);
  preview->unit    = 0;
  preview->model   = values[FDDM_GENERATE_MODEL];
  preview->device  = values[FDDM_GENERATE_DEVICE];
  preview->weights = fddm_generate_weights (values, error);
  preview->context = preview->weights ? fddm_job_context (preview->weights, preview->device, 0, error) : NULL;
  return preview->context != NULL;
}

static char *
device_words (FddmGeneratePreview *preview, double device)
{
  if (!preview->looked)
    preview->gpu_problem = fddm_job_gpu_problem ();
  preview->looked = TRUE;
  return fddm_job_device_words (preview->gpu_problem, device);
}

static void
set_problem (FddmOffer *offer, const GError *error)
{
  offer->kind  = FDDM_OFFER_PROBLEM;
  offer->words = g_strdup (error->message);
}

/* Fails unless selection and maps are right for layers of PARAMS. */
static gboolean
check_layers (const FddmGeneratePreview *preview, const double *values, const FddmGenerateParams *params, GError **error)
{
  return fddm_job_maps_check (preview->gray, values, error) &&
         ((params->like && preview->example.selected) || fddm_generate_check_selection (&preview->selection, params, error));
}

static gboolean
account (gpointer data, const double *values, FddmOffer *offer)
{
  FddmGeneratePreview     *preview = data;
  const FddmGenerateParams params  = whole_params (preview, values);
  g_autoptr (GError)       error   = NULL;
  gint64                   evaluations;

  offer->device = device_words (preview, values[FDDM_GENERATE_DEVICE]);
  if (values[FDDM_GENERATE_LIKE] >= 0 && !params.like)
    {
      set_problem (offer, preview->example_problem);
      return FALSE;
    }
  if (!open_context (preview, values, &error))
    {
      set_problem (offer, error);
      return FALSE;
    }
  evaluations    = fddm_generate_evaluations (preview->context, &params, &error);
  offer->seconds = preview->unit * (double) evaluations * values[FDDM_GENERATE_COUNT];
  if (!evaluations || !check_layers (preview, values, &params, &error))
    set_problem (offer, error);
  return TRUE;
}

/* ---- Painting ---- */

/* A picture in progress. */
typedef struct {
  const FddmGeneratePreview *preview;
  const FddmGenerateParams  *params;
  const FddmOfferWatch      *watch;
  int                        times, which;
  int                        skipped; /* number of estimates not shown because a better draft exists */
  gint64                     begun;   /* end of the preparations, by g_get_monotonic_time; 0: not yet */
  FddmImage                  image;   /* of an estimate or the picture */
  FddmSink                   into;
} Canvas;

static gboolean
watch_progress (G_GNUC_UNUSED FddmPhase phase, double fraction, gpointer data)
{
  Canvas *canvas = data;

  if (!canvas->begun)
    canvas->begun = g_get_monotonic_time ();
  g_atomic_int_set (canvas->watch->percent, (int) (100 * fraction));
  return !g_atomic_int_get (canvas->watch->stop);
}

/* Converts the canvas to 8 bits and repeats it. */
static void
develop (const Canvas *canvas, FddmOffer *offer)
{
  const FddmImage   *image  = &canvas->image;
  const int          times  = canvas->times;
  const gsize        row    = (gsize) image->width * 3;
  const gsize        n      = (gsize) image->width * image->height;
  const Babl        *from   = babl_format (image->channels == 1 ? "Y' float" : "R'G'B' float");
  const Babl        *target = babl_format ("R'G'B' u8");
  g_autofree guint8 *once   = g_malloc (n * 3);
  g_autofree guint8 *gray   = g_malloc (n);

  babl_process (babl_fish (from, canvas->preview->gray ? babl_format ("Y' u8") : target), image->pixels,
                canvas->preview->gray ? gray : once, n);
  if (canvas->preview->gray)
    babl_process (babl_fish (babl_format ("Y' u8"), target), gray, once, n);
  offer->width  = image->width * times;
  offer->height = image->height * times;
  offer->pixels = g_malloc ((gsize) offer->width * offer->height * 3);
  for (int y = 0; y < offer->height; y++)
    for (int x = 0; x < times; x++)
      memcpy (offer->pixels + ((gsize) y * times + x) * row, once + (y % image->height) * row, row);
}

/* Receives the strips of an estimate and shows it once it is complete. */
static gboolean
write_estimate (gpointer data, int x, int y, int width, int height, const float *pixels, GError **error)
{
  Canvas   *canvas = data;
  FddmOffer offer  = { .kind = FDDM_OFFER_ESTIMATE, .which = canvas->which };

  if (!canvas->into.write (canvas->into.data, x, y, width, height, pixels, error))
    return FALSE;
  if (y + height < canvas->params->height || canvas->skipped-- > 0)
    return TRUE;
  develop (canvas, &offer);
  canvas->watch->show (canvas->watch->data, &offer);
  return TRUE;
}

/* Generates to the canvas and measures the time without preparations, which matter little for whole layers. */
static gboolean
run_engine (FddmGeneratePreview *preview, Canvas *canvas, GError **error)
{
  const FddmSink estimates   = { write_estimate, canvas };
  const gint64   evaluations = fddm_generate_evaluations (preview->context, canvas->params, error);

  if (!evaluations)
    return FALSE;
  if (!fddm_generate_shown (preview->context, canvas->params, &canvas->into, &estimates, watch_progress, canvas, error))
    return FALSE;
  preview->unit = (double) (g_get_monotonic_time () - canvas->begun) / G_USEC_PER_SEC / (double) evaluations;
  return TRUE;
}

static gboolean
paint (gpointer data, const double *values, FddmOffer *offer, const FddmOfferWatch *watch)
{
  FddmGeneratePreview *preview = data;
  int                  times;
  FddmGenerateParams   params   = params_of (preview, values, &times);
  const int            channels = fddm_weights_channels (preview->weights);
  g_autofree float    *pixels   = g_new (float, (gsize) params.width * params.height * channels);
  Canvas canvas = { .preview = preview, .params = &params, .watch = watch, .times = times, .which = offer->which };
  g_autoptr (GError) error = NULL;

  if (offer->kind == FDDM_OFFER_RESULT)
    canvas.skipped = params.steps / 2;
  else if (params.steps > DRAFT_STEPS)
    params.steps = DRAFT_STEPS;
  else
    offer->kind = FDDM_OFFER_RESULT;
  params.seed  = (guint32) fddm_offer_seed (params.seed, offer->which);
  canvas.image = (FddmImage) { .pixels       = pixels,
                               .width        = params.width,
                               .height       = params.height,
                               .channels     = channels,
                               .row_stride   = (gsize) channels * params.width,
                               .pixel_stride = channels };
  canvas.into  = fddm_image_sink (&canvas.image);
  if (run_engine (preview, &canvas, &error))
    {
      develop (&canvas, offer);
      return TRUE;
    }
  offer->words = g_strdup (error->message);
  return FALSE;
}

/* ---- The whole ---- */

static void
finish (gpointer data)
{
  FddmGeneratePreview *preview = data;

  g_clear_pointer (&preview->context, fddm_context_free);
  g_clear_pointer (&preview->weights, fddm_weights_unref);
}

/* The middle of the example, as a square. */
static void
paint_example (FddmGeneratePreview *preview)
{
  const GeglRectangle *all   = gegl_buffer_get_extent (preview->example.buffer);
  const int            side  = MIN (all->width, all->height);
  const double         scale = (double) FDDM_LIKE_SIDE / side;
  const GeglRectangle  part  = { (int) ((all->x + (all->width - side) / 2) * scale),
                                 (int) ((all->y + (all->height - side) / 2) * scale), FDDM_LIKE_SIDE, FDDM_LIKE_SIDE };

  gegl_buffer_get (preview->example.buffer, &part, scale, babl_format ("R'G'B' u8"), preview->picture, GEGL_AUTO_ROWSTRIDE,
                   GEGL_ABYSS_CLAMP);
}

/* Reads DRAWABLE as example. One that cannot be used is offered all the same, and its problem told once it is chosen. */
static void
offer_example (FddmGeneratePreview *preview, FddmItemId drawable, FddmGenerateHelp *help)
{
  help->like = drawable;
  if (drawable == FDDM_NO_ITEM)
    return;
  help->like_label   = fddm_example_layer_is_selected (drawable) ? _ ("Like the selection") : _ ("Like the layer");
  help->like_picture = preview->picture;
  if (fddm_example_layer_read (&preview->example, drawable, &preview->example_problem))
    paint_example (preview);
}

FddmGeneratePreview *
fddm_generate_preview_new (FddmImageId image, FddmItemId drawable, FddmGenerateHelp *help, GError **error)
{
  FddmGeneratePreview *preview;

  if (!fddm_job_generate_check (image, error))
    return NULL;
  preview = g_new0 (FddmGeneratePreview, 1);
  fddm_host_image_size (image, &preview->image_width, &preview->image_height);
  preview->gray      = fddm_host_image_is_gray (image);
  preview->selection = fddm_generate_selection (image);
  *help              = (FddmGenerateHelp) { preview->image_width,
                                            preview->image_height,
                                            { same, account, paint, finish, preview },
                                            fddm_model_choices,
                                            fddm_model_sheet,
                                            preview,
                                            FDDM_NO_ITEM,
                                            NULL,
                                            NULL };
  offer_example (preview, drawable, help);
  return preview;
}

void
fddm_generate_preview_free (FddmGeneratePreview *preview)
{
  fddm_example_layer_clear (&preview->example);
  g_clear_error (&preview->example_problem);
  g_free (preview->gpu_problem);
  g_free (preview);
}
