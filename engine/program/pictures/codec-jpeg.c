/* codec-jpeg.c: JPEG files, by libjpeg.
 * SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdio.h>
#include <string.h>
#include <jpeglib.h>
#include <jerror.h>
#include <glib/gi18n-lib.h>
#include "engine/program/program.h"
#include "engine/program/pictures/codec.h"
#include "engine/program/pictures/profile.h"
#include "engine/program/pictures/rows.h"

#define QUALITY    95  /* of pictures that were not JPEGs */
#define FULL_FROM  90  /* quality from which such pictures keep their whole chroma */
#define SCANS_MOST 4e9 /* bytes: libjpeg keeps the coefficients of files with several scans */
#define PADDING    4   /* bytes: some cameras pad the compressed data */

/* ---- Errors ---- */

typedef struct {
  struct jpeg_error_mgr    manager; /* first: libjpeg knows only this */
  jmp_buf                  out;
  char                    *problem;
  struct jpeg_progress_mgr progress;
} Errors;

static void
give_up (j_common_ptr jpeg)
{
  Errors *errors = (Errors *) jpeg->err;
  char    message[JMSG_LENGTH_MAX];

  jpeg->err->format_message (jpeg, message);
  if (!errors->problem)
    errors->problem = g_strdup (message);
  longjmp (errors->out, 1);
}

/* libjpeg fills missing and damaged data with gray and warns. */
static void
take_message (j_common_ptr jpeg, int level)
{
  Errors *errors = (Errors *) jpeg->err;

  if (level >= 0 || errors->problem)
    return;
  switch (jpeg->err->msg_code)
    {
    case JWRN_JPEG_EOF: errors->problem = g_strdup (_ ("it is cut off")); break;
    case JWRN_EXTRANEOUS_DATA:
      if (jpeg->err->msg_parm.i[0] <= PADDING)
        break;
      G_GNUC_FALLTHROUGH;
    case JWRN_HIT_MARKER:
    case JWRN_HUFF_BAD_CODE:
    case JWRN_MUST_RESYNC:
    case JWRN_ARITH_BAD_CODE:
    case JWRN_BOGUS_PROGRESSION: errors->problem = g_strdup (_ ("it is damaged")); break;
    default: break;
    }
}

/* Called often, also while libjpeg gathers the scans of a progressive file. */
static void
check_interruption (j_common_ptr jpeg)
{
  if (fddm_cli_interrupted ())
    longjmp (((Errors *) jpeg->err)->out, 1);
}

static struct jpeg_error_mgr *
catch_errors (Errors *errors)
{
  errors->progress.progress_monitor = check_interruption;
  jpeg_std_error (&errors->manager);
  errors->manager.error_exit   = give_up;
  errors->manager.emit_message = take_message;
  return &errors->manager;
}

/* ---- Reading ---- */

typedef struct {
  struct jpeg_decompress_struct jpeg;
  Errors                        errors;
  FILE                         *file;
  FddmTraits                   *traits;
  GeglBuffer                   *buffer;
  FddmRows                      rows;
} Reading;

static void
note_coding (struct jpeg_decompress_struct *jpeg, FddmJpegCoding *coding)
{
  *coding = (FddmJpegCoding) { .known       = TRUE,
                               .progressive = jpeg->progressive_mode != 0,
                               .rgb         = jpeg->jpeg_color_space == JCS_RGB,
                               .components  = jpeg->num_components };
  for (int i = 0; i < MIN (jpeg->num_components, 3); i++)
    {
      const jpeg_component_info *component = &jpeg->comp_info[i];
      /* A component's table is valid from its first scan; the numbered ones may change between scans. */
      const JQUANT_TBL *table = component->quant_table ? component->quant_table
                                                       : jpeg->quant_tbl_ptrs[component->quant_tbl_no & 3];

      coding->table[i]  = component->quant_tbl_no & 3;
      coding->across[i] = component->h_samp_factor;
      coding->down[i]   = component->v_samp_factor;
      for (int k = 0; table && k < 64; k++)
        coding->tables[coding->table[i]][k] = (guint16) CLAMP (table->quantval[k], 1, 255);
      coding->known = coding->known && table;
    }
}

