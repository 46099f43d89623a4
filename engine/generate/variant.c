/* variant.c: choice of a variant by the seed.
 * SPDX-License-Identifier: Apache-2.0 */
#include "engine/generate/variant.h"
#include <glib/gi18n-lib.h>
#include <string.h>
#include "engine/error.h"
#include "engine/generate/kept.h"
#include "kernels/fddm-math.h"

/* Keeps these random numbers independent of those of the state and the windows. */
#define KEY 0x56415249u

void
fddm_variant_draw (const FddmWeights *weights, int class, guint32 seed, const float **mean, const float **variance)
{
  guint32 bits[4] = { 0, 0, 0, 0 }, first = 0, count = (guint32) weights->n_variants;
  gsize   row;

  *mean     = weights->mean;
  *variance = weights->variance;
  if (weights->n_variants == 0)
    return;
  for (int k = 0; k < class; k++)
    first += (guint32) weights->variants[k];
  if (class >= 0)
    count = (guint32) weights->variants[class];
  fddm_philox (bits, seed, KEY);
  row       = first + bits[0] % count;
  *mean     = weights->own_mean + row * (gsize) weights->coefficients;
  *variance = weights->own_variance + row * (gsize) weights->coefficients;
}

gboolean
fddm_variant_class (const FddmWeights *weights, const char *subject, int *class, GError **error)
{
  g_autofree char *known = NULL;

  *class = -1;
  if (subject == NULL || *subject == '\0' || fddm_kept_has (weights, subject))
    return TRUE;
  for (int i = 0; weights->classes != NULL && weights->classes[i] != NULL; i++)
    if (strcmp (weights->classes[i], subject) == 0)
      {
        *class = i;
        return TRUE;
      }
  known = weights->subjects != NULL ? g_strjoinv (", ", weights->subjects) : g_strdup ("–");
  g_set_error (error, FDDM_ERROR, FDDM_ERROR_ARGUMENT, _ ("Unknown subject “%s”; available: %s"), subject, known);
  return FALSE;
}
