/* flatten.h: pictures for formats without transparency.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <gegl.h>

/* BUFFER over white, without alpha, in BUFFER's precision and space: what a viewer shows on a white page. *CHANGED tells whether
 * any pixel was not fully opaque. NULL if memory runs out. After an interruption the remaining rows are empty. */
GeglBuffer *fddm_flatten (GeglBuffer *buffer, gboolean *changed);
