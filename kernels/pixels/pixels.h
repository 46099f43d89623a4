/* pixels.h: loops over pixels in host memory, independent of the device.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <glib.h>
#include "kernels/fddm-math.h"

/* Threads for a loop over FLOATS numbers. */
int fddm_pixels_threads (gsize floats);

/* Reach of the search for finite neighbours of a non-finite pixel. */
#define FDDM_REPAIR_REACH 3

/* How far outside of [0,1] networks see the samples of a photo with little noise. Further out, samples change neighbours,
 * too, the more the further, and add noise of their own. Noise itself needs five standard deviations. */
#define FDDM_SAMPLE_BEYOND 0.3f

/* Copies packed PIXELS to OUT, ready for a network. Replaces each pixel that has a NaN or an infinity by the mean of the
 * finite pixels nearby, and limits samples to -BEYOND … 1 + BEYOND. CHANNELS is at most 4. */
void fddm_pixels_repair (const float *pixels, int width, int height, int channels, float beyond, float *out);

/* Whether repairing would change none of N samples. */
gboolean fddm_pixels_are_sound (const float *pixels, gsize n, float beyond);

/* Whether all N samples are finite. */
gboolean fddm_pixels_are_finite (const float *pixels, gsize n);

/* Floats from one row of an array to the next, and from one pixel to the next. */
typedef struct {
  gsize row, pixel;
} FddmStrides;

/* Strides of packed pixels. */
static inline FddmStrides
fddm_strides_packed (int width, int channels)
{
  return (FddmStrides) { .row = (gsize) width * channels, .pixel = channels };
}

/* Copies a rectangle between arrays with different strides. */
void fddm_pixels_copy (const float *from, FddmStrides from_strides, float *to, FddmStrides to_strides, int width, int height,
                       int channels);

/* Sets N samples to VALUE. */
void fddm_pixels_fill (float *pixels, gsize n, float value);

/* TO = A·TO + B·FROM for a rectangle of HEIGHT rows of ROW floats, in arrays with the same STRIDE. */
void fddm_pixels_mix (float *to, const float *from, gsize stride, gsize row, int height, float a, float b);

/* PIXELS += CHANGE for N samples. Non-finite pixels stay. */
void fddm_pixels_add (float *pixels, const float *change, gsize n);

/* SUM += SCALE · mean of A·B over a pixel's samples, for N pixels. SUM has one sample per pixel. */
void fddm_pixels_add_products (float *sum, const float *a, const float *b, gsize n, int channels, float scale);

/* PLANE += WEIGHT · luma, for N pixels with 1 or 3 CHANNELS. */
void fddm_pixels_add_luma (float *plane, const float *pixels, gsize n, int channels, float weight);

/* Adds WEIGHT · PLANE to each sample, for N pixels. */
void fddm_pixels_add_gray (float *pixels, const float *plane, gsize n, int channels, float weight);

/* PIXELS += CHANGE with its luma scaled by LUMA and its chroma by CHROMA, for N pixels with 1 or 3 CHANNELS. */
void fddm_pixels_add_shares (float *pixels, const float *change, gsize n, int channels, float luma, float chroma);

/* OUT = PIXELS + CHANGE, scaled likewise. OUT may be PIXELS. */
void fddm_pixels_add_shares_to (const float *pixels, const float *change, gsize n, int channels, float luma, float chroma,
                                float *out);

/* OUT = PIXELS + CHANGE where the sum is finite, otherwise PIXELS. OUT is packed; the others have HEIGHT rows of ROW
 * floats, STRIDE apart. */
void fddm_pixels_add_packed (const float *pixels, const float *change, gsize stride, gsize row, int height, float *out);

/* PIXELS = SCALE · √PIXELS for N samples; 0 for negative ones. */
void fddm_pixels_root (float *pixels, gsize n, float scale);

/* PIXELS *= FACTOR for N samples. */
void fddm_pixels_scale (float *pixels, gsize n, float factor);

/* Clamps N samples to [0,1]. */
void fddm_pixels_clamp (float *pixels, gsize n);
