/* whole-runs.h: whether files of formats with runs of equal pixels reach their end.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "engine/files/cursor.h"

/* Whether an SGI or a Sun raster file is whole; FILE starts with the signature. */
gboolean fddm_whole_sgi (FddmCursor file);
gboolean fddm_whole_ras (FddmCursor file);

/* Likewise for PCX and TGA files, which have no signature. TRUE for files of other kinds. */
gboolean fddm_whole_runs (FddmCursor file);
