/* checks-meanwhile.c: changes of an image by the user during a job.
 * SPDX-License-Identifier: Apache-2.0
 *
 * The job runs in this process. The linker replaces the host's fddm_host_progress by the one here, so that a check can
 * act in the middle of a run. */
#include <string.h>

#include "tests/hosts/checks.h"

/* Number of actions done; the action for the first progress call after reading. */
static int calls;
static void (*meanwhile) (FddmImageId image, FddmItemId source);
static FddmImageId the_image;
static FddmItemId  the_source;

/* Whether the next picture has a selection; whether the engine is said to compute on a GPU. */
static gboolean selected, pretend_gpu;

void __real_fddm_host_progress (const char *text, double fraction);
void __wrap_fddm_host_progress (const char *text, double fraction);

FddmDeviceKind __real_fddm_context_device (const FddmContext *context);
FddmDeviceKind __wrap_fddm_context_device (const FddmContext *context);

FddmDeviceKind
__wrap_fddm_context_device (const FddmContext *context)
{
  return pretend_gpu ? FDDM_DEVICE_GPU : __real_fddm_context_device (context);
}

void
__wrap_fddm_host_progress (const char *text, double fraction)
{
  void (*act) (FddmImageId image, FddmItemId source) = meanwhile;

  __real_fddm_host_progress (text, fraction);
  if (!act || strstr (text, "Reading"))
    return;
  meanwhile = NULL;
  act (the_image, the_source);
  calls++;
}

static float
white (G_GNUC_UNUSED int x, G_GNUC_UNUSED int y, G_GNUC_UNUSED int c, G_GNUC_UNUSED int n, G_GNUC_UNUSED gpointer data)
{
  return 1;
}

static void
paint_over (G_GNUC_UNUSED FddmImageId image, FddmItemId source)
{
  fill (source, white, NULL);
}

static void
close_image (FddmImageId image, G_GNUC_UNUSED FddmItemId source)
{
  fddm_host_image_delete (image);
}

/* Denoises a picture in this process, with removed noise as second layer, and calls ACT during the run. */
static gboolean
denoise_while (void (*act) (FddmImageId image, FddmItemId source), FddmLayers *made, GError **error)
{
  double values[FDDM_DENOISE_N];

  the_image  = probe_image_new (60, 50, FALSE, PROBE_U8_PERCEPTUAL);
  the_source = probe_layer_new (the_image, 60, 50, FALSE, FDDM_NO_ITEM, 0, 0);
  fill (the_source, noisy_ramp, NULL);
  if (selected)
    probe_select (the_image, 20, 10, 16, 12);
  fast_values (values);
  values[FDDM_DENOISE_OUTPUT] = FDDM_OUTPUT_LAYER_AND_NOISE;
  calls                       = 0;
  meanwhile                   = act;
  return fddm_job_denoise (the_image, the_source, values, made, NULL, error);
}

static void
check_painting (void)
{
  g_autoptr (GError) error = NULL;
  FddmLayers         calm, busy;
  FddmImageId        image;

  /* the job looks for its network in the folders of this process */
  if (!check (denoise_while (NULL, &calm, &error), "meanwhile nothing: denoised %s", error ? error->message : ""))
    return;
  image = the_image;
  if (check (denoise_while (paint_over, &busy, &error), "painting over the source meanwhile: denoised %s",
             error ? error->message : ""))
    {
      check (calls == 1, "painting over the source meanwhile: that was done");
      check (same_pixels (calm.layer, busy.layer), "painting over the source meanwhile: not a pixel of it is in the result");
      check (same_pixels (calm.second, busy.second), "painting over the source meanwhile: nor in the removed noise");
    }
  fddm_host_image_delete (the_image);
  fddm_host_image_delete (image);
}

static void
check_closing (void)
{
  g_autoptr (GError) error = NULL;
  FddmLayers         made;

  check (!denoise_while (close_image, &made, &error), "closing the image meanwhile: it is an error");
  check (calls == 1, "closing the image meanwhile: that was done");
  check (error && strstr (error->message, "closed or removed"), "closing the image meanwhile: it says “%s”",
         error ? error->message : "");
}

static void
unselect (FddmImageId image, G_GNUC_UNUSED FddmItemId source)
{
  probe_unselect (image);
}

static void
select_other (FddmImageId image, G_GNUC_UNUSED FddmItemId source)
{
  probe_select (image, 0, 0, 5, 5);
}

