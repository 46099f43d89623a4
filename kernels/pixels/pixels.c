/* pixels.c: passes over pixels before and after the computation.
 * SPDX-License-Identifier: Apache-2.0 */
#include "kernels/pixels/pixels.h"
#include <math.h>
#include <string.h>
#include "kernels/fddm-math.h"
#include <omp.h>

/* Number of floats from which a loop is shared among threads (before a GPU, these loops take most of the time), and
 * maximum number of threads: more would wait for the memory. */
#define SHARED_FROM ((gsize) 1 << 20)
#define THREADS_MAX 16

int
fddm_pixels_threads (gsize floats)
{
  return floats < SHARED_FROM ? 1 : MIN (omp_get_max_threads (), THREADS_MAX);
}

/* Without a branch, so that compilers vectorise it: every pixel of every picture passes here. */
static gboolean
all_finite (const float *values, gsize n)
{
  guint32 bad = 0;

  for (gsize i = 0; i < n; i++)
    {
      union {
        float   f;
        guint32 u;
      } bits = { values[i] };

      bad |= (bits.u & 0x7F800000u) == 0x7F800000u;
    }
  return bad == 0;
}

gboolean
fddm_pixels_are_finite (const float *pixels, gsize n)
{
  return all_finite (pixels, n);
}

/* Whether all samples are known to networks; likewise without a branch. A NaN is not. */
static gboolean
all_sound (const float *values, gsize n, float beyond)
{
  int bad = 0;

  for (gsize i = 0; i < n; i++)
    bad |= !(values[i] >= -beyond) | !(values[i] <= 1.0f + beyond);
  return bad == 0;
}

gboolean
fddm_pixels_are_sound (const float *pixels, gsize n, float beyond)
{
  enum { PIECE = 4096 };
  const gsize pieces  = (n + PIECE - 1) / PIECE;
  const int   threads = fddm_pixels_threads (n);
  gsize       n_bad   = 0;

#pragma omp parallel for schedule(static) reduction(+ : n_bad) num_threads(threads)
  for (gsize i = 0; i < pieces; i++)
    n_bad += all_sound (pixels + i * PIECE, MIN (PIECE, n - i * PIECE), beyond) ? 0 : 1;
  return n_bad == 0;
}

static float
limited (float sample, float beyond)
{
  return CLAMP (sample, -beyond, 1.0f + beyond);
}

/* Mean of the finite pixels in the neighbourhood, limited; middle gray if there are none. */
static void
fill_from_neighbours (const float *pixels, int width, int height, int channels, int x, int y, float beyond, float *out)
{
  double sum[4] = { 0.0 };
  int    n      = 0;

  for (int j = MAX (y - FDDM_REPAIR_REACH, 0); j <= MIN (y + FDDM_REPAIR_REACH, height - 1); j++)
    for (int i = MAX (x - FDDM_REPAIR_REACH, 0); i <= MIN (x + FDDM_REPAIR_REACH, width - 1); i++)
      {
        const float *pixel = pixels + ((gsize) j * width + i) * channels;

        if (!all_finite (pixel, channels))
          continue;
        for (int c = 0; c < channels; c++)
          sum[c] += limited (pixel[c], beyond);
        n++;
      }
  for (int c = 0; c < channels; c++)
    out[c] = n > 0 ? (float) (sum[c] / n) : 0.5f;
}

void
fddm_pixels_repair (const float *pixels, int width, int height, int channels, float beyond, float *out)
{
  const gsize row     = (gsize) width * channels;
  const int   threads = fddm_pixels_threads (row * height);

#pragma omp parallel for schedule(static) num_threads(threads)
  for (int y = 0; y < height; y++)
    {
      const float *in = pixels + y * row;

      memcpy (out + y * row, in, row * sizeof *out);
      if (all_sound (in, row, beyond))
        continue;
      for (gsize i = 0; i < row; i++)
        out[y * row + i] = limited (in[i], beyond);
      for (int x = 0; x < width; x++)
        if (!all_finite (in + x * channels, channels))
          fill_from_neighbours (pixels, width, height, channels, x, y, beyond, out + y * row + x * channels);
    }
}

void
fddm_pixels_copy (const float *from, FddmStrides from_strides, float *to, FddmStrides to_strides, int width, int height,
                  int channels)
{
  const gboolean packed  = from_strides.pixel == (gsize) channels && to_strides.pixel == (gsize) channels;
  const int      threads = fddm_pixels_threads ((gsize) width * height * channels);

#pragma omp parallel for schedule(static) num_threads(threads)
  for (int y = 0; y < height; y++)
    if (packed)
      memcpy (to + y * to_strides.row, from + y * from_strides.row, (gsize) width * channels * sizeof *to);
    else
      for (int x = 0; x < width; x++)
        for (int c = 0; c < channels; c++)
          to[y * to_strides.row + x * to_strides.pixel + c] = from[y * from_strides.row + x * from_strides.pixel + c];
}

