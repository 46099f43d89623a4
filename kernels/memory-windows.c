/* memory-windows.c: aligned memory. Windows gives huge pages to privileged users only.
 * SPDX-License-Identifier: Apache-2.0 */
#include <malloc.h>
#include "kernels/memory.h"

#define LINE 64

void *
fddm_memory_new (gsize bytes)
{
  return _aligned_malloc (bytes, LINE);
}

void
fddm_memory_free (void *memory)
{
  _aligned_free (memory);
}

gboolean
fddm_memory_can_take (gsize bytes)
{
  void *memory = _aligned_malloc (bytes, LINE);

  _aligned_free (memory);
  return memory != NULL;
}
