/* profile.h: colour profiles of files, and the spaces of buffers.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <gegl.h>

/* The space of an ICC profile. NULL, which means sRGB's curve and primaries, if PROFILE is NULL or one that babl cannot
 * compute with, such as those with tables; samples then stay as they are in the file. */
const Babl *fddm_profile_space (GBytes *profile);

/* The profile to be written with BUFFER, which was read from a file with the profile ORIGINAL, as GRAY or in colours. NULL if
 * sRGB, or if none fits. */
GBytes *fddm_profile_for (GeglBuffer *buffer, GBytes *original, gboolean gray);
