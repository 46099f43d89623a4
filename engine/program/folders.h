/* folders.h: where the user's own networks lie.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <glib.h>

/* Adds $FDDM_WEIGHTS_DIR, the user's data folder and fddm/ of every GIMP profile, the newest GIMP's first. */
void fddm_own_folders (GStrvBuilder *folders);