/* The selection at the start says what is denoised. Only there are the pixels computed. */
static void
check_selecting (void)
{
  void (*const acts[]) (FddmImageId image, FddmItemId source) = { unselect, select_other };
  FddmLayers  calm, busy;
  FddmImageId image;

  selected = TRUE;
  if (check (denoise_while (NULL, &calm, NULL), "a selection, meanwhile nothing: denoised"))
    {
      image = the_image;
      for (gsize i = 0; i < G_N_ELEMENTS (acts); i++)
        {
          if (check (denoise_while (acts[i], &busy, NULL), "another selection meanwhile (%zu): denoised", i))
            check (probe_any_mask (busy.layer) != FDDM_NO_ITEM &&
                     same_pixels (probe_any_mask (calm.layer), probe_any_mask (busy.layer)),
                   "another selection meanwhile (%zu): the mask is that of the first one", i);
          fddm_host_image_delete (the_image);
        }
      fddm_host_image_delete (image);
    }
  selected = FALSE;
  if (check (denoise_while (select_other, &busy, NULL), "a selection meanwhile, none before: denoised"))
    check (probe_any_mask (busy.layer) == FDDM_NO_ITEM, "a selection meanwhile, none before: there is no mask");
  fddm_host_image_delete (the_image);
}

static void
cut (G_GNUC_UNUSED FddmImageId image, FddmItemId source)
{
  probe_resize (source, 30, 50);
}

static void
check_resizing (void)
{
  g_autoptr (GError) error = NULL;
  FddmLayers         made;

  check (!denoise_while (cut, &made, &error), "cutting the layer meanwhile: it is an error");
  check (error && strstr (error->message, "changed its size"), "cutting the layer meanwhile: it says “%s”",
         error ? error->message : "");
  check (probe_layer_count (the_image, FDDM_NO_ITEM) == 1, "cutting the layer meanwhile: there is no new one");
  fddm_host_image_delete (the_image);
}

/* The same for a layer that is made seamless. */
static gboolean
make_seamless_while (void (*act) (FddmImageId image, FddmItemId source), FddmItemId *made, GError **error)
{
  double values[FDDM_SEAMLESS_N];

  the_image  = probe_image_new (70, 66, FALSE, PROBE_U8_PERCEPTUAL);
  the_source = probe_layer_new (the_image, 70, 66, FALSE, FDDM_NO_ITEM, 0, 0);
  fill (the_source, noisy_ramp, NULL);
  fddm_parameters_defaults (fddm_seamless_parameters, values);
  values[FDDM_SEAMLESS_STEPS]  = 2;
  values[FDDM_SEAMLESS_DEVICE] = FDDM_DEVICE_CHOICE_CPU;
  calls                        = 0;
  meanwhile                    = act;
  return fddm_job_seamless (the_image, the_source, values, made, NULL, error);
}

static void
check_seamless_meanwhile (void)
{
  g_autoptr (GError) error = NULL;
  FddmItemId         calm, busy;
  FddmImageId        image;

  if (!check (make_seamless_while (NULL, &calm, &error), "meanwhile nothing: made seamless %s", error ? error->message : ""))
    return;
  image = the_image;
  if (check (make_seamless_while (paint_over, &busy, &error), "painting meanwhile: made seamless %s",
             error ? error->message : ""))
    check (calls == 1 && same_pixels (calm, busy), "painting meanwhile: not a pixel of it is in the seamless layer");
  fddm_host_image_delete (the_image);
  fddm_host_image_delete (image);
  check (!make_seamless_while (close_image, &busy, &error), "closing meanwhile: not made seamless");
  check (calls == 1 && error && strstr (error->message, "closed or removed"), "closing meanwhile: it says “%s”",
         error ? error->message : "");
}

/* ---- A run that someone looks on ---- */

static float
plain (G_GNUC_UNUSED int x, G_GNUC_UNUSED int y, G_GNUC_UNUSED int c, G_GNUC_UNUSED int n, G_GNUC_UNUSED gpointer data)
{
  return 0.5f;
}

static void
show (gpointer data, G_GNUC_UNUSED const char *text, G_GNUC_UNUSED double fraction)
{
  ++*(int *) data;
}

static FddmImageId
image_of (Pattern pattern, FddmItemId *source)
{
  FddmImageId image = probe_image_new (60, 50, FALSE, PROBE_U8_PERCEPTUAL);

  *source = probe_layer_new (image, 60, 50, FALSE, FDDM_NO_ITEM, 0, 0);
  fill (*source, pattern, NULL);
  return image;
}

static void
note_words (gpointer data, const char *text, G_GNUC_UNUSED double fraction)
{
  if (strstr (text, "Denoising"))
    *(gboolean *) data = strstr (text, "GPU") != NULL;
}

