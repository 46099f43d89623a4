/* plans.c: entries of the GPU's cache of plans, compiled without CUDA.
 * SPDX-License-Identifier: Apache-2.0
 *
 * An even first byte: the rest is the file. An odd one: the rest stands behind the right first lines, checksum and layer
 * included, which nobody would find by chance. */
#include <math.h>
#include <string.h>
#include "kernels/cuda/plan-cache.h"
#include "tests/fuzz/support.h"

static size_t
version (void)
{
  return 91002;
}

static FddmCudnn   cudnn  = { .get_version = version };
static FddmDevice  device = { .name = (char *) "a GPU", .capability = 80, .cudnn = &cudnn };
static FddmPlanKey key    = { .kernel = 3, .in_channels = 64, .out_channels = 64, .height = 96, .width = 96 };

/* The third line of an entry of ours. */
static char *
layer_in_words (const char *path)
{
  const FddmPlanEntry entry = { .json = (char *) "{}", .length = 2 };
  g_autofree char    *text  = NULL;
  g_auto (GStrv)      lines = NULL;

  fddm_plan_cache_write (&device, &key, &entry);
  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  lines = g_strsplit (text, "\n", 4);
  return g_strdup (lines[2]);
}

static void
write_entry (const char *path, const guint8 *bytes, gsize size)
{
  static char           *words;
  g_autoptr (GByteArray) body     = g_byte_array_new ();
  g_autofree char       *checksum = NULL, *head = NULL;

  if (!words)
    words = layer_in_words (path);
  g_byte_array_append (body, (const guint8 *) words, (guint) strlen (words));
  g_byte_array_append (body, (const guint8 *) "\n", 1);
  g_byte_array_append (body, bytes, (guint) size);
  checksum = g_compute_checksum_for_data (G_CHECKSUM_SHA256, body->data, body->len);
  head     = g_strdup_printf ("FDDM plan 1\n%s\n", checksum);
  g_byte_array_prepend (body, (const guint8 *) head, (guint) strlen (head));
  fuzz_write (path, body->data, body->len);
}

int
LLVMFuzzerTestOneInput (const guint8 *bytes, gsize size)
{
  g_autofree char *path   = fddm_plan_cache_path (&device, &key);
  g_autofree char *folder = g_path_get_dirname (path);
  FddmPlanEntry    entry, again;

  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  if (size > 0 && bytes[0] % 2)
    write_entry (path, bytes + 1, size - 1);
  else
    fuzz_write (path, size > 0 ? bytes + 1 : bytes, size > 0 ? size - 1 : 0);
  if (!fddm_plan_cache_read (&device, &key, &entry))
    {
      g_assert_null (entry.json);
      return 0;
    }
  g_assert_true (entry.json[0] == '{' && strlen (entry.json) == entry.length && entry.kind <= FDDM_PLAN_PLAIN);
  g_assert_true (isfinite (entry.milliseconds) && isfinite (entry.spent));
  fddm_plan_cache_write (&device, &key, &entry);
  g_assert_true (fddm_plan_cache_read (&device, &key, &again));
  g_assert_cmpstr (entry.json, ==, again.json);
  g_assert_true (entry.kind == again.kind && entry.milliseconds == again.milliseconds && entry.spent == again.spent);
  fddm_plan_entry_clear (&entry);
  fddm_plan_entry_clear (&again);
  return 0;
}
