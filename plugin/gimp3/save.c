/* save.c: saving of files on GIMP 3; see plugin/gimp.h.
 * SPDX-License-Identifier: Apache-2.0 */
#include <glib/gi18n-lib.h>
#include <libgimp/gimp.h>
#include <string.h>

#include "plugin/gimp.h"

/* Savers with arguments; others are left to gimp_file_save. */
static const struct {
  const char *ending, *procedure;
} savers[] = { { "jpg", "file-jpeg-export" },  { "jpeg", "file-jpeg-export" },     { "jpe", "file-jpeg-export" },
               { "png", "file-png-export" },   { "webp", "file-webp-export" },     { "heic", "file-heif-export" },
               { "heif", "file-heif-export" }, { "avif", "file-heif-av1-export" }, { "jxl", "file-jpegxl-export" },
               { "tif", "file-tiff-export" },  { "tiff", "file-tiff-export" } };

static GimpProcedure *
saver_of (const char *path)
{
  const char *dot = strrchr (path, '.');

  for (gsize i = 0; dot && i < G_N_ELEMENTS (savers); i++)
    if (!g_ascii_strcasecmp (dot + 1, savers[i].ending))
      return gimp_pdb_lookup_procedure (gimp_get_pdb (), savers[i].procedure);
  return NULL;
}

static const char *
subsampling (const FddmFileStyle *style)
{
  if (style->across == 1)
    return style->down == 1 ? "sub-sampling-1x1" : "sub-sampling-1x2";
  return style->down == 1 ? "sub-sampling-2x1" : "sub-sampling-2x2";
}

/* LZW for those that lose something. */
static const char *
compression (const FddmFileStyle *style)
{
  switch (style->tiff_compression)
    {
    case 1: return "none";
    case 32773: return "packbits";
    case 8:
    case 32946: return "adobe_deflate";
    default: return "lzw";
    }
}

/* Sets the property NAME, where the saver has it, with a value of its type. */
static void
set_number (GimpProcedureConfig *config, const char *name, double number)
{
  GParamSpec   *spec  = g_object_class_find_property (G_OBJECT_GET_CLASS (config), name);
  GValue        value = G_VALUE_INIT;
  const GValue *least = spec ? g_param_spec_get_default_value (spec) : NULL;

  if (!least)
    return;
  g_value_init (&value, G_VALUE_TYPE (least));
  if (G_VALUE_HOLDS_BOOLEAN (&value))
    g_value_set_boolean (&value, number != 0);
  else if (G_VALUE_HOLDS_INT (&value))
    g_value_set_int (&value, (int) number);
  else if (G_VALUE_HOLDS_DOUBLE (&value))
    g_value_set_double (&value, number);
  else
    return;
  g_object_set_property (G_OBJECT (config), name, &value);
  g_value_unset (&value);
}

static gboolean
is_deep (GimpImage *image)
{
  const GimpPrecision precision = gimp_image_get_precision (image);

  return precision != GIMP_PRECISION_U8_NON_LINEAR && precision != GIMP_PRECISION_U8_LINEAR &&
         precision != GIMP_PRECISION_U8_PERCEPTUAL;
}

static void
set_up (GimpProcedureConfig *config, const char *saver, GimpImage *image, const FddmFileStyle *style)
{
  const gboolean jpeg = !strcmp (saver, "file-jpeg-export");
  const struct {
    const char *name;
    double      value;
  } values[] = { { "quality", jpeg ? style->quality / 100.0 : style->quality },
                 { "lossless", style->lossless },
                 { "progressive", style->progressive },
                 { "save-transparent", 1 },
                 { "save-transparent-pixels", 1 },
                 { "bkgd", 0 },
                 { "include-exif", 1 },
                 { "include-iptc", 1 },
                 { "include-xmp", 1 },
                 { "include-color-profile", 1 },
                 { "include-comment", 1 },
                 { "include-thumbnail", jpeg } }; /* in a TIFF it would become a second page */

  for (gsize i = 0; i < G_N_ELEMENTS (values); i++)
    set_number (config, values[i].name, values[i].value);
  if (jpeg)
    g_object_set (config, "sub-sampling", subsampling (style), NULL);
  else if (!strcmp (saver, "file-tiff-export"))
    g_object_set (config, "compression", compression (style), NULL);
  else if (!strcmp (saver, "file-jpegxl-export") && is_deep (image))
    set_number (config, "save-bit-depth", 16);
}

static gboolean
save_with (GimpProcedure *saver, GimpImage *image, GFile *file, const FddmFileStyle *style)
{
  g_autoptr (GimpProcedureConfig) config = gimp_procedure_create_config (saver);
  GimpValueArray                 *answer;
  gboolean                        done;

  g_object_set (config, "run-mode", GIMP_RUN_NONINTERACTIVE, "image", image, "file", file, NULL);
  set_up (config, gimp_procedure_get_name (saver), image, style);
  answer = gimp_procedure_run_config (saver, config);
  done   = GIMP_VALUES_GET_ENUM (answer, 0) == GIMP_PDB_SUCCESS;
  gimp_value_array_unref (answer);
  return done;
}

gboolean
fddm_host_file_save (FddmImageId id, const char *path, const FddmFileStyle *style, GError **error)
{
  g_autoptr (GFile) file  = g_file_new_for_path (path);
  GimpImage        *image = gimp_image_get_by_id (id);
  GimpProcedure    *saver = saver_of (path);

  if (saver ? save_with (saver, image, file, style) : gimp_file_save (GIMP_RUN_NONINTERACTIVE, image, file, NULL))
    return TRUE;
  g_set_error (error, FDDM_HOST_ERROR, FDDM_HOST_ERROR_FAILED, _ ("The result cannot be saved: %s"),
               gimp_pdb_get_last_error (gimp_get_pdb ()));
  return FALSE;
}
