/* test-memory.c: the engine in an address space of every size ends with a result or an error, and never by a signal.
 * SPDX-License-Identifier: Apache-2.0 */
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include "tests/unit/denoising.h"

enum { DONE, FAILED, WRONG };

/* Allows BYTES more than what the process has. */
static gboolean
limit (gsize bytes)
{
  g_autofree char *text = NULL;
  struct rlimit    most;

  if (!g_file_get_contents ("/proc/self/statm", &text, NULL, NULL))
    return FALSE;
  most.rlim_cur = most.rlim_max = g_ascii_strtoull (text, NULL, 10) * (guint64) sysconf (_SC_PAGESIZE) + bytes;
  return setrlimit (RLIMIT_AS, &most) == 0;
}

static int
outcome (gboolean ok, const GError *error)
{
  if (ok)
    return error == NULL ? DONE : WRONG;
  if (error == NULL || error->domain != FDDM_ERROR ||
      (error->code != FDDM_ERROR_MEMORY && error->code != FDDM_ERROR_WEIGHTS && error->code != FDDM_ERROR_DEVICE))
    {
      fprintf (stderr, "# %s\n", error != NULL ? error->message : "no reason");
      return WRONG;
    }
  return FAILED;
}

static gboolean
swallow (gpointer data, int x, int y, int width, int height, const float *pixels, GError **error)
{
  (void) data, (void) x, (void) y, (void) width, (void) height, (void) pixels, (void) error;
  return TRUE;
}

/* Denoises, or generates, in BYTES. */
static int
work (gboolean generates, FddmDeviceKind device, gsize bytes)
{
  enum { SIDE = 120 };
  g_autofree char        *path    = test_golden_path (generates ? "tiny-generate.safetensors" : "tiny.safetensors");
  g_autofree float       *pixels  = test_picture (SIDE, SIDE, 3);
  FddmImage               image   = { pixels, SIDE, SIDE, 3, SIDE * 3, 3 };
  const FddmSource        source  = fddm_image_source (&image);
  FddmContextOptions      options = { .threads = 1 }; /* OpenMP ends the process where it gets no thread */
  g_autoptr (GError)      error   = NULL;
  g_autoptr (FddmWeights) weights = NULL;
  g_autoptr (FddmContext) context = NULL;
  FddmGenerateParams      texture = fddm_generate_params_default ();
  FddmDenoiseParams       params  = params_with (device == FDDM_DEVICE_CPU ? 0 : 20, 0, 1);
  const FddmSink          sink    = { .write = swallow };
  gboolean                ok;

  texture.width = texture.height = 60;
  texture.steps                  = 2;
  if (!limit (bytes))
    return WRONG;
  weights = fddm_weights_open (path, &error);
  context = weights != NULL ? fddm_context_new (weights, device, &options, &error) : NULL;
  if (context == NULL)
    return outcome (FALSE, error);
  ok = generates ? fddm_generate (context, &texture, &sink, NULL, NULL, &error)
                 : fddm_denoise (context, &params, &source, &sink, NULL, NULL, NULL, &error);
  return outcome (ok, error);
}

/* The status of a process that does it. */
static int
try (gboolean generates, FddmDeviceKind device, gsize bytes)
{
  const pid_t child = fork ();
  int         status;

  g_assert_cmpint (child, >=, 0);
  if (child == 0)
    {
      const struct rlimit none = { 0, 0 };

      setrlimit (RLIMIT_CORE, &none);
      _exit (work (generates, device, bytes));
    }
  g_assert_cmpint (waitpid (child, &status, 0), ==, child);
  if (!WIFEXITED (status) || WEXITSTATUS (status) == WRONG)
    g_test_message ("%s on device %d in %u KiB: status %d, signal %d", generates ? "generate" : "denoise", (int) device,
                    (unsigned) (bytes >> 10), WEXITSTATUS (status), WIFSIGNALED (status) ? WTERMSIG (status) : 0);
  return WIFEXITED (status) ? WEXITSTATUS (status) : WRONG;
}

static void
test_every_size (gconstpointer data)
{
  const gboolean generates = GPOINTER_TO_INT (data);

  for (FddmDeviceKind device = FDDM_DEVICE_CPU; device <= FDDM_DEVICE_REFERENCE; device++)
    {
      int failed = 0, wrong = 0;

      for (gsize bytes = 256 << 10; bytes <= (gsize) 64 << 20; bytes += bytes / 3)
        {
          const int status = try (generates, device, bytes);

          failed += status == FAILED;
          wrong += status == WRONG;
        }
      g_assert_cmpint (wrong, ==, 0);
      g_assert_cmpint (failed, >, 0);
      g_assert_cmpint (try (generates, device, (gsize) 1 << 30), ==, DONE);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#if defined __SANITIZE_ADDRESS__ || defined __SANITIZE_THREAD__
  return 0; /* the sanitizers' own address space is larger */
#endif
  g_test_add_data_func ("/memory/denoise", GINT_TO_POINTER (FALSE), test_every_size);
  g_test_add_data_func ("/memory/generate", GINT_TO_POINTER (TRUE), test_every_size);
  return g_test_run ();
}
