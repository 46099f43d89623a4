/* save.h: saving of files, completely or not at all.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "plugin/gimp.h"

/* Saves the image, which has one layer, under the name PATH. What was saved is read back and compared before it replaces what is
 * there. A symbolic link is followed. */
gboolean fddm_save_whole (FddmImageId image, const char *path, const FddmFileStyle *style, GError **error);
