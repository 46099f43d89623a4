/* times.h: cache of measured convolution times, in the user's cache folder: fddm/convolutions.ini.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "kernels/backend.h"

/* Nanoseconds per position, by FddmConvolution; 0 = method not available. The entry of FASTEST is unused. */
typedef double FddmTimes[FDDM_CONVOLUTIONS];

/* Reads the TIMES of SHAPE on PROCESSOR (fddm_processor_key). FALSE if there are none, or implausible ones. */
gboolean fddm_times_read (const char *processor, const FddmConvShape *shape, FddmTimes times);

/* Stores TIMES. If another process has stored some in the meantime, TIMES is set to those, so that all processes choose
 * alike. A damaged file is replaced. A failure to write is ignored. */
void fddm_times_keep (const char *processor, const FddmConvShape *shape, FddmTimes times);
