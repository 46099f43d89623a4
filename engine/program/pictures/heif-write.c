/* heif-write.c: see heif.h.
 * SPDX-License-Identifier: Apache-2.0 */
#include <omp.h>
#include <string.h>
#include <glib/gi18n-lib.h>
#include "engine/program/pictures/graph.h"
#include "engine/program/pictures/heif.h"
#include "engine/program/pictures/rows.h"
#include "engine/program/program.h"

#define QUALITY 95 /* above what phones and cameras choose */

typedef struct {
  enum heif_compression_format compression;
  const char                  *name, *package; /* for users; Debian's, with the encoder */
  const char                  *threads;        /* the encoder's parameter               */
  const char                  *effort[2];      /* a parameter and its value             */
} Kind;

static const Kind heic = { heif_compression_HEVC, "HEIC", "libheif-plugin-x265", "x265:pools", { "preset", "medium" } };
static const Kind avif = { heif_compression_AV1, "AVIF", "libheif-plugin-aomenc", "threads", { "speed", "6" } };

typedef struct {
  const Kind          *kind;
  const FddmWriting   *how;
  GeglBuffer          *buffer;
  const Babl          *format; /* 8 or 16 bits a sample */
  gboolean             alpha, gray;
  int                  bits; /* in the file */
  struct heif_context *context;
  struct heif_encoder *encoder;
  struct heif_image   *image;
} Writing;

/* These functions return the problem, or NULL. */

static char *
problem_of (struct heif_error error)
{
  if (error.code == heif_error_Ok)
    return NULL;
  return g_strdup (error.code == heif_error_Memory_allocation_error ? _ ("not enough memory") : error.message);
}

static char *
missing (const Kind *kind)
{
  if (heif_have_encoder_for_format (kind->compression))
    return NULL;
  /* translators: a format, such as HEIC, and the name of a package */
  return g_strdup_printf (_ ("libheif has no encoder for %s here; install the package %s"), kind->name, kind->package);
}

char *
fddm_heic_missing (void)
{
  return missing (&heic);
}

char *
fddm_avif_missing (void)
{
  return missing (&avif);
}

static void
describe (Writing *writing)
{
  const FddmTraits *traits = writing->how->traits;
  const Babl       *own    = gegl_buffer_get_format (writing->buffer);
  const gboolean    deep   = babl_format_get_type (own, 0) != babl_type ("u8");
  const int         most   = writing->kind == &heic ? fddm_codec_heif.bits_most : fddm_codec_avif.bits_most;

  writing->format = fddm_rows_format (writing->buffer, deep ? "u16" : "u8", FDDM_ROWS_ALPHA);
  writing->alpha  = babl_format_has_alpha (writing->format) != 0;
  writing->gray   = fddm_rows_is_gray (own) != 0;
  writing->bits   = !deep ? 8 : traits->bits > 8 && traits->bits <= 12 ? traits->bits : most;
}

/* ---- The picture ---- */

/* Scales samples of 16 bits to BITS. */
static void
narrow (const guint16 *from, guint16 *to, gsize n, int bits)
{
  const guint32 most = (1u << bits) - 1;

  for (gsize i = 0; i < n; i++)
    to[i] = GUINT16_TO_LE ((guint16) ((from[i] * most + G_MAXUINT16 / 2) / G_MAXUINT16));
}

static char *
fill (Writing *writing)
{
  FddmRows    rows;
  const void *row;
  int         stride;
  guint8     *to     = heif_image_get_plane (writing->image, heif_channel_interleaved, &stride);
  gboolean    enough = fddm_rows_init (&rows, writing->buffer, writing->format) && to;

  for (; enough && (row = fddm_rows_read (&rows)); to += stride)
    if (writing->bits > 8)
      narrow (row, (guint16 *) (void *) to, rows.size / 2, writing->bits);
    else
      memcpy (to, row, rows.size);
  fddm_rows_clear (&rows);
  return enough ? NULL : g_strdup (_ ("not enough memory"));
}

static char *
make_image (Writing *writing)
{
  const int              width = gegl_buffer_get_width (writing->buffer), height = gegl_buffer_get_height (writing->buffer);
  const enum heif_chroma bytes   = writing->alpha ? heif_chroma_interleaved_RGBA : heif_chroma_interleaved_RGB;
  const enum heif_chroma wide    = writing->alpha ? heif_chroma_interleaved_RRGGBBAA_LE : heif_chroma_interleaved_RRGGBB_LE;
  char                  *problem = problem_of (
    heif_image_create (width, height, heif_colorspace_RGB, writing->bits > 8 ? wide : bytes, &writing->image));

  if (!problem)
    problem = problem_of (heif_image_add_plane (writing->image, heif_channel_interleaved, width, height, writing->bits));
  return problem ? problem : fill (writing);
}

/* Colours are told by the PROFILE of the picture, or are those of sRGB. */
static char *
set_colours (Writing *writing, struct heif_color_profile_nclx *numbers)
{
  GBytes *profile = writing->how->profile;

  numbers->matrix_coefficients      = heif_matrix_coefficients_ITU_R_BT_601_6; /* as JPEG's */
  numbers->full_range_flag          = 1;
  numbers->color_primaries          = profile ? heif_color_primaries_unspecified : heif_color_primaries_ITU_R_BT_709_5;
  numbers->transfer_characteristics = profile ? heif_transfer_characteristic_unspecified
                                              : heif_transfer_characteristic_IEC_61966_2_1;
  if (!profile)
    return problem_of (heif_image_set_nclx_color_profile (writing->image, numbers));
  return problem_of (
    heif_image_set_raw_color_profile (writing->image, "prof", g_bytes_get_data (profile, NULL), g_bytes_get_size (profile)));
}

