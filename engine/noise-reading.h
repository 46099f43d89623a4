/* noise-reading.h: one reading of the noise meter, on its way from patches to levels.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "noise-private.h"

#define FDDM_READING_GROUPS 8
#define FDDM_READING_BINS   (FDDM_NOISE_KNOTS - 1)

typedef struct {
  const FddmNoiseMeter *meter;
  int     n, d2, channels, coefficients;
  int    *order;                                          /* the patches, flattest first */
  int     n_low, n_high;
  int     low[FDDM_PATCH_MAX * FDDM_PATCH_MAX], high[FDDM_PATCH_MAX * FDDM_PATCH_MAX];/* frequencies */
  float  *column;                                         /* scratch: one value of each patch */
  int     groups;                                         /* of patches, in the order of their texture */
  double  weight[FDDM_READING_GROUPS];                    /* patches in each */
  double  variance[FDDM_READING_GROUPS][FDDM_COEF_MAX];
  double  flat[FDDM_COEF_MAX];                            /* variances in the first groups together */
  int     flat_patches;
  int     n_bins, bin[FDDM_READING_BINS];                 /* brightness */
  double  share[FDDM_READING_BINS], flat_share[FDDM_READING_BINS];/* of all patches, of the flat ones */
  double  bin_core[FDDM_READING_BINS][FDDM_COEF_MAX], bin_bulk[FDDM_READING_BINS][FDDM_COEF_MAX];
  int     bin_patches[FDDM_READING_BINS];                 /* that bin_core was measured in */
  double  bulk[FDDM_COEF_MAX];
  double  likeness;                                       /* 0 the picture's variation is texture … 1 it is a camera's noise */
  double  independence;                                   /* of luma's and chroma's variation: 0 texture … 1 as noise has it */
} FddmReading;

/* Low and high frequencies, from the patch's side. */
void fddm_reading_choose_frequencies (FddmReading *reading);
/* Sorts the patches that are at least MARGIN from black and white. */
void fddm_reading_choose_patches     (FddmReading *reading, double margin);
/* Variances of every coefficient in groups of growing texture, and in the first groups together. */
void fddm_reading_measure_groups     (FddmReading *reading);
/* Variances in the flattest patches of each brightness that has enough of them. */
void fddm_reading_measure_bins       (FddmReading *reading);
/* The values of COEFFICIENT in PATCHES come to the column, without their mean: a sky's slope is the same in many patches. */
void fddm_reading_gather             (FddmReading *reading, const int *patches, int n, int coefficient);
int  fddm_reading_bin                (const FddmReading *reading, int patch);
