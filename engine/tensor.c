/* tensor.c: see tensor.h.
 * SPDX-License-Identifier: Apache-2.0 */
#include "engine/tensor.h"

gboolean
fddm_tensor_make (const FddmBackend *backend, FddmDevice *device, int rows, int columns, int channels, FddmTensor **tensor,
                  GError **error)
{
  *tensor = backend->tensor_new (device, FDDM_TENSOR_FLOAT, rows, columns, channels, error);
  return *tensor != NULL;
}

gboolean
fddm_vector_make (const FddmBackend *backend, FddmDevice *device, const float *values, int n, FddmTensor **vector,
                  GError **error)
{
  if (!fddm_tensor_make (backend, device, 1, 1, n, vector, error))
    return FALSE;
  if (backend->tensor_upload (device, *vector, values, error))
    return TRUE;
  backend->tensor_free (device, *vector);
  *vector = NULL;
  return FALSE;
}
