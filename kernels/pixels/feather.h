/* feather.h: a piece blended into a picture.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <glib.h>

/* TO becomes FROM, but for a ramp of RAMP_X pixels at the left and right and of RAMP_Y pixels at the upper and lower edges (0 =
 * none), over which it goes over into what it was. Both are packed and of WIDTH × HEIGHT pixels. Where FROM counts fully, TO
 * need not be finite. */
void fddm_feather (const float *from, int width, int height, int channels, int ramp_x, int ramp_y, float *to);
