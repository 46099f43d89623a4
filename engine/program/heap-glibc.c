/* heap-glibc.c: the GNU C library, which returns large blocks to the system at once.
 * SPDX-License-Identifier: Apache-2.0 */
#include <limits.h>
#include <malloc.h>
#include "engine/program/heap.h"

/* One heap for all threads, because each further one would keep its own largest size. */
void
fddm_heap_keep (void)
{
  mallopt (M_MMAP_MAX, 0);
  mallopt (M_TRIM_THRESHOLD, INT_MAX);
  mallopt (M_ARENA_MAX, 1);
}
