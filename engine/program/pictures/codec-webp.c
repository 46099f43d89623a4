/* codec-webp.c: WebP files, by libwebp.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>
#include <webp/decode.h>
#include <webp/encode.h>
#include <webp/mux.h>
#include <glib/gi18n-lib.h>
#include "engine/files/cursor.h"
#include "engine/files/webp-quality.h"
#include "engine/program/pictures/codec.h"
#include "engine/program/pictures/profile.h"
#include "engine/program/pictures/rows.h"
#include "engine/program/program.h"

#define QUALITY 95        /* of pictures that were not WebP */
#define STEP    (1 << 18) /* bytes given to the decoder at a time */

/* ---- Reading ---- */

static void
note_traits (const WebPData *data, FddmTraits *traits)
{
  FddmCursor       at    = { data->bytes, data->size, 4 };
  const guint64    end   = fddm_cursor_little (&at, 4) + 8;
  const WebPData   whole = { data->bytes, MIN (data->size, end) }; /* libwebpmux wants no more */
  WebPMux         *mux   = WebPMuxCreate (&whole, 0);
  WebPMuxFrameInfo first = { 0 };
  WebPData         profile;

  if (!mux)
    return;
  if (WebPMuxGetChunk (mux, "ICCP", &profile) == WEBP_MUX_OK)
    traits->profile = g_bytes_new (profile.bytes, profile.size);
  if (WebPMuxGetFrame (mux, 1, &first) == WEBP_MUX_OK)
    traits->quality = fddm_webp_quality (first.bitstream.bytes, first.bitstream.size);
  WebPDataClear (&first.bitstream);
  WebPMuxDelete (mux);
}

/* Decodes by steps, so that the user can interrupt. Returns a problem, or NULL. */
static char *
decode (const WebPData *data, WebPDecoderConfig *config)
{
  WebPIDecoder *decoder = WebPIDecode (NULL, 0, config);
  VP8StatusCode status  = VP8_STATUS_SUSPENDED;

  for (gsize at = 0; decoder && status == VP8_STATUS_SUSPENDED && at < data->size && !fddm_cli_interrupted ();)
    {
      at     = MIN (at + STEP, data->size);
      status = WebPIUpdate (decoder, data->bytes, at);
    }
  WebPIDelete (decoder);
  if (status == VP8_STATUS_OK || fddm_cli_interrupted ())
    return NULL;
  if (status == VP8_STATUS_SUSPENDED || status == VP8_STATUS_NOT_ENOUGH_DATA)
    return g_strdup (_ ("it is cut off"));
  return g_strdup (status == VP8_STATUS_OUT_OF_MEMORY ? _ ("not enough memory") : _ ("it is damaged"));
}

static GeglBuffer *
read_bitstream (const WebPData *data, WebPDecoderConfig *config, FddmTraits *traits, char **problem)
{
  const gboolean alpha  = config->input.has_alpha != 0;
  const Babl    *format = babl_format_with_space (alpha ? "R'G'B'A u8" : "R'G'B' u8", fddm_profile_space (traits->profile));
  g_autoptr (GeglBuffer) buffer = fddm_rows_buffer (config->input.width, config->input.height, format, problem);
  const WebPRGBABuffer  *pixels = &config->output.u.RGBA;

  if (!buffer)
    return NULL;
  config->output.colorspace = alpha ? MODE_RGBA : MODE_RGB;
  *problem                  = decode (data, config);
  if (!*problem && !fddm_cli_interrupted ())
    gegl_buffer_set (buffer, NULL, 0, format, pixels->rgba, pixels->stride);
  WebPFreeDecBuffer (&config->output);
  return *problem ? NULL : g_steal_pointer (&buffer);
}

static GeglBuffer *
read_webp (FILE *file, FddmTraits *traits, char **problem)
{
  g_autoptr (GBytes) bytes = fddm_picture_bytes (file, problem);
  WebPDecoderConfig  config;
  WebPData           data;

  if (!bytes)
    return NULL;
  data.bytes = g_bytes_get_data (bytes, &data.size);
  WebPInitDecoderConfig (&config);
  switch (WebPGetFeatures (data.bytes, data.size, &config.input))
    {
    case VP8_STATUS_OK: break;
    case VP8_STATUS_NOT_ENOUGH_DATA: *problem = g_strdup (_ ("it is cut off")); return NULL;
    default: *problem = g_strdup (_ ("it is damaged")); return NULL;
    }
  if (config.input.has_animation)
    {
      *problem = g_strdup (_ ("it is an animation"));
      return NULL;
    }
  traits->lossless = config.input.format == 2;
  note_traits (&data, traits);
  return read_bitstream (&data, &config, traits, problem);
}

