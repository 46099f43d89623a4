/* times.h: measured times of convolutions, stored in the user's cache folder in fddm/convolutions.ini.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "kernels/backend.h"

/* Nanoseconds per position, by FddmConvolution; 0 = not possible. The entry of FASTEST is unused. */
typedef double FddmTimes[FDDM_CONVOLUTIONS];

/* Reads the times stored for SHAPE on PROCESSOR (fddm_processor_key). FALSE if there are none, or they are invalid. */
gboolean fddm_times_read (const char *processor, const FddmConvShape *shape, FddmTimes times);

/* Stores TIMES. If another process has stored some meanwhile, TIMES gets those instead, so that all processes select the
 * same way. A damaged file is replaced. Failure to write is not an error. */
void fddm_times_keep (const char *processor, const FddmConvShape *shape, FddmTimes times);
