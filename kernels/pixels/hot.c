/* hot.c: see hot.h.
 * SPDX-License-Identifier: Apache-2.0 */
#include "kernels/pixels/hot.h"
#include <math.h>
#include <stdlib.h>
#include "kernels/pixels/pixels.h"

#define REACH  FDDM_HOT_REACH
#define AROUND ((2 * REACH + 1) * (2 * REACH + 1) - 1)

/* Samples whose neighbours are compared at a time. */
#define PIECE 64

typedef struct {
  gsize at;
  float value;
} Repair;

typedef struct {
  Repair  *repairs;
  gsize    n, room;
  gboolean failed;
} Repairs;

static void
repairs_add (Repairs *repairs, gsize at, float value)
{
  if (repairs->n == repairs->room)
    {
      const gsize room = 2 * repairs->room + 64;
      Repair     *more = g_try_renew (Repair, repairs->repairs, room);

      if (more == NULL)
        {
          repairs->failed = TRUE;
          return;
        }
      repairs->repairs = more;
      repairs->room    = room;
    }
  repairs->repairs[repairs->n++] = (Repair) { at, value };
}

static int
by_value (const void *a, const void *b)
{
  const float x = *(const float *) a, y = *(const float *) b;

  return (x > y) - (x < y);
}

/* Sorts the N VALUES. */
static float
median (float *values, int n)
{
  qsort (values, (gsize) n, sizeof *values, by_value);
  return n % 2 ? values[n / 2] : (values[n / 2 - 1] + values[n / 2]) / 2;
}

/* The samples around SAMPLE: first the four beside it, then the other four of the eight, then the rest. */
static void
look_around (const float *sample, gsize row, int channels, float around[AROUND])
{
  int beside = 0, corner = 4, rest = 8;

  for (int j = -REACH; j <= REACH; j++)
    for (int i = -REACH; i <= REACH; i++)
      {
        const float value = sample[(gssize) j * (gssize) row + i * channels];

        if (abs (i) + abs (j) == 1)
          around[beside++] = value;
        else if (abs (i) == 1 && abs (j) == 1)
          around[corner++] = value;
        else if (i != 0 || j != 0)
          around[rest++] = value;
      }
}

/* Whether SAMPLE is hot. REPAIRED gets what replaces it. */
static gboolean
is_hot (const float *sample, gsize row, int channels, float noise, float *repaired)
{
  float around[AROUND], sorted[AROUND], near = 0, ground, height;

  look_around (sample, row, channels, around);
  if (*sample > FDDM_HOT_MOST || !fddm_pixels_are_finite (around, AROUND))
    return FALSE;
  for (int i = 0; i < AROUND; i++)
    sorted[i] = around[i];
  ground = median (sorted, AROUND);
  height = *sample - ground;
  if (height < FDDM_HOT_LEAST * noise)
    return FALSE;
  for (int i = 0; i < AROUND; i++)
    if (fabsf (around[i] - ground) > FDDM_HOT_EVEN * noise)
      return FALSE;
  for (int i = 0; i < 8; i++)
    near += (around[i] - ground) * (i < 4 ? 2.0f / 12 : 1.0f / 12);
  *repaired = median (around, 8);
  return near <= FDDM_HOT_SPREAD * height;
}

/* Whether any of N samples from SAMPLES on lies LEAST above the four beside it. Without a branch: every sample passes here. */
static gboolean
any_stands_out (const float *samples, int n, gsize row, int channels, float least)
{
  int any = 0;

  for (int i = 0; i < n; i++)
    {
      const float value = samples[i] - least;

      any |= (value > samples[i - channels]) & (value > samples[i + channels]) & (value > samples[i - (gssize) row]) &
             (value > samples[i + (gssize) row]);
    }
  return any != 0;
}

static void
search_row (const float *pixels, int y, int width, int channels, float noise, Repairs *repairs)
{
  const gsize row   = (gsize) width * channels;
  const int   end   = (width - REACH) * channels;
  const float least = FDDM_HOT_LEAST / 2 * noise;

  for (int first = REACH * channels; first < end; first += PIECE)
    {
      const float *piece = pixels + (gsize) y * row + first;
      const int    n     = MIN (PIECE, end - first);
      float        repaired;

      if (!any_stands_out (piece, n, row, channels, least))
        continue;
      for (int i = 0; i < n; i++)
        if (any_stands_out (piece + i, 1, row, channels, least) && is_hot (piece + i, row, channels, noise, &repaired))
          {
#pragma omp critical(fddm_hot)
            repairs_add (repairs, (gsize) y * row + first + i, repaired);
          }
    }
}

gboolean
fddm_pixels_remove_hot (float *pixels, int width, int height, int channels, float noise)
{
  const int threads = fddm_pixels_threads ((gsize) width * height * channels);
  Repairs   repairs = { 0 };

#pragma omp parallel for schedule(static) num_threads(threads)
  for (int y = REACH; y < height - REACH; y++)
    search_row (pixels, y, width, channels, noise, &repairs);
  for (gsize i = 0; i < repairs.n; i++)
    pixels[repairs.repairs[i].at] = repairs.repairs[i].value;
  g_free (repairs.repairs);
  return !repairs.failed;
}
