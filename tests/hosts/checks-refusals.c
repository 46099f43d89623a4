/* checks-refusals.c: what cannot be done is said clearly and changes nothing; remembered values; files.
 * SPDX-License-Identifier: Apache-2.0 */
#include <glib/gstdio.h>
#include <string.h>

#include "tests/hosts/checks.h"

static void
check_refused_drawables (void)
{
  FddmImageId image  = probe_image_new (40, 30, FALSE, PROBE_U8_PERCEPTUAL);
  FddmItemId  source = probe_layer_new (image, 30, 20, TRUE, FDDM_NO_ITEM, 0, 0);
  FddmItemId  mask   = fddm_host_layer_add_mask (source);
  double      values[FDDM_DENOISE_N];

  fill (source, noisy_ramp, NULL);
  fast_values (values);
  refused (image, mask, values, "mask or a channel", "a mask");
  refused (image, probe_channel_new (image), values, "mask or a channel", "a channel");
  probe_select (image, 32, 22, 5, 5);
  refused (image, source, values, "does not touch", "a selection beside the layer");
  probe_select (image, 2, 2, 5, 5);
  probe_float (source);
  refused (image, source, values, "floating selection", "a floating selection");
  fddm_host_image_delete (image);

  image  = probe_image_new (40, 30, FALSE, PROBE_U8_PERCEPTUAL);
  source = probe_layer_new (image, 40, 30, FALSE, FDDM_NO_ITEM, 0, 0);
  fill (source, noisy_ramp, NULL);
  probe_to_indexed (image);
  refused (image, source, values, "Convert the image to RGB first", "an indexed image");
  fddm_host_image_delete (image);
}

static void
check_other_image (void)
{
  FddmImageId      image = probe_image_new (40, 30, FALSE, PROBE_U8_PERCEPTUAL);
  FddmImageId      other = probe_image_new (40, 30, FALSE, PROBE_U8_PERCEPTUAL);
  FddmItemId       layer = probe_layer_new (other, 40, 30, FALSE, FDDM_NO_ITEM, 0, 0);
  double           values[FDDM_DENOISE_N], generating[FDDM_GENERATE_N];
  FddmGenerated    made;
  g_autofree char *problem = NULL;

  fill (layer, noisy_ramp, NULL);
  fast_values (values);
  refused (image, layer, values, "another image", "a layer of another image");
  refused (image, FDDM_NO_ITEM, values, "layer", "no layer at all");
  check (probe_layer_count (other, FDDM_NO_ITEM) == 1, "a layer of another image: that image is as it was");
  fddm_parameters_defaults (fddm_generate_parameters, generating);
  generating[FDDM_GENERATE_STEPS] = 1;
  problem                         = probe_generate (PROBE_RUN_NONINTERACTIVE, image, layer, generating, &made);
  check (problem && strstr (problem, "another image"), "generating above a layer of another image: refused, saying “%s”",
         problem ? problem : "(was done)");
  fddm_host_image_delete (other);
  fddm_host_image_delete (image);
}

/* run.py has installed the fast network, and a damaged one in the profile under a name that nobody looks for. */
static void
check_weights (void)
{
  FddmImageId      image  = probe_image_new (40, 30, FALSE, PROBE_U8_PERCEPTUAL);
  FddmItemId       source = probe_layer_new (image, 40, 30, FALSE, FDDM_NO_ITEM, 0, 0);
  g_autofree char *aside  = g_build_filename (fddm_host_profile (), "fddm", "damaged", NULL);
  g_autofree char *taken  = g_build_filename (fddm_host_profile (), "fddm", "denoise-balanced.safetensors", NULL);
  double           values[FDDM_DENOISE_N];

  fill (source, noisy_ramp, NULL);
  fast_values (values);
  values[FDDM_DENOISE_QUALITY] = 1;
  if (g_getenv ("FDDM_PROBE_INSTALLED"))
    skip ("missing weights", "the network is installed in the system");
  else
    refused (image, source, values, "denoise-balanced", "missing weights");
  if (check (!g_rename (aside, taken), "damaged weights are put into the profile"))
    {
      refused (image, source, values, taken, "damaged weights in the profile");
      g_unlink (taken);
    }
  fddm_host_image_delete (image);
}

