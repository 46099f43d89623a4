/* weights.c: weights files.
 * SPDX-License-Identifier: Apache-2.0 */
#include "engine/weights/private.h"
#include "tests/fuzz/support.h"

int
LLVMFuzzerTestOneInput (const guint8 *bytes, gsize size)
{
  g_autoptr (GError)      error   = NULL;
  g_autoptr (FddmWeights) weights = fddm_weights_parse ("fuzz", bytes, size, &error);

  g_assert_true ((weights == NULL) == (error != NULL));
  if (weights)
    {
      /* What the engine relies on. */
      g_assert_cmpint (fddm_weights_value_channels (weights, weights->n_layers), ==, weights->outputs);
      g_assert_true (weights->inputs >= 1 && (weights->kind == FDDM_KIND_MEASURE) == (weights->variance == NULL));
      g_assert_cmpint (fddm_weights_reach (weights), <=, weights->n_layers);
      g_assert_true (fddm_weights_operations (weights) >= 0);
      g_assert_true (weights->side >= 0 && weights->side <= 4096 && weights->guidance >= 1.0f && weights->guidance <= 10.0f);
      if (weights->n_variants > 0)
        g_assert_true (weights->own_variance[(gsize) weights->n_variants * weights->coefficients - 1] > 0);
      for (int i = 0; i < weights->n_kept; i++)
        {
          const FddmKept *kept = &weights->kept[i];
          const gsize     each = (gsize) weights->kept_width * weights->kept_height * weights->channels;

          g_assert_true (each >= 64 * 64 && kept->count > 0 && kept->closeness >= 0 && kept->closeness <= 100);
          g_assert_true (weights->kept_pixels[(gsize) (kept->first + kept->count) * each - 1] <= 255);
        }
      for (int i = 0; i < weights->n_layers; i++)
        {
          const FddmLayer *layer = &weights->layers[i];

          g_assert_true (layer->n_in >= 1 && layer->n_in <= FDDM_LAYER_INPUTS_MAX && layer->residual <= i);
          g_assert_true (layer->channels >= 1 && layer->channels <= FDDM_WEIGHTS_CHANNELS_MAX);
          for (int j = 0; j < layer->n_in; j++)
            g_assert_true (layer->in[j] >= 0 && layer->in[j] <= i);
        }
    }
  return 0;
}
