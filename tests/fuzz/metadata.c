/* metadata.c: EXIF, XMP and IPTC of hostile picture files, and the file that they are copied to.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>
#include "engine/program/metadata/metadata.h"
#include "tests/fuzz/support.h"

/* A PNG of one gray pixel. */
static const guint8 target[] = { 0x89, 'P',  'N',  'G',  '\r', '\n', 0x1a, '\n', 0,    0,    0,    13,   'I',  'H',
                                 'D',  'R',  0,    0,    0,    1,    0,    0,    0,    1,    8,    0,    0,    0,
                                 0,    0x3a, 0x7e, 0x9b, 0x55, 0,    0,    0,    10,   'I',  'D',  'A',  'T',  0x78,
                                 0x9c, 0x63, 0x68, 0,    0,    0,    0x82, 0,    0x81, 0x77, 0xcd, 0x72, 0xb6, 0,
                                 0,    0,    0,    'I',  'E',  'N',  'D',  0xae, 0x42, 0x60, 0x82 };

/* Exiv2 complains of what it leaves out. */
void
fuzz_prepare (void)
{
  g_log_set_always_fatal (G_LOG_LEVEL_ERROR);
  gexiv2_log_set_level (GEXIV2_LOG_LEVEL_MUTE);
}

int
LLVMFuzzerTestOneInput (const guint8 *bytes, gsize size)
{
  g_autofree char    *from = fuzz_path ("from"), *to = fuzz_path ("to.png"), *written = NULL, *lost = NULL;
  g_autofree char    *problem = NULL;
  g_auto (FddmTraits) traits  = { .resolution = { 0.0, 0.0 } };
  const FddmTagFacts  facts   = { .width = 1, .height = 1, .traits = &traits };
  gsize               length  = 0;

  fuzz_write (from, bytes, size);
  fuzz_write (to, target, sizeof target);
  fddm_metadata_facts (from, &traits);
  g_assert_true (traits.resolution[0] >= 0.0 && traits.resolution[1] >= 0.0);
  problem = fddm_metadata_copy (from, to, &facts, &lost);
  g_assert_null (problem);
  /* It is whole, with its pixel. */
  g_assert_true (g_file_get_contents (to, &written, &length, NULL));
  g_assert_cmpint (length, >=, sizeof target);
  g_assert_true (memcmp (written, target, 33) == 0 && memcmp (written + length - 12, target + sizeof target - 12, 12) == 0);
  g_assert_nonnull (memmem (written, length, target + 33, 22));
  return 0;
}