void
fddm_pixels_fill (float *pixels, gsize n, float value)
{
  const int threads = fddm_pixels_threads (n);

#pragma omp parallel for schedule(static) num_threads(threads)
  for (gsize i = 0; i < n; i++)
    pixels[i] = value;
}

void
fddm_pixels_mix (float *to, const float *from, gsize stride, gsize row, int height, float a, float b)
{
  const int threads = fddm_pixels_threads (row * height);

#pragma omp parallel for schedule(static) num_threads(threads)
  for (int y = 0; y < height; y++)
    for (gsize i = y * stride; i < y * stride + row; i++)
      to[i] = a * to[i] + b * from[i];
}

void
fddm_pixels_add (float *pixels, const float *change, gsize n)
{
  const int threads = fddm_pixels_threads (n);

#pragma omp parallel for schedule(static) num_threads(threads)
  for (gsize i = 0; i < n; i++)
    {
      float sum = pixels[i] + change[i];

      pixels[i] = isfinite (sum) ? sum : pixels[i];
    }
}

void
fddm_pixels_add_products (float *sum, const float *a, const float *b, gsize n, int channels, float scale)
{
  const float share   = scale / (float) channels;
  const int   threads = fddm_pixels_threads (n * channels);

#pragma omp parallel for schedule(static) num_threads(threads)
  for (gsize i = 0; i < n; i++)
    for (int c = 0; c < channels; c++)
      sum[i] += share * a[i * channels + c] * b[i * channels + c];
}

static inline float
luma_of (const float *pixel, int channels)
{
  return channels == 1 ? pixel[0] : fddm_luma (pixel);
}

void
fddm_pixels_add_luma (float *plane, const float *pixels, gsize n, int channels, float weight)
{
  const int threads = fddm_pixels_threads (n * channels);

#pragma omp parallel for schedule(static) num_threads(threads)
  for (gsize i = 0; i < n; i++)
    plane[i] += weight * luma_of (pixels + i * channels, channels);
}

void
fddm_pixels_add_gray (float *pixels, const float *plane, gsize n, int channels, float weight)
{
  const int threads = fddm_pixels_threads (n * channels);

#pragma omp parallel for schedule(static) num_threads(threads)
  for (gsize i = 0; i < n; i++)
    for (int c = 0; c < channels; c++)
      pixels[i * channels + c] += weight * plane[i];
}

void
fddm_pixels_add_shares_to (const float *pixels, const float *change, gsize n, int channels, float luma, float chroma,
                           float *out)
{
  const int threads = fddm_pixels_threads (n * channels);

  if (channels == 1)
    {
#pragma omp parallel for schedule(static) num_threads(threads)
      for (gsize i = 0; i < n; i++)
        out[i] = pixels[i] + luma * change[i];
      return;
    }
#pragma omp parallel for schedule(static) num_threads(threads)
  for (gsize i = 0; i < n; i++)
    {
      const float gray = (luma - chroma) * luma_of (change + i * channels, channels);

      for (int c = 0; c < channels; c++)
        out[i * channels + c] = pixels[i * channels + c] + (chroma * change[i * channels + c] + gray);
    }
}

void
fddm_pixels_add_shares (float *pixels, const float *change, gsize n, int channels, float luma, float chroma)
{
  fddm_pixels_add_shares_to (pixels, change, n, channels, luma, chroma, pixels);
}

void
fddm_pixels_add_packed (const float *pixels, const float *change, gsize stride, gsize row, int height, float *out)
{
  const int threads = fddm_pixels_threads (row * height);

#pragma omp parallel for schedule(static) num_threads(threads)
  for (int y = 0; y < height; y++)
    for (gsize i = 0; i < row; i++)
      {
        const float old = pixels[y * stride + i], sum = old + change[y * stride + i];

        out[y * row + i] = isfinite (sum) ? sum : old;
      }
}

void
fddm_pixels_root (float *pixels, gsize n, float scale)
{
  const int threads = fddm_pixels_threads (n);

#pragma omp parallel for schedule(static) num_threads(threads)
  for (gsize i = 0; i < n; i++)
    pixels[i] = scale * sqrtf (MAX (pixels[i], 0.0f));
}

void
fddm_pixels_scale (float *pixels, gsize n, float factor)
{
  const int threads = fddm_pixels_threads (n);

#pragma omp parallel for schedule(static) num_threads(threads)
  for (gsize i = 0; i < n; i++)
    pixels[i] *= factor;
}

void
fddm_pixels_clamp (float *pixels, gsize n)
{
  const int threads = fddm_pixels_threads (n);

#pragma omp parallel for schedule(static) num_threads(threads)
  for (gsize i = 0; i < n; i++)
    pixels[i] = CLAMP (pixels[i], 0.0f, 1.0f);
}
