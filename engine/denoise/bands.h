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
 * The three bands add up to r. S1 keeps half of a wave of 5.5 pixels, S2·S1 of one of 12.2; medium and coarse
 * share one of 11 equally. The transition spans about an octave, so that no step or block is visible.
 *
 * A strength of up to 100 % is the share of a band that leaves the picture. Above 100 %, the noise counts as larger by that
 * factor in this band: the network is asked a second time, for noise that is larger by the largest factor, F, and a band of
 * strength f takes (f − 1)/(F − 1) of the way from the first removal to the second. Taking more than 100 % of the first would
 * add its error to the picture. */
#pragma once
#include "engine/fddm.h"
#include "kernels/pixels/smooth.h"

/* Reach of the bands: pixels to each side that influence a pixel. */
#define FDDM_BANDS_REACH (FDDM_SMOOTH_REACH (1) + FDDM_SMOOTH_REACH (2))

/* Whether PARAMS weight all bands by 100 %. */
gboolean fddm_bands_are_even (const FddmDenoiseParams *params);

/* F of PARAMS, or 0 if no band is above 100 %. */
double fddm_bands_raise (const FddmDenoiseParams *params);

/* A rectangle of pixels, reflected at its edges. */
typedef struct {
  float *removed; /* the noise removed; weighted in place */
  float *raised;  /* with bands above 100 %: what is removed of raised noise; overwritten */
  gsize  stride;  /* floats per row of the arrays but SCRATCH */
  int    width, height, samples;
  float *spare, *scratch; /* overwritten; SCRATCH is packed */
} FddmBandsArea;

/* Weights the noise removed in AREA by band. */
void fddm_bands_weight (const FddmDenoiseParams *params, const FddmBandsArea *area);
