/* memory.h: allocation of large blocks of host memory.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <glib.h>
#include <omp.h>

/* Allocates BYTES, aligned for the widest vectors. Large blocks use huge pages where the system has them: a tile is written
 * from end to end, and page faults would take a tenth of the time. NULL if out of memory. Free with fddm_memory_free. */
void *fddm_memory_new (gsize bytes);
void  fddm_memory_free (void *memory);

/* Allocates BYTES for each of WORKERS. If memory is short, allocates for a single worker and sets WORKERS to 1. NULL if even
 * that fails. */
void *fddm_memory_new_each (gsize bytes, int *workers);

/* Index of the calling worker, below the number of threads that share the loop. */
static inline int
fddm_worker (void)
{
  return omp_get_thread_num ();
}
