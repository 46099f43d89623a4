/* workspace.h: tile sizes and the working memory of a tile.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "engine/context.h"
#include "engine/denoise/again.h"
#include "kernels/pixels/blotches.h"
#include "kernels/pixels/texture.h"
#include "engine/tiling/axis.h"
#include "engine/tiling/window.h"

/* Requirements of a job for its tiles. */
typedef struct {
  int              width, height, samples; /* of the picture                                      */
  int              grids;                  /* averaged                                            */
  int              evaluations;            /* of the network, in sequence: each widens the halo   */
  gboolean         noise_varies;           /* the noise level depends on the place                */
  gboolean         samples_detail;         /* tensors for sampling are needed                     */
  gboolean         filters;                /* the device filters what it has gathered             */
  gboolean         gathers;                /* the change is accumulated before it is added        */
  gboolean         blotches;               /* colour blotches are averaged: needs cells           */
  gboolean         textures;               /* sampled texture is strengthened: needs planes       */
  gboolean         uncertainty;            /* the uncertainty is requested                        */
  gboolean         raises;                 /* a second change is gathered, of raised noise        */
  float            beyond;                 /* how far outside of [0,1] the network sees samples   */
  int              least_tiles;            /* number of tiles at least; 0 = as few as fit         */
  int              margin;                 /* reach of the filters around the own part, in pixels */
  const FddmAgain *part;                   /* what alone is computed; NULL = all                  */
} FddmWorkSpec;

/* A tile's pixels: arrays over its region, NULL if not needed. */
typedef struct {
  float       *as_read;  /* the photo; without a separate change, also the result             */
  const float *photo;    /* sound: AS_READ or a repaired copy; NULL after it was overwritten */
  float       *change;   /* the accumulated change, to be added to the photo                  */
  float       *raised;   /* likewise, of the network that was told more noise                 */
  float       *variance; /* of the clean photo given the noisy one, one sample per pixel      */
  float       *texture;  /* luma of sample − estimate                                         */
} FddmTilePixels;

/* The coefficients of a tile on one grid. */
typedef struct {
  int         rows, columns; /* of the current tensors; a transposed grid swaps them         */
  gboolean    flows;         /* a band at a time, on the device: there are no tensors        */
  FddmTensor *y;             /* the photo                                                    */
  FddmTensor *noise, *x0;    /* for several evaluations: the photo's noise map; its estimate */
  FddmTensor *x, *next;      /* likewise: the sampler's state, and its estimate              */
  FddmTensor *from, *to;     /* likewise: the state's noise before and after a step          */
} FddmCoefficients;

/* Sums of strays (strays.h). */
typedef struct {
  guint32   *blocks; /* a map of SIZE blocks for each grid, then likewise for raised noise; NULL = nothing is watched */
  gsize      size;
  int        grids;
  double     most;                     /* that a block may have in an evaluation of the network */
  guint32    over[2 * FDDM_GRIDS_MAX]; /* blocks of each map that have more                     */
  FddmStrays now;
} FddmStrayMaps;

/* Working memory of one job. SPARE: arrays over a region, scratch for each stage under a name of its own. Their contents
 * do not survive a stage, except a repaired photo, which is in the first array. OTHER: with streaming, the pixels of
 * another tile. */
typedef struct {
  FddmContext     *context;
  FddmWorkSpec     spec;
  FddmTiling       down, across;
  FddmTile        *places; /* the tiles of a part; NULL: those of the tilings */
  int              n_places;
  gsize            bytes;
  gsize            floats; /* of an array over a region, one per sample */
  FddmTilePixels   pixels, other;
  float           *spare[2];
  float           *planes[FDDM_TEXTURE_PLANES]; /* scratch for strengthening texture */
  int             *row_offset, *column_offset;
  FddmCoefficients coefficients;
  FddmStrayMaps    strays;
} FddmWork;

/* Plans tiles within the context's memory bound and allocates their memory. Tries smaller tiles if an allocation fails. */
gboolean fddm_work_init (FddmWork *work, FddmContext *context, const FddmWorkSpec *spec, GError **error);
/* Frees everything that WORK owns; the pixels wait in the context for the next job. */
void fddm_work_clear (FddmWork *work);
/* Sets the error for a failed allocation of a tile. Returns FALSE. */
gboolean fddm_work_no_memory (const FddmWork *work, GError **error);
/* Resizes the tensors to ROWS × COLUMNS patches. */
gboolean fddm_work_shape (FddmWork *work, int rows, int columns, GError **error);
/* How far a patch changes what the network makes of others, in patches: on all grids, in all evaluations. */
int fddm_work_reach (const FddmWork *work);
/* Number of tiles that are computed. */
int fddm_work_tiles (const FddmWork *work);
/* Whether the host reads and writes tiles while the device computes another: only on a GPU, since the CPU would gain
 * nothing. */
gboolean fddm_work_streams (const FddmWork *work);
/* Swaps the pixels of the two tiles. Drops a repaired photo, because the next tile's may overwrite it. */
void fddm_work_swap (FddmWork *work);
/* Geometry of tile I. FALSE if its own part is empty. */
gboolean fddm_work_tile (const FddmWork *work, int i, FddmTile *tile);
/* The tile's photo without NaNs, infinities and values that networks do not know: a repaired copy if it has any, or if later
 * grids would otherwise see the changes of the first one. */
const float *fddm_work_photo (FddmWork *work, const FddmTile *tile);
