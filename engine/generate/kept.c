/* kept.c: choice of a kept picture by the seed.
 * SPDX-License-Identifier: Apache-2.0 */
#include "engine/generate/kept.h"
#include <string.h>
#include "kernels/fddm-math.h"

/* Keeps these random numbers independent of those of the state, the windows and the quilt. */
#define KEY 0x4b455054u

static const FddmKept *
find (const FddmWeights *weights, const char *subject)
{
  for (int i = 0; subject != NULL && i < weights->n_kept; i++)
    if (strcmp (weights->kept[i].name, subject) == 0)
      return &weights->kept[i];
  return NULL;
}

gboolean
fddm_kept_has (const FddmWeights *weights, const char *subject)
{
  return find (weights, subject) != NULL;
}

gboolean
fddm_kept_draw (const FddmWeights *weights, const char *subject, guint32 seed, FddmKeptPicture *picture)
{
  const FddmKept *kept    = find (weights, subject);
  const gsize     samples = (gsize) weights->kept_width * weights->kept_height * weights->channels;
  guint32         bits[4] = { 0, 0, 0, 0 };

  if (kept == NULL)
    return FALSE;
  fddm_philox (bits, seed, KEY);
  *picture = (FddmKeptPicture) { .pixels = weights->kept_pixels + (kept->first + bits[0] % (guint32) kept->count) * samples,
                                 .width  = weights->kept_width,
                                 .height = weights->kept_height,
                                 .channels  = weights->channels,
                                 .closeness = kept->closeness };
  return TRUE;
}

static gboolean
read_part (gpointer data, int x, int y, int width, int height, float *pixels, GError **error G_GNUC_UNUSED)
{
  const FddmKeptPicture *picture = data;
  const int              n       = picture->channels;

  for (int j = 0; j < height; j++)
    {
      const guint8 *from = picture->pixels + ((gsize) (y + j) * picture->width + x) * n;

      for (int i = 0; i < width * n; i++)
        *pixels++ = (float) from[i] / 255.0f;
    }
  return TRUE;
}

FddmSource
fddm_kept_source (FddmKeptPicture *picture)
{
  return (FddmSource) { picture->width, picture->height, picture->channels, read_part, picture, NULL };
}
