/* memory.c: pools of large blocks.
 * SPDX-License-Identifier: Apache-2.0 */
#include "kernels/memory.h"

/* Smaller blocks are the allocator's own to reuse. */
static gboolean
is_pooled (gsize bytes)
{
  return bytes >= FDDM_LARGE_BLOCK;
}

void
fddm_memory_pool_clear (FddmMemoryPool *pool)
{
  while (pool->n > 0)
    fddm_memory_free (pool->blocks[--pool->n].memory);
}

void *
fddm_memory_pool_take (FddmMemoryPool *pool, gsize bytes)
{
  if (!is_pooled (bytes))
    return fddm_memory_new (bytes);
  for (int i = pool->n - 1; i >= 0; i--)
    if (pool->blocks[i].bytes == bytes)
      {
        void *memory = pool->blocks[i].memory;

        pool->blocks[i] = pool->blocks[--pool->n];
        return memory;
      }
  fddm_memory_pool_clear (pool);
  return fddm_memory_new (bytes);
}

void
fddm_memory_pool_give (FddmMemoryPool *pool, void *memory, gsize bytes)
{
  if (memory == NULL || !is_pooled (bytes) || pool->n == FDDM_POOL_BLOCKS)
    {
      fddm_memory_free (memory);
      return;
    }
  pool->blocks[pool->n].memory  = memory;
  pool->blocks[pool->n++].bytes = bytes;
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
