/* jobs.h: number of pictures at a time.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "engine/program/denoise-picture.h"

#define FDDM_JOBS_AUTOMATIC G_MAXINT

/* Number of worker processes for N pictures, at most N. Two halves of a CPU finish more pictures than a whole one: reading and
 * writing use a single core, and so does part of the computation. Left to us, it is therefore two where the computer has the
 * cores and the memory, and neither a GPU, whose memory two workers would divide, nor a number of threads was chosen. */
int fddm_jobs (const FddmCliDenoise *denoise, guint n);
