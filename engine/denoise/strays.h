/* strays.h: watching whether a picture fits the ranges of a network in 8 bits.
 * SPDX-License-Identifier: Apache-2.0
 *
 * The ranges are those of photographs. Hatching, shapes and print leave them: their inputs of convolutions are cut off (strays,
 * kernels/backend.h), and what the network finds is wrong by several 8-bit steps. Strays are counted while the network runs, by
 * blocks that are fixed in the picture, so that print in a corner of a photo is found. Blocks with too many, and all that they
 * reach, are computed again in float (attempts.h). With many such blocks, the convolution fails with FDDM_KERNEL_ERROR_RANGES
 * at once, and so does the whole picture's computation in 8 bits. */
#pragma once
#include "engine/denoise/job.h"
#include "engine/denoise/workspace.h"

/* Starts counting for a job in WORK, whose tiles are planned. Does nothing on a device that is not in 8 bits by its own
 * choice. */
gboolean fddm_strays_begin (const FddmDenoiseJob *job, FddmWork *work, GError **error);
/* Counts in TILE on GRID, the one of NUMBER of REMOVAL. RANDOM tells where its first patch is. */
void fddm_strays_watch (FddmWork *work, const FddmRemoval *removal, const FddmTile *tile, const FddmGrid *grid, int number,
                        int evaluations, const FddmRandom *random);
/* Marks in AGAIN, which is empty, what is wrong in the picture since strays in it, or near it, were cut off. */
gboolean fddm_strays_mark (const FddmDenoiseJob *job, const FddmWork *work, FddmAgain *again, GError **error);
/* Counts no more. */
void fddm_strays_end (FddmWork *work);
