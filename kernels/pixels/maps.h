/* maps.h: loops for the maps of a picture: height, normals, roughness.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <glib.h>

/* A plane of packed floats. */
typedef struct {
  int      width, height;
  gboolean wraps; /* opposite edges meet; otherwise the plane is reflected, without repeating edge pixels */
} FddmMapPlane;

/* Smooths PIXELS in place along both axes by (1, 4, 6, 4, 1)/16, the taps STEP pixels apart, as fddm_smooth does, but also
 * across edges that meet. SCRATCH has room for a plane. */
void fddm_map_smooth (const FddmMapPlane *plane, float *pixels, int step, float *scratch);

/* Standard deviation of N floats. */
double fddm_map_spread (const float *pixels, gsize n);

/* Sets N floats that are no numbers to 0, and clamps the others to FDDM_PIXEL_LIMIT, so that their squares are numbers. */
void fddm_map_repair (float *pixels, gsize n);

/* PIXELS = (PIXELS − OTHER)², for N floats. */
void fddm_map_square (float *pixels, const float *other, gsize n);

/* Takes N floats into (0,1): x → ½ + ½·gx/√(1 + (gx)²), with GAIN g. Small values keep their proportions, large ones are not cut
 * off. */
void fddm_map_fit (float *pixels, gsize n, float gain);

/* x → BASE + SHARE·c/(c + HALF) with c = √max(x, 0), for N floats: from BASE, halfway at c = HALF, up to BASE + SHARE. */
void fddm_map_saturate (float *pixels, gsize n, float base, float share, float half);

/* The normals of rows [TOP, TOP + ROWS) of the surface DEPTH·HEIGHT, in units of a pixel, by Scharr's derivative: three samples
 * a pixel, ½ + ½n. x runs to the right. y runs up the picture for UP = 1, down for UP = −1. At edges that do not meet the slope
 * goes on. */
void fddm_map_normals (const FddmMapPlane *plane, const float *height, float depth, float up, int top, int rows, float *out);
