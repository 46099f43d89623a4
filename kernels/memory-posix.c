/* memory-posix.c: aligned memory, on huge pages where the system has them.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <sys/mman.h>
#include "kernels/memory.h"

#define LINE      ((gsize) 64)
#define HUGE_PAGE ((gsize) 2 << 20)

void *
fddm_memory_new (gsize bytes)
{
  const gsize alignment = bytes >= FDDM_LARGE_BLOCK ? HUGE_PAGE : LINE;
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

gboolean
fddm_memory_can_take (gsize bytes)
{
  void *memory = mmap (NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

  return memory != MAP_FAILED && munmap (memory, bytes) == 0;
}
