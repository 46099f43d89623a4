/* sizes.h: sizes of a new layer to choose from.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "ui/generate.h"

/* The image's own, squares, and any other, in this order. */
#define FDDM_SIZES 7

/* Words for the size PLACE, translated; free with g_free. */
char *fddm_size_words (int place, const FddmGenerateHelp *help);
/* Its width and height, 0 for the image's; FALSE for any other. */
gboolean fddm_size_get (int place, double *width, double *height);
/* The place of a size. */
int fddm_size_place (double width, double height);

/* "about 6 s", translated; free with g_free. */
char *fddm_time_words (double seconds);
