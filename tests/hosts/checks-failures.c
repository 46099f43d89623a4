/* checks-failures.c: when GIMP cannot add the layers of a job, the image is as it was.
 * SPDX-License-Identifier: Apache-2.0
 *
 * The jobs run in this process. The linker replaces the host's functions by those here, one call of which fails. */
#include <string.h>

#include "tests/hosts/checks.h"

typedef enum { NEW, MASK, INSERT, FUNCTIONS } Function;

/* Calls until the one that fails, by function; 0: none fails. */
static int left[FUNCTIONS];

FddmItemId __real_fddm_host_layer_new (FddmImageId image, FddmItemId source, const char *name, FddmLayerKind kind);
FddmItemId __wrap_fddm_host_layer_new (FddmImageId image, FddmItemId source, const char *name, FddmLayerKind kind);
FddmItemId __real_fddm_host_layer_add_mask (FddmItemId layer);
FddmItemId __wrap_fddm_host_layer_add_mask (FddmItemId layer);
gboolean   __real_fddm_host_layer_insert (FddmImageId image, FddmItemId layer, FddmItemId above);
gboolean   __wrap_fddm_host_layer_insert (FddmImageId image, FddmItemId layer, FddmItemId above);

static gboolean
fails (Function function)
{
  return left[function] > 0 && --left[function] == 0;
}

FddmItemId
__wrap_fddm_host_layer_new (FddmImageId image, FddmItemId source, const char *name, FddmLayerKind kind)
{
  return fails (NEW) ? FDDM_NO_ITEM : __real_fddm_host_layer_new (image, source, name, kind);
}

FddmItemId
__wrap_fddm_host_layer_add_mask (FddmItemId layer)
{
  return fails (MASK) ? FDDM_NO_ITEM : __real_fddm_host_layer_add_mask (layer);
}

gboolean
__wrap_fddm_host_layer_insert (FddmImageId image, FddmItemId layer, FddmItemId above)
{
  return !fails (INSERT) && __real_fddm_host_layer_insert (image, layer, above);
}

/* A layer of mode multiply over another one, with a selection. */
static FddmImageId
image_of_two (FddmItemId *back, FddmItemId *source)
{
  const FddmImageId image = probe_image_new (70, 66, FALSE, PROBE_U8_PERCEPTUAL);

  *back   = probe_layer_new (image, 70, 66, FALSE, FDDM_NO_ITEM, 0, 0);
  *source = probe_layer_new (image, 70, 66, FALSE, FDDM_NO_ITEM, 0, 0);
  fill (*back, noisy_ramp, NULL);
  fill (*source, noisy_ramp, NULL);
  probe_multiply (*source);
  probe_opacity (*source, 40);
  return image;
}

static void
check_error (const GError *error, const char *what)
{
  check (error && strstr (error->message, "could not add"), "%s: it says “%s”", what, error ? error->message : "(was done)");
}

/* Denoises with two layers, with masks. Call I of the function fails. */
static void
check_denoise (Function function, int i, const char *what)
{
  FddmItemId         back, source, before, after;
  FddmImageId        image = image_of_two (&back, &source);
  g_autofree char   *name = fddm_host_item_name (source), *last = NULL;
  g_autoptr (GError) error = NULL;
  double             values[FDDM_DENOISE_N];
  FddmLayers         made;

  before = probe_layer_visible (image);
  probe_select (image, 20, 10, 20, 10);
  fast_values (values);
  values[FDDM_DENOISE_OUTPUT] = FDDM_OUTPUT_LAYER_AND_NOISE;
  left[function]              = i;
  check (!fddm_job_denoise (image, source, values, &made, NULL, &error) && left[function] == 0, "%s: it is an error", what);
  left[function] = 0;
  check_error (error, what);
  check (probe_parent (source) == FDDM_NO_ITEM && probe_layer_count (image, FDDM_NO_ITEM) == 2 &&
           probe_position (source) == 0 && probe_position (back) == 1,
         "%s: no group and no layer is left", what);
  last = fddm_host_item_name (source);
  check (!strcmp (name, last) && !strcmp (probe_mode (source), "other") && probe_get_opacity (source) == 40,
         "%s: the layer has its name “%s”, its mode and its opacity", what, last);
  after = probe_layer_visible (image);
  check (difference (before, after) == 0, "%s: the image looks the same", what);
  fddm_host_image_delete (image);
}

static void
check_generate_fails (Function function, int i, const char *what)
{
  FddmItemId         back, source;
  FddmImageId        image = image_of_two (&back, &source);
  g_autoptr (GError) error = NULL;
  double             values[FDDM_GENERATE_N];
  FddmGenerated      made;

  probe_select (image, 20, 10, 20, 10);
  fddm_parameters_defaults (fddm_generate_parameters, values);
  values[FDDM_GENERATE_STEPS]  = 1;
  values[FDDM_GENERATE_COUNT]  = 2;
  values[FDDM_GENERATE_DEVICE] = FDDM_DEVICE_CHOICE_CPU;
  left[function]               = i;
  check (!fddm_job_generate (image, source, values, &made, NULL, &error) && left[function] == 0, "%s: it is an error", what);
  left[function] = 0;
  check_error (error, what);
  check (probe_layer_count (image, FDDM_NO_ITEM) == 2 && probe_position (source) == 0, "%s: no layer is left", what);
  fddm_host_image_delete (image);
}

static void
check_seamless_fails (void)
{
  FddmItemId         back, source, made;
  FddmImageId        image = image_of_two (&back, &source);
  g_autoptr (GError) error = NULL;
  double             values[FDDM_SEAMLESS_N];

  fddm_parameters_defaults (fddm_seamless_parameters, values);
  values[FDDM_SEAMLESS_STEPS]  = 1;
  values[FDDM_SEAMLESS_DEVICE] = FDDM_DEVICE_CHOICE_CPU;
  left[INSERT]                 = 1;
  check (!fddm_job_seamless (image, source, values, &made, NULL, &error), "seamless, not inserted: it is an error");
  left[INSERT] = 0;
  check_error (error, "seamless, not inserted");
  check (probe_layer_count (image, FDDM_NO_ITEM) == 2, "seamless, not inserted: no layer is left");
  fddm_host_image_delete (image);
}

void
check_failures (void)
{
  check_denoise (NEW, 1, "no new layer");
  check_denoise (NEW, 2, "no second layer");
  check_denoise (MASK, 1, "no mask");
  check_denoise (MASK, 2, "no second mask");
  check_denoise (INSERT, 1, "the layer is not inserted");
  check_denoise (INSERT, 2, "the second layer is not inserted");
  check_generate_fails (MASK, 2, "generated, no second mask");
  check_generate_fails (INSERT, 2, "generated, the second is not inserted");
  check_seamless_fails ();
}
