/* codec-heif.c: HEIC and AVIF files, by libheif: reading of them.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>
#include <glib/gi18n-lib.h>
#include "engine/program/program.h"
#include "engine/program/pictures/graph.h"
#include "engine/program/pictures/heif.h"
#include "engine/program/pictures/profile.h"
#include "engine/program/pictures/rows.h"

static char *
problem_of (struct heif_error error)
{
  if (error.code == heif_error_Ok)
    return NULL;
  if (error.subcode == heif_suberror_End_of_data)
    return g_strdup (_ ("it is cut off"));
  return g_strdup (error.message);
}

/* ---- Colours ---- */

/* Whether a transfer curve is near enough to that of sRGB for pictures that are shown on the same screens. */
static gboolean
is_like_srgb (enum heif_transfer_characteristics transfer)
{
  return transfer == heif_transfer_characteristic_ITU_R_BT_709_5 || transfer == heif_transfer_characteristic_unspecified ||
         transfer == heif_transfer_characteristic_ITU_R_BT_601_6 || transfer == heif_transfer_characteristic_IEC_61966_2_1 ||
         transfer == heif_transfer_characteristic_ITU_R_BT_2020_2_10bit ||
         transfer == heif_transfer_characteristic_ITU_R_BT_2020_2_12bit;
}

static const Babl *
space_of_numbers (struct heif_image_handle *handle, char **problem)
{
  struct heif_color_profile_nclx *numbers;
  const Babl                     *space = NULL;

  if (heif_image_handle_get_nclx_color_profile (handle, &numbers).code != heif_error_Ok)
    return NULL;
  if (!is_like_srgb (numbers->transfer_characteristics))
    *problem = g_strdup (_ ("its brightness is coded for HDR screens; convert it first"));
  else if (numbers->color_primaries != heif_color_primaries_ITU_R_BT_709_5 &&
           numbers->color_primaries != heif_color_primaries_unspecified)
    space = babl_space_from_chromaticities (
      NULL, numbers->color_primary_white_x, numbers->color_primary_white_y, numbers->color_primary_red_x,
      numbers->color_primary_red_y, numbers->color_primary_green_x, numbers->color_primary_green_y,
      numbers->color_primary_blue_x, numbers->color_primary_blue_y, babl_trc ("sRGB"), NULL, NULL, 1);
  heif_nclx_color_profile_free (numbers);
  return space;
}

static const Babl *
space_of (struct heif_image_handle *handle, FddmTraits *traits, char **problem)
{
  const gsize size = heif_image_handle_get_raw_color_profile_size (handle);
  guint8     *profile;

  if (size == 0)
    return space_of_numbers (handle, problem);
  profile = g_try_malloc (size);
  if (!profile || heif_image_handle_get_raw_color_profile (handle, profile).code != heif_error_Ok)
    {
      g_free (profile);
      return NULL;
    }
  traits->profile = g_bytes_new_take (profile, size);
  return fddm_profile_space (traits->profile);
}

/* ---- Pixels ---- */

/* Scales samples of BITS bits to 16. */
static void
widen (const guint16 *from, guint16 *to, gsize n, int bits)
{
  const guint32 most = (1u << bits) - 1;

  for (gsize i = 0; i < n; i++)
    to[i] = (guint16) ((MIN (from[i], most) * G_MAXUINT16 + most / 2) / most);
}

