/* short.c: a few seconds of mutated weights files, where there is no fuzzer.
 * SPDX-License-Identifier: Apache-2.0
 *
 *   fuzz-weights-short [--seed FOLDER] [SECONDS [RANDOM-SEED]] */
#include <stdio.h>
#include <stdlib.h>
#include "tests/fuzz/support.h"
#include "tests/unit/weights-file.h"

/* Words that lead a mutation deeper than single bytes do. */
static const char *const words[] = { "-1",
                                     "0",
                                     "1",
                                     "2",
                                     "3",
                                     "8192",
                                     "2147483647",
                                     "4294967296",
                                     "9223372036854775807",
                                     "1e999",
                                     "null",
                                     "{}",
                                     "[]",
                                     "\"\"",
                                     "\\\"h\\\"",
                                     "\\\"input\\\"",
                                     "\\\"conv1x1\\\"",
                                     "\\\"conv3x3\\\"",
                                     "\\\"concat\\\"",
                                     "\\\"group_norm\\\"",
                                     "\\\"attention\\\"",
                                     "\\\"embedding\\\"",
                                     "\\\"residual\\\"",
                                     "\\\"groups\\\":1",
                                     "\\\"heads\\\":1",
                                     "generate",
                                     "measure",
                                     "F16",
                                     "BF16",
                                     "variants",
                                     "examples",
                                     "U8",
                                     "[[",
                                     "}}",
                                     ",",
                                     ":" };

static void
mutate (GByteArray *file, GRand *rand)
{
  guint at   = (guint) g_rand_int_range (rand, 0, (gint32) file->len);
  guint some = (guint) g_rand_int_range (rand, 1, 12);

  switch (g_rand_int_range (rand, 0, 5))
    {
    case 0: file->data[at] ^= (guint8) (1 << g_rand_int_range (rand, 0, 8)); break;
    case 1: file->data[at] = (guint8) g_rand_int_range (rand, 0, 256); break;
    case 2: g_byte_array_remove_range (file, at, MIN (file->len - at, some)); break;
      default: {
        const char *word   = words[g_rand_int_range (rand, 0, G_N_ELEMENTS (words))];
        guint       length = (guint) strlen (word);

        memcpy (file->data + at, word, MIN (length, file->len - at));
      }
    }
}

/* One of each kind of network; of the data, the bytes [FIRST, END). */
static const struct {
  const char *name, *header;
  gsize       first, end;
} seeds[] = {
  { "tiny.safetensors", HEADER, 0, DATA_BYTES },
  { "meter.safetensors", MEASURE_HEADER, MEASURE_SKIPS, DATA_BYTES },
  { "generate.safetensors", GENERATE_HEADER, 0, DATA_BYTES },
  { "variants.safetensors", VARIANTS_HEADER, 0, DATA_BYTES + VARIANTS_BYTES },
  { "examples.safetensors", EXAMPLES_HEADER, 0, DATA_BYTES + EXAMPLES_BYTES },
};

static GByteArray *
seed_file (const guint8 *data, guint which, gsize *data_bytes)
{
  *data_bytes = seeds[which].end - seeds[which].first;
  return weights_file (HEADER, seeds[which].header, data + seeds[which].first, *data_bytes);
}

static gboolean
write_seed (const char *folder, const guint8 *data, guint which)
{
  gsize                  data_bytes;
  g_autofree char       *path  = g_build_filename (folder, seeds[which].name, NULL);
  g_autoptr (GByteArray) file  = seed_file (data, which, &data_bytes);
  g_autoptr (GError)     error = NULL;

  if (g_file_set_contents (path, (const char *) file->data, file->len, &error))
    return TRUE;
  fprintf (stderr, "%s\n", error->message);
  return FALSE;
}

int
main (int argc, char **argv)
{
  guint8            data[DATA_BYTES + EXAMPLES_BYTES] = { 0 }; /* more than those of the variants */
  double            seconds                           = argc > 1 ? g_ascii_strtod (argv[1], NULL) : 3;
  guint32           seed                              = argc > 2 ? (guint32) g_ascii_strtoull (argv[2], NULL, 10) : 1;
  g_autoptr (GRand) rand                              = g_rand_new_with_seed (seed);
  gint64            end                               = g_get_monotonic_time () + (gint64) (seconds * 1e6);
  guint             runs                              = 0;

  weights_file_data (data);
  weights_file_variants (data + DATA_BYTES);
  if (argc == 3 && strcmp (argv[1], "--seed") == 0)
    {
      for (guint which = 0; which < G_N_ELEMENTS (seeds); which++)
        if (!write_seed (argv[2], data, which))
          return EXIT_FAILURE;
      return EXIT_SUCCESS;
    }
  for (; g_get_monotonic_time () < end; runs++)
    {
      gsize                  data_bytes;
      g_autoptr (GByteArray) file  = seed_file (data, runs % G_N_ELEMENTS (seeds), &data_bytes);
      g_autofree guint8     *bytes = NULL;

      for (int n = g_rand_int_range (rand, 1, 5); n > 0 && file->len > 0; n--)
        mutate (file, rand);
      /* Mostly with a length that fits, or few mutations would get past it. */
      if (file->len >= 8 + data_bytes && g_rand_int_range (rand, 0, 8) > 0)
        {
          guint64 length = GUINT64_TO_LE ((guint64) (file->len - 8 - data_bytes));

          memcpy (file->data, &length, 8);
        }
      bytes = g_memdup2 (file->data, file->len);
      LLVMFuzzerTestOneInput (bytes, file->len);
    }
  printf ("%u mutated files read, seed %u\n", runs, seed);
  return EXIT_SUCCESS;
}
