/* prepared.h: the weights of convolutions in oneDNN's layouts.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Layers that share a tensor share its prepared weights, so that a weights file takes memory by its size and not by its number
 * of layers. */
#pragma once
#include "kernels/cpu/onednn.h"

typedef struct FddmPrepared FddmPrepared;

/* The weights of SPEC on the device of LIBRARY. NULL if out of memory. */
FddmPrepared *fddm_prepared_get (FddmOneDnn *library, const FddmConvSpec *spec);
/* Gives PREPARED back; the last user's frees it. NULL is allowed. */
void fddm_prepared_release (FddmOneDnn *library, FddmPrepared *prepared);
/* Sets MEMORY to the weights in the layout that DESC requires, reordering them unless that was done before. */
dnnl_status_t fddm_prepared_fit (FddmOneDnn *library, FddmPrepared *prepared, const_dnnl_primitive_desc_t desc,
                                 dnnl_memory_t *memory);
