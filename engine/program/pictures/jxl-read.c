/* jxl-read.c: reading of JPEG XL files.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>
#include <glib/gi18n-lib.h>
#include "engine/program/pictures/graph.h"
#include "engine/program/pictures/jxl.h"
#include "engine/program/pictures/profile.h"
#include "engine/program/pictures/rows.h"
#include "engine/program/program.h"

#define PIXELS_MOST   (1 << 28) /* of level 5 of the standard, which is for photos                        */
#define PIXELS_FREE   (1 << 24) /* that a file of any size may claim: libjxl takes 16 bytes or so for each */
#define PIXELS_A_BYTE 2000      /* twice what a PNG of one colour has                                     */
#define BOX_FIRST     (1 << 16) /* bytes */
#define BOX_MOST      (1 << 26) /* bytes, unpacked */

typedef struct {
  JxlDecoder    *decoder;
  FddmTraits    *traits;
  gsize          size; /* of the file */
  JxlBasicInfo   info;
  JxlPixelFormat layout; /* of decoded pixels                                     */
  const Babl    *space;  /* of the picture; NULL = sRGB                           */
  const Babl    *decoded_space;
  gboolean       converts; /* the decoder gives other colours than those of the file */
  guint8        *pixels;
  GByteArray    *box; /* EXIF or XMP that is being read, or NULL */
  JxlBoxType     kind;
  gboolean       whole, closed; /* all pixels were decoded; libjxl knows the end of the file */
} Reading;

/* ---- What the file says. These functions return the problem, or NULL. ---- */

static gboolean
has_ink (const Reading *reading)
{
  JxlExtraChannelInfo channel;

  for (guint32 i = 0; i < reading->info.num_extra_channels; i++)
    if (JxlDecoderGetExtraChannelInfo (reading->decoder, i, &channel) == JXL_DEC_SUCCESS &&
        channel.type == JXL_CHANNEL_BLACK)
      return TRUE;
  return FALSE;
}

/* Whether there are channels beside colours and one alpha. */
static gboolean
has_more_channels (const Reading *reading)
{
  return reading->info.num_extra_channels > (reading->info.alpha_bits > 0 ? 1u : 0u);
}

static char *
take_info (Reading *reading)
{
  JxlBasicInfo *info = &reading->info;
  guint64       pixels;

  if (JxlDecoderGetBasicInfo (reading->decoder, info) != JXL_DEC_SUCCESS)
    return g_strdup (_ ("it is damaged"));
  pixels = (guint64) info->xsize * info->ysize;
  if (pixels > PIXELS_MOST || (pixels > PIXELS_FREE && pixels / PIXELS_A_BYTE > reading->size))
    return g_strdup_printf (_ ("%" G_GINT64_FORMAT " × %" G_GINT64_FORMAT " pixels are too many"), (gint64) info->xsize,
                            (gint64) info->ysize);
  if (info->have_animation)
    return g_strdup (_ ("it is an animation"));
  if (has_ink (reading))
    return g_strdup (_ ("its colours are CMYK; convert it to RGB first"));
  if (has_more_channels (reading))
    return g_strdup (_ ("it has channels beside colours and transparency, such as spot colours, which would be lost"));
  reading->traits->orientation = (guint16) info->orientation;
  reading->traits->lossless    = info->uses_original_profile != 0;
  return NULL;
}

static gboolean
is_srgb (const JxlColorEncoding *numbers)
{
  return numbers->white_point == JXL_WHITE_POINT_D65 && numbers->transfer_function == JXL_TRANSFER_FUNCTION_SRGB &&
         (numbers->color_space == JXL_COLOR_SPACE_GRAY || numbers->primaries == JXL_PRIMARIES_SRGB);
}

