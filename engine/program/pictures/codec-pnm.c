/* codec-pnm.c: PBM, PGM and PPM files.
 * SPDX-License-Identifier: Apache-2.0
 *
 * GEGL's loader accepts files that are cut off. All kinds are read as PNM; what is written is by the ending: .pgm is gray, .ppm
 * is in colours, .pnm is either. */
#include <string.h>
#include <sys/stat.h>
#include <glib/gi18n-lib.h>
#include "engine/program/program.h"
#include "engine/program/pictures/codec.h"
#include "engine/program/pictures/rows.h"

#define NUMBER_MOST 100000000 /* of a header */

typedef struct {
  FILE    *file;
  int      width, height, most; /* most: the value of white, 1 … 65535 */
  int      channels;
  gboolean text, bits; /* samples in decimal; one bit each, 1 = black */
} Layout;

/* The next number, after white space and comments. -1 if there is none. */
static int
next_number (FILE *file)
{
  int c, number = 0;

  while ((c = getc (file)) == '#' || g_ascii_isspace (c))
    while (c == '#' && (c = getc (file)) != EOF && c != '\n')
      c = '#';
  if (!g_ascii_isdigit (c))
    return -1;
  for (; g_ascii_isdigit (c); c = getc (file))
    number = number <= NUMBER_MOST ? 10 * number + (c - '0') : G_MAXINT;
  return number; /* the single white space after the number has been read */
}

/* Bits in text may stand without white space. */
static int
next_bit (FILE *file)
{
  int c;

  while (g_ascii_isspace (c = getc (file)))
    ;
  return c == '0' || c == '1' ? c - '0' : -1;
}

static gboolean
read_header (Layout *layout)
{
  const int kind = (getc (layout->file), getc (layout->file)) - '0';

  layout->text     = kind <= 3;
  layout->bits     = kind == 1 || kind == 4;
  layout->channels = kind == 3 || kind == 6 ? 3 : 1;
  layout->width    = next_number (layout->file);
  layout->height   = next_number (layout->file);
  layout->most     = layout->bits ? 1 : next_number (layout->file);
  return layout->width > 0 && layout->height > 0 && layout->most > 0 && layout->most <= G_MAXUINT16;
}

/* Whether a row of the file is one of the picture. */
static gboolean
is_plain (const Layout *layout)
{
  return !layout->text && layout->most == 255;
}

/* Reads N samples. FALSE at the end of the file. */
static gboolean
read_samples (const Layout *layout, guint8 *bytes, guint16 *samples, gsize n)
{
  const gsize packed = layout->bits ? (n + 7) / 8 : layout->most > 255 ? 2 * n : n;
  int         sample = 0;

  for (gsize i = 0; layout->text && i < n && sample >= 0; i++)
    {
      sample     = layout->bits ? next_bit (layout->file) : next_number (layout->file);
      samples[i] = (guint16) MIN (sample, layout->most);
    }
  if (layout->text)
    return sample >= 0;
  if (fread (bytes, 1, packed, layout->file) != packed)
    return FALSE;
  for (gsize i = 0; i < n; i++)
    samples[i] = layout->bits         ? bytes[i / 8] >> (7 - i % 8) & 1
                 : layout->most > 255 ? (guint16) (bytes[2 * i] << 8 | bytes[2 * i + 1])
                                      : bytes[i];
  return TRUE;
}

static void
scale (const Layout *layout, const guint16 *samples, guint8 *row, gsize n)
{
  const guint32 most = (guint32) layout->most, white = most > 255 ? G_MAXUINT16 : 255;

  for (gsize i = 0; i < n; i++)
    {
      const guint32 sample = MIN (samples[i], most);
      const guint32 value  = ((layout->bits ? most - sample : sample) * white + most / 2) / most;

      if (white == 255)
        row[i] = (guint8) value;
      else
        ((guint16 *) (void *) row)[i] = (guint16) value;
    }
}

/* Whether the rest of the file has the bytes that its samples take at the least. A few bytes shall not claim memory for rows of
 * gigabytes. */
static gboolean
is_long_enough (const Layout *layout)
{
  const guint64 n = (guint64) layout->width * (guint64) layout->channels, rows = (guint64) layout->height;
  const guint64 bytes = layout->text ? (layout->bits ? n * rows : 2 * n * rows - 1)
                                     : rows * (layout->bits         ? (n + 7) / 8
                                               : layout->most > 255 ? 2 * n
                                                                    : n);
  const long    start = ftell (layout->file);
  struct stat   status;

  return start < 0 || fstat (fileno (layout->file), &status) != 0 || (guint64) MAX (status.st_size - start, 0) >= bytes;
}

