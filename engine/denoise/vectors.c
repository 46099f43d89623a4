/* vectors.c: see vectors.h.
 * SPDX-License-Identifier: Apache-2.0 */
#include "engine/denoise/vectors.h"

/* A constant tensor: LUMA for the coefficients of luma, CHROMA for those of chroma. */
static gboolean
upload_shares (const FddmContext *context, double luma, double chroma, FddmTensor **tensor, GError **error)
{
  const int area = context->weights->patch * context->weights->patch;
  float     values[FDDM_COEF_MAX];

  for (int k = 0; k < context->weights->coefficients; k++)
    values[k] = (float) (k < area ? luma : chroma);
  return fddm_context_make_vector (context, values, tensor, error);
}

gboolean
fddm_vectors_upload (const FddmContext *context, FddmRemoval *removal, GError **error)
{
  if (!fddm_context_make_vector (context, removal->noise.level, &removal->level, error))
    return FALSE;
  if (!upload_shares (context, removal->luma, removal->chroma, &removal->strength, error))
    return FALSE;
  if (!removal->probes && !removal->keeps_texture)
    return TRUE;
  return upload_shares (context, 1.0, 1.0, &removal->whole, error) &&
         upload_shares (context, 0.0, 0.0, &removal->nothing, error);
}

void
fddm_vectors_free (const FddmContext *context, FddmRemoval *removal)
{
  FddmTensor **vectors[] = { &removal->level, &removal->strength, &removal->whole, &removal->nothing };

  for (gsize i = 0; i < G_N_ELEMENTS (vectors); i++)
    {
      context->backend->tensor_free (context->device, *vectors[i]);
      *vectors[i] = NULL;
    }
}
