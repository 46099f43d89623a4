/* heap.h: memory between two pictures.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* From now on, freed memory stays with the process for the next picture. Otherwise the system would clear the same hundreds of
 * megabytes for every picture, which takes a tenth of the time of a small one. Call it after GEGL has started: babl fills
 * 350 MB then to measure its tables, and frees them. */
void fddm_heap_keep (void);
