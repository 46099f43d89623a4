/* test-onednn-faults.c: one call of oneDNN after another fails on the way of a small picture. Under the sanitizers, leaks show.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Of many calls some fail, each in its turn; all of them where FDDM_FAULTS=all. */
#include "tests/faults/onednn.h"
#include "tests/unit/denoising.h"
#include "tests/unit/int8.h"

enum { WIDTH = 16, HEIGHT = 16, N = WIDTH * HEIGHT * 3, MOST = 40 };

static int calls, failing, answer; /* calls are made one after the other */

int
fault_onednn (void)
{
  return ++calls == failing ? answer : 0;
}

typedef gboolean (*Job) (FddmContext *context, float *out, GError **error);

/* NOISE in 8-bit steps, 0 = measured. STROKES: pixels a side, in a corner. */
static gboolean
denoise_with (FddmContext *context, double noise, int strokes, float *out, GError **error)
{
  g_autofree float *pixels = test_picture (WIDTH, HEIGHT, 3), *result = NULL;
  FddmDenoiseParams params = params_with (noise, 0, 1);

  test_strokes (pixels, WIDTH, HEIGHT, strokes);
  result = run (context, &params, pixels, WIDTH, HEIGHT, 3, NULL, error);
  if (result != NULL)
    memcpy (out, result, N * sizeof *out);
  return result != NULL;
}

static gboolean
denoise (FddmContext *context, float *out, GError **error)
{
  return denoise_with (context, 0, 0, out, error);
}

/* So sharp that a network in 8 bits is made anew in float. */
static gboolean
denoise_sharp (FddmContext *context, float *out, GError **error)
{
  return denoise_with (context, 20, HEIGHT, out, error);
}

static gboolean
generate (FddmContext *context, float *out, GError **error)
{
  FddmGenerateParams params = fddm_generate_params_default ();
  FddmImage          image  = { out, WIDTH, HEIGHT, 3, WIDTH * 3, 3 };
  FddmSink           sink   = fddm_image_sink (&image);

  params.width  = WIDTH;
  params.height = HEIGHT;
  params.steps  = 2;
  return fddm_generate (context, &params, &sink, NULL, NULL, error);
}

/* Opens the CPU and does JOB; call AT fails. */
static FddmContext *
attempt (FddmWeights *weights, Job job, int at, float *out, GError **error)
{
  FddmContext *context;

  calls   = 0;
  failing = at;
  context = fddm_context_new (weights, FDDM_DEVICE_CPU, NULL, error);
  if (context != NULL)
    job (context, out, error);
  failing = 0;
  return context;
}

/* Another way to convolve rounds otherwise. */
static void
assert_alike (const float *a, const float *b)
{
  g_assert_cmpfloat (test_error (a, b, N), <, 1e-2);
}

/* Whichever call fails: the picture, or an error with words; and the same context makes the next picture. */
static void
each_call_fails (const char *network, Job job)
{
  g_autofree char        *path     = test_golden_path (network);
  g_autoptr (GError)      problem  = NULL;
  g_autoptr (FddmWeights) weights  = fddm_weights_open (path, &problem);
  g_autofree float       *expected = g_new0 (float, N), *out = g_new0 (float, N);
  const gboolean          all = g_strcmp0 (g_getenv ("FDDM_FAULTS"), "all") == 0;
  int                     number, errors = 0;

  g_assert_no_error (problem);
  for (int i = 0; i < 2; i++) /* the second one knows what is fast */
    fddm_context_free (attempt (weights, job, 0, expected, &problem));
  g_assert_no_error (problem);
  number = calls;
  g_assert_cmpint (number, >, 20);
  for (int at = 1; at <= number; at += all ? 1 : number / MOST + 1)
    {
      g_autoptr (GError)      error   = NULL;
      g_autoptr (FddmContext) context = attempt (weights, job, at, out, &error);

      if (error == NULL)
        assert_alike (out, expected);
      else
        {
          g_assert_true (error->domain == FDDM_ERROR && *error->message != '\0');
          errors++;
        }
      g_clear_error (&error);
      if (context == NULL)
        continue;
      job (context, out, &error);
      g_assert_no_error (error);
      assert_alike (out, expected);
    }
  g_test_message ("%d of %d calls end it", errors, number);
  g_assert_cmpint (errors, >, 0);
}

/* Whether the network of "fast", which has ranges, is in 8 bits, if nobody asks for a way. */
static gboolean
takes_8_bits (void)
{
  g_autofree char        *path    = test_golden_path ("../../weights/denoise-fast.safetensors");
  g_autoptr (FddmWeights) weights = fddm_weights_open (path, NULL);
  gboolean                found   = FALSE;

  for (int i = 0; i < 2 && !found; i++)
    {
      FddmContext *context = fddm_context_new (weights, FDDM_DEVICE_CPU, NULL, NULL);

      g_assert_nonnull (context);
      found = fddm_context_is_in_8_bits (context);
      fddm_context_free (context);
      if (!found && !test_prefer_int8 ())
        break;
    }
  return found;
}

static void
each_call_of_each_job_fails (void)
{
  each_call_fails ("tiny.safetensors", denoise);
  each_call_fails ("tiny-generate.safetensors", generate);
  if (!takes_8_bits ())
    {
      g_test_message ("no 8 bits on this processor");
      return;
    }
  each_call_fails ("../../weights/denoise-fast.safetensors", denoise);
  each_call_fails ("../../weights/denoise-fast.safetensors", denoise_sharp);
}

static void
test_no_memory (void)
{
  answer = FAULT_ONEDNN_NO_MEMORY;
  each_call_of_each_job_fails ();
}

static void
test_broken (void)
{
  answer = FAULT_ONEDNN_BROKEN;
  each_call_of_each_job_fails ();
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/onednn-faults/no-memory", test_no_memory);
  g_test_add_func ("/onednn-faults/broken", test_broken);
  return g_test_run ();
}