/* ---- Writing ---- */

static int
go_on (G_GNUC_UNUSED int percent, G_GNUC_UNUSED const WebPPicture *picture)
{
  return !fddm_cli_interrupted ();
}

/* Returns a problem, or NULL. */
static char *
import (WebPPicture *picture, GeglBuffer *buffer)
{
  const Babl        *format = fddm_rows_format (buffer, "u8", FDDM_ROWS_ALPHA);
  const int          bytes  = babl_format_get_bytes_per_pixel (format);
  g_autofree guint8 *pixels = g_try_malloc_n ((gsize) picture->height, (gsize) picture->width * (gsize) bytes);
  gboolean           done;

  if (!pixels)
    return g_strdup (_ ("not enough memory"));
  gegl_buffer_get (buffer, gegl_buffer_get_extent (buffer), 1.0, format, pixels, GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
  done = bytes == 4 ? WebPPictureImportRGBA (picture, pixels, picture->width * bytes)
                    : WebPPictureImportRGB (picture, pixels, picture->width * bytes);
  return done ? NULL : g_strdup (_ ("not enough memory"));
}

/* Adds PROFILE to the file in WRITER. Returns a problem, or NULL. */
static char *
assemble (WebPMemoryWriter *writer, GBytes *profile, FILE *file)
{
  WebPData encoded = { writer->mem, writer->size }, assembled = { 0 }, icc;
  WebPMux *mux     = WebPMuxCreate (&encoded, 0);
  char    *problem = NULL;

  if (mux && profile)
    {
      icc.bytes = g_bytes_get_data (profile, &icc.size);
      WebPMuxSetChunk (mux, "ICCP", &icc, 0);
    }
  if (!mux || WebPMuxAssemble (mux, &assembled) != WEBP_MUX_OK)
    problem = g_strdup (_ ("not enough memory"));
  else if (fwrite (assembled.bytes, 1, assembled.size, file) != assembled.size)
    problem = g_strdup (_ ("it could not be written whole; is the disk full?"));
  WebPDataClear (&assembled);
  WebPMuxDelete (mux);
  return problem;
}

static void
choose_coding (WebPConfig *config, const FddmTraits *traits)
{
  WebPConfigInit (config);
  config->exact    = TRUE; /* colours under transparent pixels stay */
  config->lossless = traits->lossless;
  config->quality  = traits->lossless ? 75 /* effort */ : (float) (traits->quality > 0 ? traits->quality : QUALITY);
}

static char *
write_webp (FILE *file, GeglBuffer *buffer, const FddmWriting *how)
{
  WebPConfig       config;
  WebPPicture      picture;
  WebPMemoryWriter writer;
  char            *problem;

  choose_coding (&config, how->traits);
  WebPPictureInit (&picture);
  picture.use_argb = config.lossless;
  picture.width    = gegl_buffer_get_width (buffer);
  picture.height   = gegl_buffer_get_height (buffer);
  if (picture.width > WEBP_MAX_DIMENSION || picture.height > WEBP_MAX_DIMENSION)
    return g_strdup_printf (_ ("WebP pictures have at most %d × %d pixels"), WEBP_MAX_DIMENSION, WEBP_MAX_DIMENSION);
  problem = import (&picture, buffer);
  WebPMemoryWriterInit (&writer);
  picture.writer        = WebPMemoryWrite;
  picture.custom_ptr    = &writer;
  picture.progress_hook = go_on;
  if (!problem && !WebPEncode (&config, &picture) && !fddm_cli_interrupted ())
    problem = g_strdup (picture.error_code == VP8_ENC_ERROR_OUT_OF_MEMORY ? _ ("not enough memory") : _ ("it is damaged"));
  if (!problem && !fddm_cli_interrupted ())
    problem = assemble (&writer, how->profile, file);
  WebPPictureFree (&picture);
  WebPMemoryWriterClear (&writer);
  return problem;
}

static gboolean
is_webp (const guint8 *head, gsize size)
{
  return size >= 12 && memcmp (head, "RIFF", 4) == 0 && memcmp (head + 8, "WEBP", 4) == 0;
}

const FddmCodec fddm_codec_webp = { .name      = "WebP",
                                    .endings   = { ".webp" },
                                    .loss      = FDDM_LOSS_LOSSY,
                                    .rgb       = TRUE,
                                    .side_most = WEBP_MAX_DIMENSION,
                                    .is        = is_webp,
                                    .read      = read_webp,
                                    .write     = write_webp };
