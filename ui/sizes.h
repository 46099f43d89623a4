/* sizes.h: the choice of sizes for a new layer.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "ui/generate.h"

/* Number of choices, in this order: the image's size, squares, another size. */
#define FDDM_SIZES 7

/* Text of choice PLACE, translated; free with g_free. */
char *fddm_size_words (int place, const FddmGenerateHelp *help);
/* Width and height of choice PLACE; 0 for those of the image. FALSE for "another size". */
gboolean fddm_size_get (int place, double *width, double *height);
/* Index of the choice for a size. */
int fddm_size_place (double width, double height);

/* Text such as "about 6 s", translated; free with g_free. */
char *fddm_time_words (double seconds);