static void
check_device_shown (void)
{
  int                stop   = 0;
  gboolean           gpu    = FALSE;
  const FddmRunWatch watch  = { note_words, &gpu, &stop };
  const FddmImageId  image  = probe_image_new (900, 700, FALSE, PROBE_U8_PERCEPTUAL); /* so that there is time to tell */
  const FddmItemId   source = probe_layer_new (image, 900, 700, FALSE, FDDM_NO_ITEM, 0, 0);
  double             values[FDDM_DENOISE_N];
  FddmLayers         made;

  fill (source, noisy_ramp, NULL);
  fast_values (values);
  pretend_gpu = TRUE;
  check (fddm_job_denoise_seen (image, source, values, &watch, &made, NULL, NULL), "a run on a GPU goes well");
  pretend_gpu = FALSE;
  check (gpu, "a run on a GPU: its progress says so");
  fddm_host_image_delete (image);
}

/* In another image, a result is a layer like others, whatever is there. */
static void
check_copied_result (void)
{
  FddmItemId  source, stranger, copy;
  FddmImageId image = image_of (noisy_ramp, &source), other = image_of (noisy_ramp, &stranger);
  double      values[FDDM_DENOISE_N];
  FddmLayers  made;

  fast_values (values);
  if (check (fddm_job_denoise_seen (image, source, values, NULL, &made, NULL, NULL), "a result for another image"))
    {
      copy = probe_copy_to (made.layer, other);
      check (fddm_job_denoise_source (other, copy) == copy, "in another image, a result has no source (%d, %d)", stranger,
             copy);
    }
  fddm_host_image_delete (image);
  fddm_host_image_delete (other);
}

/* A further run denoises the original, not the last result, and its result goes above. */
static void
check_again (void)
{
  int                shown = 0, stop = 0;
  const FddmRunWatch watch = { show, &shown, &stop };
  FddmItemId         source;
  FddmImageId        image = image_of (noisy_ramp, &source);
  double             values[FDDM_DENOISE_N];
  FddmLayers         first, second;

  fast_values (values);
  if (check (fddm_job_denoise_seen (image, source, values, NULL, &first, NULL, NULL) &&
               fddm_job_denoise_seen (image, source, values, &watch, &second, NULL, NULL),
             "again: two runs"))
    {
      check (shown > 1, "again: the second one told of its progress (%d)", shown);
      check (fddm_job_denoise_source (image, source) == source, "again: a photo is its own source");
      check (fddm_job_denoise_source (image, second.layer) == source, "again: a result's source is the photo");
      check (probe_position (second.layer) == 0 && probe_position (first.layer) == 1, "again: the second result is on top");
      check (same_pixels (first.layer, second.layer), "again: in a thread of its own it computes the same");
      fddm_host_layer_remove (image, source);
      check (fddm_job_denoise_source (image, second.layer) == second.layer, "again: without its photo a result is a layer");
    }
  fddm_host_image_delete (image);
}

static void
check_nothing_found (void)
{
  FddmItemId       source;
  FddmImageId      image   = image_of (plain, &source);
  g_autofree char *account = NULL;
  double           values[FDDM_DENOISE_N];
  FddmLayers       made;

  fast_values (values);
  values[FDDM_DENOISE_NOISE] = 0;
  check (fddm_job_denoise_seen (image, source, values, NULL, &made, &account, NULL), "no noise: the run goes well");
  check (made.layer == FDDM_NO_ITEM && probe_layer_count (image, FDDM_NO_ITEM) == 1, "no noise: there is no new layer");
  check (account && strstr (account, "No noise was found"), "no noise: it says “%s”", account ? account : "");
  fddm_host_image_delete (image);
}

/* With “Colour only”, nothing is removed of a gray picture, which has noise all the same. */
static void
check_colour_of_gray (void)
{
  FddmImageId      image   = probe_image_new (300, 280, TRUE, PROBE_U8_PERCEPTUAL);
  FddmItemId       source  = probe_layer_new (image, 300, 280, FALSE, FDDM_NO_ITEM, 0, 0);
  g_autofree char *account = NULL;
  double           values[FDDM_DENOISE_N];
  FddmLayers       made;

  fill (source, noisy_ramp, NULL);
  fast_values (values);
  values[FDDM_DENOISE_NOISE] = values[FDDM_DENOISE_LUMA] = 0;
  check (fddm_job_denoise_seen (image, source, values, NULL, &made, &account, NULL),
         "gray, colour noise alone: it goes well");
  check (account && strstr (account, "was copied"), "gray, colour noise alone: it says “%s”", account ? account : "");
  fddm_host_image_delete (image);
}

static void
check_stopped (void)
{
  int                shown = 0, stop = 1;
  const FddmRunWatch watch = { show, &shown, &stop };
  FddmItemId         source;
  FddmImageId        image = image_of (noisy_ramp, &source);
  g_autoptr (GError) error = NULL;
  double             values[FDDM_DENOISE_N];
  FddmLayers         made;

  fast_values (values);
  check (!fddm_job_denoise_seen (image, source, values, &watch, &made, NULL, &error), "stopped: it is an error");
  check (error && strstr (error->message, "Cancelled"), "stopped: it says “%s”", error ? error->message : "");
  check (probe_layer_count (image, FDDM_NO_ITEM) == 1, "stopped: there is no new layer");
  fddm_host_image_delete (image);
}

