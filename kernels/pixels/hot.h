/* hot.h: removes hot pixels, single samples that a sensor made far too bright.
 * SPDX-License-Identifier: Apache-2.0
 *
 * A sample is hot if it lies FDDM_HOT_LEAST times the noise above the 24 samples around it, these differ by noise only, as
 * in texture they do not, and the eight beside it know nothing of it. A lens spreads a star, a catchlight or a glint over
 * pixels: with a width of 1.2 pixels at half of the height, the eight around get 15 % of it on average. A hot pixel's get
 * nothing. */
#pragma once
#include <glib.h>

/* Samples to each side that are looked at. */
#define FDDM_HOT_REACH 2

/* Multiples of the noise: the least height of a hot sample, and the most that one around differs from their median. The share
 * of the height that the eight beside may have on average. */
#define FDDM_HOT_LEAST  12.0f
#define FDDM_HOT_EVEN   3.5f
#define FDDM_HOT_SPREAD 0.04f

/* Brightest hot sample. What is brighter is no sensor's, but the highlight of an HDR picture. */
#define FDDM_HOT_MOST 1.05f

/* Replaces hot samples of PIXELS, packed, by the median of the eight around in their channel. NOISE: standard deviation of a
 * sample. Samples within FDDM_HOT_REACH of the array's edges stay. FALSE if out of memory. */
gboolean fddm_pixels_remove_hot (float *pixels, int width, int height, int channels, float noise);
