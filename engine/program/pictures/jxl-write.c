/* jxl-write.c: writing of JPEG XL files.
 * SPDX-License-Identifier: Apache-2.0 */
#include <glib/gi18n-lib.h>
#include "engine/program/pictures/graph.h"
#include "engine/program/pictures/jxl.h"
#include "engine/program/pictures/profile.h"
#include "engine/program/pictures/rows.h"
#include "engine/program/program.h"

#define DISTANCE        1.0f /* of pictures from lossy files: differences are about to be seen */
#define EFFORT_LOSSY    7    /* libjxl's own */
#define EFFORT_LOSSLESS 3    /* files are 2 % larger than by 4, which takes many times as long */
#define STEP            (1 << 16)

typedef struct {
  JxlEncoder              *encoder;
  JxlEncoderFrameSettings *settings; /* belong to the encoder */
  const FddmWriting       *how;
  const Babl              *format;
  JxlBasicInfo             info;
  JxlPixelFormat           layout;
  gboolean                 lossless;
  guint8                  *pixels;
  gsize                    size;
} Writing;

/* Whether the picture is written to the bit: unless it comes from a lossy file; where it has alpha, which would not stay; where
 * colours would be converted in a way that cannot be reversed here. */
static gboolean
choose_lossless (const FddmWriting *how, const Babl *format)
{
  const FddmTraits *traits = how->traits;

  return !traits->codec || traits->codec->loss != FDDM_LOSS_LOSSY || traits->lossless || babl_format_has_alpha (format) ||
         (how->profile && !fddm_profile_space (how->profile));
}

static void
describe (Writing *writing, GeglBuffer *buffer)
{
  const Babl    *type  = babl_format_get_type (gegl_buffer_get_format (buffer), 0);
  const char    *depth = type == babl_type ("u8") ? "u8" : type == babl_type ("u16") ? "u16" : "float";
  JxlBasicInfo  *info  = &writing->info;
  const guint32  bits  = type == babl_type ("u8") ? 8 : type == babl_type ("u16") ? 16 : 32;
  const gboolean gray  = fddm_rows_is_gray (gegl_buffer_get_format (buffer));
  const guint16  turn  = writing->how->traits->orientation;

  writing->format   = fddm_rows_format (buffer, depth, FDDM_ROWS_GRAY | FDDM_ROWS_ALPHA);
  writing->lossless = choose_lossless (writing->how, writing->format);
  writing->layout   = (JxlPixelFormat) { .num_channels = (guint32) babl_format_get_n_components (writing->format),
                                         .data_type    = bits == 8    ? JXL_TYPE_UINT8
                                                         : bits == 16 ? JXL_TYPE_UINT16
                                                                      : JXL_TYPE_FLOAT,
                                         .endianness   = JXL_NATIVE_ENDIAN };
  JxlEncoderInitBasicInfo (info);
  info->xsize                    = (guint32) gegl_buffer_get_width (buffer);
  info->ysize                    = (guint32) gegl_buffer_get_height (buffer);
  info->bits_per_sample          = bits;
  info->exponent_bits_per_sample = bits == 32 ? 8 : 0;
  info->num_color_channels       = gray ? 1 : 3;
  info->num_extra_channels       = writing->layout.num_channels - info->num_color_channels;
  info->alpha_bits               = info->num_extra_channels ? bits : 0;
  info->alpha_exponent_bits      = info->num_extra_channels ? info->exponent_bits_per_sample : 0;
  info->uses_original_profile    = writing->lossless;
  if (turn >= 1 && turn <= 8)
    info->orientation = (JxlOrientation) turn;
}

/* ---- Encoding. These functions return the problem, or NULL. ---- */

static char *
set_colours (Writing *writing)
{
  JxlColorEncoding numbers;
  const guint8    *profile;
  gsize            size;

  if (!writing->how->profile)
    {
      JxlColorEncodingSetToSRGB (&numbers, writing->info.num_color_channels == 1);
      JxlEncoderSetColorEncoding (writing->encoder, &numbers);
      return NULL;
    }
  profile = g_bytes_get_data (writing->how->profile, &size);
  return JxlEncoderSetICCProfile (writing->encoder, profile, size) == JXL_ENC_SUCCESS
           ? NULL
           : g_strdup (_ ("its colour profile cannot be stored there"));
}