static void
check_no_gpu (void)
{
  FddmItemId         source;
  FddmImageId        image = image_of (noisy_ramp, &source);
  g_autoptr (GError) error = NULL;
  double             values[FDDM_DENOISE_N];
  FddmLayers         made;

  fast_values (values);
  values[FDDM_DENOISE_DEVICE] = FDDM_DEVICE_CHOICE_GPU;
  if (fddm_gpu_usable (NULL, NULL))
    skip ("device GPU without one", "there is a GPU");
  else if (check (!fddm_job_denoise (image, source, values, &made, NULL, &error), "device GPU without one: refused"))
    check (strstr (error->message, "Choose the device") != NULL, "device GPU without one: it says “%s”", error->message);
  fddm_host_image_delete (image);
}

static void
remove_source (FddmImageId image, FddmItemId source)
{
  fddm_host_layer_remove (image, source);
}

/* Generates above the source in this process and calls ACT during the run. */
static gboolean
generate_while (void (*act) (FddmImageId image, FddmItemId source), FddmGenerated *made, GError **error)
{
  double values[FDDM_GENERATE_N];

  the_image  = probe_image_new (60, 50, FALSE, PROBE_U8_PERCEPTUAL);
  the_source = probe_layer_new (the_image, 60, 50, FALSE, FDDM_NO_ITEM, 0, 0);
  probe_layer_new (the_image, 60, 50, FALSE, FDDM_NO_ITEM, 0, 0);
  if (selected)
    probe_select (the_image, 20, 10, 16, 12);
  fddm_parameters_defaults (fddm_generate_parameters, values);
  values[FDDM_GENERATE_STEPS]  = 2;
  values[FDDM_GENERATE_DEVICE] = FDDM_DEVICE_CHOICE_CPU;
  calls                        = 0;
  meanwhile                    = act;
  return fddm_job_generate (the_image, the_source, values, made, NULL, error);
}

static void
check_closing_of_generated (void)
{
  g_autoptr (GError) error = NULL;
  FddmGenerated      made;

  check (!generate_while (close_image, &made, &error), "closing the image while it generates: it is an error");
  check (calls == 1, "closing the image while it generates: that was done");
  check (error && strstr (error->message, "The image was closed"), "closing the image while it generates: it says “%s”",
         error ? error->message : "");
}

static void
check_removing_of_lower (void)
{
  g_autoptr (GError) error = NULL;
  FddmGenerated      made;

  if (check (generate_while (remove_source, &made, &error), "removing the layer beneath meanwhile: generated %s",
             error ? error->message : ""))
    check (calls == 1 && probe_position (made.layers[0]) == 0 && probe_layer_count (the_image, FDDM_NO_ITEM) == 2,
           "removing the layer beneath meanwhile: the new one is on top");
  fddm_host_image_delete (the_image);
}

static void
check_unselecting_of_generated (void)
{
  FddmGenerated made;

  selected = TRUE;
  if (check (generate_while (unselect, &made, NULL), "no selection any more: generated"))
    check (calls == 1 && probe_any_mask (made.layers[0]) != FDDM_NO_ITEM,
           "no selection any more: it is the mask all the same");
  selected = FALSE;
  fddm_host_image_delete (the_image);
}

static void
index_colours (FddmImageId image, G_GNUC_UNUSED FddmItemId source)
{
  probe_to_indexed (image);
}

/* It is told as it is before a run. */
static void
check_converting (void)
{
  for (int job = 0; job < 3; job++)
    {
      g_autoptr (GError) error = NULL;
      FddmLayers         layers;
      FddmGenerated      generated;
      FddmItemId         seamless;
      const gboolean     done = job == 0   ? denoise_while (index_colours, &layers, &error)
                                : job == 1 ? generate_while (index_colours, &generated, &error)
                                           : make_seamless_while (index_colours, &seamless, &error);

      check (calls == 1 && !done, "indexing meanwhile (%d): it is an error", job);
      check (error && strstr (error->message, "Convert the image to RGB first"), "indexing meanwhile (%d): it says “%s”",
             job, error ? error->message : "");
      fddm_host_image_delete (the_image);
    }
}

void
check_meanwhile (void)
{
  check_again ();
  check_device_shown ();
  check_copied_result ();
  check_nothing_found ();
  check_colour_of_gray ();
  check_stopped ();
  check_no_gpu ();
  check_painting ();
  check_closing ();
  check_selecting ();
  check_resizing ();
  check_seamless_meanwhile ();
  check_closing_of_generated ();
  check_removing_of_lower ();
  check_unselecting_of_generated ();
  check_converting ();
}
