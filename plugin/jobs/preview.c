/* preview.c: see preview.h.
 * SPDX-License-Identifier: Apache-2.0 */
#include "plugin/jobs/preview.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "plugin/folders.h"
#include "plugin/jobs/generate.h"
#include "plugin/jobs/common.h"
#include "plugin/jobs/jobs.h"

/* A preview takes no more steps than these. */
#define STEPS_MAX 20

struct FddmGeneratePreview {
  int      image_width, image_height;
  gboolean gray;
  FddmLine lines[2];
  /* In the painter's thread: */
  double       model, device; /* of the context, where there is one */
  FddmWeights *weights;
  FddmContext *context;
};

/* Classes that we know, in words for people. */
static const FddmChoice subjects[] = {
  { "brick", N_ ("Brick") },
  { "concrete", N_ ("Concrete") },
  { "fabric", N_ ("Fabric") },
  { "grass", N_ ("Grass") },
  { "forest-floor", N_ ("Forest floor") },
  { "gravel", N_ ("Gravel") },
  { "ground", N_ ("Ground") },
  { "marble", N_ ("Marble") },
  { "metal", N_ ("Metal") },
  { "paper", N_ ("Paper") },
  { "rock", N_ ("Rock") },
  { "sand", N_ ("Sand") },
  { "snow", N_ ("Snow") },
  { "stone-paving", N_ ("Stone paving") },
  { "tiles", N_ ("Tiles") },
  { "wood", N_ ("Wood") },
};

/* ---- What there is to choose from ---- */

/* The name for people; others than ours get a capital and blanks. */
static const char *
label_of (const char *name)
{
  g_autofree char *label = g_strdup (name);

  for (gsize i = 0; i < G_N_ELEMENTS (subjects); i++)
    if (!strcmp (subjects[i].name, name))
      return _ (subjects[i].label);
  g_strdelimit (label, "-_", ' ');
  label[0] = g_ascii_toupper (label[0]);
  return g_intern_string (label);
}

static int
by_label (gconstpointer a, gconstpointer b)
{
  return g_utf8_collate (((const FddmChoice *) a)->label, ((const FddmChoice *) b)->label);
}

static void
add_choice (GArray *choices, const char *name, const char *label)
{
  const FddmChoice choice = { g_intern_string (name), label };

  for (guint i = 0; i < choices->len; i++)
    if (!strcmp (g_array_index (choices, FddmChoice, i).name, name))
      return;
  g_array_append_val (choices, choice);
}

static void
add_subjects (GArray *choices, const double *values)
{
  g_autoptr (FddmWeights) weights = fddm_generate_weights (values, NULL);
  const char *const      *known   = weights ? fddm_weights_subjects (weights) : NULL;

  for (int i = 0; known && known[i]; i++)
    add_choice (choices, known[i], label_of (known[i]));
  g_array_sort (choices, by_label);
}

/* Every generate-NAME.safetensors. */
static void
add_models (GArray *choices)
{
  static const char prefix[] = "generate-", suffix[] = ".safetensors";
  g_auto (GStrv)    folders = fddm_folders_weights (fddm_host_profile ());

  for (int i = 0; folders[i]; i++)
    {
      g_autoptr (GDir) dir = g_dir_open (folders[i], 0, NULL);
      const char      *file;

      while (dir && (file = g_dir_read_name (dir)))
        if (g_str_has_prefix (file, prefix) && g_str_has_suffix (file, suffix))
          {
            g_autofree char *name = g_strndup (file + strlen (prefix), strlen (file) - strlen (prefix) - strlen (suffix));

            add_choice (choices, name, label_of (name));
          }
    }
  g_array_sort (choices, by_label);
}

static FddmChoice *
choices_of (G_GNUC_UNUSED gpointer data, const char *name, const double *values)
{
  GArray     *choices = g_array_new (TRUE, TRUE, sizeof (FddmChoice));
  const char *model   = fddm_text_of_value (values[FDDM_GENERATE_MODEL]);
  FddmChoice  any     = { "", _ ("Any") };

  if (!strcmp (name, fddm_generate_parameters[FDDM_GENERATE_SUBJECT].name))
    {
      add_subjects (choices, values);
      g_array_prepend_val (choices, any);
    }
  else
    {
      add_models (choices);
      add_choice (choices, model, label_of (model));
    }
  return (FddmChoice *) g_array_free (choices, FALSE);
}

/* ---- Painting ---- */

typedef struct {
  int *stop, *percent;
} Watch;

static gboolean
watch (G_GNUC_UNUSED FddmPhase phase, double fraction, gpointer data)
{
  const Watch *watch = data;

  g_atomic_int_set (watch->percent, (int) (100 * fraction));
  return !g_atomic_int_get (watch->stop);
}

