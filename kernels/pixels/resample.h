/* resample.h: making a picture that repeats a little smaller, so that it still repeats.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <glib.h>

/* One axis: sample i of TO is the sum over t < taps of weights[i·taps + t] · sample (first[i] + t) of FROM, which is taken to
 * repeat in either direction. Lanczos' filter of three lobes, as wide as the coarser of the two grids asks for. */
typedef struct {
  int    from, to, taps;
  int   *first; /* may lie before 0 or behind the end */
  float *weights;
} FddmResampler;

FddmResampler *fddm_resampler_new (int from, int to);
void           fddm_resampler_free (FddmResampler *resampler);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (FddmResampler, fddm_resampler_free)

/* HEIGHT packed rows of FROM pixels -> as many of TO pixels. */
void fddm_resample_rows (const FddmResampler *across, const float *in, int height, int channels, float *out);
/* Rows TOP to BOTTOM of the picture TO high; IN begins with row FIRST of what repeats, and has all that they need. ROW: floats
 * of a row. */
void fddm_resample_columns (const FddmResampler *down, const float *in, int first, int top, int bottom, gsize row,
                            float *out);
