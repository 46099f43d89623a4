/* files.c: denoises picture files, or generates some, into a folder; see jobs.h.
 * SPDX-License-Identifier: Apache-2.0 */
#include <gio/gio.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>

#include "plugin/jobs/files.h"
#include "plugin/jobs/jobs.h"
#include "plugin/jobs/original.h"
#include "plugin/jobs/save.h"

char *
fddm_files_path (const char *text)
{
  char *path = g_str_has_prefix (text, "file:///") ? g_filename_from_uri (text, NULL, NULL) : NULL;

  return path ? path : g_strdup (text);
}

gboolean
fddm_files_same (const char *one, const char *other)
{
  GStatBuf a, b;

  return !g_stat (one, &a) && !g_stat (other, &b) && a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

static gboolean
is_folder (const char *folder, GError **error)
{
  if (g_file_test (folder, G_FILE_TEST_IS_DIR))
    return TRUE;
  g_set_error (error, FDDM_HOST_ERROR, FDDM_HOST_ERROR_REFUSED, _ ("There is no folder “%s”."), folder);
  return FALSE;
}

/* Path of the result. Fails if nothing can be written there. */
static char *
output_path (const char *input, const char *folder, GError **error)
{
  g_autofree char *name = fddm_original_result (input);
  g_autofree char *path = g_build_filename (folder, name, NULL);

  if (!is_folder (folder, error))
    return NULL;
  if (fddm_files_same (input, path))
    {
      g_autofree char *shown = g_filename_display_name (input);

      g_set_error (error, FDDM_HOST_ERROR, FDDM_HOST_ERROR_REFUSED,
                   _ ("“%s” would be written over itself. Choose another folder."), shown);
    }
  else
    return g_steal_pointer (&path);
  return NULL;
}

/* Denoises the image as a single layer and removes the original, so that semi-transparent pixels are not composited
 * twice. */
static gboolean
denoise_image (FddmImageId image, const double *values, char **account, GError **error)
{
  FddmItemId layer = fddm_host_image_merge (image);
  FddmLayers made;

  fddm_host_select_nothing (image); /* which a file of GIMP's own can hold */
  if (layer == FDDM_NO_ITEM)
    {
      g_set_error_literal (error, FDDM_HOST_ERROR, FDDM_HOST_ERROR_REFUSED, _ ("The image has no visible layer."));
      return FALSE;
    }
  if (!fddm_job_denoise (image, layer, values, &made, account, error))
    return FALSE;
  fddm_host_layer_remove (image, layer);
  return TRUE;
}

/* Reads the picture of INPUT as RGB or gray. -1 with an error. */
static FddmImageId
load (const char *input, FddmOriginal *original, GError **error)
{
  FddmImageId image = fddm_original_check (input, original, error) ? fddm_host_file_load (input, error) : -1;

  if (image == -1)
    return -1;
  if (original->has_thumbnails) /* GIMP reads pages upwards */
    fddm_host_image_keep_lowest (image);
  if (fddm_host_image_layer_count (image) > 1 && !fddm_original_has_layers (input))
    {
      g_set_error (error, FDDM_HOST_ERROR, FDDM_HOST_ERROR_REFUSED, _ ("The file cannot be opened: %s"),
                   _ ("it has several pages or frames. Split it into single pictures first."));
      fddm_host_image_delete (image);
      return -1;
    }
  if (fddm_host_image_is_indexed (image))
    fddm_host_image_to_rgb (image);
  return image;
}

gboolean
fddm_job_denoise_file (const char *input, const char *folder, const char *settings, GError **error)
{
  double           values[FDDM_DENOISE_N];
  g_autofree char *path    = fddm_files_path (input);
  g_autofree char *output  = NULL;
  g_autofree char *account = NULL;
  FddmOriginal     original;
  FddmImageId      image;
  gboolean         done;

  fddm_parameters_defaults (fddm_denoise_parameters, values);
  if (!fddm_parameters_from_text (fddm_denoise_parameters, settings, values, error))
    return FALSE;
  values[FDDM_DENOISE_OUTPUT] = FDDM_OUTPUT_LAYER;

  output = output_path (path, folder, error);
  if (!output)
    return FALSE;
  image = load (path, &original, error);
  if (image == -1)
    return FALSE;
  done = denoise_image (image, values, &account, error) && fddm_save_whole (image, output, &original.style, error);
  fddm_host_image_delete (image);
  if (done)
    fddm_job_log (input, account);
  return done;
}

/* FOLDER/SUBJECT-SEED.png. Subjects from third-party weights may contain any characters, so slashes become hyphens. */
static char *
generated_path (const char *folder, const double *values)
{
  g_autofree char *subject = fddm_job_subject (values);
  g_autofree char *name    = g_strdup_printf ("%s-%.0f.png", g_strdelimit (subject, G_DIR_SEPARATOR_S, '-'),
                                              values[FDDM_GENERATE_SEED]);

  return g_build_filename (folder, name, NULL);
}

static gboolean
generate_image (const double *values, const char *path, char **account, GError **error)
{
  FddmImageId   image = fddm_host_image_new (values[FDDM_GENERATE_WIDTH], values[FDDM_GENERATE_HEIGHT]);
  FddmGenerated made;
  gboolean      done = fddm_job_generate (image, FDDM_NO_ITEM, values, &made, account, error) &&
                  fddm_save_whole (image, path, &fddm_file_style_default, error);

  fddm_host_image_delete (image);
  return done;
}

gboolean
fddm_job_generate_file (const char *model, const char *subject, const char *folder, const char *settings, GError **error)
{
  double           values[FDDM_GENERATE_N];
  g_autofree char *path    = NULL;
  g_autofree char *account = NULL;

  fddm_parameters_defaults (fddm_generate_parameters, values);
  values[FDDM_GENERATE_WIDTH] = values[FDDM_GENERATE_HEIGHT] = 512;
  if (!fddm_parameters_from_text (fddm_generate_parameters, settings, values, error) || !is_folder (folder, error))
    return FALSE;
  values[FDDM_GENERATE_MODEL]   = fddm_value_of_text (model);
  values[FDDM_GENERATE_SUBJECT] = fddm_value_of_text (subject);
  values[FDDM_GENERATE_COUNT]   = 1;
  if (values[FDDM_GENERATE_WIDTH] < 1 || values[FDDM_GENERATE_HEIGHT] < 1)
    {
      g_set_error_literal (error, FDDM_HOST_ERROR, FDDM_HOST_ERROR_REFUSED,
                           _ ("Without an image, width and height must be 1 or more."));
      return FALSE;
    }
  path = generated_path (folder, values);
  if (!generate_image (values, path, &account, error))
    return FALSE;
  fddm_job_log (path, account);
  return TRUE;
}