/* Makes the context that VALUES ask for, where the last one was another. */
static gboolean
open_context (FddmGeneratePreview *preview, const double *values, GError **error)
{
  if (preview->context && preview->model == values[FDDM_GENERATE_MODEL] && preview->device == values[FDDM_GENERATE_DEVICE])
    return TRUE;
  g_clear_pointer (&preview->context, fddm_context_free);
  g_clear_pointer (&preview->weights, fddm_weights_unref);
  preview->model   = values[FDDM_GENERATE_MODEL];
  preview->device  = values[FDDM_GENERATE_DEVICE];
  preview->weights = fddm_generate_weights (values, error);
  preview->context = preview->weights ? fddm_job_context (preview->weights, preview->device, 0, error) : NULL;
  return preview->context != NULL;
}

/* 8-bit pixels of what the engine made, repeated TIMES in both directions. */
static void
develop (const FddmGeneratePreview *preview, const FddmImage *image, int times, FddmPicture *picture)
{
  const gsize        row    = (gsize) image->width * 3;
  const gsize        n      = (gsize) image->width * image->height;
  const Babl        *from   = babl_format (image->channels == 1 ? "Y' float" : "R'G'B' float");
  const Babl        *target = babl_format ("R'G'B' u8");
  g_autofree guint8 *once   = g_malloc (n * 3);
  g_autofree guint8 *gray   = g_malloc (n);

  babl_process (babl_fish (from, preview->gray ? babl_format ("Y' u8") : target), image->pixels, preview->gray ? gray : once,
                n);
  if (preview->gray)
    babl_process (babl_fish (babl_format ("Y' u8"), target), gray, once, n);
  picture->width  = image->width * times;
  picture->height = image->height * times;
  picture->pixels = g_malloc ((gsize) picture->width * picture->height * 3);
  for (int y = 0; y < picture->height; y++)
    for (int x = 0; x < times; x++)
      memcpy (picture->pixels + ((gsize) y * times + x) * row, once + (y % image->height) * row, row);
}

static char *
words_of (const FddmGenerateParams *params)
{
  /* translators: a tile's width and height */
  return params->tileable ? g_strdup_printf (_ ("Preview: %d × %d pixels, repeated"), params->width, params->height)
                          : g_strdup_printf (_ ("Preview: %d × %d pixels"), params->width, params->height);
}

static void
paint (gpointer data, const double *values, FddmPicture *picture, int *stop, int *percent)
{
  FddmGeneratePreview *preview = data;
  FddmGenerateParams   params  = fddm_generate_params_of (values, preview->image_width, preview->image_height);
  const int            times   = params.tileable ? 2 : 1;
  Watch                watched = { stop, percent };
  g_autoptr (GError)   error   = NULL;
  g_autofree float    *pixels  = NULL;
  FddmImage            image;
  FddmSink             sink;

  if (!open_context (preview, values, &error))
    {
      picture->words = g_strdup (error->message);
      return;
    }
  params.width       = MIN (params.width, FDDM_PREVIEW_SIDE / times);
  params.height      = MIN (params.height, FDDM_PREVIEW_SIDE / times);
  params.steps       = MIN (params.steps, STEPS_MAX);
  image              = (FddmImage) { .width    = params.width,
                                     .height   = params.height,
                                     .channels = fddm_weights_channels (preview->weights) };
  image.pixel_stride = image.channels;
  image.row_stride   = (gsize) image.channels * image.width;
  image.pixels = pixels = g_new (float, image.row_stride * image.height);
  sink                  = fddm_image_sink (&image);
  if (fddm_generate (preview->context, &params, &sink, watch, &watched, &error))
    develop (preview, &image, times, picture);
  picture->words = error ? g_strdup (error->message) : words_of (&params);
}

static void
finish (gpointer data)
{
  FddmGeneratePreview *preview = data;

  g_clear_pointer (&preview->context, fddm_context_free);
  g_clear_pointer (&preview->weights, fddm_weights_unref);
}

FddmGeneratePreview *
fddm_generate_preview_new (FddmImageId image, FddmGenerateHelp *help)
{
  FddmGeneratePreview *preview = g_new0 (FddmGeneratePreview, 1);

  fddm_host_image_size (image, &preview->image_width, &preview->image_height);
  preview->gray     = fddm_host_image_is_gray (image);
  preview->lines[0] = (FddmLine) { fddm_generate_parameters[FDDM_GENERATE_DEVICE].name, FDDM_DEVICE_CHOICE_AUTO,
                                   N_ ("Looking for a GPU"), fddm_job_device_words, NULL };
  *help             = (FddmGenerateHelp) { preview->image_width, preview->image_height,
                                           preview->lines,       { paint, finish, preview },
                                           choices_of,           preview };
  return preview;
}

void
fddm_generate_preview_free (FddmGeneratePreview *preview)
{
  g_free (preview);
}
