/* weights-file.h: a small weights file in memory, to be damaged by tests.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <string.h>
#include <glib.h>

/* One gray pixel a patch (C = 1); 4 values after the input: convolutions, a residual sum, a concatenation.
 * ' stands for " in the header, ` for \" inside the metadata's strings. */
#define LAYERS                                                                  \
  "[{`op`:`conv3x3`,`in`:`input`,`out`:`h`,`weights`:`a`,`activation`:`relu`}," \
  "{`op`:`conv1x1`,`in`:`h`,`out`:`h`,`weights`:`b`,`residual`:`h`},"           \
  "{`op`:`concat`,`in`:[`h`,`input`],`out`:`both`},"                            \
  "{`op`:`conv3x3`,`in`:`both`,`out`:`y`,`weights`:`c`}]"
#define METADATA                                                                                                 \
  "'__metadata__':{'format':'fddm/1','kind':'denoise','name':'tiny','patch':'1','channels':'1','colour':'gray'," \
  "'k_grid':'open','temperature':'0.5','mu_range':'[-4, 8.5]','noise_range':'[0.002, 1]','licence':'CC0',"       \
  "'difficulty':'{`log_s`: [-2, -1, 0], `error`: [0.5, 0.25, 0]}','layers':'" LAYERS "'}"
#define TENSORS                                                            \
  "'coef_mean':{'dtype':'F32','shape':[1],'data_offsets':[0,4]},"          \
  "'coef_var':{'dtype':'F32','shape':[1],'data_offsets':[4,8]},"           \
  "'a.weight':{'dtype':'F16','shape':[2,2,3,3],'data_offsets':[8,80]},"    \
  "'a.bias':{'dtype':'F32','shape':[2],'data_offsets':[80,88]},"           \
  "'b.weight':{'dtype':'BF16','shape':[2,2,1,1],'data_offsets':[88,96]},"  \
  "'b.bias':{'dtype':'F32','shape':[2],'data_offsets':[96,104]},"          \
  "'c.weight':{'dtype':'F32','shape':[1,4,3,3],'data_offsets':[104,248]}," \
  "'c.bias':{'dtype':'F32','shape':[1],'data_offsets':[248,252]}"
/* What a generating network may say besides. */
#define GENERATE_KEYS                                                                                      \
  "'format':'fddm/1','kind':'generate','name':'tiny','patch':'1','channels':'1','colour':'gray',"          \
  "'k_grid':'open','temperature':'0.5','mu_range':'[-4, 8.5]','noise_range':'[0.002, 1]','licence':'CC0'," \
  "'side':'128','padding':'zero','guidance':'1.5','clamp':'true','input':'wiener','output':'clean',"       \
  "'classes':'[`a`]','layers':'" LAYERS "'"
#define GENERATE_METADATA "'__metadata__':{" GENERATE_KEYS "}"
#define GENERATE_HEADER   "{" GENERATE_METADATA "," TENSORS "}"
#define HEADER            "{" METADATA "," TENSORS "}"
#define DATA_BYTES        252

/* The same with the statistics of two pictures: means 1 and 2, variances 3 and 4, behind the other data. */
#define VARIANTS_HEADER                                                \
  "{'__metadata__':{'variants':'[2]'," GENERATE_KEYS "}," TENSORS ","  \
  "'own_mean':{'dtype':'F32','shape':[2,1],'data_offsets':[252,260]}," \
  "'own_var':{'dtype':'F32','shape':[2,1],'data_offsets':[260,268]}}"
#define VARIANTS_BYTES 16

/* The same with a subject that starts from a picture of 64 × 64 gray pixels, behind the other data. */
#define EXAMPLES        "[{`name`:`m`,`count`:1,`closeness`:70}]"
#define EXAMPLES_SHAPE  "'examples':{'dtype':'U8','shape':[1,64,64,1],'data_offsets':[252,4348]}"
#define EXAMPLES_HEADER "{'__metadata__':{'examples':'" EXAMPLES "'," GENERATE_KEYS "}," TENSORS "," EXAMPLES_SHAPE "}"
#define EXAMPLES_BYTES  4096

/* The same layers as a noise meter of one gray pixel a patch; its data are those above without the first 8 bytes. */
#define MEASURE_METADATA                                                                                         \
  "'__metadata__':{'format':'fddm/1','kind':'measure','name':'tiny','patch':'1','channels':'1','colour':'gray'," \
  "'layers':'" LAYERS "'}"
#define MEASURE_TENSORS                                                   \
  "'a.weight':{'dtype':'F16','shape':[2,2,3,3],'data_offsets':[0,72]},"   \
  "'a.bias':{'dtype':'F32','shape':[2],'data_offsets':[72,80]},"          \
  "'b.weight':{'dtype':'BF16','shape':[2,2,1,1],'data_offsets':[80,88]}," \
  "'b.bias':{'dtype':'F32','shape':[2],'data_offsets':[88,96]},"          \
  "'c.weight':{'dtype':'F16','shape':[2,4,3,3],'data_offsets':[96,240]}," \
  "'c.bias':{'dtype':'F16','shape':[2],'data_offsets':[240,244]}"
#define MEASURE_HEADER "{" MEASURE_METADATA "," MEASURE_TENSORS "}"
#define MEASURE_SKIPS  8

/* The header with its first FROM replaced by TO (FROM NULL: as it is), as the file's bytes. */
static inline GByteArray *
weights_file (const char *from, const char *to, const guint8 *data, gsize data_bytes)
{
  g_autoptr (GString) header = g_string_new (HEADER);
  GByteArray         *file   = g_byte_array_new ();
  guint64             length;

  if (from)
    g_assert_cmpuint (g_string_replace (header, from, to, 1), ==, 1);
  g_string_replace (header, "'", "\"", 0);
  g_string_replace (header, "`", "\\\"", 0);
  length = GUINT64_TO_LE ((guint64) header->len);
  g_byte_array_append (file, (const guint8 *) &length, 8);
  g_byte_array_append (file, (const guint8 *) header->str, (guint) header->len);
  g_byte_array_append (file, data, (guint) data_bytes);
  return file;
}

/* Its tensors: the bytes of coef_mean 0.5, coef_var 2, and elsewhere numbers that differ from each other. */
static inline void
weights_file_data (guint8 data[DATA_BYTES])
{
  static const struct {
    int     begin, end, size;
    guint32 one;
  } runs[] = { { 0, 4, 4, 0x3f000000 },   { 4, 8, 4, 0x40000000 }, { 8, 80, 2, 0x3c00 },
               { 80, 88, 4, 0x3f800000 }, { 88, 96, 2, 0x3f80 },   { 96, 252, 4, 0x3f800000 } };

  for (gsize r = 0; r < G_N_ELEMENTS (runs); r++)
    for (int at = runs[r].begin, i = 0; at < runs[r].end; at += runs[r].size, i++)
      {
        guint32 bits = GUINT32_TO_LE (runs[r].one + (guint32) i);

        memcpy (data + at, &bits, (gsize) runs[r].size);
      }
}

static inline void
weights_file_variants (guint8 data[VARIANTS_BYTES])
{
  static const guint32 numbers[] = { 0x3f800000, 0x40000000, 0x40400000, 0x40800000 }; /* 1, 2, 3, 4 */

  for (gsize i = 0; i < G_N_ELEMENTS (numbers); i++)
    {
      guint32 bits = GUINT32_TO_LE (numbers[i]);

      memcpy (data + 4 * i, &bits, sizeof bits);
    }
}
