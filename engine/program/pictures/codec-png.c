/* codec-png.c: PNG files, by libpng.
 * SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdio.h>
#include <string.h>
#include <png.h>
#include <glib/gi18n-lib.h>
#include "engine/program/program.h"
#include "engine/program/pictures/codec.h"
#include "engine/program/pictures/png-chunks.h"
#include "engine/program/pictures/profile.h"
#include "engine/program/pictures/rows.h"

#define COMPRESSION 3 /* of zlib: higher levels take much longer for little */
#define PHYS_SIZE   9 /* bytes: across, down, unit */

typedef struct {
  png_structp        png;
  png_infop          info;
  FILE              *file;
  char              *problem;
  GeglBuffer        *buffer;
  FddmRows           rows;
  FddmTraits        *traits;
  const FddmWriting *how;
} Work;

static void
give_up (png_structp png, const char *message)
{
  Work *work = png_get_error_ptr (png);

  if (!work->problem)
    work->problem = g_strdup (message);
  png_longjmp (png, 1);
}

static void
ignore (G_GNUC_UNUSED png_structp png, G_GNUC_UNUSED const char *message)
{
}

static void
read_bytes (png_structp png, png_bytep bytes, size_t size)
{
  Work *work = png_get_io_ptr (png);

  if (fread (bytes, 1, size, work->file) != size)
    png_error (png, _ ("it is cut off"));
}

static void
write_bytes (png_structp png, png_bytep bytes, size_t size)
{
  Work *work = png_get_io_ptr (png);

  if (fwrite (bytes, 1, size, work->file) != size)
    png_error (png, _ ("it could not be written whole; is the disk full?"));
}

static void
flush_bytes (G_GNUC_UNUSED png_structp png)
{
}

/* ---- Reading ---- */

/* The space of PNGs without a profile. */
static const Babl *
space_of_gamma (Work *work)
{
  double wx, wy, rx, ry, gx, gy, bx, by, gamma;
  int    intent;

  if (png_get_sRGB (work->png, work->info, &intent) || !png_get_gAMA (work->png, work->info, &gamma) || gamma <= 0)
    return NULL;
  if (!png_get_cHRM (work->png, work->info, &wx, &wy, &rx, &ry, &gx, &gy, &bx, &by))
    {
      wx = 0.3127, wy = 0.329, rx = 0.64, ry = 0.33, gx = 0.3, gy = 0.6, bx = 0.15, by = 0.06;
      if (gamma > 0.45 && gamma < 0.46) /* of files for sRGB screens */
        return NULL;
    }
  return babl_space_from_chromaticities (NULL, wx, wy, rx, ry, gx, gy, bx, by, babl_trc_gamma (1 / gamma), NULL, NULL, 1);
}

static const Babl *
note_colours (Work *work)
{
  png_charp   name;
  png_bytep   profile;
  png_uint_32 size, across, down;
  int         method, unit;

  if (png_get_pHYs (work->png, work->info, &across, &down, &unit) && unit == PNG_RESOLUTION_METER)
    {
      work->traits->resolution[0] = across;
      work->traits->resolution[1] = down;
    }
  if (!png_get_iCCP (work->png, work->info, &name, &method, &profile, &size))
    return space_of_gamma (work);
  work->traits->profile = g_bytes_new (profile, size);
  return fddm_profile_space (work->traits->profile);
}

/* Asks for whole bytes, of colours rather than indices. */
static const char *
choose_samples (png_structp png, png_infop info)
{
  const int      type  = png_get_color_type (png, info);
  const gboolean alpha = (type & PNG_COLOR_MASK_ALPHA) || png_get_valid (png, info, PNG_INFO_tRNS);
  const gboolean deep  = png_get_bit_depth (png, info) == 16;

  png_set_expand (png);
  if (deep && G_BYTE_ORDER == G_LITTLE_ENDIAN)
    png_set_swap (png);
  if (type & PNG_COLOR_MASK_COLOR)
    return deep ? (alpha ? "R'G'B'A u16" : "R'G'B' u16") : (alpha ? "R'G'B'A u8" : "R'G'B' u8");
  return deep ? (alpha ? "Y'A u16" : "Y' u16") : (alpha ? "Y'A u8" : "Y' u8");
}

