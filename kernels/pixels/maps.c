/* maps.c: see maps.h.
 * SPDX-License-Identifier: Apache-2.0 */
#include "kernels/pixels/maps.h"
#include <math.h>
#include "kernels/pixels/pixels.h"

static inline int
wrap (int i, int n)
{
  return ((i % n) + n) % n;
}

/* The place I of a line of N, which may lie outside. */
static inline int
place (const FddmMapPlane *plane, int i, int n)
{
  return plane->wraps ? wrap (i, n) : fddm_reflect (i, n);
}

static inline float
spline (float outer_before, float before, float middle, float after, float outer_after)
{
  return 0.375f * middle + (0.25f * (before + after) + 0.0625f * (outer_before + outer_after));
}

static void
smooth_row (const FddmMapPlane *plane, const float *in, int step, float *out)
{
  const int width = plane->width, first = MIN (2 * step, width), last = MAX (width - 2 * step, first);

  for (int x = first; x < last; x++)
    out[x] = spline (in[x - 2 * step], in[x - step], in[x], in[x + step], in[x + 2 * step]);
  for (int x = 0; x < width; x = x == first - 1 ? last : x + 1)
    out[x] = spline (in[place (plane, x - 2 * step, width)], in[place (plane, x - step, width)], in[x],
                     in[place (plane, x + step, width)], in[place (plane, x + 2 * step, width)]);
}

void
fddm_map_smooth (const FddmMapPlane *plane, float *pixels, int step, float *scratch)
{
  const gsize row     = (gsize) plane->width;
  const int   threads = fddm_pixels_threads (row * (gsize) plane->height);

#pragma omp parallel for schedule(static) num_threads(threads)
  for (int y = 0; y < plane->height; y++)
    smooth_row (plane, pixels + (gsize) y * row, step, scratch + (gsize) y * row);
#pragma omp parallel for schedule(static) num_threads(threads)
  for (int y = 0; y < plane->height; y++)
    {
      const float *rows[5];

      for (int i = 0; i < 5; i++)
        rows[i] = scratch + (gsize) place (plane, y + (i - 2) * step, plane->height) * row;
      for (gsize x = 0; x < row; x++)
        pixels[(gsize) y * row + x] = spline (rows[0][x], rows[1][x], rows[2][x], rows[3][x], rows[4][x]);
    }
}

double
fddm_map_spread (const float *pixels, gsize n)
{
  double mean = 0, sum = 0;

  for (gsize i = 0; i < n; i++)
    mean += pixels[i];
  mean /= (double) n;
  for (gsize i = 0; i < n; i++)
    sum += (pixels[i] - mean) * (pixels[i] - mean);
  return sqrt (sum / (double) n);
}

void
fddm_map_repair (float *pixels, gsize n)
{
  for (gsize i = 0; i < n; i++)
    pixels[i] = isfinite (pixels[i]) ? fddm_clamp (pixels[i], -FDDM_PIXEL_LIMIT, FDDM_PIXEL_LIMIT) : 0.0f;
}

void
fddm_map_square (float *pixels, const float *other, gsize n)
{
  for (gsize i = 0; i < n; i++)
    pixels[i] = (pixels[i] - other[i]) * (pixels[i] - other[i]);
}

void
fddm_map_fit (float *pixels, gsize n, float gain)
{
  for (gsize i = 0; i < n; i++)
    {
      const float x = gain * pixels[i];

      pixels[i] = 0.5f + 0.5f * x / sqrtf (1.0f + x * x);
    }
}

void
fddm_map_saturate (float *pixels, gsize n, float base, float share, float half)
{
  for (gsize i = 0; i < n; i++)
    {
      const float contrast = sqrtf (MAX (pixels[i], 0.0f));

      pixels[i] = base + share * contrast / (contrast + half);
    }
}

/* The height at column X and row Y, which may lie one outside: where edges do not meet, the slope goes on. */
static float
height_at (const FddmMapPlane *plane, const float *height, int x, int y)
{
  const int   w = plane->width, h = plane->height;
  const int   inner_x = place (plane, x, w), inner_y = place (plane, y, h);
  const int   edge_x = CLAMP (x, 0, w - 1), edge_y = CLAMP (y, 0, h - 1);
  const float inner = height[(gsize) inner_y * (gsize) w + (gsize) inner_x];

  if (plane->wraps || (edge_x == x && edge_y == y))
    return inner;
  return 2.0f * height[(gsize) edge_y * (gsize) w + (gsize) edge_x] - inner;
}

/* Scharr's derivative across, then down, per pixel. */
static void
slope_at (const FddmMapPlane *plane, const float *height, int x, int y, float slope[2])
{
  float around[3][3];

  for (int j = 0; j < 3; j++)
    for (int i = 0; i < 3; i++)
      around[j][i] = height_at (plane, height, x + i - 1, y + j - 1);
  slope[0] = (3.0f * (around[0][2] - around[0][0] + around[2][2] - around[2][0]) + 10.0f * (around[1][2] - around[1][0])) /
             32.0f;
  slope[1] = (3.0f * (around[2][0] - around[0][0] + around[2][2] - around[0][2]) + 10.0f * (around[2][1] - around[0][1])) /
             32.0f;
}

void
fddm_map_normals (const FddmMapPlane *plane, const float *height, float depth, float up, int top, int rows, float *out)
{
  const gsize width   = (gsize) plane->width;
  const int   threads = fddm_pixels_threads (width * (gsize) rows);

#pragma omp parallel for schedule(static) num_threads(threads)
  for (int y = 0; y < rows; y++)
    for (int x = 0; x < plane->width; x++)
      {
        float *n = out + 3 * ((gsize) y * width + (gsize) x), slope[2], scale;

        slope_at (plane, height, x, top + y, slope);
        slope[0] *= depth;
        slope[1] *= depth;
        scale = 0.5f / sqrtf (slope[0] * slope[0] + slope[1] * slope[1] + 1.0f);
        n[0]  = 0.5f - slope[0] * scale;
        n[1]  = 0.5f + slope[1] * scale * up; /* rows count downwards */
        n[2]  = 0.5f + scale;
      }
}
