/* resample.h: scales a periodic picture down slightly, keeping it periodic.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <glib.h>

/* One axis. Sample i of TO is the sum over t < taps of weights[i·taps + t] · sample (first[i] + t) of FROM, which repeats
 * in either direction. Lanczos filter with three lobes, as wide as the coarser of the two grids requires. */
typedef struct {
  int    from, to, taps;
  int   *first; /* may be negative or beyond the end */
  float *weights;
} FddmResampler;

/* NULL if out of memory. */
FddmResampler *fddm_resampler_new (int from, int to);
void           fddm_resampler_free (FddmResampler *resampler);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (FddmResampler, fddm_resampler_free)

/* Resamples HEIGHT packed rows from FROM to TO pixels. */
void fddm_resample_rows (const FddmResampler *across, const float *in, int height, int channels, float *out);
/* Computes rows TOP to BOTTOM of the picture with TO rows. IN starts at row FIRST of the periodic picture and holds all
 * rows needed. ROW: floats per row. */
void fddm_resample_columns (const FddmResampler *down, const float *in, int first, int top, int bottom, gsize row,
                            float *out);
