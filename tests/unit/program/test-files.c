/* Whether picture files are whole, and how JPEGs are coded.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>
#include <glib.h>

#include "engine/files/jpeg.h"
#include "engine/files/whole.h"

#define BYTES(text) ((const guint8 *) (text)), sizeof (text) - 1

#define ZEROS_10  "\0\0\0\0\0\0\0\0\0\0"
#define ZEROS_50  ZEROS_10 ZEROS_10 ZEROS_10 ZEROS_10 ZEROS_10
#define ZEROS_500 ZEROS_50 ZEROS_50 ZEROS_50 ZEROS_50 ZEROS_50 ZEROS_50 ZEROS_50 ZEROS_50 ZEROS_50 ZEROS_50

/* Two rows of two bytes, of three planes; up to the reserved byte. */
#define PCX_HEAD "\x0a\5\1\x08\0\0\0\0\1\0\1\0" ZEROS_50 "\0\0"

/* For cards of 80 letters. */
#define SPACES_50 "                                                  "
#define BLANK_5   SPACES_50 SPACES_50 SPACES_50 SPACES_50 SPACES_50 SPACES_50 SPACES_50 SPACES_50

/* One column, two rows; the value of the compression comes between. */
#define EXR_HEAD "\x76\x2f\x31\x01\2\0\0\0compression\0compression\0\1\0\0\0"
#define EXR_SIZE "dataWindow\0box2i\0\x10\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1\0\0\0\0"

/* The smallest files of their kinds: a pixel or two. */
static const struct {
  const char   *name;
  const guint8 *bytes;
  gsize         size;
} files[] = {
  { "PNG", BYTES ("\x89PNG\r\n\x1a\n"
                  "\0\0\0\4IHDR....crc."
                  "\0\0\0\0IEND\xae\x42\x60\x82") },
  { "JPEG", BYTES ("\xff\xd8\xff\xe0\0\4..\xff\xda\0\4..data\xff\xd9") },
  { "JPEG with fill bytes", BYTES ("\xff\xd8\xff\xff\xff\xe0\0\4..\xff\xff\xda\0\4..data\xff\xff\xd9") },
  { "WebP", BYTES ("RIFF\x0c\0\0\0WEBPVP8 ....") },
  { "GIF", BYTES ("GIF89a\1\0\1\0\x80\0\0rgbRGB"
                  "\x21\xf9\4....\0"
                  "\x2c\0\0\0\0\1\0\1\0\0\2\2..\0;") },
  { "BMP", BYTES ("BM....\0\0\0\0\x36\0\0\0\x28\0\0\0\1\0\0\0\1\0\0\0\1\0\x18\0\0\0\0\0....................bgr.") },
  { "upside-down BMP", BYTES ("BM....\0\0\0\0\x36\0\0\0\x28\0\0\0\1\0\0\0\xff\xff\xff\xff\1\0\x18\0\0\0\0\0"
                              "....................bgr.") },
  { "PSD", BYTES ("8BPS\0\1......\0\3\0\0\0\1\0\0\0\2\0\x08\0\3\0\0\0\0\0\0\0\2..\0\0\0\0\0\0rrggbb") },
  { "packed PSD", BYTES ("8BPS\0\1......\0\1\0\0\0\2\0\0\0\2\0\x08\0\1\0\0\0\0\0\0\0\0\0\0\0\0\0\1\0\2\0\3...55") },
  { "TGA", BYTES ("\3\0\2\0\0\0\0\0....\1\0\2\0\x18\x20"
                  "id.bgrbgr") },
  { "TGA with runs", BYTES ("\0\0\x0a\0\0\0\0\0....\3\0\2\0\x18\x20"
                            "\x83"
                            "bgr\1bgrbgr") },
  { "TGA with a palette", BYTES ("\0\1\1\0\0\2\0\x18....\2\0\1\0\x08\x20"
                                 "bgrbgr\0\1") },
  { "TGA with a palette and runs", BYTES ("\0\1\x09\0\0\2\0\x18....\2\0\1\0\x08\x20"
                                          "bgrbgr\x81\1") },
  { "PCX", BYTES (PCX_HEAD "\0\3\2\0" ZEROS_50 ZEROS_10 "..\xc8.\xc1..") },
  { "SGI", BYTES ("\x01\xda\0\1\0\3\0\2\0\1\0\3" ZEROS_500 "rrggbb") },
  { "SGI with runs", BYTES ("\x01\xda\1\1\0\2\0\2\0\2\0\1" ZEROS_500 "\0\0\2\x10\0\0\2\x14\0\0\0\4\0\0\0\3"
                            "\2gg\0\2.g") },
  { "Sun raster", BYTES ("\x59\xa6\x6a\x95\0\0\0\3\0\0\0\2\0\0\0\x08\0\0\0\x08\0\0\0\1\0\0\0\1\0\0\0\2"
                         "..1234567.") },
  { "Sun raster with runs", BYTES ("\x59\xa6\x6a\x95\0\0\0\3\0\0\0\2\0\0\0\x08\0\0\0\x08\0\0\0\2\0\0\0\0\0\0\0\0"
                                   "\x80\3.\x80\0...") },
  { "FITS",
    BYTES ("SIMPLE  =                    T" SPACES_50 "BITPIX  =                  -16" SPACES_50
           "NAXIS   =                    2" SPACES_50 "NAXIS1  =                    3" SPACES_50
           "NAXIS2  =                    2" SPACES_50
           "END                           " SPACES_50 BLANK_5 BLANK_5 BLANK_5 BLANK_5 BLANK_5 BLANK_5 "112233445566") },
  { "JPEG XL", BYTES ("\0\0\0\x0cJXL \r\n\x87\n\0\0\0\x14"
                      "ftypjxl \0\0\0\0jxl \0\0\0\x0ejxlc\xff\x0a....") },
  { "OpenEXR", BYTES (EXR_HEAD "\0" EXR_SIZE "\x5b\0\0\0\0\0\0\0\x65\0\0\0\0\0\0\0"
                               "\0\0\0\0\2\0\0\0hf\1\0\0\0\2\0\0\0hf") },
  { "OpenEXR with zip", BYTES (EXR_HEAD "\3" EXR_SIZE "\x53\0\0\0\0\0\0\0"
                                        "\0\0\0\0\2\0\0\0hf") },
};

