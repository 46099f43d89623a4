/* codec-tiff.c: TIFF files, by libtiff.
 * SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <string.h>
#include <unistd.h>
#include <glib/gi18n-lib.h>
#include "engine/program/pictures/tiff.h"

/* Whether TEXT tells of a tag's value that does not exist, where pixels do not depend on the tag: it is as if it were missing. */
static gboolean
is_harmless (const char *text)
{
  return strstr (text, "Bad value") && (strstr (text, "\"Orientation\"") || strstr (text, "\"ResolutionUnit\""));
}

static int
take_error (G_GNUC_UNUSED TIFF *tiff, void *data, G_GNUC_UNUSED const char *module, const char *format, va_list values)
{
  char           **problem = data;
  g_autofree char *text    = g_strdup_vprintf (format, values);

  if (!*problem && !is_harmless (text))
    *problem = g_steal_pointer (&text);
  return 1;
}

/* libtiff passes on what libjpeg says of damage, and goes on with gray. */
static int
take_warning (G_GNUC_UNUSED TIFF *tiff, void *data, const char *module, const char *format, va_list values)
{
  char           **problem = data;
  g_autofree char *text    = module && strstr (module, "JPEG") ? g_strdup_vprintf (format, values) : NULL;

  if (text && !*problem && (g_str_has_prefix (text, "Corrupt JPEG data") || g_str_has_prefix (text, "Premature end")))
    *problem = g_strdup (_ ("it is damaged"));
  return 1;
}

TIFF *
fddm_tiff_open (FILE *file, const char *mode, char **problem)
{
  TIFFOpenOptions *options = TIFFOpenOptionsAlloc ();
  int              copy    = dup (fileno (file)); /* TIFFClose closes it */
  TIFF            *tiff;

  TIFFOpenOptionsSetErrorHandlerExtR (options, take_error, problem);
  TIFFOpenOptionsSetWarningHandlerExtR (options, take_warning, problem);
  tiff = copy < 0 ? NULL : TIFFFdOpenExt (copy, "TIFF", mode, options);
  TIFFOpenOptionsFree (options);
  if (!tiff && copy >= 0)
    close (copy);
  if (!tiff && !*problem)
    *problem = g_strdup (g_strerror (errno));
  return tiff;
}

static gboolean
is_tiff (const guint8 *head, gsize size)
{
  static const char magics[][5] = { "II*\0", "MM\0*", "II+\0", "MM\0+" }; /* + of BigTIFF */

  for (gsize i = 0; i < G_N_ELEMENTS (magics); i++)
    if (size >= 4 && memcmp (head, magics[i], 4) == 0)
      return TRUE;
  return FALSE;
}

const FddmCodec fddm_codec_tiff = { .name    = "TIFF",
                                    .endings = { ".tif", ".tiff" },
                                    .loss    = FDDM_LOSS_NONE,
                                    .is      = is_tiff,
                                    .read    = fddm_tiff_read,
                                    .write   = fddm_tiff_write };
