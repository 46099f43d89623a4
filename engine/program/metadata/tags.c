/* tags.c: see tags.h.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "engine/program/metadata/gexiv2.h"
#include "engine/program/metadata/tags.h"

/* Tags of Exif.Image that describe how a TIFF stores its data, and data that have places of their own. */
static const char *const structure[] = { "NewSubfileType",
                                         "SubfileType",
                                         "ImageWidth",
                                         "ImageLength",
                                         "BitsPerSample",
                                         "Compression",
                                         "PhotometricInterpretation",
                                         "Thresholding",
                                         "CellWidth",
                                         "CellLength",
                                         "FillOrder",
                                         "StripOffsets",
                                         "SamplesPerPixel",
                                         "RowsPerStrip",
                                         "StripByteCounts",
                                         "PlanarConfiguration",
                                         "PageNumber",
                                         "GrayResponseUnit",
                                         "GrayResponseCurve",
                                         "T4Options",
                                         "T6Options",
                                         "Predictor",
                                         "ColorMap",
                                         "HalftoneHints",
                                         "TileWidth",
                                         "TileLength",
                                         "TileOffsets",
                                         "TileByteCounts",
                                         "SubIFDs",
                                         "InkSet",
                                         "InkNames",
                                         "NumberOfInks",
                                         "DotRange",
                                         "ExtraSamples",
                                         "SampleFormat",
                                         "SMinSampleValue",
                                         "SMaxSampleValue",
                                         "Indexed",
                                         "JPEGTables",
                                         "JPEGProc",
                                         "JPEGInterchangeFormat",
                                         "JPEGInterchangeFormatLength",
                                         "JPEGRestartInterval",
                                         "JPEGLosslessPredictors",
                                         "JPEGPointTransforms",
                                         "JPEGQTables",
                                         "JPEGDCTables",
                                         "JPEGACTables",
                                         "XMLPacket",
                                         "IPTCNAA",
                                         "ImageResources",
                                         "InterColorProfile",
                                         "DNGVersion",
                                         "DNGBackwardVersion",
                                         "0x935c" }; /* layers of Photoshop, which it shows in place of the picture */

/* Likewise, for its colours; in other formats these are about the camera. */
static const char *const colours[] = { "TransferFunction",  "TransferRange",    "WhitePoint",       "PrimaryChromaticities",
                                       "YCbCrCoefficients", "YCbCrSubSampling", "YCbCrPositioning", "ReferenceBlackWhite" };

/* Pictures within the file: the old picture, smaller. */
static const char *const pictures[] = { "Exif.Thumbnail.", "Exif.Image2.",  "Exif.Image3.",
                                        "Exif.SubImage",   "Exif.SubThumb", "Exif.PanasonicRaw." };

/* Likewise in XMP, and what points to other pictures or texts of the file, which do not come along. */
static const char *const absent[] = { "Xmp.xmp.Thumbnails",
                                      "Xmp.hdrgm.",
                                      "Xmp.Container.",
                                      "Xmp.GContainer.",
                                      "Xmp.GCamera.MotionPhoto",
                                      "Xmp.GCamera.MicroVideo",
                                      "Xmp.xmpNote.HasExtendedXMP" };

static long
number (GExiv2Metadata *tags, const char *tag)
{
  g_autofree char *text = gexiv2_metadata_get_tag_string (tags, tag, NULL);

  return text ? strtol (text, NULL, 10) : 0;
}

/* Value of a tag "300/1"; 0 if there is none. */
static double
ratio (GExiv2Metadata *tags, const char *tag)
{
  g_autofree char *text  = gexiv2_metadata_get_tag_string (tags, tag, NULL);
  char            *slash = NULL;
  const double     over  = text ? g_ascii_strtod (text, &slash) : 0;
  const double     under = slash && *slash == '/' ? g_ascii_strtod (slash + 1, NULL) : 1;

  return under > 0 ? over / under : 0;
}

