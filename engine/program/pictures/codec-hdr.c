/* codec-hdr.c: Radiance HDR files.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Pixels of three mantissas and a common exponent in powers of 2. GEGL's loader accepts files that are cut off, and reads and
 * writes beyond the end of its memory map when they are. */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <glib/gi18n-lib.h>
#include "engine/program/program.h"
#include "engine/program/pictures/codec.h"
#include "engine/program/pictures/rows.h"

#define LINE_MOST 1024
#define EXCESS    136 /* of the exponent, with 8 bits of mantissa */
#define RUN_LEAST 8   /* widths for which rows are compressed by component */
#define RUN_MOST  0x7fff

/* ---- Reading ---- */

typedef struct {
  FILE  *file;
  int    width, height;
  double exposure; /* by which pixels have been multiplied */
} Layout;

/* Returns a problem, or NULL. */
static char *
read_header (Layout *layout)
{
  char line[LINE_MOST];

  layout->exposure = 1;
  while (fgets (line, sizeof line, layout->file) && line[0] != '\n')
    if (g_str_has_prefix (line, "FORMAT=") && !g_str_has_prefix (line, "FORMAT=32-bit_rle_rgbe"))
      return g_strdup (_ ("its colours are not RGB"));
    else if (g_str_has_prefix (line, "EXPOSURE="))
      layout->exposure *= g_ascii_strtod (line + strlen ("EXPOSURE="), NULL);
  if (!fgets (line, sizeof line, layout->file) || sscanf (line, "-Y %d +X %d", &layout->height, &layout->width) != 2)
    return g_strdup (_ ("it is damaged or cut off"));
  if (!(layout->exposure > 0) || !isfinite (layout->exposure))
    layout->exposure = 1;
  return NULL;
}

/* Reads one component of N pixels, whose bytes are 4 apart. FALSE if the file is cut off or damaged. */
static gboolean
read_runs (FILE *file, guint8 *bytes, int n)
{
  for (int at = 0; at < n;)
    {
      const int      code  = getc (file);
      const gboolean run   = code > 128;
      const int      count = run ? code - 128 : code;
      int            value = run ? getc (file) : 0;

      if (code <= 0 || count > n - at)
        return FALSE;
      for (int i = 0; i < count; i++, at++)
        {
          if (!run)
            value = getc (file);
          if (value == EOF)
            return FALSE;
          bytes[4 * at] = (guint8) value;
        }
    }
  return TRUE;
}

/* The rest of a row in the old way: pixels, and counts that repeat the last one. BYTES begins with one pixel. */
static gboolean
read_old (FILE *file, guint8 *bytes, int n)
{
  int shift = 0;

  for (int at = 1; at < n;)
    {
      guint8 pixel[4];
      int    count = 1;

      if (fread (pixel, 1, 4, file) != 4)
        return FALSE;
      if (pixel[0] == 1 && pixel[1] == 1 && pixel[2] == 1)
        {
          count = shift < 24 ? pixel[3] << shift : n;
          memcpy (pixel, bytes + 4 * (at - 1), 4);
          shift += 8;
        }
      else
        shift = 0;
      for (count = MIN (count, n - at); count > 0; count--)
        memcpy (bytes + 4 * at++, pixel, 4);
    }
  return TRUE;
}

static gboolean
read_row (FILE *file, guint8 *bytes, int n)
{
  if (fread (bytes, 1, 4, file) != 4)
    return FALSE;
  if (n < RUN_LEAST || n > RUN_MOST || bytes[0] != 2 || bytes[1] != 2 || (bytes[2] << 8 | bytes[3]) != n)
    return read_old (file, bytes, n);
  for (int c = 0; c < 4; c++)
    if (!read_runs (file, bytes + c, n))
      return FALSE;
  return TRUE;
}

/* Returns a problem, or NULL. */
static char *
read_rows (const Layout *layout, FddmRows *rows)
{
  g_autofree guint8 *bytes = g_try_malloc_n ((gsize) rows->width, 4);
  float             *row;

  if (!bytes)
    return g_strdup (_ ("not enough memory"));
  for (int y = 0; y < rows->height && (row = (float *) (void *) fddm_rows_fill (rows)); y++)
    {
      if (!read_row (layout->file, bytes, rows->width))
        return g_strdup (_ ("it is damaged or cut off"));
      for (int x = 0; x < rows->width; x++)
        {
          const double unit = bytes[4 * x + 3] ? ldexp (1 / layout->exposure, bytes[4 * x + 3] - EXCESS) : 0;

          for (int c = 0; c < 3; c++)
            row[3 * x + c] = (float) (unit * bytes[4 * x + c]);
        }
    }
  fddm_rows_finish (rows);
  return NULL;
}