static gboolean
set_up (Writing *writing)
{
  JxlEncoder *encoder = writing->encoder;

  /* In a container there is room for metadata. Deep pictures need level 10. */
  if (JxlEncoderSetParallelRunner (encoder, fddm_jxl_run, NULL) != JXL_ENC_SUCCESS ||
      JxlEncoderUseContainer (encoder, JXL_TRUE) != JXL_ENC_SUCCESS ||
      JxlEncoderSetBasicInfo (encoder, &writing->info) != JXL_ENC_SUCCESS ||
      (JxlEncoderGetRequiredCodestreamLevel (encoder) > 5 && JxlEncoderSetCodestreamLevel (encoder, 10) != JXL_ENC_SUCCESS))
    return FALSE;
  writing->settings = JxlEncoderFrameSettingsCreate (encoder, NULL);
  return writing->settings != NULL;
}

static char *
add_frame (Writing *writing)
{
  JxlEncoderFrameSettings *settings = writing->settings;

  JxlEncoderFrameSettingsSetOption (settings, JXL_ENC_FRAME_SETTING_EFFORT,
                                    writing->lossless ? EFFORT_LOSSLESS : EFFORT_LOSSY);
  JxlEncoderFrameSettingsSetOption (settings, JXL_ENC_FRAME_SETTING_KEEP_INVISIBLE, 1);
  if (writing->lossless)
    JxlEncoderSetFrameLossless (settings, JXL_TRUE);
  else
    JxlEncoderSetFrameDistance (settings, DISTANCE);
  if (JxlEncoderAddImageFrame (settings, &writing->layout, writing->pixels, writing->size) != JXL_ENC_SUCCESS)
    return g_strdup (_ ("not enough memory"));
  JxlEncoderCloseInput (writing->encoder);
  return NULL;
}

static char *
put_out (Writing *writing, FILE *file)
{
  g_autofree guint8 *bytes  = g_malloc (STEP);
  JxlEncoderStatus   status = JXL_ENC_NEED_MORE_OUTPUT;

  while (status == JXL_ENC_NEED_MORE_OUTPUT)
    {
      guint8 *next = bytes;
      gsize   left = STEP;

      status = JxlEncoderProcessOutput (writing->encoder, &next, &left);
      if (fwrite (bytes, 1, STEP - left, file) != STEP - left)
        return g_strdup (_ ("it could not be written whole; is the disk full?"));
    }
  return status == JXL_ENC_SUCCESS ? NULL : g_strdup (_ ("not enough memory"));
}

static char *
encode (Writing *writing, FILE *file)
{
  char *problem = set_up (writing) ? set_colours (writing) : g_strdup (_ ("not enough memory"));

  if (!problem)
    problem = add_frame (writing);
  return problem ? problem : put_out (writing, file);
}

char *
fddm_jxl_write (FILE *file, GeglBuffer *buffer, const FddmWriting *how)
{
  Writing writing = { .how = how };
  char   *problem = NULL;
  int     errors;

  describe (&writing, buffer);
  writing.size = (gsize) writing.info.xsize * writing.info.ysize * (gsize) babl_format_get_bytes_per_pixel (writing.format);
  writing.pixels  = g_try_malloc (writing.size);
  writing.encoder = JxlEncoderCreate (NULL);
  if (!writing.pixels || !writing.encoder)
    problem = g_strdup (_ ("not enough memory"));
  else
    {
      gegl_buffer_get (buffer, gegl_buffer_get_extent (buffer), 1.0, writing.format, writing.pixels, GEGL_AUTO_ROWSTRIDE,
                       GEGL_ABYSS_NONE);
      errors = fddm_graph_hush ();
      fddm_cli_on_interruption (fddm_graph_leave);
      problem = encode (&writing, file);
      fddm_cli_on_interruption (NULL);
      fddm_graph_unhush (errors);
    }
  g_free (writing.pixels);
  if (writing.encoder)
    JxlEncoderDestroy (writing.encoder);
  return problem;
}