void
fddm_tags_resolution (GExiv2Metadata *tags, double resolution[2])
{
  const long   unit   = number (tags, "Exif.Image.ResolutionUnit"); /* 1 none, 2 inch, 3 centimetre; 0, not given: inch */
  const double metres = unit == 3 ? 0.01 : FDDM_METRES_PER_INCH;
  const double across = ratio (tags, "Exif.Image.XResolution"), down = ratio (tags, "Exif.Image.YResolution");

  if (unit == 1 || across < 1 || down < 1)
    return;
  resolution[0] = across / metres;
  resolution[1] = down / metres;
}

void
fddm_tags_keep (GExiv2Metadata *tags, FddmTagParts parts)
{
  if (!(parts & FDDM_TAG_EXIF))
    gexiv2_metadata_clear_exif (tags);
  if (!(parts & FDDM_TAG_XMP))
    gexiv2_metadata_clear_xmp (tags);
  if (!(parts & FDDM_TAG_IPTC))
    gexiv2_metadata_clear_iptc (tags);
}

static void
drop (GExiv2Metadata *tags, const char *const *names, gsize n)
{
  for (gsize i = 0; i < n; i++)
    {
      g_autofree char *tag = g_strconcat ("Exif.Image.", names[i], NULL);

      gexiv2_metadata_clear_tag (tags, tag, NULL);
    }
}

void
fddm_tags_drop_structure (GExiv2Metadata *tags, gboolean colour)
{
  drop (tags, structure, G_N_ELEMENTS (structure));
  if (colour)
    drop (tags, colours, G_N_ELEMENTS (colours));
}

/* Drops those of the tags NAMES that begin with one of N STARTS. */
static void
drop_group (GExiv2Metadata *tags, char **names, const char *const *starts, gsize n)
{
  for (char **name = names; name && *name; name++)
    for (gsize i = 0; i < n; i++)
      if (g_str_has_prefix (*name, starts[i]))
        gexiv2_metadata_clear_tag (tags, *name, NULL);
}

static void
drop_pictures (GExiv2Metadata *tags)
{
  g_auto (GStrv) exif = gexiv2_metadata_get_exif_tags (tags), xmp = gexiv2_metadata_get_xmp_tags (tags);

  drop_group (tags, exif, pictures, G_N_ELEMENTS (pictures));
  drop_group (tags, xmp, absent, G_N_ELEMENTS (absent));
}

void
fddm_tags_turn (GExiv2Metadata *tags)
{
  static const char *const pairs[][2] = { { "Exif.Image.XResolution", "Exif.Image.YResolution" },
                                          { "Exif.Photo.FocalPlaneXResolution", "Exif.Photo.FocalPlaneYResolution" },
                                          { "Xmp.tiff.XResolution", "Xmp.tiff.YResolution" },
                                          { "Xmp.exif.FocalPlaneXResolution", "Xmp.exif.FocalPlaneYResolution" } };

  for (gsize i = 0; i < G_N_ELEMENTS (pairs); i++)
    {
      g_autofree char *across = gexiv2_metadata_get_tag_string (tags, pairs[i][0], NULL);
      g_autofree char *down   = gexiv2_metadata_get_tag_string (tags, pairs[i][1], NULL);

      if (across && down)
        {
          gexiv2_metadata_set_tag_string (tags, pairs[i][0], down, NULL);
          gexiv2_metadata_set_tag_string (tags, pairs[i][1], across, NULL);
        }
    }
}

/* Sets TAG to VALUE where it exists. */
static void
replace (GExiv2Metadata *tags, const char *tag, int value)
{
  g_autofree char *text = g_strdup_printf ("%d", value);

  if (gexiv2_metadata_has_tag (tags, tag, NULL))
    gexiv2_metadata_set_tag_string (tags, tag, text, NULL);
}

