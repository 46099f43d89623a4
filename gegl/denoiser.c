/* denoiser.c: see denoiser.h.
 * SPDX-License-Identifier: Apache-2.0 */
#include "gegl/denoiser.h"
#include "engine/denoise/part.h"
#include "engine/installed.h"
#include "engine/program/folders.h"
#include "plugin/parameters.h"

void
fddm_denoiser_init (FddmDenoiser *denoiser)
{
  *denoiser = (FddmDenoiser) { .context = NULL };
  g_mutex_init (&denoiser->lock);
}

void
fddm_denoiser_clear (FddmDenoiser *denoiser)
{
  g_clear_pointer (&denoiser->context, fddm_context_free);
  fddm_kept_noise_clear (&denoiser->noise);
  g_mutex_clear (&denoiser->lock);
}

/* The user's folders, as the program fddm has them, and the installed one. Free with g_strfreev. */
static char **
folders_new (void)
{
  g_autoptr (GStrvBuilder) folders = g_strv_builder_new ();

  fddm_own_folders (folders);
  g_strv_builder_add (folders, fddm_installed_weights ());
  return g_strv_builder_end (folders);
}

static FddmContext *
open_context (FddmQuality quality, int device, int threads, int *averages, GError **error)
{
  const char              *modules = g_getenv ("FDDM_MODULE_DIR");
  const FddmContextOptions options = { .threads = threads, .module_dir = modules && *modules ? modules : NULL };
  g_auto (GStrv)           folders = folders_new ();
  g_autofree char *path = fddm_weights_find (fddm_quality_weights (quality, averages), (const char *const *) folders, error);
  g_autoptr (FddmWeights) weights = path ? fddm_weights_open (path, error) : NULL;

  /* the choices of device are in the order of FddmDeviceKind */
  return weights ? fddm_context_new (weights, (FddmDeviceKind) device, &options, error) : NULL;
}

static int
host_threads (void)
{
  int threads = 0;

  g_object_get (gegl_config (), "threads", &threads, NULL);
  return MAX (threads, 1);
}

/* Makes the context suit VALUES. */
static gboolean
prepare (FddmDenoiser *denoiser, const double *values, GError **error)
{
  const FddmQuality quality = (FddmQuality) values[FDDM_DENOISE_QUALITY];
  const int         device = (int) values[FDDM_DENOISE_DEVICE], threads = host_threads ();

  if (denoiser->context && denoiser->quality == quality && denoiser->device == device && denoiser->threads == threads)
    return TRUE;
  g_clear_pointer (&denoiser->context, fddm_context_free);
  denoiser->quality = quality;
  denoiser->device  = device;
  denoiser->threads = threads;
  denoiser->context = open_context (quality, device, threads, &denoiser->averages, error);
  return denoiser->context != NULL;
}

static gboolean
run (FddmDenoiser *denoiser, const double *values, FddmGeglPixels *pixels, FddmProgress progress, gpointer data,
     GError **error)
{
  const FddmSource      source = fddm_gegl_pixels_source (pixels);
  const FddmSink        sink   = fddm_gegl_pixels_sink (pixels);
  FddmDenoiseParams     params = fddm_denoise_params_of (values);
  const FddmNoiseModel *noise;

  if (!prepare (denoiser, values, error))
    return FALSE;
  noise = fddm_kept_noise_get (&denoiser->noise, denoiser->context, &source, progress, data, error);
  if (!noise)
    return FALSE;
  params.averages = denoiser->averages;
  return fddm_denoise_part (denoiser->context, &params, &source, &sink, noise, progress, data, error);
}

gboolean
fddm_denoiser_run (FddmDenoiser *denoiser, const double *values, FddmGeglPixels *pixels, FddmProgress progress,
                   gpointer data, GError **error)
{
  GError  *problem = NULL;
  gboolean done;

  g_mutex_lock (&denoiser->lock);
  done = run (denoiser, values, pixels, progress, data, &problem);
  if (g_error_matches (problem, FDDM_ERROR, FDDM_ERROR_DEVICE)) /* to be opened anew */
    g_clear_pointer (&denoiser->context, fddm_context_free);
  g_mutex_unlock (&denoiser->lock);
  if (problem)
    g_propagate_error (error, problem);
  return done;
}
