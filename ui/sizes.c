/* sizes.c: see sizes.h.
 * SPDX-License-Identifier: Apache-2.0 */
#include "ui/sizes.h"

#include <glib/gi18n-lib.h>

static const int sides[FDDM_SIZES - 1] = { 0, 256, 512, 1024, 2048, 4096 };

char *
fddm_size_words (int place, const FddmGenerateHelp *help)
{
  if (place == 0)
    /* translators: an image's width and height */
    return g_strdup_printf (_ ("Image: %d × %d"), help->image_width, help->image_height);
  if (place == FDDM_SIZES - 1)
    return g_strdup (_ ("Another size"));
  return g_strdup_printf ("%d × %d", sides[place], sides[place]);
}

gboolean
fddm_size_get (int place, double *width, double *height)
{
  if (place >= FDDM_SIZES - 1)
    return FALSE;
  *width = *height = sides[place];
  return TRUE;
}

int
fddm_size_place (double width, double height)
{
  int place = 0;

  while (place < FDDM_SIZES - 1 && (width != sides[place] || height != sides[place]))
    place++;
  return place;
}

char *
fddm_time_words (double seconds)
{
  /* translators: how long it takes */
  if (seconds < 90)
    return g_strdup_printf (_ ("about %d s"), MAX ((int) (seconds + 0.5), 1));
  return g_strdup_printf (_ ("about %d min"), (int) (seconds / 60 + 0.5));
}
