/* like.c: see like.h.
 * SPDX-License-Identifier: Apache-2.0 */
#include "engine/generate/like.h"
#include <glib/gi18n-lib.h>
#include <math.h>
#include "engine/diffusion/sampler.h"
#include "engine/generate/picture-start.h"
#include "kernels/pixels/pixels.h"

/* Side of a block: this share of the example's shorter side, within bounds. It must hold what the material consists of, and
 * leave places to choose from. */
#define BLOCK_SHARE 0.4
#define BLOCK_LEAST 24
#define BLOCK_MOST  128

/* Share of a block's side by which it overlaps its neighbour at least. */
#define OVERLAP_SHARE 3

/* Share of the path, from pure noise to the end, that is left out at closeness 100. Sampling then starts where all structure
 * wider than a patch stands out of the noise. */
#define SHARE_LEFT_OUT 0.77

/* Steps of the shortest path, where as many are allowed. */
#define STEPS_LEAST 4

double
fddm_like_level (const FddmContext *context, double closeness)
{
  const double first = context->weights->mu_from, end = fddm_sampler_end (context->weights, &context->schedule);

  return first + MAX (end - first, 0.0) * SHARE_LEFT_OUT * closeness / FDDM_CLOSENESS_MAX;
}

int
fddm_like_steps (double closeness, int steps)
{
  const double share = 1.0 - SHARE_LEFT_OUT * closeness / FDDM_CLOSENESS_MAX;

  return CLAMP ((int) ceil (steps * share), MIN (steps, STEPS_LEAST), steps);
}

gsize
fddm_like_bytes (int width, int height, int samples)
{
  return (gsize) width * height * ((gsize) samples * sizeof (float) + 1);
}

static gboolean
no_memory (GError **error)
{
  g_set_error_literal (error, FDDM_KERNEL_ERROR, FDDM_KERNEL_ERROR_MEMORY,
                       _ ("Not enough memory for a strip of the picture; close other programs"));
  return FALSE;
}

/* Spreads blocks of size BLOCK evenly around a circle of LENGTH pixels. Returns their starts, OVERLAP what they have in common
 * at least. NULL if out of memory. */
static int *
spread (int length, int block, int *n, int *overlap)
{
  const int stride = block - block / OVERLAP_SHARE;
  int      *starts;

  *n     = (length + stride - 1) / stride;
  starts = g_try_new (int, *n);
  for (int i = 0; starts != NULL && i < *n; i++)
    starts[i] = (int) ((gint64) length * i / *n);
  *overlap = MIN (block - (length + *n - 1) / *n, block / 2);
  return starts;
}

/* The listener of a quilt. */
typedef struct {
  const FddmTicker *ticker;
  GError           *error; /* set when told to stop */
} Asked;

static gboolean
goes_on (gpointer data)
{
  Asked *asked = data;

  return fddm_tick (asked->ticker, 0, 1, &asked->error);
}

gboolean
fddm_like_quilt (FddmQuilt *quilt, const FddmTicker *ticker, GError **error)
{
  Asked asked = { .ticker = ticker };

  quilt->goes_on = goes_on;
  quilt->data    = &asked;
  if (quilt->x != NULL && quilt->y != NULL && fddm_quilt (quilt))
    return TRUE;
  if (asked.error != NULL)
    g_propagate_error (error, asked.error);
  else
    no_memory (error);
  return FALSE;
}

/* Pieces the example together on PIXELS, all of which are written. */
static gboolean
piece_together (const FddmExample *example, int width, int height, guint32 seed, float *pixels, guint8 *known,
                const FddmTicker *ticker, GError **error)
{
  const int       share = (int) (BLOCK_SHARE * MIN (example->width, example->height));
  const int       block = CLAMP (share, BLOCK_LEAST, BLOCK_MOST);
  FddmQuilt       quilt = { .example        = example->pixels,
                            .example_width  = example->width,
                            .example_height = example->height,
                            .channels       = example->samples,
                            .pixels         = pixels,
                            .known          = known,
                            .width          = width,
                            .height         = height,
                            .block_width    = MIN (block, width),
                            .block_height   = MIN (block, height),
                            .seed           = seed };
  g_autofree int *x     = spread (width, quilt.block_width, &quilt.across, &quilt.overlap_x);
  g_autofree int *y     = spread (height, quilt.block_height, &quilt.down, &quilt.overlap_y);

  quilt.x = x;
  quilt.y = y;
  return fddm_like_quilt (&quilt, ticker, error);
}

gboolean
fddm_like_start (const FddmContext *context, const FddmExample *example, const FddmTensor *noise, const FddmRandom *random,
                 FddmTensor *x0, FddmTensor *x, const FddmTicker *ticker, GError **error)
{
  const int              patch  = context->weights->patch;
  const FddmTorusPicture plan   = { .width = x->width * patch, .height = x->height * patch, .samples = example->samples };
  FddmTorusPicture       start  = plan;
  const gsize            n      = (gsize) plan.width * plan.height;
  float                 *pixels = fddm_memory_new (n * plan.samples * sizeof *pixels);
  guint8                *known  = g_try_malloc0 (n);
  gboolean               ok;

  start.pixels = pixels;
  ok           = (pixels != NULL && known != NULL) || no_memory (error);
  ok           = ok && piece_together (example, plan.width, plan.height, random->seed, pixels, known, ticker, error);
  g_free (known);
  ok = ok && fddm_picture_analyse (context, &start, 0, 0, x0, error) &&
       fddm_picture_add_noise (context, x0, noise, random, x, error);
  fddm_memory_free (pixels);
  return ok;
}
