/* public-header.h: a program that uses only fddm.h, compiled as C and as C++.
 * SPDX-License-Identifier: Apache-2.0 */
#include <fddm.h>
#include <fddm.h> /* a second inclusion must do no harm */

static gboolean
nobody_reads (gpointer data, int x, int y, int width, int height, float *pixels, GError **error)
{
  (void) data, (void) x, (void) y, (void) width, (void) height, (void) pixels, (void) error;
  return FALSE;
}

int
main (void)
{
  GError            *error    = NULL;
  float              pixel    = 0;
  FddmImage          image    = { &pixel, 1, 1, 1, 1, 1 };
  FddmSource         source   = fddm_image_source (&image);
  FddmDenoiseParams  denoise  = fddm_denoise_params_default ();
  FddmGenerateParams generate = fddm_generate_params_default ();
  FddmWeights       *weights  = fddm_weights_open ("/nowhere", &error);

  g_assert_cmpint (source.width, ==, 1);
  source.read = nobody_reads;
  g_assert_false (source.read (NULL, 0, 0, 1, 1, &pixel, NULL));
  g_assert_null (weights);
  g_assert_error (error, FDDM_ERROR, FDDM_ERROR_WEIGHTS);
  g_assert_false (fddm_error_is_no_gpu (error));
  g_clear_error (&error);
  g_assert_false (fddm_gpu_usable ("/nowhere", &error));
  g_assert_error (error, FDDM_ERROR, FDDM_ERROR_NO_GPU_MODULE);
  g_assert_true (fddm_error_is_no_gpu (error));
  g_clear_error (&error);
  g_assert_cmpint (denoise.averages, ==, 1);
  g_assert_cmpint (generate.steps, <=, FDDM_GENERATE_STEPS_MAX);
  g_assert_cmpint (fddm_seed_after (G_MAXINT32, 1), ==, 0);
  return 0;
}
