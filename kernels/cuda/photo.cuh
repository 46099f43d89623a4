/* photo.cuh: the estimate that the filters after the network work on. It and its averaged blotches are computed where they are
 * read, from the pixels, the change and the cells' own change, so that neither needs an array.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "kernels/cuda/filter.h"
#include "kernels/pixels/blotches.h"

#define MOST 3 /* maximum number of samples */

/* The photo, the change by the network, and that of the cells. */
typedef struct {
  const float *pixels, *change, *cells; /* CELLS is NULL if blotches stay */
  int          width, height, samples;
  float        luma, chroma; /* factors to the whole change               */
  float        blotches;     /* share of the cells' change that is applied */
  FddmCellAxis across, down;
} Photo;

/* RGB's luma scaled by LUMA, its chroma by CHROMA. */
static __device__ __forceinline__ void
scale_shares (float *rgb, int samples, float luma, float chroma)
{
  const float gray = samples == 1 ? 0.0f : (luma - chroma) * fddm_luma (rgb), share = samples == 1 ? luma : chroma;

  for (int c = 0; c < MOST; c++)
    if (c < samples)
      rgb[c] = share * rgb[c] + gray;
}

/* Change of pixel (X, Y) by the averaging of blotches: linear between the centres of cells, without luma. */
static __device__ __forceinline__ void
blotches_of (const Photo &photo, int x, int y, float rgb[MOST])
{
  int         row[2], cell[2];
  const float below = fddm_cells_around (&photo.down, y, row), right = fddm_cells_around (&photo.across, x, cell);
  float       luma;

  for (int c = 0; c < 3; c++)
    {
      const float *upper = photo.cells + (size_t) row[0] * photo.across.cells * 3 + c;
      const float *lower = photo.cells + (size_t) row[1] * photo.across.cells * 3 + c;
      const float  above = upper[cell[0] * 3] + right * (upper[cell[1] * 3] - upper[cell[0] * 3]);
      const float  under = lower[cell[0] * 3] + right * (lower[cell[1] * 3] - lower[cell[0] * 3]);

      rgb[c] = above + below * (under - above);
    }
  luma = fddm_luma (rgb);
  for (int c = 0; c < 3; c++)
    rgb[c] -= luma;
}

/* The estimate L of pixel (X, Y) and the noise N removed so far. */
static __device__ __forceinline__ void
read_pixel (const Photo &photo, int x, int y, float l[MOST], float n[MOST])
{
  const size_t at = ((size_t) y * photo.width + x) * photo.samples;

  for (int c = 0; c < MOST; c++)
    l[c] = n[c] = c < photo.samples ? photo.change[at + c] : 0.0f;
  scale_shares (l, photo.samples, photo.luma, photo.chroma);
  for (int c = 0; c < MOST; c++)
    if (c < photo.samples)
      l[c] += photo.pixels[at + c];
  if (photo.cells != NULL)
    {
      float b[MOST];

      blotches_of (photo, x, y, b);
      for (int c = 0; c < MOST; c++)
        {
          l[c] += b[c];
          n[c] += photo.blotches * b[c];
        }
    }
}

/* Writes the correction of PHOTO by shrinkage to CORRECTION, within the bounds of F. */
gboolean fddm_photo_shrink (FddmDevice *device, const FddmFilters *f, const Photo *photo, float *correction, GError **error);
