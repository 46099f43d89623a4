/* memory.c: aligned memory on huge pages.
 * SPDX-License-Identifier: Apache-2.0 */
#include "kernels/memory.h"
#include <stdlib.h>
#include <sys/mman.h>

#define LINE      ((gsize) 64)
#define HUGE_PAGE ((gsize) 2 << 20)

void *
fddm_memory_new (gsize bytes)
{
  const gsize alignment = bytes >= 2 * HUGE_PAGE ? HUGE_PAGE : LINE;
  void       *memory;

  if (bytes > G_MAXSIZE - alignment)
    return NULL;
  memory = aligned_alloc (alignment, (bytes + alignment - 1) / alignment * alignment);
#ifdef MADV_HUGEPAGE
  if (memory != NULL && alignment == HUGE_PAGE)
    madvise (memory, bytes, MADV_HUGEPAGE); /* advisory: a failure affects only the speed */
#endif
  return memory;
}

void
fddm_memory_free (void *memory)
{
  free (memory);
}

void *
fddm_memory_new_each (gsize bytes, int *workers)
{
  void *memory = fddm_memory_new ((gsize) *workers * bytes);

  if (memory != NULL)
    return memory;
  *workers = 1;
  return fddm_memory_new (bytes);
}