static void
test_a_file_is_whole_at_its_full_length_alone (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (files); i++)
    {
      g_test_message ("%s", files[i].name);
      g_assert_true (fddm_whole (files[i].bytes, files[i].size));
      for (gsize size = 19; size < files[i].size; size++)
        {
          g_autofree guint8 *cut = g_memdup2 (files[i].bytes, size); /* so that reading beyond it is seen */

          g_assert_false (fddm_whole (cut, size));
        }
    }
}

static void
test_what_follows_a_file_does_not_matter (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (files); i++)
    {
      g_autofree guint8 *longer = g_malloc0 (files[i].size + 9);

      memcpy (longer, files[i].bytes, files[i].size);
      g_assert_true (fddm_whole (longer, files[i].size + 9));
    }
}

/* Even of packed pixels, whose number of bytes no header tells. */
static void
test_header_beyond_the_end (void)
{
  guint8 bmp[60] = { 'B', 'M' };

  bmp[14] = 40;
  bmp[28] = 24;
  bmp[30] = 9; /* packing */
  g_assert_true (fddm_whole (bmp, sizeof bmp));
  bmp[17] = 0x8d;
  g_assert_false (fddm_whole (bmp, sizeof bmp));
}

static void
test_other_kinds_are_let_pass (void)
{
  g_assert_true (fddm_whole (BYTES ("")));
  g_assert_true (fddm_whole (BYTES ("P6 1 1 255 ")));
  g_assert_true (fddm_whole (BYTES ("not a picture, but longer than the header of one")));
}

