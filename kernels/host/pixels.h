/* pixels.h: loops over pixels in host memory that are no device's business.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <glib.h>

/* How far a pixel that is no number looks for others to be replaced by. */
#define FDDM_REPAIR_REACH 3

/* Copies packed PIXELS to OUT with each pixel that has a NaN or an infinity replaced by the mean of the finite ones near
 * it. Returns how many there were. CHANNELS is at most 4. */
gsize fddm_pixels_repair (const float *pixels, int width, int height, int channels, float *out);

/* Copies a rectangle between arrays of different strides, counted in floats. */
void  fddm_pixels_copy   (const float *from, gsize from_row, gsize from_pixel, float *to, gsize to_row, gsize to_pixel,
                          int width, int height, int channels);

/* Sets N samples to VALUE. */
void  fddm_pixels_fill   (float *pixels, gsize n, float value);