static char *
take_colours (Reading *reading)
{
  JxlColorEncoding   numbers;
  g_autoptr (GBytes) decoded = NULL;
  GBytes            *profile;

  if (fddm_jxl_numbers (reading->decoder, &numbers))
    {
      if (numbers.transfer_function == JXL_TRANSFER_FUNCTION_PQ || numbers.transfer_function == JXL_TRANSFER_FUNCTION_HLG)
        return g_strdup (_ ("its brightness is coded for HDR screens; convert it first"));
      if (is_srgb (&numbers))
        return NULL;
    }
  profile                  = fddm_jxl_profile (reading->decoder, JXL_COLOR_PROFILE_TARGET_ORIGINAL);
  decoded                  = fddm_jxl_profile (reading->decoder, JXL_COLOR_PROFILE_TARGET_DATA);
  reading->space           = fddm_profile_space (profile);
  reading->decoded_space   = fddm_profile_space (decoded);
  reading->converts        = profile && decoded && !g_bytes_equal (profile, decoded);
  reading->traits->profile = profile;
  if (reading->converts && !reading->space) /* nobody here can go back to it; the picture becomes sRGB */
    g_clear_pointer (&reading->traits->profile, g_bytes_unref);
  return NULL;
}

/* ---- Pixels ---- */

static JxlDataType
choose_type (const Reading *reading)
{
  if (reading->info.exponent_bits_per_sample > 0 || reading->converts)
    return JXL_TYPE_FLOAT;
  return reading->info.bits_per_sample > 8 ? JXL_TYPE_UINT16 : JXL_TYPE_UINT8;
}

static char *
make_room (Reading *reading)
{
  const JxlBasicInfo *info = &reading->info;
  gsize               size;

  reading->layout = (JxlPixelFormat) { .num_channels = info->num_color_channels + (info->alpha_bits > 0),
                                       .data_type    = choose_type (reading),
                                       .endianness   = JXL_NATIVE_ENDIAN };
  if (JxlDecoderImageOutBufferSize (reading->decoder, &reading->layout, &size) != JXL_DEC_SUCCESS)
    return g_strdup (_ ("it is damaged"));
  reading->pixels = g_try_malloc (size);
  if (!reading->pixels)
    return g_strdup (_ ("not enough memory"));
  if (JxlDecoderSetImageOutBuffer (reading->decoder, &reading->layout, reading->pixels, size) != JXL_DEC_SUCCESS)
    return g_strdup (_ ("it is damaged"));
  return NULL;
}

static const Babl *
format_of (const Reading *reading, const char *depth, const Babl *space)
{
  static const char *const models[] = { "Y'", "Y'A", "R'G'B'", "R'G'B'A" };
  g_autofree char         *name     = g_strdup_printf ("%s %s", models[reading->layout.num_channels - 1], depth);

  return babl_format_with_space (name, space);
}

static GeglBuffer *
take_pixels (const Reading *reading, char **problem)
{
  const JxlBasicInfo *info    = &reading->info;
  const JxlDataType   type    = reading->layout.data_type;
  const char         *depth   = info->exponent_bits_per_sample > 0 ? "float" : info->bits_per_sample > 8 ? "u16" : "u8";
  const char         *decoded = type == JXL_TYPE_FLOAT ? "float" : depth;
  GeglBuffer *buffer = fddm_rows_buffer (info->xsize, info->ysize, format_of (reading, depth, reading->space), problem);

  if (buffer)
    gegl_buffer_set (buffer, NULL, 0,
                     format_of (reading, decoded, reading->converts ? reading->decoded_space : reading->space),
                     reading->pixels, GEGL_AUTO_ROWSTRIDE);
  return buffer;
}

/* ---- EXIF and XMP ---- */

/* Takes what was read of a box, if any. */
static void
end_box (Reading *reading)
{
  g_autoptr (GBytes) bytes = NULL;
  gsize              left;

  if (!reading->box)
    return;
  left = JxlDecoderReleaseBoxBuffer (reading->decoder);
  g_byte_array_set_size (reading->box, reading->box->len - (guint) left);
  bytes = g_byte_array_free_to_bytes (g_steal_pointer (&reading->box));
  if (memcmp (reading->kind, "xml ", 4) == 0 && !reading->traits->xmp)
    reading->traits->xmp = g_steal_pointer (&bytes);
  else if (memcmp (reading->kind, "Exif", 4) == 0 && !reading->traits->exif)
    reading->traits->exif = fddm_picture_exif (bytes);
}

static void
begin_box (Reading *reading)
{
  end_box (reading);
  if (JxlDecoderGetBoxType (reading->decoder, reading->kind, JXL_TRUE) != JXL_DEC_SUCCESS)
    return;
  if (memcmp (reading->kind, "jbrd", 4) == 0)
    reading->traits->lossless = FALSE; /* was a JPEG */
  if (memcmp (reading->kind, "Exif", 4) != 0 && memcmp (reading->kind, "xml ", 4) != 0)
    return;
  reading->box = g_byte_array_new ();
  g_byte_array_set_size (reading->box, BOX_FIRST);
  JxlDecoderSetBoxBuffer (reading->decoder, reading->box->data, BOX_FIRST);
}

