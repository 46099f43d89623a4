/* tiff-read.c: reading of TIFF files.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>
#include <unistd.h>
#include <glib/gi18n-lib.h>
#include "engine/program/program.h"
#include "engine/program/pictures/profile.h"
#include "engine/program/pictures/rows.h"
#include "engine/program/pictures/tiff.h"

#define BAND_MOST   ((gsize) 1 << 30) /* bytes of a strip or a row of tiles: a small file can claim any size */
#define DNG_VERSION 50706             /* a tag of raw photos */

/* How a TIFF stores its samples. */
typedef struct {
  TIFF    *tiff;
  guint32  width, height;
  guint16  bits, kind, samples, photometric, planes; /* kind: SAMPLEFORMAT_…; planes: 1 if samples lie side by side */
  guint16 *palette[3];
  guint16  deep_palette; /* whether its values have 16 bits */
  guint32  block_width, block_height;
  gboolean tiled;
} Layout;

static guint16
tag (TIFF *tiff, guint32 name)
{
  guint16 value = 0;

  TIFFGetFieldDefaulted (tiff, name, &value);
  return value;
}

/* ---- What cannot be read ---- */

/* Refuses files of several pages; reduced copies and masks are none. */
static char *
check_pages (TIFF *tiff)
{
  int pages = 0;

  do
    {
      guint32 kind = 0;

      TIFFGetField (tiff, TIFFTAG_SUBFILETYPE, &kind);
      pages += (kind & (FILETYPE_REDUCEDIMAGE | FILETYPE_MASK)) == 0;
    }
  while (!fddm_cli_interrupted () && TIFFReadDirectory (tiff));
  TIFFSetDirectory (tiff, 0);
  return pages < 2 ? NULL : g_strdup_printf (_ ("it has %d pages; save each as a file of its own"), pages);
}

static gboolean
is_raw_photo (TIFF *tiff, guint16 photometric)
{
  guint32     kind = 0, count;
  const void *version;

  TIFFGetField (tiff, TIFFTAG_SUBFILETYPE, &kind);
  return photometric == PHOTOMETRIC_CFA || (kind & FILETYPE_REDUCEDIMAGE) ||
         TIFFGetField (tiff, DNG_VERSION, &count, &version);
}

static gboolean
has_known_samples (const Layout *layout)
{
  const gboolean palette = layout->photometric == PHOTOMETRIC_PALETTE;
  const gboolean single  = layout->samples == 1;

  if (layout->kind == SAMPLEFORMAT_IEEEFP)
    return (layout->bits == 16 || layout->bits == 32 || layout->bits == 64) && !palette;
  if (layout->kind != SAMPLEFORMAT_UINT && layout->kind != SAMPLEFORMAT_VOID)
    return FALSE;
  if (layout->bits == 1 || layout->bits == 2 || layout->bits == 4)
    return single;
  return layout->bits == 8 || layout->bits == 16 || (layout->bits == 32 && !palette);
}

/* Whether the channel beside the colours is said to be transparency. Otherwise it may be a selection that was saved, or the
 * infrared light of a scanner. */
static gboolean
has_alpha (TIFF *tiff)
{
  guint16 count = 0, *extra = NULL;

  TIFFGetFieldDefaulted (tiff, TIFFTAG_EXTRASAMPLES, &count, &extra);
  return count == 1 && (extra[0] == EXTRASAMPLE_ASSOCALPHA || extra[0] == EXTRASAMPLE_UNASSALPHA);
}