/* Returns a problem, or NULL. */
static char *
read_rows (const Layout *layout, FddmRows *rows)
{
  const gsize         n       = (gsize) layout->width * (gsize) layout->channels;
  g_autofree guint8  *bytes   = g_try_malloc_n (n, 2);
  g_autofree guint16 *samples = g_try_new (guint16, n);

  if (!bytes || !samples)
    return g_strdup (_ ("not enough memory"));
  for (int y = 0; y < layout->height; y++)
    {
      guint8 *row = fddm_rows_fill (rows);

      if (!row)
        return NULL;
      if (is_plain (layout) ? fread (row, 1, n, layout->file) != n : !read_samples (layout, bytes, samples, n))
        return g_strdup (_ ("it is cut off"));
      if (!is_plain (layout))
        scale (layout, samples, row, n);
    }
  fddm_rows_finish (rows);
  return NULL;
}

static GeglBuffer *
read_pnm (FILE *file, G_GNUC_UNUSED FddmTraits *traits, char **problem)
{
  Layout                 layout = { .file = file };
  g_autoptr (GeglBuffer) buffer = NULL;
  const Babl            *format;
  FddmRows               rows;

  if (!read_header (&layout))
    {
      *problem = g_strdup (_ ("it is damaged"));
      return NULL;
    }
  format = layout.most > 255 ? babl_format (layout.channels == 1 ? "Y' u16" : "R'G'B' u16")
                             : babl_format (layout.channels == 1 ? "Y' u8" : "R'G'B' u8");
  buffer = fddm_rows_buffer (layout.width, layout.height, format, problem);
  if (!buffer)
    return NULL;
  if (!is_long_enough (&layout))
    {
      *problem = g_strdup (_ ("it is cut off"));
      return NULL;
    }
  *problem = fddm_rows_init (&rows, buffer, format) ? read_rows (&layout, &rows) : g_strdup (_ ("not enough memory"));
  fddm_rows_clear (&rows);
  return *problem ? NULL : g_steal_pointer (&buffer);
}

static void
swap_bytes (guint8 *row, gsize size)
{
  for (gsize i = 0; G_BYTE_ORDER == G_LITTLE_ENDIAN && i + 1 < size; i += 2)
    {
      const guint8 low = row[i];

      row[i]     = row[i + 1];
      row[i + 1] = low;
    }
}

/* GRAY: FDDM_ROWS_GRAY for gray if the picture is gray; 0 for colours always. */
static char *
write_kind (FILE *file, GeglBuffer *buffer, FddmRowsFlags gray)
{
  const gboolean deep   = babl_format_get_type (gegl_buffer_get_format (buffer), 0) != babl_type ("u8");
  const Babl    *format = fddm_rows_format (buffer, deep ? "u16" : "u8", gray);
  const Babl    *plain  = babl_format (babl_format_get_encoding (format));
  guint8        *row;
  FddmRows       rows;

  if (!fddm_rows_init (&rows, buffer, plain))
    return g_strdup (_ ("not enough memory"));
  fprintf (file, "P%d\n%d %d\n%d\n", fddm_rows_is_gray (format) ? 5 : 6, rows.width, rows.height, deep ? G_MAXUINT16 : 255);
  while ((row = fddm_rows_read (&rows)))
    {
      if (deep)
        swap_bytes (row, rows.size);
      if (fwrite (row, 1, rows.size, file) != rows.size)
        break;
    }
  fddm_rows_clear (&rows);
  return ferror (file) ? g_strdup (_ ("it could not be written whole; is the disk full?")) : NULL;
}

static char *
write_pnm (FILE *file, GeglBuffer *buffer, G_GNUC_UNUSED const FddmWriting *how)
{
  return write_kind (file, buffer, FDDM_ROWS_GRAY);
}

static char *
write_ppm (FILE *file, GeglBuffer *buffer, G_GNUC_UNUSED const FddmWriting *how)
{
  return write_kind (file, buffer, 0);
}

static gboolean
is_pnm (const guint8 *head, gsize size)
{
  return size >= 3 && head[0] == 'P' && head[1] >= '1' && head[1] <= '6' && (g_ascii_isspace (head[2]) || head[2] == '#');
}

const FddmCodec fddm_codec_pnm = { .name    = "PNM",
                                   .endings = { ".pnm" },
                                   .loss    = FDDM_LOSS_NONE,
                                   .plain   = TRUE,
                                   .opaque  = TRUE,
                                   .is      = is_pnm,
                                   .read    = read_pnm,
                                   .write   = write_pnm };

const FddmCodec fddm_codec_pgm = { .name    = "PGM",
                                   .endings = { ".pgm" },
                                   .loss    = FDDM_LOSS_NONE,
                                   .plain   = TRUE,
                                   .opaque  = TRUE,
                                   .gray    = TRUE,
                                   .is      = is_pnm,
                                   .read    = read_pnm,
                                   .write   = write_pnm };

const FddmCodec fddm_codec_ppm = { .name    = "PPM",
                                   .endings = { ".ppm" },
                                   .loss    = FDDM_LOSS_NONE,
                                   .plain   = TRUE,
                                   .opaque  = TRUE,
                                   .rgb     = TRUE,
                                   .is      = is_pnm,
                                   .read    = read_pnm,
                                   .write   = write_ppm };