static void
note_rest (struct jpeg_decompress_struct *jpeg, FddmTraits *traits)
{
  const double per_metre = jpeg->density_unit == 1 ? 1 / FDDM_METRES_PER_INCH : jpeg->density_unit == 2 ? 100 : 0;
  JOCTET      *profile;
  unsigned     size;

  if (jpeg->saw_JFIF_marker)
    {
      traits->resolution[0] = jpeg->X_density * per_metre;
      traits->resolution[1] = jpeg->Y_density * per_metre;
    }
  if (jpeg_read_icc_profile (jpeg, &profile, &size))
    traits->profile = g_bytes_new_with_free_func (profile, size, free, profile);
  for (jpeg_saved_marker_ptr marker = jpeg->marker_list; marker; marker = marker->next)
    if (marker->marker == JPEG_COM)
      {
        if (!traits->comments)
          traits->comments = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
        g_ptr_array_add (traits->comments, g_bytes_new (marker->data, marker->data_length));
      }
}

/* Leaves by longjmp on errors. */
static void
decode (Reading *reading)
{
  struct jpeg_decompress_struct *jpeg = &reading->jpeg;
  const Babl                    *format;

  jpeg_stdio_src (jpeg, reading->file);
  jpeg_save_markers (jpeg, JPEG_APP0 + 2, 0xffff);
  jpeg_save_markers (jpeg, JPEG_COM, 0xffff);
  jpeg_read_header (jpeg, TRUE);
  note_rest (jpeg, reading->traits);
  if (reading->errors.problem) /* a warning, that it is damaged */
    return;
  if (jpeg->num_components != 1 && jpeg->num_components != 3)
    {
      reading->errors.problem = g_strdup (_ ("its colours are CMYK; convert it to RGB first"));
      return;
    }
  if (jpeg_has_multiple_scans (jpeg) && 2.0 * jpeg->image_width * jpeg->image_height * jpeg->num_components > SCANS_MOST)
    {
      reading->errors.problem = g_strdup (_ ("not enough memory"));
      return;
    }
  jpeg->out_color_space = jpeg->num_components == 1 ? JCS_GRAYSCALE : JCS_RGB;
  format                = babl_format_with_space (jpeg->num_components == 1 ? "Y' u8" : "R'G'B' u8",
                                   fddm_profile_space (reading->traits->profile));
  reading->buffer = fddm_rows_buffer (jpeg->image_width, jpeg->image_height, format, &reading->errors.problem);
  if (!reading->buffer)
    return;
  if (!fddm_rows_init (&reading->rows, reading->buffer, format))
    {
      reading->errors.problem = g_strdup (_ ("not enough memory"));
      return;
    }
  jpeg_start_decompress (jpeg);
  note_coding (jpeg, &reading->traits->jpeg);
  while (jpeg->output_scanline < jpeg->output_height)
    {
      JSAMPROW row = fddm_rows_fill (&reading->rows);

      if (!row)
        return;
      jpeg_read_scanlines (jpeg, &row, 1);
    }
  jpeg_finish_decompress (jpeg);
  fddm_rows_finish (&reading->rows);
}

static void
decode_safely (Reading *reading)
{
  if (setjmp (reading->errors.out) == 0)
    decode (reading);
}

static GeglBuffer *
read_jpeg (FILE *file, FddmTraits *traits, char **problem)
{
  Reading reading = { .file = file, .traits = traits };

  reading.jpeg.err = catch_errors (&reading.errors);
  jpeg_create_decompress (&reading.jpeg);
  reading.jpeg.progress = &reading.errors.progress;
  decode_safely (&reading);
  jpeg_destroy_decompress (&reading.jpeg);
  fddm_rows_clear (&reading.rows);
  if (reading.errors.problem)
    g_clear_object (&reading.buffer);
  *problem = reading.errors.problem;
  return reading.buffer;
}

/* ---- Writing ---- */

typedef struct {
  struct jpeg_compress_struct jpeg;
  Errors                      errors;
  FILE                       *file;
  const FddmWriting          *how;
  FddmRows                    rows;
} Writing;

/* The same tables and sampling as the original, so that nothing is lost beyond what it had lost. */
static void
code_like (struct jpeg_compress_struct *jpeg, const FddmJpegCoding *coding)
{
  if (coding->rgb && jpeg->num_components == 3)
    jpeg_set_colorspace (jpeg, JCS_RGB);
  for (int i = 0; i < MIN (jpeg->num_components, coding->components); i++)
    {
      unsigned             table[64];
      jpeg_component_info *component = &jpeg->comp_info[i];

      for (int k = 0; k < 64; k++)
        table[k] = coding->tables[coding->table[i]][k];
      jpeg_add_quant_table (jpeg, coding->table[i], table, 100, TRUE);
      component->quant_tbl_no  = coding->table[i];
      component->h_samp_factor = jpeg->num_components == 1 ? 1 : coding->across[i];
      component->v_samp_factor = jpeg->num_components == 1 ? 1 : coding->down[i];
    }
  if (coding->progressive)
    jpeg_simple_progression (jpeg);
}

