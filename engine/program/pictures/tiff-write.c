/* tiff-write.c: writing of TIFF files.
 * SPDX-License-Identifier: Apache-2.0 */
#include <unistd.h>
#include <glib/gi18n-lib.h>
#include "engine/program/program.h"
#include "engine/program/pictures/rows.h"
#include "engine/program/pictures/tiff.h"

#define CLASSIC_MOST ((gsize) 4000000000) /* bytes of a TIFF that is not a BigTIFF: offsets in it have 32 bits */
#define STRIP_BYTES  (1 << 18)

static const char *
depth_of (GeglBuffer *buffer)
{
  static const char *const known[] = { "u8", "u16", "u32", "half", "float", "double" };
  const Babl              *type    = babl_format_get_type (gegl_buffer_get_format (buffer), 0);

  for (gsize i = 0; i < G_N_ELEMENTS (known); i++)
    if (type == babl_type (known[i]))
      return known[i];
  return "float";
}

/* The original's compression, if it keeps every sample; otherwise a common one. */
static guint16
compression_like (const FddmTraits *traits)
{
  switch (traits->compression)
    {
    case COMPRESSION_NONE:
    case COMPRESSION_LZW:
    case COMPRESSION_PACKBITS:
    case COMPRESSION_DEFLATE:
    case COMPRESSION_LZMA:
    case COMPRESSION_ZSTD:
      return TIFFIsCODECConfigured (traits->compression) ? traits->compression : COMPRESSION_ADOBE_DEFLATE;
    default: return COMPRESSION_ADOBE_DEFLATE;
    }
}

static void
set_compression (TIFF *tiff, const FddmTraits *traits, const Babl *type)
{
  const guint16  compression = compression_like (traits);
  const gboolean floats      = type == babl_type ("half") || type == babl_type ("float") || type == babl_type ("double");

  TIFFSetField (tiff, TIFFTAG_COMPRESSION, compression);
  if (compression != COMPRESSION_NONE && compression != COMPRESSION_PACKBITS)
    TIFFSetField (tiff, TIFFTAG_PREDICTOR, floats ? PREDICTOR_FLOATINGPOINT : PREDICTOR_HORIZONTAL);
}

static void
set_samples (TIFF *tiff, const Babl *format, const FddmTraits *traits)
{
  const Babl    *type    = babl_format_get_type (format, 0);
  const int      samples = babl_format_get_n_components (format);
  const gboolean whole   = type == babl_type ("u8") || type == babl_type ("u16") || type == babl_type ("u32");

  TIFFSetField (tiff, TIFFTAG_SAMPLESPERPIXEL, samples);
  TIFFSetField (tiff, TIFFTAG_BITSPERSAMPLE, 8 * babl_format_get_bytes_per_pixel (format) / samples);
  TIFFSetField (tiff, TIFFTAG_SAMPLEFORMAT, whole ? SAMPLEFORMAT_UINT : SAMPLEFORMAT_IEEEFP);
  TIFFSetField (tiff, TIFFTAG_PHOTOMETRIC, fddm_rows_is_gray (format) ? PHOTOMETRIC_MINISBLACK : PHOTOMETRIC_RGB);
  TIFFSetField (tiff, TIFFTAG_PLANARCONFIG, PLANARCONFIG_CONTIG);
  if (babl_format_has_alpha (format))
    {
      const gboolean associated = (babl_get_model_flags (babl_format_get_model (format)) & BABL_MODEL_FLAG_ASSOCIATED) != 0;
      const guint16  unlike     = traits->compression && traits->alpha == EXTRASAMPLE_UNSPECIFIED ? EXTRASAMPLE_UNSPECIFIED
                                                                                                  : EXTRASAMPLE_UNASSALPHA;
      const guint16  kind[1]    = { associated ? EXTRASAMPLE_ASSOCALPHA : unlike };

      TIFFSetField (tiff, TIFFTAG_EXTRASAMPLES, 1, kind);
    }
}

static void
set_extras (TIFF *tiff, const FddmWriting *how)
{
  const FddmTraits *traits = how->traits;

  if (how->profile)
    {
      gsize       size;
      const void *data = g_bytes_get_data (how->profile, &size);

      TIFFSetField (tiff, TIFFTAG_ICCPROFILE, (guint32) size, data);
    }
  if (traits->resolution[0] > 0 && traits->resolution[1] > 0)
    {
      TIFFSetField (tiff, TIFFTAG_XRESOLUTION, traits->resolution[0] * FDDM_METRES_PER_INCH);
      TIFFSetField (tiff, TIFFTAG_YRESOLUTION, traits->resolution[1] * FDDM_METRES_PER_INCH);
      TIFFSetField (tiff, TIFFTAG_RESOLUTIONUNIT, RESUNIT_INCH);
    }
  if (traits->orientation)
    TIFFSetField (tiff, TIFFTAG_ORIENTATION, traits->orientation);
}

/* Bytes that ROWS may take. LZW has codes of up to 12 bits for a byte of noise. */
static gsize
bytes_most (const FddmRows *rows, const FddmTraits *traits)
{
  const gsize bytes = rows->size * (gsize) rows->height;

  return compression_like (traits) == COMPRESSION_LZW ? bytes + bytes / 2 : bytes;
}

/* FALSE on errors, which the handler of errors notes, and on interruption. */
static gboolean
write_open (TIFF *tiff, FddmRows *rows, const FddmWriting *how)
{
  TIFFSetField (tiff, TIFFTAG_IMAGEWIDTH, (guint32) rows->width);
  TIFFSetField (tiff, TIFFTAG_IMAGELENGTH, (guint32) rows->height);
  set_samples (tiff, rows->format, how->traits);
  set_compression (tiff, how->traits, babl_format_get_type (rows->format, 0));
  set_extras (tiff, how);
  TIFFSetField (tiff, TIFFTAG_ROWSPERSTRIP, (guint32) MAX (STRIP_BYTES / rows->size, 1));
  for (guint32 y = 0; y < (guint32) rows->height; y++)
    {
      guint8 *row = fddm_rows_read (rows);

      if (!row || TIFFWriteScanline (tiff, row, y, 0) < 0)
        return FALSE;
    }
  return TIFFWriteDirectory (tiff) != 0;
}

char *
fddm_tiff_write (FILE *file, GeglBuffer *buffer, const FddmWriting *how)
{
  const Babl *format = fddm_rows_format (buffer, depth_of (buffer), FDDM_ROWS_GRAY | FDDM_ROWS_ALPHA | FDDM_ROWS_ASSOCIATED);
  char       *problem = NULL;
  FddmRows    rows;
  TIFF       *tiff;

  if (!fddm_rows_init (&rows, buffer, format))
    return g_strdup (_ ("not enough memory"));
  tiff = fddm_tiff_open (file, bytes_most (&rows, how->traits) > CLASSIC_MOST ? "w8" : "w", &problem);
  if (tiff)
    {
      write_open (tiff, &rows, how);
      TIFFClose (tiff);
    }
  fddm_rows_clear (&rows);
  return problem;
}