/* The reason why a file of this layout is refused, or NULL. */
static char *
refusal (Layout *layout)
{
  const int colour = layout->photometric == PHOTOMETRIC_RGB ? 3 : 1;

  if (is_raw_photo (layout->tiff, layout->photometric))
    return g_strdup (_ ("it is a raw photo; develop it first"));
  if (layout->photometric == PHOTOMETRIC_SEPARATED)
    return g_strdup (_ ("its colours are CMYK; convert it to RGB first"));
  if (layout->photometric > PHOTOMETRIC_PALETTE ||
      (layout->photometric == PHOTOMETRIC_MINISWHITE && layout->kind == SAMPLEFORMAT_IEEEFP)) /* which number is black? */
    /* translators: a number */
    return g_strdup_printf (_ ("its colours are stored in an unknown way (photometric %d); convert it to RGB first"),
                            layout->photometric);
  if (!has_known_samples (layout))
    return g_strdup_printf (layout->kind == SAMPLEFORMAT_INT ? _ ("its samples are signed numbers of %d bits")
                                                             : _ ("its samples have %d bits"),
                            layout->bits);
  if (layout->samples != colour && (layout->samples != colour + 1 || layout->photometric == PHOTOMETRIC_PALETTE))
    return g_strdup_printf (_ ("it has %d channels"), layout->samples);
  if (layout->samples != colour && !has_alpha (layout->tiff))
    return g_strdup (_ ("it has channels beside colours and transparency, such as spot colours, which would be lost"));
  return NULL;
}

/* ---- Layout ---- */

/* A palette's values have 16 bits, but some writers give them 8. */
static guint16
is_deep (const Layout *layout)
{
  for (int i = 0; i < 3; i++)
    for (int k = 0; k < 1 << layout->bits; k++)
      if (layout->palette[i][k] > 255)
        return TRUE;
  return FALSE;
}

/* Returns a problem, or NULL. */
static char *
take_layout (Layout *layout)
{
  TIFF   *tiff = layout->tiff;
  guint16 compression;
  char   *problem;

  if (!TIFFGetField (tiff, TIFFTAG_IMAGEWIDTH, &layout->width) ||
      !TIFFGetField (tiff, TIFFTAG_IMAGELENGTH, &layout->height) ||
      !TIFFGetField (tiff, TIFFTAG_PHOTOMETRIC, &layout->photometric))
    return g_strdup (_ ("it is damaged"));
  compression = tag (tiff, TIFFTAG_COMPRESSION);
  if (!TIFFIsCODECConfigured (compression))
    /* translators: a number */
    return g_strdup_printf (_ ("it is compressed in an unknown way (number %d)"), compression);
  if (layout->photometric == PHOTOMETRIC_YCBCR && compression == COMPRESSION_JPEG)
    {
      TIFFSetField (tiff, TIFFTAG_JPEGCOLORMODE, JPEGCOLORMODE_RGB);
      layout->photometric = PHOTOMETRIC_RGB;
    }
  layout->bits    = tag (tiff, TIFFTAG_BITSPERSAMPLE);
  layout->kind    = tag (tiff, TIFFTAG_SAMPLEFORMAT);
  layout->samples = tag (tiff, TIFFTAG_SAMPLESPERPIXEL);
  layout->planes  = tag (tiff, TIFFTAG_PLANARCONFIG) == PLANARCONFIG_SEPARATE ? layout->samples : 1;
  problem         = refusal (layout);
  if (problem)
    return problem;
  if (TIFFIsTiled (tiff))
    {
      layout->tiled = TRUE;
      TIFFGetField (tiff, TIFFTAG_TILEWIDTH, &layout->block_width);
      TIFFGetField (tiff, TIFFTAG_TILELENGTH, &layout->block_height);
    }
  else
    {
      layout->block_width  = layout->width;
      layout->block_height = 1;
      if (layout->planes > 1)
        TIFFGetFieldDefaulted (tiff, TIFFTAG_ROWSPERSTRIP, &layout->block_height);
      layout->block_height = MIN (layout->block_height, layout->height);
    }
  if (layout->photometric == PHOTOMETRIC_PALETTE)
    {
      if (!TIFFGetField (tiff, TIFFTAG_COLORMAP, &layout->palette[0], &layout->palette[1], &layout->palette[2]))
        return g_strdup (_ ("it is damaged"));
      layout->deep_palette = is_deep (layout);
    }
  return layout->block_width > 0 && layout->block_height > 0 ? NULL : g_strdup (_ ("it is damaged"));
}

