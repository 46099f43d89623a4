/* pixels.h: loops over pixels in host memory that are no device's business.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <glib.h>

/* Reflection without repeating the edge: … 2 1 0 1 2 … n−2 n−1 n−2 …, as often as it takes. */
static inline int
fddm_reflect (int i, int n)
{
  const int period = 2 * (n - 1);

  if (n == 1)
    return 0;
  i = ((i % period) + period) % period;
  return i < n ? i : period - i;
}

/* How far a pixel that is no number looks for others to be replaced by. */
#define FDDM_REPAIR_REACH 3

/* Copies packed PIXELS to OUT with each pixel that has a NaN or an infinity replaced by the mean of the finite ones near
 * it. Returns how many there were. CHANNELS is at most 4. */
gsize fddm_pixels_repair (const float *pixels, int width, int height, int channels, float *out);

/* Whether N samples are all numbers. */
gboolean fddm_pixels_are_finite (const float *pixels, gsize n);

/* Copies a rectangle between arrays of different strides, counted in floats. */
void fddm_pixels_copy (const float *from, gsize from_row, gsize from_pixel, float *to, gsize to_row, gsize to_pixel,
                       int width, int height, int channels);

/* Sets N samples to VALUE. */
void fddm_pixels_fill (float *pixels, gsize n, float value);

/* TO = A·TO + B·FROM for a rectangle of ROW floats by HEIGHT rows in arrays of the same STRIDE. */
void fddm_pixels_mix (float *to, const float *from, gsize stride, gsize row, int height, float a, float b);

/* PIXELS += CHANGE for N samples; those that aren't numbers stay as they are. */
void fddm_pixels_add (float *pixels, const float *change, gsize n);

/* SUM += SCALE · the mean of A·B over a pixel's samples, for N pixels; SUM has one sample a pixel. */
void fddm_pixels_add_products (float *sum, const float *a, const float *b, gsize n, int channels, float scale);

/* PLANE += WEIGHT · the luma of N pixels with 1 or 3 CHANNELS. */
void fddm_pixels_add_luma (float *plane, const float *pixels, gsize n, int channels, float weight);

/* Each sample of N pixels += WEIGHT · PLANE. */
void fddm_pixels_add_gray (float *pixels, const float *plane, gsize n, int channels, float weight);

/* PIXELS += CHANGE, its luma taken LUMA times and its chroma CHROMA times, for N pixels with 1 or 3 CHANNELS. */
void fddm_pixels_add_shares (float *pixels, const float *change, gsize n, int channels, float luma, float chroma);

/* OUT = PIXELS + CHANGE, likewise; OUT may be PIXELS. */
void fddm_pixels_add_shares_to (const float *pixels, const float *change, gsize n, int channels, float luma, float chroma,
                                float *out);

/* OUT, packed, = PIXELS + CHANGE, where that is a number, else PIXELS: for ROW floats of HEIGHT rows that lie STRIDE apart. */
void fddm_pixels_add_packed (const float *pixels, const float *change, gsize stride, gsize row, int height, float *out);

/* PIXELS = SCALE · √PIXELS for N samples; 0 for those below 0. */
void fddm_pixels_root (float *pixels, gsize n, float scale);

/* PIXELS clamped to [0,1], N samples. */
void fddm_pixels_clamp (float *pixels, gsize n);