/* A JPEG's head with one table of TABLE's steps, for brightness, and a frame with these SAMPLING factors. */
static GByteArray *
jpeg_head (const guint8 *table, guint8 frame, guint8 sampling)
{
  const guint8 frame_segment[] = { 0xff, frame, 0, 17, 8, 0, 1, 0, 1, 3, 1, sampling, 0, 2, 0x11, 1, 3, 0x11, 1 };
  GByteArray  *bytes           = g_byte_array_new ();

  g_byte_array_append (bytes, BYTES ("\xff\xd8\xff\xdb\0\x43\0"));
  g_byte_array_append (bytes, table, 64);
  g_byte_array_append (bytes, frame_segment, sizeof frame_segment);
  g_byte_array_append (bytes, BYTES ("\xff\xda\0\4..data\xff\xd9"));
  return bytes;
}

/* Brightness at quality 75 as libjpeg writes it. */
static const guint8 at_75[64] = { 8,  6,  6,  7,  6,  5,  8,  7,  7,  7,  9,  9,  8,  10, 12, 20, 13, 12, 11, 11, 12, 25,
                                  18, 19, 15, 20, 29, 26, 31, 30, 29, 26, 28, 28, 32, 36, 46, 39, 32, 34, 44, 35, 28, 28,
                                  40, 55, 41, 44, 48, 49, 52, 52, 52, 31, 39, 57, 61, 56, 50, 60, 46, 51, 52, 50 };

static void
test_quality_is_read_from_tables (void)
{
  static const struct {
    guint8 frame, sampling;
    int    across, down;
  } frames[] = { { 0xc0, 0x22, 2, 2 }, { 0xc2, 0x21, 2, 1 }, { 0xc1, 0x11, 1, 1 }, { 0xc0, 0x12, 1, 2 } };
  guint8        finer[64];
  FddmJpegStyle style;

  for (gsize i = 0; i < G_N_ELEMENTS (frames); i++)
    {
      g_autoptr (GByteArray) jpeg = jpeg_head (at_75, frames[i].frame, frames[i].sampling);

      g_assert_true (fddm_jpeg_style (jpeg->data, jpeg->len, &style));
      g_assert_cmpint (style.quality, ==, 75);
      g_assert_cmpint (style.across, ==, frames[i].across);
      g_assert_cmpint (style.down, ==, frames[i].down);
      g_assert_cmpint (style.progressive, ==, frames[i].frame == 0xc2);
      for (guint size = 0; size < jpeg->len; size++)
        {
          g_autofree guint8 *cut = g_memdup2 (jpeg->data, size);

          fddm_jpeg_style (cut, size, &style); /* reads nothing beyond */
        }
    }
  {
    g_autoptr (GByteArray) jpeg = jpeg_head (at_75, 0xc0, 0x22), filled = g_byte_array_new ();

    /* Fill bytes may stand in front of any marker (ITU-T T.81, B.1.1.2); here between the start and the table. */
    g_byte_array_append (filled, jpeg->data, 2);
    g_byte_array_append (filled, BYTES ("\xff\xff\xff"));
    g_byte_array_append (filled, jpeg->data + 2, jpeg->len - 2);
    g_assert_true (fddm_jpeg_style (filled->data, filled->len, &style));
    g_assert_cmpint (style.quality, ==, 75);
    g_assert_cmpint (style.across, ==, 2);
  }
  memcpy (finer, at_75, sizeof finer);
  finer[63]--; /* a camera's own table, finer in one place: 49 = 99 · 49 % */
  {
    g_autoptr (GByteArray) jpeg = jpeg_head (finer, 0xc0, 0x11);

    g_assert_true (fddm_jpeg_style (jpeg->data, jpeg->len, &style));
    g_assert_cmpint (style.quality, ==, 76); /* 99 · 48 % = 47.52, rounded 48; at 75 it is 50 */
  }
  g_assert_false (fddm_jpeg_style (BYTES ("\x89PNG\r\n\x1a\n"), &style));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/files/whole", test_a_file_is_whole_at_its_full_length_alone);
  g_test_add_func ("/files/longer", test_what_follows_a_file_does_not_matter);
  g_test_add_func ("/files/header-beyond-the-end", test_header_beyond_the_end);
  g_test_add_func ("/files/other", test_other_kinds_are_let_pass);
  g_test_add_func ("/files/jpeg", test_quality_is_read_from_tables);
  return g_test_run ();
}
