/* gegl-start.h: the start of GEGL.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <glib.h>

/* Calls gegl_init; unless OPERATIONS are needed, without loading them, which takes most of its time. babl reads its memory in the
 * cache folder CACHE (babl-memory.h). Call it once, before there are threads. */
void fddm_gegl_start (gboolean operations, const char *cache);
/* Lets GEGL use THREADS threads; 0: as many as it wants. */
void fddm_gegl_limit (int threads);
