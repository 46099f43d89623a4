/* gegl-start.h: the start of GEGL.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <glib.h>

/* Calls gegl_init without what takes most of its time: loading GEGL's operations, unless OPERATIONS says that some are needed,
 * and measuring babl's tables. Call it once, before there are threads. */
void fddm_gegl_start (gboolean operations);
