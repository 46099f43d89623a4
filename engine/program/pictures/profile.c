/* profile.c: see profile.h.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>
#include "engine/program/pictures/profile.h"

#define COLOURS_AT   16 /* offset of the colour space's four letters */
#define SIGNATURE_AT 36 /* and of the four of every ICC profile */
#define HEADER       128

const Babl *
fddm_profile_space (GBytes *profile)
{
  const char *problem = NULL;
  gsize       size;
  const char *data = profile ? g_bytes_get_data (profile, &size) : NULL;

  /* babl loses some memory with each one that is none. */
  if (!data || size <= HEADER || size > G_MAXINT32 || memcmp (data + SIGNATURE_AT, "acsp", 4) != 0)
    return NULL;
  return babl_space_from_icc (data, (int) size, BABL_ICC_INTENT_RELATIVE_COLORIMETRIC, &problem);
}

static gboolean
is_for (GBytes *profile, gboolean gray)
{
  gsize       size;
  const char *data = g_bytes_get_data (profile, &size);

  return size > COLOURS_AT + 4 && memcmp (data + COLOURS_AT, gray ? "GRAY" : "RGB ", 4) == 0;
}

GBytes *
fddm_profile_for (GeglBuffer *buffer, GBytes *original, gboolean gray)
{
  const Babl        *space   = babl_format_get_space (gegl_buffer_get_format (buffer));
  g_autoptr (GBytes) profile = NULL;
  int                size    = 0;
  const char        *data;

  if (original)
    return is_for (original, gray) ? g_bytes_ref (original) : NULL;
  if (space == babl_space ("sRGB") || !(data = babl_space_get_icc (space, &size)) || size <= 0)
    return NULL;
  profile = g_bytes_new (data, (gsize) size);
  return is_for (profile, gray) ? g_steal_pointer (&profile) : NULL;
}