static void
check_ranges (void)
{
  FddmImageId image  = probe_image_new (40, 30, FALSE, PROBE_U8_PERCEPTUAL);
  FddmItemId  source = probe_layer_new (image, 40, 30, FALSE, FDDM_NO_ITEM, 0, 0);

  fill (source, noisy_ramp, NULL);
  for (int i = 0; i < FDDM_DENOISE_N; i++)
    {
      const FddmParameter *parameter = &fddm_denoise_parameters[i];
      g_autofree char     *below     = g_strdup_printf ("“%s” is -1, but must be from %.10g to %.10g.", parameter->name,
                                                        parameter->min, parameter->max);
      g_autofree char     *above     = g_strdup_printf ("“%s” is %.10g, but must be from %.10g to %.10g.", parameter->name,
                                                        parameter->max + 1, parameter->min, parameter->max);
      double               values[FDDM_DENOISE_N];

      fast_values (values);
      values[i] = -1;
      refused (image, source, values, below, "below the range");
      if (parameter->max < G_MAXINT32)
        {
          values[i] = parameter->max + 1;
          refused (image, source, values, above, "above the range");
        }
    }
  fddm_host_image_delete (image);
}

static void
check_last_values (void)
{
  FddmImageId      image   = probe_image_new (40, 30, FALSE, PROBE_U8_PERCEPTUAL);
  FddmItemId       source  = probe_layer_new (image, 40, 30, FALSE, FDDM_NO_ITEM, 0, 0);
  g_autofree char *problem = NULL;
  double           values[FDDM_DENOISE_N];
  FddmLayers       made;

  fill (source, noisy_ramp, NULL);
  fast_values (values);
  probe_remember ("plug-in-fddm-denoise", "noise=20 luma=0 chroma=0 quality=fast device=cpu output=layer-and-noise");
  problem = probe_denoise (PROBE_RUN_WITH_LAST_VALUES, image, source, values, &made);
  if (check (!problem, "last values: denoised %s", problem ? problem : ""))
    {
      check (same_pixels (made.layer, source), "last values: the remembered strengths 0 were taken");
      check (made.second != FDDM_NO_ITEM, "last values: the remembered output was taken");
    }
  if (denoised (image, source, values, &made, "told values after remembered ones"))
    check (!same_pixels (made.layer, source) && made.second == FDDM_NO_ITEM,
           "told values after remembered ones: the remembered ones have no say");
  fddm_host_image_delete (image);
}

static void
check_help (void)
{
  static const char *const procedures[] = { "plug-in-fddm-denoise", "plug-in-fddm-generate", "plug-in-fddm-make-seamless" };

  for (gsize i = 0; i < G_N_ELEMENTS (procedures); i++)
    {
      g_autofree char *id     = probe_help_id (procedures[i]);
      const char      *domain = id ? strchr (id, '?') : NULL; /* GIMP 3 puts the plug-in's help domain before it */

      check (!g_strcmp0 (domain ? domain + 1 : id, procedures[i]), "help on %s is looked for under “%s”", procedures[i],
             id ? id : "(nothing)");
    }
}

