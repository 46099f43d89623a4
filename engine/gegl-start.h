/* gegl-start.h: the start of GEGL.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <glib.h>

/* Calls gegl_init; unless OPERATIONS are needed, without loading them, which takes most of its time. Call it once, before
 * there are threads. */
void fddm_gegl_start (gboolean operations);
/* Lets GEGL use THREADS threads; 0: as many as it wants. */
void fddm_gegl_limit (int threads);
