/* prepared.h: the weights of convolutions in oneDNN's layouts.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Layers that share a tensor share its prepared weights, so that a weights file takes memory by its size and not by its number
 * of layers. */
#pragma once
#include "kernels/cpu/int8.h"

typedef struct FddmPrepared FddmPrepared;

/* The weights of SPEC on the device of LIBRARY, in 8 bits if it has ranges. Layers that share a tensor share it in 8 bits as
 * long as they share the ranges; the others get floats. NULL if out of memory. */
FddmPrepared *fddm_prepared_get (FddmOneDnn *library, const FddmConvSpec *spec);
/* Gives PREPARED back; the last user's frees it. NULL is allowed. */
void fddm_prepared_release (FddmOneDnn *library, FddmPrepared *prepared);
/* The numbers in 8 bits; NULL = floats. */
const FddmInt8 *fddm_prepared_int8 (const FddmPrepared *prepared);
/* Sets MEMORY to the weights in the layout that DESC requires, reordering them unless that was done before. */
dnnl_status_t fddm_prepared_fit (FddmOneDnn *library, FddmPrepared *prepared, const_dnnl_primitive_desc_t desc,
                                 dnnl_memory_t *memory);