static const Babl *
format_of (const Layout *layout, FddmTraits *traits)
{
  const gboolean   colour = layout->photometric == PHOTOMETRIC_RGB || layout->photometric == PHOTOMETRIC_PALETTE;
  const gboolean   alpha  = layout->samples == 2 || layout->samples == 4;
  const gboolean   floats = layout->kind == SAMPLEFORMAT_IEEEFP;
  guint16          count = 0, *extra = NULL;
  g_autofree char *name = NULL;
  const char      *model, *depth;

  if (alpha)
    {
      TIFFGetFieldDefaulted (layout->tiff, TIFFTAG_EXTRASAMPLES, &count, &extra);
      traits->alpha = count == 1 ? extra[0] : EXTRASAMPLE_UNASSALPHA;
    }
  model = !alpha                                    ? (colour ? "R'G'B'" : "Y'")
          : traits->alpha == EXTRASAMPLE_ASSOCALPHA ? (colour ? "R'aG'aB'aA" : "Y'aA")
                                                    : (colour ? "R'G'B'A" : "Y'A");
  depth = layout->bits <= 8    ? "u8"
          : layout->bits == 16 ? (floats ? "half" : "u16")
          : layout->bits == 32 ? (floats ? "float" : "u32")
                               : "double";
  if (layout->photometric == PHOTOMETRIC_PALETTE)
    depth = layout->deep_palette ? "u16" : "u8";
  name = g_strdup_printf ("%s %s", model, depth);
  return babl_format_with_space (name, fddm_profile_space (traits->profile));
}

/* Whether TIFF has tags of words that say something about the photo. */
static gboolean
has_words (TIFF *tiff)
{
  static const guint32 tags[] = { TIFFTAG_ARTIST,   TIFFTAG_COPYRIGHT, TIFFTAG_IMAGEDESCRIPTION,
                                  TIFFTAG_DATETIME, TIFFTAG_MAKE,      TIFFTAG_MODEL };
  const char          *words;

  for (gsize i = 0; i < G_N_ELEMENTS (tags); i++)
    if (TIFFGetField (tiff, tags[i], &words))
      return TRUE;
  return FALSE;
}

/* Exiv2 does not read a BigTIFF. */
static void
note_packets (TIFF *tiff, FddmTraits *traits)
{
  guint64     place;
  guint32     size;
  const void *packet;

  if (!TIFFIsBigTIFF (tiff))
    return;
  if (TIFFGetField (tiff, TIFFTAG_XMLPACKET, &size, &packet) && size > 0)
    traits->xmp = g_bytes_new (packet, size);
  traits->unread = TIFFGetField (tiff, TIFFTAG_EXIFIFD, &place) || TIFFGetField (tiff, TIFFTAG_GPSIFD, &place) ||
                   TIFFGetField (tiff, TIFFTAG_RICHTIFFIPTC, &size, &packet) ||
                   TIFFGetField (tiff, TIFFTAG_PHOTOSHOP, &size, &packet) || has_words (tiff);
}

static void
note_traits (TIFF *tiff, FddmTraits *traits)
{
  const guint16 unit      = tag (tiff, TIFFTAG_RESOLUTIONUNIT);
  const double  per_metre = unit == RESUNIT_INCH ? 1 / FDDM_METRES_PER_INCH : unit == RESUNIT_CENTIMETER ? 100 : 0;
  float         across = 0, down = 0;
  guint32       size;
  const void   *profile;

  if (TIFFGetField (tiff, TIFFTAG_XRESOLUTION, &across) && TIFFGetField (tiff, TIFFTAG_YRESOLUTION, &down))
    {
      traits->resolution[0] = (double) across * per_metre;
      traits->resolution[1] = (double) down * per_metre;
    }
  if (TIFFGetField (tiff, TIFFTAG_ICCPROFILE, &size, &profile) && size > 0)
    traits->profile = g_bytes_new (profile, size);
  traits->compression = tag (tiff, TIFFTAG_COMPRESSION);
  TIFFGetField (tiff, TIFFTAG_ORIENTATION, &traits->orientation);
  note_packets (tiff, traits);
}

