/* common.c: see common.h, and the functions of jobs.h that are common to all jobs.
 * SPDX-License-Identifier: Apache-2.0 */
#include "plugin/jobs/common.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "engine/babl-memory.h"
#include "engine/gegl-start.h"
#include "plugin/folders.h"
#include "plugin/jobs/jobs.h"

/* Jobs use GEGL's buffers and none of its operations. What GIMP lets babl remember is worth reading, but for what costs every
 * process. */
void
fddm_job_start (void)
{
  const char      *gimp = g_get_user_cache_dir ();
  g_autofree char *own  = g_build_filename (gimp, "fddm", "gimp", NULL);

  fddm_gegl_start (FALSE, fddm_babl_copy (gimp, own) ? own : gimp);
}

gboolean
fddm_job_check_item (FddmImageId image, FddmItemId item, GError **error)
{
  g_autofree char *name = NULL;

  if (fddm_host_has_item (image, item))
    return TRUE;
  name = fddm_host_item_there (item) ? fddm_host_item_name (item) : NULL;
  if (name)
    g_set_error (error, FDDM_HOST_ERROR, FDDM_HOST_ERROR_REFUSED, _ ("“%s” is in another image."), name);
  else
    g_set_error_literal (error, FDDM_HOST_ERROR, FDDM_HOST_ERROR_REFUSED, _ ("There is no such layer in the image."));
  return FALSE;
}

gboolean
fddm_job_check_colours (FddmImageId image, const char *indexed, GError **error)
{
  if (!fddm_host_image_is_indexed (image))
    return TRUE;
  g_set_error_literal (error, FDDM_HOST_ERROR, FDDM_HOST_ERROR_REFUSED, indexed);
  return FALSE;
}

gboolean
fddm_job_check_floating (FddmImageId image, GError **error)
{
  if (!fddm_host_image_is_floating (image))
    return TRUE;
  g_set_error_literal (error, FDDM_HOST_ERROR, FDDM_HOST_ERROR_REFUSED,
                       _ ("The image has a floating selection. Anchor it first, in the menu Layer."));
  return FALSE;
}

FddmWeights *
fddm_job_weights (const char *name, GError **error)
{
  g_auto (GStrv)   folders = fddm_folders_weights (fddm_host_profile ());
  g_autofree char *path    = fddm_weights_find (name, (const char *const *) folders, error);

  if (path)
    return fddm_weights_open (path, error);
  if (strchr (name, G_DIR_SEPARATOR) == NULL)
    g_prefix_error (error, "%s ", _ ("A network is missing. Installing FDDM again may help."));
  return NULL;
}

FddmContext *
fddm_job_context (FddmWeights *weights, double device, gsize memory, GError **error)
{
  const FddmContextOptions    options = { .memory = memory };
  static const FddmDeviceKind kinds[] = { FDDM_DEVICE_AUTO, FDDM_DEVICE_GPU, FDDM_DEVICE_CPU };

  return fddm_context_new (weights, kinds[(int) device], &options, error);
}

char *
fddm_job_account (const FddmContext *context, char *found)
{
  const char      *reason = fddm_context_gpu_reason (context);
  g_autofree char *no_gpu = reason ? g_strdup_printf (_ ("No GPU: %s"), reason) : NULL;
  g_autofree char *line   = found;

  return no_gpu ? g_strdup_printf ("%s %s", line, no_gpu) : g_steal_pointer (&line);
}

/* Summarises PROBLEM in a few words. Paths and details are for the log. */
static const char *
in_short (const GError *problem)
{
  if (g_error_matches (problem, FDDM_ERROR, FDDM_ERROR_NO_GPU_MODULE))
    return _ ("this installation has no GPU module");
  if (g_error_matches (problem, FDDM_ERROR, FDDM_ERROR_BAD_GPU_MODULE))
    return _ ("the GPU module cannot be used");
  if (g_error_matches (problem, FDDM_ERROR, FDDM_ERROR_NO_CUDNN))
    return _ ("cuDNN 9 is missing");
  return problem->message;
}

char *
fddm_job_gpu_problem (void)
{
  g_autoptr (GError) problem = NULL;

  return fddm_gpu_usable (NULL, &problem) ? NULL : g_strdup (in_short (problem));
}

char *
fddm_job_device_words (const char *problem, double device)
{
  if (problem && device == FDDM_DEVICE_CHOICE_GPU)
    /* translators: %s is why, such as "no NVIDIA driver" */
    return g_strdup_printf (_ ("No GPU can be used: %s. Choose the device “Automatic” or “CPU” under Advanced."), problem);
  if (problem)
    return g_strdup_printf (_ ("Computes on the processor: %s."), problem);
  return g_strdup (device == FDDM_DEVICE_CHOICE_CPU ? _ ("Computes on the processor, as chosen under Advanced.")
                                                    : _ ("Computes on the GPU."));
}

/* Names of files and layers can hold anything. Scripts read lines. */
char *
fddm_job_one_line (const char *text)
{
  char *line = g_utf8_make_valid (text, -1);

  for (char *at = line; *at; at++)
    if (g_ascii_iscntrl (*at))
      *at = ' ';
  return line;
}

void
fddm_job_log (const char *name, const char *account)
{
  g_autofree char *shown = fddm_job_one_line (name);

  g_printerr ("fddm: %s: %s\n", shown, account);
}
