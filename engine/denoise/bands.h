/* bands.h: what is removed from a photo, weighted by the size of its grain.
 * SPDX-License-Identifier: Apache-2.0
 *
 * What is removed is split where pixels are, not coefficients, for patches are too small to know a blotch from its
 * brightness. With S1 and S2 the smoothings of smooth.h at steps 1 and 2:
 *
 *   fine    r − S1·r         grain: wavelengths up to about 5 pixels
 *   medium  S1·r − S2·S1·r   clumps: between
 *   coarse  S2·S1·r          blotches: wavelengths from about 12 pixels on
 *
 * The three add up to r. Neighbouring bands share a wave equally where S1 or S2·S1 keeps half of it, at 5.5 and 11.9
 * pixels; the change from one to the other takes about an octave, and no step or block shows. */
#pragma once
#include "engine/fddm.h"
#include "kernels/pixels/smooth.h"

/* How many pixels around a pixel have a say in its bands. */
#define FDDM_BANDS_REACH (FDDM_SMOOTH_REACH (1) + FDDM_SMOOTH_REACH (2))

/* Whether the bands of PARAMS leave what is removed as it is. */
gboolean fddm_bands_are_even (const FddmDenoiseParams *params);

/* A rectangle of pixels, reflected at its edges. */
typedef struct {
  float *removed; /* in place: what is removed                */
  gsize  stride;  /* floats from row to row, in SPARE, too    */
  int    width, height, samples;
  float *spare, *scratch; /* overwritten; SCRATCH is packed           */
} FddmBandsArea;

/* Weights what is removed in AREA. */
void fddm_bands_weight (const FddmDenoiseParams *params, const FddmBandsArea *area);
