/* settings.c: the settings text that the batch procedures take from Script-Fu.
 * SPDX-License-Identifier: Apache-2.0
 *
 * The first byte chooses the table. */
#include <string.h>
#include "plugin/parameters.h"
#include "tests/fuzz/support.h"

/* What was read is within the ranges, and survives its own text form. */
static void
check (const FddmParameter *table, const double *values)
{
  g_autoptr (GError) error                      = NULL;
  double             again[FDDM_PARAMETERS_MAX] = { 0 };
  g_autofree char   *text                       = fddm_parameters_to_text (table, values);

  g_assert_true (fddm_parameters_check (table, values, NULL));
  g_assert_true (fddm_parameters_from_text (table, text, again, &error));
  for (int i = 0; table[i].name; i++)
    g_assert_cmpfloat (again[i], ==, values[i]);
}

int
LLVMFuzzerTestOneInput (const guint8 *bytes, gsize size)
{
  const gboolean       generate                    = size > 0 && bytes[0] % 2;
  const FddmParameter *table                       = generate ? fddm_generate_parameters : fddm_denoise_parameters;
  g_autofree char     *text                        = size > 0 ? fuzz_text (bytes + 1, size - 1) : g_strdup ("");
  g_autoptr (GError)   error                       = NULL;
  double               values[FDDM_PARAMETERS_MAX] = { 0 }, before[FDDM_PARAMETERS_MAX];

  fddm_parameters_defaults (table, values);
  memcpy (before, values, sizeof values);
  if (fddm_parameters_from_text (table, text, values, &error))
    check (table, values);
  else
    g_assert_true (error && memcmp (before, values, sizeof values) == 0);
  if (!generate)
    (void) fddm_denoise_params_of (values);
  return 0;
}
