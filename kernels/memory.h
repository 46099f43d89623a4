/* memory.h: large pieces of host memory.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <glib.h>
#include <omp.h>

/* BYTES, aligned for the widest vector; large pieces on huge pages where the system has them, for a tile is written
 * through from end to end and page faults would cost a tenth of the time. NULL when there is none. Free with
 * fddm_memory_free. */
void *fddm_memory_new (gsize bytes);
void  fddm_memory_free (void *memory);

/* BYTES for each of WORKERS, or for one alone, which WORKERS then becomes, where there is no more. */
void *fddm_memory_new_each (gsize bytes, int *workers);

/* Which of the workers is asking: a number below that of the threads that share a loop. */
static inline int
fddm_worker (void)
{
  return omp_get_thread_num ();
}