static GeglBuffer *
take_pixels (struct heif_image *image, gboolean alpha, const Babl *space, char **problem)
{
  const int      bits   = heif_image_get_bits_per_pixel_range (image, heif_channel_interleaved);
  const gboolean deep   = bits > 8;
  const Babl    *format = babl_format_with_space (
    deep ? (alpha ? "R'G'B'A u16" : "R'G'B' u16") : (alpha ? "R'G'B'A u8" : "R'G'B' u8"), space);
  g_autoptr (GeglBuffer) buffer = fddm_rows_buffer (heif_image_get_width (image, heif_channel_interleaved),
                                                    heif_image_get_height (image, heif_channel_interleaved), format,
                                                    problem);
  const guint8          *pixels;
  guint8                *row;
  int                    stride;
  FddmRows               rows;

  if (!buffer)
    return NULL;
  pixels = heif_image_get_plane_readonly (image, heif_channel_interleaved, &stride);
  if (!fddm_rows_init (&rows, buffer, format) || !pixels || bits > 16)
    {
      fddm_rows_clear (&rows);
      *problem = g_strdup (_ ("not enough memory"));
      return NULL;
    }
  for (; (row = fddm_rows_fill (&rows)); pixels += stride)
    if (deep)
      widen ((const guint16 *) (const void *) pixels, (guint16 *) (void *) row, rows.size / 2, bits);
    else
      memcpy (row, pixels, rows.size);
  fddm_rows_finish (&rows);
  fddm_rows_clear (&rows);
  return g_steal_pointer (&buffer);
}

static GeglBuffer *
read_handle (struct heif_image_handle *handle, FddmTraits *traits, char **problem)
{
  const gboolean     alpha  = heif_image_handle_has_alpha_channel (handle) != 0;
  const gboolean     deep   = heif_image_handle_get_luma_bits_per_pixel (handle) > 8;
  const gboolean     small  = G_BYTE_ORDER == G_LITTLE_ENDIAN;
  enum heif_chroma   wide   = small ? (alpha ? heif_chroma_interleaved_RRGGBBAA_LE : heif_chroma_interleaved_RRGGBB_LE)
                                    : (alpha ? heif_chroma_interleaved_RRGGBBAA_BE : heif_chroma_interleaved_RRGGBB_BE);
  enum heif_chroma   bytes  = alpha ? heif_chroma_interleaved_RGBA : heif_chroma_interleaved_RGB;
  const Babl        *space  = space_of (handle, traits, problem);
  struct heif_image *image  = NULL;
  GeglBuffer        *buffer = NULL;

  if (*problem)
    return NULL;
  fddm_cli_on_interruption (fddm_graph_leave);
  *problem = problem_of (heif_decode_image (handle, &image, heif_colorspace_RGB, deep ? wide : bytes, NULL));
  fddm_cli_on_interruption (NULL);
  if (!*problem)
    buffer = take_pixels (image, alpha, space, problem);
  heif_image_release (image);
  return buffer;
}

/* ---- Files ---- */

/* Returns a problem, or NULL. */
static char *
open_picture (struct heif_context *context, GBytes *bytes, struct heif_image_handle **handle)
{
  gsize         size;
  const guint8 *data    = g_bytes_get_data (bytes, &size);
  char         *problem = problem_of (heif_context_read_from_memory_without_copy (context, data, size, NULL));
  int           pages;

  if (problem)
    return problem;
  pages = heif_context_get_number_of_top_level_images (context);
  if (pages > 1)
    return g_strdup_printf (_ ("it has %d pages; save each as a file of its own"), pages);
  return problem_of (heif_context_get_primary_image_handle (context, handle));
}

/* The item ID of HANDLE's picture, or NULL. */
static GBytes *
item_of (const struct heif_image_handle *handle, heif_item_id id)
{
  const gsize        size  = heif_image_handle_get_metadata_size (handle, id);
  g_autofree guint8 *bytes = size > 0 ? g_try_malloc (size) : NULL;

  if (!bytes || heif_image_handle_get_metadata (handle, id, bytes).code != heif_error_Ok)
    return NULL;
  return g_bytes_new_take (g_steal_pointer (&bytes), size);
}

/* EXIF of HANDLE's picture, or NULL. */
static GBytes *
exif_of (const struct heif_image_handle *handle)
{
  heif_item_id       id;
  g_autoptr (GBytes) item = NULL;

  if (heif_image_handle_get_list_of_metadata_block_IDs (handle, "Exif", &id, 1) == 1)
    item = item_of (handle, id);
  return item ? fddm_picture_exif (item) : NULL;
}

