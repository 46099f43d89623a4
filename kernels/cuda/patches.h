/* patches.h: kernels of the transform. transform.c and resident.c transfer the pixels.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Packed pixels lie row after row without gaps, SAMPLES floats each. */
#pragma once
#include "kernels/cuda/device.h"

G_BEGIN_DECLS

/* Maximum number of rows of patches per launch: CUDA limits the second dimension of a grid to 65535. */
#define FDDM_PATCH_ROWS_MAX 32768

typedef struct {
  int   patch;                                  /* side d                               */
  int   columns;                                /* patches in a row of the coefficients */
  int   channels;                               /* of the coefficients: 3 or 1          */
  int   samples;                                /* per pixel: 3 or 1                    */
  float basis[FDDM_PATCH_MAX * FDDM_PATCH_MAX]; /* (frequency, place)                   */
} FddmPatches;

/* Pixels of the tile: [top, bottom) × [left, right). */
typedef struct {
  int top, bottom, left, right;
} FddmRegion;

/* The contents of FddmEnds, and the tensor at that end of the network. All are copies, because kernels may be launched after
 * the caller's own have gone. */
typedef struct {
  FddmTensor level, mean, variance;
  FddmTensor strength; /* for the output  */
  FddmTensor network;  /* input or output */
  float      lo, hi;
  gboolean   varies; /* whether the levels depend on brightness, by CURVE */
  float      curve[3][FDDM_NOISE_KNOTS];
} FddmPatchEnds;

/* Place of pixels in device memory: pixel (i, j) is at PIXELS[ROWS[i] + COLUMNS[j]], as in FddmWindow. If ROWS is NULL, the
 * pixels are packed. */
typedef struct {
  float     *pixels;
  const int *rows, *columns;
  int        channel_stride;
} FDDM_BY_NAME FddmPlaces;

/* Transforms the pixels of N_ROWS rows of patches to COEFFICIENTS from row FIRST_ROW on, and to the network's input if ENDS
 * is given. PLACES begin at the first of these rows. */
gboolean fddm_patches_analyse (FddmDevice *device, const FddmPatches *patches, const FddmPlaces *places, int first_row,
                               int n_rows, FddmTensor *coefficients, const FddmPatchEnds *ends, GError **error);
/* Inverse transform for REGION of the tile, to a change of its pixels in [0,1], times WEIGHT. Transforms COEFFICIENTS, or
 * their change by the network's output if ENDS is given. Packed pixels, those of REGION only, are overwritten; for others,
 * PLACES are those of the whole tile, and the change is added. */
gboolean fddm_patches_synthesise (FddmDevice *device, const FddmPatches *patches, const FddmTensor *coefficients,
                                  const FddmPatchEnds *ends, const FddmRegion *region, float weight,
                                  const FddmPlaces *places, GError **error);

G_END_DECLS