static GeglBuffer *
read_hdr (FILE *file, G_GNUC_UNUSED FddmTraits *traits, char **problem)
{
  const Babl            *format = babl_format ("RGB float");
  g_autoptr (GeglBuffer) buffer = NULL;
  Layout                 layout = { .file = file };
  FddmRows               rows;

  *problem = read_header (&layout);
  if (*problem || !(buffer = fddm_rows_buffer (layout.width, layout.height, format, problem)))
    return NULL;
  *problem = fddm_rows_init (&rows, buffer, format) ? read_rows (&layout, &rows) : g_strdup (_ ("not enough memory"));
  fddm_rows_clear (&rows);
  return *problem ? NULL : g_steal_pointer (&buffer);
}

/* ---- Writing ---- */

static void
pack (const float *pixel, guint8 bytes[4])
{
  const float largest = fmaxf (fmaxf (pixel[0], pixel[1]), pixel[2]); /* which passes over what is no number */
  int         exponent;

  memset (bytes, 0, 4);
  if (!(largest > 1e-36f))
    return;
  frexpf (MIN (largest, 1e38f), &exponent);
  if (ldexpf (MIN (largest, 1e38f), 8 - exponent) >= 255.5f)
    exponent++;
  for (int c = 0; c < 3; c++)
    bytes[c] = isnan (pixel[c]) ? 0 : (guint8) (CLAMP (ldexpf (pixel[c], 8 - exponent), 0, 255) + 0.5f);
  bytes[3] = (guint8) (exponent + EXCESS - 8);
}

/* Writes one component of N pixels. */
static void
write_runs (FILE *file, const guint8 *bytes, int n)
{
  for (int at = 0; at < n;)
    {
      int run = 1, count = 0;

      while (run < 127 && at + run < n && bytes[4 * (at + run)] == bytes[4 * at])
        run++;
      if (run > 2)
        {
          putc (128 + run, file);
          putc (bytes[4 * at], file);
          at += run;
          continue;
        }
      while (count < 128 && at + count < n &&
             !(at + count + 2 < n && bytes[4 * (at + count)] == bytes[4 * (at + count + 1)] &&
               bytes[4 * (at + count)] == bytes[4 * (at + count + 2)]))
        count++;
      putc (count, file);
      for (; count > 0; count--)
        putc (bytes[4 * at++], file);
    }
}

static void
write_row (FILE *file, const guint8 *bytes, int n)
{
  if (n < RUN_LEAST || n > RUN_MOST)
    {
      fwrite (bytes, 4, (gsize) n, file);
      return;
    }
  fprintf (file, "%c%c%c%c", 2, 2, n >> 8, n & 255);
  for (int c = 0; c < 4; c++)
    write_runs (file, bytes + c, n);
}

static char *
write_hdr (FILE *file, GeglBuffer *buffer, G_GNUC_UNUSED const FddmWriting *how)
{
  g_autofree guint8 *bytes = g_try_malloc_n ((gsize) gegl_buffer_get_width (buffer), 4);
  const float       *row;
  FddmRows           rows;

  if (!fddm_rows_init (&rows, buffer, babl_format ("RGB float")) || !bytes)
    {
      fddm_rows_clear (&rows);
      return g_strdup (_ ("not enough memory"));
    }
  fprintf (file, "#?RADIANCE\nFORMAT=32-bit_rle_rgbe\n\n-Y %d +X %d\n", rows.height, rows.width);
  while (!ferror (file) && (row = (const float *) (const void *) fddm_rows_read (&rows)))
    {
      for (int x = 0; x < rows.width; x++)
        pack (row + 3 * x, bytes + 4 * x);
      write_row (file, bytes, rows.width);
    }
  fddm_rows_clear (&rows);
  return ferror (file) ? g_strdup (_ ("it could not be written whole; is the disk full?")) : NULL;
}

static gboolean
is_hdr (const guint8 *head, gsize size)
{
  return size >= 10 && (memcmp (head, "#?RADIANCE", 10) == 0 || memcmp (head, "#?RGBE", 6) == 0);
}

const FddmCodec fddm_codec_hdr = { .name    = "Radiance HDR",
                                   .endings = { ".hdr" },
                                   .loss    = FDDM_LOSS_ROUNDS,
                                   .plain   = TRUE,
                                   .opaque  = TRUE,
                                   .is      = is_hdr,
                                   .read    = read_hdr,
                                   .write   = write_hdr };
