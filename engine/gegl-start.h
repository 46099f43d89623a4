/* gegl-start.h: the start of GEGL.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <glib.h>

/* Calls gegl_init; unless OPERATIONS are needed, without what takes most of its time: loading these, and measuring babl's tables,
 * which then happens at the first conversion that can use one. Call it once, before there are threads. */
void fddm_gegl_start (gboolean operations);