/* XMP of HANDLE's picture, or NULL. */
static GBytes *
xmp_of (const struct heif_image_handle *handle)
{
  enum { ITEMS_MOST = 64 };
  heif_item_id ids[ITEMS_MOST];
  const int    n = heif_image_handle_get_list_of_metadata_block_IDs (handle, "mime", ids, ITEMS_MOST);

  for (int i = 0; i < n; i++)
    {
      const char *type = heif_image_handle_get_metadata_content_type (handle, ids[i]);

      if (type && strcmp (type, "application/rdf+xml") == 0)
        return item_of (handle, ids[i]);
    }
  return NULL;
}

/* The sampling of colours, as the decoder's configuration near the start of the file tells it: 444, 422 or 420; 0 = unknown. */
static int
chroma_of (GBytes *bytes)
{
  enum { FAR = 1 << 16 };
  gsize         size;
  const guint8 *data = g_bytes_get_data (bytes, &size);

  for (gsize i = 0; i + 24 < MIN (size, FAR); i++)
    {
      const guint8 *box = data + i + 4; /* behind its name */

      if (memcmp (data + i, "hvcC", 4) == 0)
        return (box[16] & 3) == 3 ? 444 : (box[16] & 3) == 2 ? 422 : 420;
      if (memcmp (data + i, "av1C", 4) == 0)
        return (box[2] & 4) != 0 ? 420 : (box[2] & 8) != 0 ? 422 : 444;
    }
  return 0;
}

static GeglBuffer *
read_heif (FILE *file, FddmTraits *traits, char **problem)
{
  g_autoptr (GBytes)        bytes   = fddm_picture_bytes (file, problem);
  struct heif_context      *context = heif_context_alloc ();
  struct heif_image_handle *handle  = NULL;
  GeglBuffer               *buffer  = NULL;

  if (bytes)
    *problem = open_picture (context, bytes, &handle);
  if (!*problem)
    {
      traits->exif        = exif_of (handle);
      traits->xmp         = xmp_of (handle);
      traits->orientation = 1; /* libheif turns the pixels */
      traits->bits        = heif_image_handle_get_luma_bits_per_pixel (handle);
      traits->chroma      = chroma_of (bytes);
      buffer              = read_handle (handle, traits, problem);
    }
  if (handle)
    heif_image_handle_release (handle);
  heif_context_free (context);
  return buffer;
}

static gboolean
has_brand (const guint8 *head, gsize size, const char *brand)
{
  return size >= 12 && memcmp (head + 4, "ftyp", 4) == 0 && memcmp (head + 8, brand, 4) == 0;
}

/* Sequences of pictures have brands of their own. */
static gboolean
is_heif (const guint8 *head, gsize size)
{
  return has_brand (head, size, "heic") || has_brand (head, size, "heix") || has_brand (head, size, "mif1");
}

static gboolean
is_avif (const guint8 *head, gsize size)
{
  return has_brand (head, size, "avif");
}

const FddmCodec fddm_codec_heif = { .name      = "HEIC",
                                    .endings   = { ".heic", ".heif", ".hif" },
                                    .loss      = FDDM_LOSS_LOSSY,
                                    .rgb       = TRUE,
                                    .upright   = TRUE,
                                    .bits_most = 10, /* more is for few decoders */
                                    .is        = is_heif,
                                    .read      = read_heif,
                                    .write     = fddm_heic_write,
                                    .missing   = fddm_heic_missing };

const FddmCodec fddm_codec_avif = { .name      = "AVIF",
                                    .endings   = { ".avif" },
                                    .loss      = FDDM_LOSS_LOSSY,
                                    .rgb       = TRUE,
                                    .upright   = TRUE,
                                    .bits_most = 12,
                                    .is        = is_avif,
                                    .read      = read_heif,
                                    .write     = fddm_avif_write,
                                    .missing   = fddm_avif_missing };
