/* memory.h: allocation of large blocks of host memory.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <glib.h>
#include <omp.h>

/* Most blocks in a pool: more than a tile has arrays, or a network tensors. */
#define FDDM_POOL_BLOCKS 32

/* From this size on, a block gets pages of its own; smaller ones are left to the allocator. */
#define FDDM_LARGE_BLOCK ((gsize) 4 << 20)

/* Allocates BYTES, aligned for the widest vectors. Large blocks use huge pages where the system has them: a tile is written
 * from end to end, and page faults would take a tenth of the time. NULL if out of memory. Free with fddm_memory_free. */
void *fddm_memory_new (gsize bytes);
void  fddm_memory_free (void *memory);
/* Whether BYTES could be allocated now. */
gboolean fddm_memory_can_take (gsize bytes);

/* Large blocks that were given back and wait for the next use, since the system clears fresh pages, which takes up to a third of
 * the time of a small picture. A block of another size than all of them frees them, so that a pool never holds more than was
 * in use at a time. All zeros is an empty pool. */
typedef struct {
  struct {
    void *memory;
    gsize bytes;
  } blocks[FDDM_POOL_BLOCKS];
  int n;
} FddmMemoryPool;

/* As fddm_memory_new and fddm_memory_free. BYTES is the same in both; MEMORY may be NULL. */
void *fddm_memory_pool_take (FddmMemoryPool *pool, gsize bytes);
void  fddm_memory_pool_give (FddmMemoryPool *pool, void *memory, gsize bytes);
void  fddm_memory_pool_clear (FddmMemoryPool *pool);

/* Allocates BYTES for each of WORKERS. If memory is short, allocates for a single worker and sets WORKERS to 1. NULL if even
 * that fails. */
void *fddm_memory_new_each (gsize bytes, int *workers);

/* Index of the calling worker, below the number of threads that share the loop. */
static inline int
fddm_worker (void)
{
  return omp_get_thread_num ();
}