/* ---- Samples ---- */

/* Number I of BITS bits each, the first in the highest bits. */
static unsigned
bits_at (const guint8 *from, gsize i, unsigned bits)
{
  const unsigned shift = 8 - bits - (unsigned) (i * bits % 8);

  return from[i * bits / 8] >> shift & ((1u << bits) - 1);
}

static void
look_up (const Layout *layout, const guint8 *from, guint8 *to, gsize n)
{
  for (gsize i = 0; i < n; i++)
    {
      const unsigned index = layout->bits == 16 ? ((const guint16 *) (const void *) from)[i]
                                                : bits_at (from, i, layout->bits);

      for (gsize c = 0; c < 3; c++)
        if (layout->deep_palette)
          ((guint16 *) (void *) to)[3 * i + c] = layout->palette[c][index];
        else
          to[3 * i + c] = (guint8) layout->palette[c][index];
    }
}

/* Inverts gray that counts from white; alpha, sample 1, is not inverted. */
static void
invert (const Layout *layout, guint8 *row, gsize n)
{
  for (gsize i = 0; i < n; i += layout->samples)
    if (layout->bits <= 8)
      row[i] = (guint8) ~row[i];
    else if (layout->bits == 16)
      ((guint16 *) (void *) row)[i] ^= G_MAXUINT16;
    else
      ((guint32 *) (void *) row)[i] ^= G_MAXUINT32;
}

/* Copies N pixels of PLANE to where they belong in a row. */
static void
unpack (const Layout *layout, const guint8 *from, guint8 *to, gsize n, gsize plane)
{
  const gsize bytes = layout->bits / 8, pixel = bytes * layout->samples;

  if (layout->photometric == PHOTOMETRIC_PALETTE)
    look_up (layout, from, to, n);
  else if (layout->bits < 8)
    for (gsize i = 0; i < n; i++)
      to[i] = (guint8) (bits_at (from, i, layout->bits) * 255 / ((1u << layout->bits) - 1));
  else if (layout->planes == 1)
    memcpy (to, from, n * pixel);
  else
    for (gsize i = 0; i < n; i++)
      memcpy (to + i * pixel + plane * bytes, from + i * bytes, bytes);
}

/* ---- Blocks: tiles, strips of a plane, or single rows ---- */

static gsize
block_bytes (const Layout *layout)
{
  return layout->tiled
           ? (gsize) TIFFTileSize (layout->tiff)
           : (layout->planes > 1 ? (gsize) TIFFStripSize (layout->tiff) : (gsize) TIFFScanlineSize (layout->tiff));
}

static gboolean
read_block (const Layout *layout, guint32 x, guint32 y, guint16 plane, guint8 *block)
{
  TIFF *tiff = layout->tiff;

  if (layout->tiled)
    return TIFFReadTile (tiff, block, x, y, 0, plane) >= 0;
  if (layout->planes > 1)
    return TIFFReadEncodedStrip (tiff, TIFFComputeStrip (tiff, y, plane), block, -1) >= 0;
  return TIFFReadScanline (tiff, block, y, 0) >= 0;
}

