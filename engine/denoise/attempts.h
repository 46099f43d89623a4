/* attempts.h: denoising of a photo whose noise is known, in as many attempts as it takes.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Tiles are planned within the memory bound; where memory runs out nevertheless, there is another attempt with smaller ones. What
 * does not fit 8 bits (strays.h) is computed again in float: a part of the picture, or all of it where that is no more work.
 * Each attempt takes a share of what is left of the progress. */
#pragma once
#include "engine/denoise/job.h"
#include "engine/ticker.h"

/* Denoises the photo of JOB, whose noise and cleaning are known. Sets its other parts. REPORT, which may be NULL, gets the
 * plan of the whole picture. */
gboolean fddm_denoise_attempts (FddmDenoiseJob *job, FddmTold *told, FddmReport *report, GError **error);
