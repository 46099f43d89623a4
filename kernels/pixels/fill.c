/* fill.c: see fill.h.
 * SPDX-License-Identifier: Apache-2.0 */
#include "kernels/pixels/fill.h"
#include "kernels/pixels/pixels.h"

#define LEVELS FDDM_FILL_LEVELS

/* Weight of middle gray against the visible cells around, on the last level. */
#define GRAY 1e-3f

/* A level: colours, and whether there is one. Pixels (level 0) are the caller's array. */
typedef struct {
  int     width, height;
  float  *colours;
  guint8 *known;
} Level;

typedef struct {
  Level level[LEVELS + 1];
  int   channels;
} Pyramid;

static gboolean
pyramid_init (Pyramid *pyramid, float *pixels, int width, int height, int channels)
{
  gboolean whole = TRUE;

  *pyramid          = (Pyramid) { .channels = channels };
  pyramid->level[0] = (Level) { width, height, pixels, g_try_new (guint8, (gsize) width * height) };
  for (int l = 1; l <= LEVELS; l++)
    {
      Level      *level = &pyramid->level[l];
      const gsize cells = (gsize) ((level[-1].width + 1) / 2) * ((level[-1].height + 1) / 2);

      *level = (Level) { (level[-1].width + 1) / 2, (level[-1].height + 1) / 2, g_try_new (float, cells * channels),
                         g_try_new (guint8, cells) };
      whole  = whole && level->colours != NULL && level->known != NULL;
    }
  return whole && pyramid->level[0].known != NULL;
}

static void
pyramid_clear (Pyramid *pyramid)
{
  for (int l = 0; l <= LEVELS; l++)
    {
      g_free (pyramid->level[l].known);
      if (l > 0)
        g_free (pyramid->level[l].colours);
    }
}

static void
find_known (Level *level, const guint8 *visible, int channels)
{
  const gsize n = (gsize) level->width * level->height;

  for (gsize i = 0; i < n; i++)
    level->known[i] = visible[i] != 0 && fddm_pixels_are_finite (level->colours + i * channels, channels);
}

/* The mean of the known ones among the four cells of FINE below the cell (X, Y) of COARSE. */
static void
pull_cell (const Level *fine, Level *coarse, int channels, int x, int y)
{
  const gsize cell   = (gsize) y * coarse->width + x;
  float      *colour = coarse->colours + cell * channels;
  int         n      = 0;

  for (int c = 0; c < channels; c++)
    colour[c] = 0.0f;
  for (int j = 2 * y; j < MIN (2 * y + 2, fine->height); j++)
    for (int i = 2 * x; i < MIN (2 * x + 2, fine->width); i++)
      {
        const gsize at = (gsize) j * fine->width + i;

        for (int c = 0; fine->known[at] && c < channels; c++)
          colour[c] += fine->colours[at * channels + c];
        n += fine->known[at];
      }
  for (int c = 0; n > 0 && c < channels; c++)
    colour[c] /= (float) n;
  coarse->known[cell] = n > 0;
}

static void
pull (const Level *fine, Level *coarse, int channels)
{
  for (int y = 0; y < coarse->height; y++)
    for (int x = 0; x < coarse->width; x++)
      pull_cell (fine, coarse, channels, x, y);
}

/* Gives each unknown cell of the last level the mean of the known ones beside it, and of a little gray. Cells around become
 * known only after all have been looked at. */
static void
close_last (Level *last, int channels)
{
  for (int y = 0; y < last->height; y++)
    for (int x = 0; x < last->width; x++)
      {
        float *colour = last->colours + ((gsize) y * last->width + x) * channels;
        float  sum[4] = { 0.5f * GRAY, 0.5f * GRAY, 0.5f * GRAY, 0.5f * GRAY }, weight = GRAY;

        if (last->known[(gsize) y * last->width + x])
          continue;
        for (int j = MAX (y - 1, 0); j <= MIN (y + 1, last->height - 1); j++)
          for (int i = MAX (x - 1, 0); i <= MIN (x + 1, last->width - 1); i++)
            {
              const gsize at = (gsize) j * last->width + i;

              for (int c = 0; last->known[at] && c < channels; c++)
                sum[c] += last->colours[at * channels + c];
              weight += last->known[at];
            }
        for (int c = 0; c < channels; c++)
          colour[c] = sum[c] / weight;
      }
}

/* Interpolates the cell of FINE at (X, Y) between four of COARSE: three quarters lie with the one that it belongs to. */
static void
push_cell (const Level *coarse, Level *fine, int channels, int x, int y)
{
  const int x0 = x / 2, y0 = y / 2;
  const int x1      = CLAMP (x0 + (x % 2 ? 1 : -1), 0, coarse->width - 1),
            y1      = CLAMP (y0 + (y % 2 ? 1 : -1), 0, coarse->height - 1);
  const float *row0 = coarse->colours + (gsize) y0 * coarse->width * channels;
  const float *row1 = coarse->colours + (gsize) y1 * coarse->width * channels;
  float       *out  = fine->colours + ((gsize) y * fine->width + x) * channels;

  for (int c = 0; c < channels; c++)
    out[c] = 0.5625f * row0[x0 * channels + c] + 0.1875f * (row0[x1 * channels + c] + row1[x0 * channels + c]) +
             0.0625f * row1[x1 * channels + c];
}

/* Gives the unknown cells of FINE their colours. For pixels VISIBLE tells which must not change. */
static void
push (const Level *coarse, Level *fine, const guint8 *visible, int channels)
{
  for (int y = 0; y < fine->height; y++)
    for (int x = 0; x < fine->width; x++)
      {
        const gsize at = (gsize) y * fine->width + x;

        if (!fine->known[at] && (visible == NULL || visible[at] == 0))
          push_cell (coarse, fine, channels, x, y);
      }
}

gboolean
fddm_pixels_fill_hidden (float *pixels, const guint8 *visible, int width, int height, int channels)
{
  Pyramid        pyramid;
  const gboolean whole = pyramid_init (&pyramid, pixels, width, height, channels);

  if (whole)
    {
      find_known (&pyramid.level[0], visible, channels);
      for (int l = 0; l < LEVELS; l++)
        pull (&pyramid.level[l], &pyramid.level[l + 1], channels);
      close_last (&pyramid.level[LEVELS], channels);
      for (int l = LEVELS; l-- > 0;)
        push (&pyramid.level[l + 1], &pyramid.level[l], l == 0 ? visible : NULL, channels);
    }
  pyramid_clear (&pyramid);
  return whole;
}