static void
choose_coding (struct jpeg_compress_struct *jpeg, const FddmWriting *how)
{
  const FddmJpegCoding *coding = &how->traits->jpeg;
  const gboolean        alike  = coding->known && (jpeg->num_components == 1 || coding->components == 3);

  jpeg->optimize_coding = TRUE;
  jpeg_set_quality (jpeg, how->quality ? how->quality : QUALITY, TRUE);
  if (!how->quality && alike)
    code_like (jpeg, coding);
  else if (!how->quality || how->quality >= FULL_FROM || (coding->known && coding->across[0] == 1 && coding->down[0] == 1))
    jpeg->comp_info[0].h_samp_factor = jpeg->comp_info[0].v_samp_factor = 1;
}

static void
choose_density (struct jpeg_compress_struct *jpeg, const double resolution[2])
{
  const double across = resolution[0] * FDDM_METRES_PER_INCH, down = resolution[1] * FDDM_METRES_PER_INCH;

  if (across < 1 || down < 1 || across > G_MAXUINT16 || down > G_MAXUINT16)
    return;
  jpeg->density_unit = 1;
  jpeg->X_density    = (UINT16) (across + 0.5);
  jpeg->Y_density    = (UINT16) (down + 0.5);
}

static void
write_extras (struct jpeg_compress_struct *jpeg, const FddmWriting *how)
{
  gsize       size;
  const void *data;

  if (how->profile)
    {
      data = g_bytes_get_data (how->profile, &size);
      jpeg_write_icc_profile (jpeg, data, (unsigned) size);
    }
  for (guint i = 0; how->traits->comments && i < how->traits->comments->len; i++)
    {
      data = g_bytes_get_data (how->traits->comments->pdata[i], &size);
      jpeg_write_marker (jpeg, JPEG_COM, data, (unsigned) size);
    }
}

/* Leaves by longjmp on errors. */
static void
encode (Writing *writing)
{
  struct jpeg_compress_struct *jpeg = &writing->jpeg;

  jpeg_stdio_dest (jpeg, writing->file);
  jpeg->image_width      = (JDIMENSION) writing->rows.width;
  jpeg->image_height     = (JDIMENSION) writing->rows.height;
  jpeg->input_components = babl_format_get_n_components (writing->rows.format);
  jpeg->in_color_space   = jpeg->input_components == 1 ? JCS_GRAYSCALE : JCS_RGB;
  jpeg_set_defaults (jpeg);
  choose_coding (jpeg, writing->how);
  choose_density (jpeg, writing->how->traits->resolution);
  jpeg_start_compress (jpeg, TRUE);
  write_extras (jpeg, writing->how);
  for (JSAMPROW row; jpeg->next_scanline < jpeg->image_height;)
    {
      row = fddm_rows_read (&writing->rows);
      if (!row)
        return;
      jpeg_write_scanlines (jpeg, &row, 1);
    }
  jpeg_finish_compress (jpeg);
}

static void
encode_safely (Writing *writing)
{
  if (setjmp (writing->errors.out) == 0)
    encode (writing);
}

static char *
write_jpeg (FILE *file, GeglBuffer *buffer, const FddmWriting *how)
{
  Writing writing = { .file = file, .how = how };

  if (!fddm_rows_init (&writing.rows, buffer, fddm_rows_format (buffer, "u8", FDDM_ROWS_GRAY)))
    return g_strdup (_ ("not enough memory"));
  writing.jpeg.err = catch_errors (&writing.errors);
  jpeg_create_compress (&writing.jpeg);
  writing.jpeg.progress = &writing.errors.progress;
  encode_safely (&writing);
  jpeg_destroy_compress (&writing.jpeg);
  fddm_rows_clear (&writing.rows);
  return writing.errors.problem;
}

static gboolean
is_jpeg (const guint8 *head, gsize size)
{
  return size >= 3 && memcmp (head, "\xff\xd8\xff", 3) == 0;
}

const FddmCodec fddm_codec_jpeg = { .name      = "JPEG",
                                    .endings   = { ".jpg", ".jpeg", ".jpe", ".jfif" },
                                    .loss      = FDDM_LOSS_LOSSY,
                                    .opaque    = TRUE,
                                    .side_most = JPEG_MAX_DIMENSION,
                                    .is        = is_jpeg,
                                    .read      = read_jpeg,
                                    .write     = write_jpeg };