/* Runs in the folder with the pictures that run.py made. */
static void
check_files (void)
{
  static const char *settings = "noise=20 quality=fast device=cpu";
  static const struct {
    const char *input, *folder, *settings, *expected;
  } all[]                  = { { "in/a.png", "out", "quality=fast device=cpu", "" },
                               { "in/a.png", "in", "quality=fast", "over itself" },
                               { "in/a.png", "nowhere", "quality=fast", "no folder" },
                               { "in/none.png", "out", "quality=fast", "cannot be opened" },
                               { "in/broken.png", "out", "quality=fast", "cannot be opened" },
                               { "in/a.png", "out", "quality=finest", "“quality” cannot be “finest”" },
                               { "in/a.png", "out", "quality=fast luma=101", "from 0 to 100" },
                               { "in/a.png", "out", "quality=fast depth=1", "no parameter “depth”" },
                               { "in/a.png", "out", "noise=nan", "“noise” is nan, but must be" },
                               { "in/a.png", "out", "noise=1e999", "“noise” is inf, but must be" },
                               { "in/a.png", "out", "seed=-1e999", "“seed” is -inf, but must be" },
                               { "in/a.png", "out", "seed=0.5", "“seed” is 0.5, but must be" },
                               { "in/a.png", "out", "noise=5\tfddm: 1 done", "“noise” cannot be “5 fddm:”" },
                               { "in/a.png", "out", "=", "no parameter “”" } };
  g_autofree char *problem = NULL;
  FddmImageId      image;

  for (gsize i = 0; i < G_N_ELEMENTS (all); i++)
    {
      g_autofree char *answer = probe_denoise_file (all[i].input, all[i].folder, all[i].settings);

      check (*all[i].expected ? strstr (answer, all[i].expected) != NULL : !*answer, "file %s to %s, %s: “%s”", all[i].input,
             all[i].folder, all[i].settings, answer);
    }
  {
    g_autofree char *letters = g_strnfill (1000000, 'x');
    g_autofree char *answer  = probe_denoise_file ("in/a.png", "out", letters);

    check (g_str_has_prefix (answer, "There is no parameter “xxx") && strlen (answer) < 200,
           "a million letters of settings: a short answer (%d bytes)", (int) strlen (answer));
  }
  problem = probe_denoise_file ("in/alpha.png", "out", settings);
  check (!*problem, "file with transparency: %s", problem);
  image = fddm_host_file_load ("out/alpha.png", NULL);
  if (check (image != -1, "file with transparency: it can be read back"))
    {
      gsize              bytes;
      FddmItemId         layer  = fddm_host_image_merge (image);
      g_autofree guint8 *pixels = pixels_of (layer, babl_format ("R'G'B'A u8"), &bytes);

      check (bytes == 32 * 24 * 4 && pixels[3] == 128, "file with transparency: its alpha is the same (%d)", pixels[3]);
      fddm_host_image_delete (image);
    }
}

/* Other plug-ins can call with fewer arguments than are declared, and with NULL for a text. */
static void
check_missing_arguments (void)
{
  static const struct {
    const char *procedure;
    int         texts;
  } calls[] = { { "plug-in-fddm-denoise", 0 },       { "plug-in-fddm-generate", 0 },     { "plug-in-fddm-generate-all", 0 },
                { "plug-in-fddm-make-seamless", 0 }, { "plug-in-fddm-list-files", 1 },   { "plug-in-fddm-denoise-file", 0 },
                { "plug-in-fddm-denoise-file", 2 },  { "plug-in-fddm-generate-file", 1 } };
  g_autofree char *none = probe_denoise_file (NULL, NULL, NULL), *nothing = probe_generate_file (NULL, NULL, NULL);

  check (strstr (none, "There is no folder") != NULL, "a file, texts missing: it says “%s”", none);
  check (strstr (nothing, "There is no folder") != NULL, "a texture, texts missing: it says “%s”", nothing);
  for (gsize i = 0; i < G_N_ELEMENTS (calls); i++)
    {
      g_autofree char *said = probe_call_short (calls[i].procedure, calls[i].texts);

      if (said)
        check (strstr (said, "Wrong number") != NULL, "%s with %d arguments: it says “%s”", calls[i].procedure,
               calls[i].texts, said);
    }
}

void
check_refusals (void)
{
  check_missing_arguments ();
  check_refused_drawables ();
  check_other_image ();
  check_weights ();
  if (probe_checks_ranges ())
    check_ranges ();
  else
    skip ("ranges", "GIMP 3 checks them itself; run.py looks at how");
  check_last_values ();
  check_help ();
  check_files ();
  skip ("undo in one step", "GIMP offers no undo to scripts; both layers are added inside one undo group");
}
