/* whole-exr.h: whether an OpenEXR file reaches its end.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "engine/files/cursor.h"

/* Whether all blocks of FILE, which starts with the signature, are there. TRUE for files of several parts, of deep pixels or of
 * several levels. */
gboolean fddm_whole_exr (FddmCursor file);
