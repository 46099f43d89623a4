/* turn.h: pictures for formats that hold upright pixels.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <gegl.h>

/* BUFFER, whose pixels stand by ORIENTATION of EXIF, upright; BUFFER itself where it is so. NULL if memory runs out. After an
 * interruption the remaining rows are empty. */
GeglBuffer *fddm_turn (GeglBuffer *buffer, int orientation);
