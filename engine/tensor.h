/* tensor.h: creation and filling of tensors of type FLOAT.
 * SPDX-License-Identifier: Apache-2.0
 *
 * The caller frees them with the backend. On failure they are NULL. */
#pragma once
#include "kernels/backend.h"

/* Creates a tensor of ROWS × COLUMNS patches with CHANNELS values each. */
gboolean fddm_tensor_make (const FddmBackend *backend, FddmDevice *device, int rows, int columns, int channels,
                           FddmTensor **tensor, GError **error);

/* Creates a tensor of one patch with the N VALUES. */
gboolean fddm_vector_make (const FddmBackend *backend, FddmDevice *device, const float *values, int n, FddmTensor **vector,
                           GError **error);
