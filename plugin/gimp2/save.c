/* save.c: saving of files on GIMP 2.10; see plugin/gimp.h.
 * SPDX-License-Identifier: Apache-2.0
 *
 * gimp_file_save hands zeros to the savers, quality 0 among them. */
#include <glib/gi18n-lib.h>
#include <libgimp/gimp.h>
#include <string.h>

#include "plugin/gimp.h"

/* Savers with arguments; others are left to gimp_file_save. file-tiff-save2 refuses to work for scripts. */
static const struct {
  const char *ending, *procedure;
} savers[] = { { "jpg", "file-jpeg-save" },  { "jpeg", "file-jpeg-save" },     { "jpe", "file-jpeg-save" },
               { "png", "file-png-save2" },  { "webp", "file-webp-save2" },    { "heic", "file-heif-save" },
               { "heif", "file-heif-save" }, { "avif", "file-heif-av1-save" }, { "tif", "file-tiff-save" },
               { "tiff", "file-tiff-save" }, { "ppm", "file-pnm-save" },       { "pgm", "file-pnm-save" },
               { "pnm", "file-pnm-save" } };

static const char *
saver_of (const char *path)
{
  const char *dot = strrchr (path, '.');

  for (gsize i = 0; dot && i < G_N_ELEMENTS (savers); i++)
    if (!g_ascii_strcasecmp (dot + 1, savers[i].ending) && gimp_procedural_db_proc_exists (savers[i].procedure))
      return savers[i].procedure;
  return NULL;
}

/* GIMP's number for how JPEG samples colour. */
static int
subsampling (const FddmFileStyle *style)
{
  if (style->across == 1)
    return style->down == 1 ? 2 : 3;
  return style->down == 1 ? 1 : 0;
}

/* GIMP's number for TIFF's: none, LZW, PackBits, deflate; LZW for those that lose something. */
static int
compression (const FddmFileStyle *style)
{
  switch (style->tiff_compression)
    {
    case 1: return 0;
    case 32773: return 2;
    case 8:
    case 32946: return 3;
    default: return 1;
    }
}

/* Value of the argument NAME of PROCEDURE. What is not named here is off. */
static double
value_of (const char *procedure, const char *name, const FddmFileStyle *style)
{
  const gboolean jpeg = !strcmp (procedure, "file-jpeg-save"), tiff = !strcmp (procedure, "file-tiff-save");
  const struct {
    const char *name;
    double      value;
  } values[] = { { "quality", jpeg ? style->quality / 100.0 : style->quality },
                 { "alpha-quality", 100 },
                 { "lossless", style->lossless },
                 { "subsmp", subsampling (style) },
                 { "progressive", style->progressive },
                 { "optimize", 1 },
                 { "baseline", 1 },
                 { "compression", tiff ? compression (style) : 9 },
                 { "svtrans", 1 },
                 { "phys", 1 },
                 { "time", 1 },
                 { "comment", 1 },
                 { "raw", 1 },
                 { "exif", 1 },
                 { "iptc", 1 },
                 { "xmp", 1 },
                 { "kf-distance", 50 },
                 { "delay", 200 } };

  for (gsize i = 0; i < G_N_ELEMENTS (values); i++)
    if (!strcmp (name, values[i].name))
      return values[i].value;
  return 0;
}

/* The only text argument of these savers. */
static char *
comment_of (FddmImageId image)
{
  GimpParasite *comment = gimp_image_get_parasite (image, "gimp-comment");
  char         *text = comment ? g_strndup (gimp_parasite_data (comment), gimp_parasite_data_size (comment)) : g_strdup ("");

  if (comment)
    gimp_parasite_free (comment);
  return text;
}

/* Fills in the arguments behind the file's name. */
static void
fill_in (const char *procedure, int first, int n, const FddmFileStyle *style, char *comment, GimpParam *arguments)
{
  for (int i = first; i < n; i++)
    {
      g_autofree char *name = NULL, *description = NULL;

      gimp_procedural_db_proc_arg (procedure, i, &arguments[i].type, &name, &description);
      switch (arguments[i].type)
        {
        case GIMP_PDB_FLOAT: arguments[i].data.d_float = value_of (procedure, name, style); break;
        case GIMP_PDB_STRING: arguments[i].data.d_string = comment; break;
        default: arguments[i].data.d_int32 = (gint32) value_of (procedure, name, style); break;
        }
    }
}

static int
count_arguments (const char *procedure)
{
  g_autofree char *blurb = NULL, *help = NULL, *author = NULL, *copyright = NULL, *date = NULL;
  GimpPDBProcType  type;
  GimpParamDef    *arguments, *returns;
  int              n, n_returns;

  gimp_procedural_db_proc_info (procedure, &blurb, &help, &author, &copyright, &date, &type, &n, &n_returns, &arguments,
                                &returns);
  gimp_destroy_paramdefs (arguments, n);
  gimp_destroy_paramdefs (returns, n_returns);
  return n;
}

static gboolean
save_with (const char *procedure, FddmImageId image, const char *path, const FddmFileStyle *style)
{
  const int             n         = count_arguments (procedure);
  g_autofree char      *comment   = comment_of (image);
  g_autofree GimpParam *arguments = g_new0 (GimpParam, MAX (n, 5));
  GimpParam            *answer;
  gboolean              done;
  int                   n_values;

  arguments[0] = (GimpParam) { .type = GIMP_PDB_INT32, .data.d_int32 = GIMP_RUN_NONINTERACTIVE };
  arguments[1] = (GimpParam) { .type = GIMP_PDB_IMAGE, .data.d_image = image };
  arguments[2] = (GimpParam) { .type = GIMP_PDB_DRAWABLE, .data.d_drawable = gimp_image_get_active_drawable (image) };
  arguments[3] = (GimpParam) { .type = GIMP_PDB_STRING, .data.d_string = (char *) path };
  arguments[4] = arguments[3];
  fill_in (procedure, 5, n, style, comment, arguments);
  answer = gimp_run_procedure2 (procedure, &n_values, n, arguments);
  done   = answer[0].data.d_status == GIMP_PDB_SUCCESS;
  gimp_destroy_params (answer, n_values);
  return done;
}

gboolean
fddm_host_file_save (FddmImageId image, const char *path, const FddmFileStyle *style, GError **error)
{
  const char *procedure = saver_of (path);

  if (procedure ? save_with (procedure, image, path, style)
                : gimp_file_save (GIMP_RUN_NONINTERACTIVE, image, gimp_image_get_active_drawable (image), path, path))
    return TRUE;
  g_set_error (error, FDDM_HOST_ERROR, FDDM_HOST_ERROR_FAILED, _ ("The result cannot be saved: %s"), gimp_get_pdb_error ());
  return FALSE;
}