/* ---- The encoder ---- */

/* Colours as fine as the original has them; half of them only where that is known to have no more. */
static const char *
choose_chroma (const Writing *writing)
{
  const FddmTraits     *traits = writing->how->traits;
  const FddmJpegCoding *jpeg   = &traits->jpeg;

  if (writing->gray || traits->chroma == 420 ||
      (jpeg->known && !jpeg->rgb && jpeg->components == 3 && jpeg->across[0] == 2 * jpeg->across[1] &&
       jpeg->down[0] == 2 * jpeg->down[1]))
    return "420";
  return traits->chroma == 422 ? "422" : "444";
}

/* Alpha stays to the bit: by itself where the encoder can, otherwise with the whole picture. */
static char *
set_encoder (Writing *writing)
{
  struct heif_encoder *encoder = writing->encoder;
  g_autofree char     *threads = g_strdup_printf ("%d", omp_get_max_threads ());
  char                *problem = problem_of (heif_encoder_set_lossy_quality (encoder, QUALITY));

  if (!problem && writing->alpha && heif_encoder_set_parameter (encoder, "lossless-alpha", "true").code != heif_error_Ok)
    problem = problem_of (heif_encoder_set_lossless (encoder, 1));
  if (!problem)
    problem = problem_of (heif_encoder_set_parameter_string (encoder, "chroma", choose_chroma (writing)));
  /* Other encoders have other parameters. */
  (void) heif_encoder_set_parameter (encoder, writing->kind->threads, threads);
  (void) heif_encoder_set_parameter (encoder, writing->kind->effort[0], writing->kind->effort[1]);
  return problem;
}

/* ---- The file ---- */

static struct heif_error
put_out (G_GNUC_UNUSED struct heif_context *context, const void *data, size_t size, void *file)
{
  const gboolean whole = fwrite (data, 1, size, file) == size;

  return (struct heif_error) { .code    = whole ? heif_error_Ok : heif_error_Encoding_error,
                               .subcode = whole ? heif_suberror_Unspecified : heif_suberror_Cannot_write_output_data,
                               .message = whole ? "" : _ ("it could not be written whole; is the disk full?") };
}

static char *
add_metadata (Writing *writing, const struct heif_image_handle *handle)
{
  GBytes *exif = writing->how->exif, *xmp = writing->how->xmp;
  char   *problem = NULL;

  if (exif)
    problem = problem_of (heif_context_add_exif_metadata (writing->context, handle, g_bytes_get_data (exif, NULL),
                                                          (int) g_bytes_get_size (exif)));
  if (!problem && xmp)
    problem = problem_of (
      heif_context_add_XMP_metadata (writing->context, handle, g_bytes_get_data (xmp, NULL), (int) g_bytes_get_size (xmp)));
  return problem;
}

static char *
encode (Writing *writing, struct heif_color_profile_nclx *numbers)
{
  struct heif_encoding_options *options = heif_encoding_options_alloc ();
  struct heif_image_handle     *handle  = NULL;
  char                         *problem;

  options->output_nclx_profile = numbers;
  problem = problem_of (heif_context_encode_image (writing->context, writing->image, writing->encoder, options, &handle));
  if (!problem)
    problem = add_metadata (writing, handle);
  if (handle)
    heif_image_handle_release (handle);
  heif_encoding_options_free (options);
  return problem;
}

static char *
write_picture (Writing *writing, FILE *file)
{
  struct heif_writer              writer  = { .writer_api_version = 1, .write = put_out };
  struct heif_color_profile_nclx *numbers = heif_nclx_color_profile_alloc ();
  char                           *problem = missing (writing->kind);

  if (!problem)
    problem = problem_of (
      heif_context_get_encoder_for_format (writing->context, writing->kind->compression, &writing->encoder));
  if (!problem)
    problem = set_encoder (writing);
  if (!problem)
    problem = make_image (writing);
  if (!problem)
    problem = set_colours (writing, numbers);
  if (!problem && !fddm_cli_interrupted ())
    problem = encode (writing, numbers);
  if (!problem && !fddm_cli_interrupted ())
    problem = problem_of (heif_context_write (writing->context, &writer, file));
  heif_nclx_color_profile_free (numbers);
  return problem;
}

static char *
write_kind (const Kind *kind, FILE *file, GeglBuffer *buffer, const FddmWriting *how)
{
  Writing   writing = { .kind = kind, .how = how, .buffer = buffer, .context = heif_context_alloc () };
  const int errors  = fddm_graph_hush ();
  char     *problem;

  describe (&writing);
  fddm_cli_on_interruption (fddm_graph_leave);
  problem = write_picture (&writing, file);
  fddm_cli_on_interruption (NULL);
  fddm_graph_unhush (errors);
  if (writing.image)
    heif_image_release (writing.image);
  if (writing.encoder)
    heif_encoder_release (writing.encoder);
  heif_context_free (writing.context);
  return problem;
}

char *
fddm_heic_write (FILE *file, GeglBuffer *buffer, const FddmWriting *how)
{
  return write_kind (&heic, file, buffer, how);
}

char *
fddm_avif_write (FILE *file, GeglBuffer *buffer, const FddmWriting *how)
{
  return write_kind (&avif, file, buffer, how);
}