static char *
grow_box (Reading *reading)
{
  const guint size = reading->box ? reading->box->len : BOX_MOST;
  const guint used = size - (guint) JxlDecoderReleaseBoxBuffer (reading->decoder);

  if (size >= BOX_MOST)
    return g_strdup (_ ("it is damaged"));
  g_byte_array_set_size (reading->box, 2 * size);
  JxlDecoderSetBoxBuffer (reading->decoder, reading->box->data + used, 2 * size - used);
  return NULL;
}

/* ---- Files ---- */

/* Decodes the file. Returns the problem, or NULL. */
static char *
decode (Reading *reading)
{
  for (char *problem = NULL;;)
    {
      switch (JxlDecoderProcessInput (reading->decoder))
        {
        case JXL_DEC_BASIC_INFO: problem = take_info (reading); break;
        case JXL_DEC_COLOR_ENCODING: problem = take_colours (reading); break;
        case JXL_DEC_NEED_IMAGE_OUT_BUFFER: problem = make_room (reading); break;
        case JXL_DEC_FULL_IMAGE: reading->whole = TRUE; break;
        case JXL_DEC_BOX: begin_box (reading); break;
        case JXL_DEC_BOX_NEED_MORE_OUTPUT: problem = grow_box (reading); break;
        case JXL_DEC_SUCCESS: end_box (reading); return reading->whole ? NULL : g_strdup (_ ("it is cut off"));
        case JXL_DEC_NEED_MORE_INPUT: /* the last box may reach to the end, which libjxl does not know yet */
          if (!reading->whole || reading->closed)
            return g_strdup (_ ("it is cut off"));
          JxlDecoderCloseInput (reading->decoder);
          reading->closed = TRUE;
          break;
        default: return g_strdup (_ ("it is damaged or cut off"));
        }
      if (problem)
        return problem;
    }
}

static char *
decode_bytes (Reading *reading, GBytes *bytes)
{
  enum { EVENTS = JXL_DEC_BASIC_INFO | JXL_DEC_COLOR_ENCODING | JXL_DEC_FULL_IMAGE | JXL_DEC_BOX };
  const guint8 *data = g_bytes_get_data (bytes, &reading->size);
  char         *problem;
  int           errors;

  if (!reading->decoder || JxlDecoderSubscribeEvents (reading->decoder, EVENTS) != JXL_DEC_SUCCESS ||
      JxlDecoderSetParallelRunner (reading->decoder, fddm_jxl_run, NULL) != JXL_DEC_SUCCESS ||
      JxlDecoderSetKeepOrientation (reading->decoder, JXL_TRUE) != JXL_DEC_SUCCESS ||
      JxlDecoderSetUnpremultiplyAlpha (reading->decoder, JXL_TRUE) != JXL_DEC_SUCCESS ||
      JxlDecoderSetDecompressBoxes (reading->decoder, JXL_TRUE) != JXL_DEC_SUCCESS ||
      JxlDecoderSetInput (reading->decoder, data, reading->size) != JXL_DEC_SUCCESS)
    return g_strdup (_ ("not enough memory"));
  errors = fddm_graph_hush ();
  fddm_cli_on_interruption (fddm_graph_leave);
  problem = decode (reading);
  fddm_cli_on_interruption (NULL);
  fddm_graph_unhush (errors);
  return problem;
}

GeglBuffer *
fddm_jxl_read (FILE *file, FddmTraits *traits, char **problem)
{
  g_autoptr (GBytes) bytes   = fddm_picture_bytes (file, problem);
  Reading            reading = { .traits = traits };
  GeglBuffer        *buffer  = NULL;

  if (!bytes)
    return NULL;
  reading.decoder = JxlDecoderCreate (NULL);
  *problem        = decode_bytes (&reading, bytes);
  if (!*problem)
    buffer = take_pixels (&reading, problem);
  JxlDecoderDestroy (reading.decoder);
  g_clear_pointer (&reading.box, g_byte_array_unref);
  g_free (reading.pixels);
  return buffer;
}
