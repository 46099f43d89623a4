/* smooth.h: smoothing of pixels in host memory, as in an undecimated wavelet transform.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <glib.h>

/* Reach of a smoothing at STEP, in pixels to each side. */
#define FDDM_SMOOTH_REACH(step) (2 * (step))

/* Smooths a rectangle in place along both axes with the cubic spline filter (1, 4, 6, 4, 1)/16, its taps STEP pixels
 * apart ("à trous"): a wave of W radians per pixel keeps cos⁴ (STEP·W/2). The rectangle is reflected at its edges without
 * repeating edge pixels. STRIDE: floats per row. SCRATCH has room for WIDTH · HEIGHT · CHANNELS floats. */
void fddm_smooth (float *pixels, gsize stride, int width, int height, int channels, int step, float *scratch);
