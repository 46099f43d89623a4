/* times.h: how long convolutions took, kept in the user's cache folder: fddm/convolutions.ini.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "kernels/backend.h"

/* Nanoseconds for each position, by FddmConvolution; 0 = it cannot be done so. That of FASTEST is not used. */
typedef double FddmTimes[FDDM_CONVOLUTIONS];

/* What was kept for SHAPE on PROCESSOR (fddm_processor_key). FALSE where there is nothing, or nothing sensible. */
gboolean fddm_times_read (const char *processor, const FddmConvShape *shape, FddmTimes times);

/* Keeps TIMES, unless another process has kept some meanwhile: those are given back, so that all processes decide alike. A
 * damaged file is replaced; one that cannot be written is no error. */
void fddm_times_keep (const char *processor, const FddmConvShape *shape, FddmTimes times);
