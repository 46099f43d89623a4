/* bands.h: weights for the removed noise by size of grain.
 * SPDX-License-Identifier: Apache-2.0
 *
 * The noise removed, r, is split in pixel space, not by coefficients, because a patch is too small to tell a blotch from
 * brightness. With S1 and S2 the smoothings of smooth.h at steps 1 and 2:
 *
 *   fine    r − S1·r         grain: wavelengths up to about 5 pixels
 *   medium  S1·r − S2·S1·r   clumps: wavelengths in between
 *   coarse  S2·S1·r          blotches: wavelengths from about 12 pixels
 *
 * The three bands add up to r. Neighbouring bands share a wave equally where S1 or S2·S1 keeps half of it, at 5.5 and
 * 11.9 pixels. The transition spans about an octave, so that no step or block is visible. */
#pragma once
#include "engine/fddm.h"
#include "kernels/pixels/smooth.h"

/* Reach of the bands: pixels to each side that influence a pixel. */
#define FDDM_BANDS_REACH (FDDM_SMOOTH_REACH (1) + FDDM_SMOOTH_REACH (2))

/* Whether PARAMS weight all bands by 100 %. */
gboolean fddm_bands_are_even (const FddmDenoiseParams *params);

/* A rectangle of pixels, reflected at its edges. */
typedef struct {
  float *removed; /* the noise removed; weighted in place */
  gsize  stride;  /* floats per row of REMOVED and SPARE  */
  int    width, height, samples;
  float *spare, *scratch; /* overwritten; SCRATCH is packed */
} FddmBandsArea;

/* Weights the noise removed in AREA by band. */
void fddm_bands_weight (const FddmDenoiseParams *params, const FddmBandsArea *area);