/* FALSE on interruption. */
static gboolean
decode_rows (Work *work)
{
  for (int y = 0; y < work->rows.height; y++)
    {
      guint8 *row = fddm_rows_fill (&work->rows);

      if (!row)
        return FALSE;
      png_read_row (work->png, row, NULL);
    }
  return TRUE;
}

/* The passes of an interlaced picture complete each other, in the buffer: a small file can claim to be large. */
static gboolean
decode_passes (Work *work, int passes)
{
  const Babl *format = work->rows.format;

  for (int pass = 0; pass < passes; pass++)
    for (int y = 0; y < work->rows.height; y++)
      {
        const GeglRectangle row  = *GEGL_RECTANGLE (0, y, work->rows.width, 1);
        const gboolean      mine = PNG_ROW_IN_INTERLACE_PASS ((unsigned) y, pass);

        if (fddm_cli_interrupted ())
          return FALSE;
        if (mine)
          gegl_buffer_get (work->buffer, &row, 1.0, format, work->rows.strip, GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
        png_read_row (work->png, work->rows.strip, NULL);
        if (mine)
          gegl_buffer_set (work->buffer, &row, 0, format, work->rows.strip, GEGL_AUTO_ROWSTRIDE);
      }
  return TRUE;
}

/* Leaves by longjmp on errors. */
static void
decode (Work *work)
{
  const Babl *space, *format;
  int         passes;

  png_set_read_fn (work->png, work, read_bytes);
  png_set_user_limits (work->png, PNG_UINT_31_MAX, PNG_UINT_31_MAX);
  png_read_info (work->png, work->info);
  space        = note_colours (work);
  format       = babl_format_with_space (choose_samples (work->png, work->info), space);
  work->buffer = fddm_rows_buffer (png_get_image_width (work->png, work->info), png_get_image_height (work->png, work->info),
                                   format, &work->problem);
  if (!work->buffer)
    return;
  if (!fddm_rows_init (&work->rows, work->buffer, format))
    png_error (work->png, _ ("not enough memory"));
  passes = png_set_interlace_handling (work->png);
  png_read_update_info (work->png, work->info);
  if (passes > 1 ? !decode_passes (work, passes) : !decode_rows (work))
    return;
  png_read_end (work->png, NULL);
  fddm_rows_finish (&work->rows);
}

static void
decode_safely (Work *work)
{
  if (setjmp (png_jmpbuf (work->png)) == 0)
    decode (work);
}

static GeglBuffer *
read_png (FILE *file, FddmTraits *traits, char **problem)
{
  const FddmPngChunks chunks = fddm_png_chunks (file);
  Work                work   = { .file = file, .traits = traits };

  traits->chunks = chunks.kept;
  if (chunks.animated)
    {
      *problem = g_strdup (_ ("it is an animation"));
      return NULL;
    }
  rewind (file);
  work.png  = png_create_read_struct (PNG_LIBPNG_VER_STRING, &work, give_up, ignore);
  work.info = work.png ? png_create_info_struct (work.png) : NULL;
  if (work.info)
    decode_safely (&work);
  else
    work.problem = g_strdup (_ ("not enough memory"));
  png_destroy_read_struct (&work.png, &work.info, NULL);
  fddm_rows_clear (&work.rows);
  if (work.problem)
    g_clear_object (&work.buffer);
  *problem = work.problem;
  return work.buffer;
}

/* ---- Writing ---- */

/* Whether the colours of the original's chunks hold for the result. A profile holds for gray or for colours only. */
static gboolean
keeps_colours (const Work *work)
{
  const FddmTraits *traits = work->how->traits;

  return traits->chunks && (!traits->profile || work->how->profile == traits->profile);
}

/* Writes the chunk of resolution, or of the pixels' aspect, whose data are BYTES, for pixels that lay on their side. */
static void
write_turned (png_structp png, const guint8 *bytes)
{
  guint8 data[PHYS_SIZE];

  memcpy (data, bytes, sizeof data);
  memcpy (data, bytes + 4, 4);
  memcpy (data + 4, bytes, 4);
  png_write_chunk (png, (png_const_bytep) "pHYs", data, sizeof data);
}

/* A profile is written as it is: libpng would refuse those that it finds faults with. */
static void
write_extras (Work *work)
{
  const FddmTraits *traits = work->how->traits;

  for (guint i = 0; traits->chunks && i < traits->chunks->len; i++)
    {
      gsize         size;
      GBytes       *chunk = traits->chunks->pdata[i];
      const guint8 *bytes = g_bytes_get_data (chunk, &size);

      if (traits->turned > 4 && size == 4 + PHYS_SIZE && memcmp (bytes, "pHYs", 4) == 0)
        write_turned (work->png, bytes + 4);
      else if (!fddm_png_chunk_is_colour (chunk) || keeps_colours (work))
        png_write_chunk (work->png, bytes, bytes + 4, size - 4);
    }
}

static void
set_extras (Work *work)
{
  const FddmWriting *how = work->how;
  gsize              size;
  const void        *data;

  png_set_option (work->png, PNG_SKIP_sRGB_CHECK_PROFILE, PNG_OPTION_ON);
  png_set_benign_errors (work->png, 1);
  if (how->profile && !keeps_colours (work))
    {
      data = g_bytes_get_data (how->profile, &size);
      png_set_iCCP (work->png, work->info, "ICC profile", PNG_COMPRESSION_TYPE_BASE, data, (png_uint_32) size);
    }
  if (!how->traits->chunks && how->traits->resolution[0] >= 1 && how->traits->resolution[1] >= 1)
    png_set_pHYs (work->png, work->info, (png_uint_32) (how->traits->resolution[0] + 0.5),
                  (png_uint_32) (how->traits->resolution[1] + 0.5), PNG_RESOLUTION_METER);
}

/* Leaves by longjmp on errors. */
static void
encode (Work *work)
{
  const Babl    *format = work->rows.format;
  const gboolean deep   = babl_format_get_type (format, 0) == babl_type ("u16");
  const int      type   = (fddm_rows_is_gray (format) ? 0 : PNG_COLOR_MASK_COLOR) |
                   (babl_format_has_alpha (format) ? PNG_COLOR_MASK_ALPHA : 0);

  png_set_write_fn (work->png, work, write_bytes, flush_bytes);
  png_set_user_limits (work->png, PNG_UINT_31_MAX, PNG_UINT_31_MAX);
  png_set_compression_level (work->png, COMPRESSION);
  png_set_IHDR (work->png, work->info, (png_uint_32) work->rows.width, (png_uint_32) work->rows.height, deep ? 16 : 8, type,
                PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
  set_extras (work);
  png_write_info (work->png, work->info);
  write_extras (work);
  if (deep && G_BYTE_ORDER == G_LITTLE_ENDIAN)
    png_set_swap (work->png);
  for (int y = 0; y < work->rows.height; y++)
    {
      const guint8 *row = fddm_rows_read (&work->rows);

      if (!row)
        return;
      png_write_row (work->png, row);
    }
  png_write_end (work->png, NULL);
}

static void
encode_safely (Work *work)
{
  if (setjmp (png_jmpbuf (work->png)) == 0)
    encode (work);
}

static char *
write_png (FILE *file, GeglBuffer *buffer, const FddmWriting *how)
{
  Work        work  = { .file = file, .how = how };
  const char *depth = babl_format_get_type (gegl_buffer_get_format (buffer), 0) == babl_type ("u8") ? "u8" : "u16";

  if (!fddm_rows_init (&work.rows, buffer, fddm_rows_format (buffer, depth, FDDM_ROWS_GRAY | FDDM_ROWS_ALPHA)))
    return g_strdup (_ ("not enough memory"));
  work.png  = png_create_write_struct (PNG_LIBPNG_VER_STRING, &work, give_up, ignore);
  work.info = work.png ? png_create_info_struct (work.png) : NULL;
  if (work.info)
    encode_safely (&work);
  else
    work.problem = g_strdup (_ ("not enough memory"));
  png_destroy_write_struct (&work.png, &work.info);
  fddm_rows_clear (&work.rows);
  return work.problem;
}

static gboolean
is_png (const guint8 *head, gsize size)
{
  return size >= 4 && memcmp (head, "\x89PNG", 4) == 0;
}

const FddmCodec fddm_codec_png = {
  .name = "PNG", .endings = { ".png" }, .loss = FDDM_LOSS_NONE, .is = is_png, .read = read_png, .write = write_png
};
