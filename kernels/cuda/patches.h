/* patches.h: the transform's kernels; transform.c brings the pixels.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Pixels are packed: row after row, without gaps, SAMPLES floats for each. */
#pragma once
#include "kernels/cuda/device.h"

G_BEGIN_DECLS

/* Rows of patches at a time: CUDA's largest second dimension of a grid is 65535. */
#define FDDM_PATCH_ROWS_MAX 32768

typedef struct {
  int   patch;                                  /* side d                                       */
  int   columns;                                /* patches in a row of the coefficients         */
  int   channels;                               /* of the coefficients: 3 or 1                  */
  int   samples;                                /* of a pixel: 3 or 1                           */
  float basis[FDDM_PATCH_MAX * FDDM_PATCH_MAX]; /* (frequency, place) */
} FddmPatches;

/* Pixels of the tile: [top, bottom) × [left, right). */
typedef struct {
  int top, bottom, left, right;
} FddmRegion;

/* What FddmEnds says, and the tensor at that end of the network. It all stays here: kernels are launched when the caller's
 * own are gone. */
typedef struct {
  FddmTensor level, mean, variance;
  FddmTensor strength; /* for the output */
  FddmTensor network;  /* input or output */
  float      lo, hi;
  gboolean   varies; /* CURVE says how */
  float      curve[3][FDDM_NOISE_KNOTS];
} FddmPatchEnds;

/* Where pixels lie in device memory: the pixel (i, j) at PIXELS[ROWS[i] + COLUMNS[j]], as in FddmWindow; packed where ROWS is
 * NULL. */
typedef struct {
  float     *pixels;
  const int *rows, *columns;
  int        channel_stride;
} FDDM_BY_NAME FddmPlaces;

/* Pixels of N_ROWS rows of patches -> rows FIRST_ROW … of COEFFICIENTS, and of the network's input where ENDS is given.
 * PLACES are those of the first of these rows. */
gboolean fddm_patches_analyse (FddmDevice *device, const FddmPatches *patches, const FddmPlaces *places, int first_row,
                               int n_rows, FddmTensor *coefficients, const FddmPatchEnds *ends, GError **error);
/* The inverse, for the REGION of the tile: what is to be added to its pixels in [0,1], by COEFFICIENTS themselves or, where
 * ENDS is given, by what is to be added to them. To packed pixels, those of REGION, it is written; to others, those of the
 * whole tile, it is added. */
gboolean fddm_patches_synthesise (FddmDevice *device, const FddmPatches *patches, const FddmTensor *coefficients,
                                  const FddmPatchEnds *ends, const FddmRegion *region, float weight,
                                  const FddmPlaces *places, GError **error);

G_END_DECLS
