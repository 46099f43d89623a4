/* heap-other.c: C libraries that cannot be told, or need not be.
 * SPDX-License-Identifier: Apache-2.0 */
#include "engine/program/heap.h"

void
fddm_heap_keep (void)
{
}
