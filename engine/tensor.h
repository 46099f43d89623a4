/* tensor.h: tensors of the type FLOAT, made and filled.
 * SPDX-License-Identifier: Apache-2.0
 *
 * What is made is the caller's to free by the backend. Where that fails it is NULL. */
#pragma once
#include "kernels/backend.h"

/* ROWS × COLUMNS patches of CHANNELS values. */
gboolean fddm_tensor_make (const FddmBackend *backend, FddmDevice *device, int rows, int columns, int channels,
                           FddmTensor **tensor, GError **error);

/* One patch of the N VALUES. */
gboolean fddm_vector_make (const FddmBackend *backend, FddmDevice *device, const float *values, int n, FddmTensor **vector,
                           GError **error);
