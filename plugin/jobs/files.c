/* files.c: denoises picture files, or generates some, into a folder; see jobs.h.
 * SPDX-License-Identifier: Apache-2.0 */
#include <gio/gio.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <string.h>

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

/* Whether the format of the result holds the image, such as a wide PNG under the name of a JPEG. */
static gboolean
fits (FddmImageId image, const char *output, GError **error)
{
  int width, height;

  fddm_host_image_size (image, &width, &height);
  return fddm_original_fits (output, width, height, error);
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
  done = fits (image, output, error) && denoise_image (image, values, &account, error) &&
         fddm_save_whole (image, output, &original.style, error);
  fddm_host_image_delete (image);
  if (done)
    fddm_job_log (input, account);
  return done;
}

/* ---- Generate ---- */

/* Name of the picture's file, without an ending: that of the example, else the subject, and the seed. Both may have any
 * characters, so slashes become hyphens. */
static char *
name_of (const double *values, const char *like)
{
  g_autofree char *file = *like ? g_path_get_basename (like) : NULL;
  g_autofree char *name = file ? g_filename_display_name (file) : fddm_job_subject (values);
  char            *dot  = file ? strrchr (name, '.') : NULL;

  if (dot && dot > name)
    *dot = '\0';
  return g_strdup_printf ("%s-%.0f", g_strdelimit (name, G_DIR_SEPARATOR_S, '-'), values[FDDM_GENERATE_SEED]);
}

static gboolean
save_layer (FddmItemId layer, const double *values, const char *path, GError **error)
{
  const int              width = (int) values[FDDM_GENERATE_WIDTH], height = (int) values[FDDM_GENERATE_HEIGHT];
  const FddmImageId      image = fddm_host_image_new (width, height);
  const FddmItemId       copy  = fddm_host_picture_new (image, width, height, "layer");
  g_autoptr (GeglBuffer) from  = fddm_host_buffer (layer);
  gboolean               done  = copy != FDDM_NO_ITEM && fddm_host_layer_insert (image, copy, FDDM_NO_ITEM);

  if (done)
    {
      g_autoptr (GeglBuffer) to = fddm_host_buffer (copy);

      gegl_buffer_copy (from, NULL, GEGL_ABYSS_NONE, to, NULL);
      gegl_buffer_flush (to);
      done = fddm_save_whole (image, path, &fddm_file_style_default, error);
    }
  else
    g_set_error_literal (error, FDDM_HOST_ERROR, FDDM_HOST_ERROR_FAILED, _ ("GIMP could not add the new layer."));
  fddm_host_image_delete (image);
  return done;
}

/* Saves the maps and then the picture as NAME in FOLDER, whose path goes to PATH. */
static gboolean
save_all (const FddmGenerated *made, const double *values, const char *folder, const char *name, char **path, GError **error)
{
  gboolean done = TRUE;

  for (int i = made->n - 1; done && i >= 0; i--)
    {
      const char      *map  = fddm_generate_parameters[FDDM_GENERATE_MAPS].choices[i].name;
      g_autofree char *file = i > 0 ? g_strdup_printf ("%s-%s.png", name, map) : g_strdup_printf ("%s.png", name);

      g_free (*path);
      *path = g_build_filename (folder, file, NULL);
      done  = save_layer (made->layers[i], values, *path, error);
    }
  return done;
}

/* Reads the picture file LIKE as example into VALUES. Returns its image, which is to be deleted; -1 with an error. */
static FddmImageId
load_example (const char *like, double *values, GError **error)
{
  g_autofree char  *path = fddm_files_path (like);
  FddmOriginal      original;
  const FddmImageId image = load (path, &original, error);
  FddmItemId        layer;

  if (image == -1)
    return -1;
  fddm_host_select_nothing (image);
  layer = fddm_host_image_merge (image);
  if (layer != FDDM_NO_ITEM)
    {
      values[FDDM_GENERATE_LIKE] = layer;
      return image;
    }
  g_set_error_literal (error, FDDM_HOST_ERROR, FDDM_HOST_ERROR_REFUSED, _ ("The image has no visible layer."));
  fddm_host_image_delete (image);
  return -1;
}

static gboolean
generate_image (const double *values, const char *folder, const char *name, char **path, char **account, GError **error)
{
  FddmImageId   image = fddm_host_image_new (values[FDDM_GENERATE_WIDTH], values[FDDM_GENERATE_HEIGHT]);
  FddmGenerated made;
  gboolean      done = fddm_job_generate (image, FDDM_NO_ITEM, values, &made, account, error) &&
                  save_all (&made, values, folder, name, path, error);

  fddm_host_image_delete (image);
  return done;
}

static gboolean
generate_like (double *values, const char *like, const char *folder, GError **error)
{
  const gboolean    by_example = *like != '\0';
  const FddmImageId example    = by_example ? load_example (like, values, error) : -1;
  g_autofree char  *name = NULL, *path = NULL, *account = NULL;
  gboolean          done;

  if (by_example && example == -1)
    return FALSE;
  name = name_of (values, like);
  done = generate_image (values, folder, name, &path, &account, error);
  if (by_example)
    fddm_host_image_delete (example);
  if (done)
    fddm_job_log (path, account);
  return done;
}

gboolean
fddm_job_generate_file (const char *model, const char *subject, const char *folder, const char *settings, const char *like,
                        GError **error)
{
  double values[FDDM_GENERATE_N];

  fddm_parameters_defaults (fddm_generate_parameters, values);
  values[FDDM_GENERATE_WIDTH] = values[FDDM_GENERATE_HEIGHT] = 512;
  if (!fddm_parameters_from_text (fddm_generate_parameters, settings, values, error) || !is_folder (folder, error))
    return FALSE;
  values[FDDM_GENERATE_MODEL]   = fddm_value_of_text (model);
  values[FDDM_GENERATE_SUBJECT] = fddm_value_of_text (subject);
  values[FDDM_GENERATE_COUNT]   = 1;
  if (values[FDDM_GENERATE_WIDTH] >= 1 && values[FDDM_GENERATE_HEIGHT] >= 1)
    return generate_like (values, like ? like : "", folder, error);
  g_set_error_literal (error, FDDM_HOST_ERROR, FDDM_HOST_ERROR_REFUSED,
                       _ ("Without an image, width and height must be 1 or more."));
  return FALSE;
}