/* Reads the blocks beside each other at row Y into the rows BAND, of SIZE bytes each. */
static gboolean
read_band (const Layout *layout, guint32 y, guint8 *block, guint8 *band, gsize size)
{
  const gsize   pixel = size / layout->width;
  const gsize   line  = layout->tiled ? (gsize) TIFFTileRowSize (layout->tiff) : (gsize) TIFFScanlineSize (layout->tiff);
  const guint32 rows  = MIN (layout->block_height, layout->height - y);

  for (guint16 plane = 0; plane < layout->planes; plane++)
    for (guint32 x = 0; x < layout->width; x += layout->block_width)
      {
        if (fddm_cli_interrupted () || !read_block (layout, x, y, plane, block))
          return FALSE;
        for (guint32 i = 0; i < rows; i++)
          unpack (layout, block + i * line, band + i * size + x * pixel, MIN (layout->block_width, layout->width - x),
                  plane);
      }
  for (guint32 i = 0; i < rows && layout->photometric == PHOTOMETRIC_MINISWHITE; i++)
    invert (layout, band + i * size, (gsize) layout->width * layout->samples);
  return TRUE;
}

/* Returns a problem, or NULL. */
static char *
read_rows (const Layout *layout, FddmRows *rows)
{
  const gsize        height = MIN (layout->block_height, layout->height);
  const gboolean     fits   = block_bytes (layout) <= BAND_MOST && rows->size <= BAND_MOST / height;
  g_autofree guint8 *block  = fits ? g_try_malloc0 (block_bytes (layout)) : NULL;
  g_autofree guint8 *band   = fits ? g_try_malloc_n (height, rows->size) : NULL;

  if (!block || !band)
    return g_strdup (_ ("not enough memory"));
  for (guint32 y = 0; y < layout->height; y += layout->block_height)
    {
      if (!read_band (layout, y, block, band, rows->size))
        return g_strdup (_ ("it is damaged"));
      for (guint32 i = 0; i < MIN (layout->block_height, layout->height - y); i++)
        {
          guint8 *row = fddm_rows_fill (rows);

          if (!row)
            return NULL;
          memcpy (row, band + i * rows->size, rows->size);
        }
    }
  fddm_rows_finish (rows);
  return NULL;
}

static GeglBuffer *
read_open (Layout *layout, FddmTraits *traits, char **problem)
{
  g_autoptr (GeglBuffer) buffer = NULL;
  const Babl            *format;
  FddmRows               rows;

  *problem = check_pages (layout->tiff);
  if (*problem || (*problem = take_layout (layout)))
    return NULL;
  note_traits (layout->tiff, traits);
  format = format_of (layout, traits);
  buffer = fddm_rows_buffer (layout->width, layout->height, format, problem);
  if (!buffer)
    return NULL;
  *problem = fddm_rows_init (&rows, buffer, format) ? read_rows (layout, &rows) : g_strdup (_ ("not enough memory"));
  fddm_rows_clear (&rows);
  return *problem ? NULL : g_steal_pointer (&buffer);
}

/* Whether data that FILE should have lie beyond its end. */
static gboolean
is_cut (FILE *file, TIFF *tiff)
{
  const guint32 n = TIFFIsTiled (tiff) ? TIFFNumberOfTiles (tiff) : TIFFNumberOfStrips (tiff);
  guint64       size;

  fseek (file, 0, SEEK_END);
  size = (guint64) ftell (file);
  for (guint32 i = 0; i < n; i++)
    if (TIFFGetStrileOffset (tiff, i) + TIFFGetStrileByteCount (tiff, i) > size)
      return TRUE;
  return FALSE;
}

GeglBuffer *
fddm_tiff_read (FILE *file, FddmTraits *traits, char **problem)
{
  g_autofree char       *told   = NULL; /* by libtiff */
  Layout                 layout = { .tiff = fddm_tiff_open (file, "rm", &told) };
  g_autoptr (GeglBuffer) buffer = layout.tiff ? read_open (&layout, traits, problem) : NULL;

  if (told || !layout.tiff)
    {
      g_free (*problem);
      *problem = !layout.tiff                 ? g_strdup (_ ("it is damaged or cut off"))
                 : is_cut (file, layout.tiff) ? g_strdup (_ ("it is cut off"))
                                              : g_steal_pointer (&told);
      g_clear_object (&buffer);
    }
  if (layout.tiff)
    TIFFClose (layout.tiff);
  return g_steal_pointer (&buffer);
}
