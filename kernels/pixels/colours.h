/* colours.h: mean and covariance of a picture's colours, and the change from one to another.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <glib.h>

/* Sums over pixels with 1 or 3 channels. All 0 = no pixel yet. */
typedef struct {
  double n, sum[3], products[3][3];
} FddmColours;

/* p → MATRIX · (p − FROM) + TO */
typedef struct {
  double matrix[3][3], from[3], to[3];
} FddmColourMap;

/* Adds N packed, finite pixels. */
void fddm_colours_add (FddmColours *colours, const float *pixels, gsize n, int channels);

/* Mean, and covariance if it is wanted (else NULL). */
void fddm_colours_moments (const FddmColours *colours, double mean[3], double covariance[3][3]);

/* The least change of colours that gives pixels of the mean and covariance HAVE those of WANTED: optimal transport between
 * normal distributions, A^-½ (A^½ B A^½)^½ A^-½. Directions without variance in HAVE are not amplified. */
void fddm_colours_map (const FddmColours *have, const FddmColours *wanted, FddmColourMap *map);

/* Maps N packed pixels from PIXELS to OUT, which may be PIXELS. */
void fddm_colours_apply (const FddmColourMap *map, const float *pixels, gsize n, int channels, float *out);