/* Sets TAG to VALUE, of which thousandths count. Whole numbers, rounded to pixels per metre in a PNG, are restored. */
static void
set_ratio (GExiv2Metadata *tags, const char *tag, double value)
{
  const double     whole = round (value);
  g_autofree char *text  = fabs (value - whole) < FDDM_METRES_PER_INCH / 2 ? g_strdup_printf ("%.0f/1", whole)
                                                                           : g_strdup_printf ("%.0f/1000", 1000 * value);

  gexiv2_metadata_set_tag_string (tags, tag, text, NULL);
}

void
fddm_tags_correct (GExiv2Metadata *tags, const FddmTagFacts *facts)
{
  const double *resolution = facts->traits->resolution; /* pixels per metre */

  drop_pictures (tags);
  replace (tags, "Exif.Photo.PixelXDimension", facts->width);
  replace (tags, "Exif.Photo.PixelYDimension", facts->height);
  replace (tags, "Xmp.exif.PixelXDimension", facts->width);
  replace (tags, "Xmp.exif.PixelYDimension", facts->height);
  replace (tags, "Xmp.tiff.ImageWidth", facts->width);
  replace (tags, "Xmp.tiff.ImageLength", facts->height);
  if (resolution[0] > 0 && resolution[1] > 0 && !gexiv2_metadata_has_tag (tags, "Exif.Image.XResolution", NULL))
    {
      set_ratio (tags, "Exif.Image.XResolution", resolution[0] * FDDM_METRES_PER_INCH);
      set_ratio (tags, "Exif.Image.YResolution", resolution[1] * FDDM_METRES_PER_INCH);
      gexiv2_metadata_set_tag_string (tags, "Exif.Image.ResolutionUnit", "2", NULL);
    }
  gexiv2_metadata_set_tag_string (tags, "Exif.Image.ProcessingSoftware", "fddm " FDDM_VERSION, NULL);
}

guint16
fddm_tags_orientation (GExiv2Metadata *tags)
{
  const long exif = number (tags, "Exif.Image.Orientation"), xmp = number (tags, "Xmp.tiff.Orientation");

  return exif >= 1 && exif <= 8 ? (guint16) exif : xmp >= 1 && xmp <= 8 ? (guint16) xmp : 0;
}

void
fddm_tags_set_orientation (GExiv2Metadata *tags, guint16 orientation)
{
  if (orientation > 1)
    gexiv2_metadata_set_tag_string (tags, "Exif.Image.Orientation", (const char[]) { (char) ('0' + orientation), '\0' },
                                    NULL);
  replace (tags, "Exif.Image.Orientation", orientation);
  replace (tags, "Xmp.tiff.Orientation", orientation);
}

/* The first comment among CHUNKS of a PNG, or NULL. Free with g_free. */
static char *
comment_in (GPtrArray *chunks)
{
  static const char start[] = "tEXtComment"; /* with a NUL */

  for (guint i = 0; chunks && i < chunks->len; i++)
    {
      gsize       size;
      const char *bytes = g_bytes_get_data (chunks->pdata[i], &size);

      if (size > sizeof start && memcmp (bytes, start, sizeof start) == 0)
        return g_convert (bytes + sizeof start, (gssize) (size - sizeof start), "UTF-8", "ISO-8859-1", NULL, NULL, NULL);
    }
  return NULL;
}

void
fddm_tags_add_comment (GExiv2Metadata *tags, const FddmTraits *traits)
{
  g_autofree char *comment = comment_in (traits->chunks);

  if (!comment && traits->comments && traits->comments->len > 0)
    {
      gsize       size;
      const char *bytes = g_bytes_get_data (traits->comments->pdata[0], &size);

      comment = g_strndup (bytes, size);
    }
  if (comment && *comment && !gexiv2_metadata_has_tag (tags, "Exif.Image.ImageDescription", NULL))
    gexiv2_metadata_set_tag_string (tags, "Exif.Image.ImageDescription", comment, NULL);
}
