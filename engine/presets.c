/* presets.c: networks of the qualities, default parameters.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>
#include "engine/fddm.h"

/* "best" averages the balanced network over shifted and mirrored grids. It stays within its budget and gains 0.1 dB
 * (docs/results.md). */
static const struct {
  const char *weights;
  int         averages;
} qualities[] = {
  [FDDM_QUALITY_FAST]     = { "denoise-fast", 1 },
  [FDDM_QUALITY_BALANCED] = { "denoise-balanced", 1 },
  [FDDM_QUALITY_BEST]     = { "denoise-balanced", 4 },
};

const char *
fddm_quality_weights (FddmQuality quality, int *averages)
{
  g_return_val_if_fail (quality <= FDDM_QUALITY_BEST, NULL);
  if (averages != NULL)
    *averages = qualities[quality].averages;
  return qualities[quality].weights;
}

char *
fddm_model_weights (const char *model)
{
  static const char prefix[] = "generate-";

  if (strchr (model, G_DIR_SEPARATOR) != NULL || g_str_has_suffix (model, ".safetensors") ||
      g_str_has_prefix (model, prefix))
    return g_strdup (model);
  return g_strconcat (prefix, model, NULL);
}

FddmDenoiseParams
fddm_denoise_params_default (void)
{
  return (FddmDenoiseParams) { .noise    = 0.0,
                               .luma     = 100.0,
                               .chroma   = 100.0,
                               .coarse   = 100.0,
                               .medium   = 100.0,
                               .fine     = 100.0,
                               .detail   = 0.0,
                               .steps    = 8,
                               .averages = 1 };
}
