/* memory.h: large pieces of host memory.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <glib.h>

/* BYTES, aligned for the widest vector; large pieces on huge pages where the system has them, for a tile is written
 * through from end to end and page faults would cost a tenth of the time. NULL when there is none. Free with
 * fddm_memory_free. */
void *fddm_memory_new  (gsize bytes);
void  fddm_memory_free (void *memory);
