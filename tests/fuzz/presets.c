/* presets.c: the user's file of presets.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Whatever it holds, values are within their ranges, and the next file that is written says the same. */
#include <string.h>
#include "plugin/parameters.h"
#include "tests/fuzz/support.h"
#include "ui/presets.h"

static const FddmShippedPreset shipped[] = { { "Standard", "" }, { "Strong", "coarse=140 medium=120" }, { NULL, NULL } };
static const char *const       apart[]   = { "quality", "output", "device", "seed", NULL };

static FddmPresets *
read_presets (const char *path, double *last)
{
  FddmPresets *presets = fddm_presets_new (fddm_denoise_parameters, shipped, apart, path);

  fddm_parameters_defaults (fddm_denoise_parameters, last);
  fddm_presets_recall (presets, last);
  g_assert_true (fddm_parameters_check (fddm_denoise_parameters, last, NULL));
  for (int i = 0; i < fddm_presets_count (presets); i++)
    {
      double values[FDDM_PARAMETERS_MAX] = { 0 };

      fddm_parameters_defaults (fddm_denoise_parameters, values);
      fddm_presets_take (presets, i, values);
      g_assert_true (fddm_parameters_check (fddm_denoise_parameters, values, NULL));
      g_assert_true (g_utf8_validate (fddm_presets_name (presets, i), -1, NULL));
      g_assert_cmpint (fddm_presets_find (presets, values, i), ==, i);
    }
  return presets;
}

int
LLVMFuzzerTestOneInput (const guint8 *bytes, gsize size)
{
  g_autofree char   *path = fuzz_path ("presets/presets.ini"), *aside = g_strconcat (path, ".damaged", NULL);
  g_autoptr (GError) error                     = NULL;
  double             last[FDDM_PARAMETERS_MAX] = { 0 }, again[FDDM_PARAMETERS_MAX] = { 0 };
  FddmPresets       *presets, *written;

  fuzz_write (path, bytes, size);
  presets = read_presets (path, last);
  g_assert_true (fddm_presets_remember (presets, last, &error));
  written = read_presets (path, again);
  g_assert_true (memcmp (last, again, sizeof last) == 0);
  g_assert_cmpint (fddm_presets_count (written), ==, fddm_presets_count (presets));
  for (int i = 0; i < fddm_presets_count (presets); i++)
    g_assert_cmpstr (fddm_presets_name (presets, i), ==, fddm_presets_name (written, i));
  fddm_presets_free (presets);
  fddm_presets_free (written);
  fuzz_remove (aside);
  return 0;
}
