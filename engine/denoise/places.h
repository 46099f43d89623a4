/* places.h: the tiles of a part of a picture.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "engine/denoise/workspace.h"

/* Places tiles of the planned size so that their own parts cover what spec.part marks. Does nothing without one, or where
 * tiles are too small for a block: then all is computed. */
gboolean fddm_work_place (FddmWork *work, GError **error);
/* Completes TILE, which begins at tile->row and tile->column: its own part is [TOP,BOTTOM) × [LEFT,RIGHT), in patches. */
void fddm_work_extend (const FddmWork *work, int top, int bottom, int left, int right, FddmTile *tile);
