/* workspace.h: the working memory of a tile, and how large a tile may be.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "engine/context.h"
#include "kernels/pixels/blotches.h"
#include "kernels/pixels/texture.h"
#include "engine/tiling/axis.h"
#include "engine/tiling/window.h"

/* What the job needs of a tile. */
typedef struct {
  int      width, height, samples; /* of the picture                                */
  int      grids;                  /* that are averaged                             */
  int      evaluations;            /* of the network, one after another: each widens the halo */
  gboolean noise_varies;           /* the noise level depends on the place          */
  gboolean samples_detail;         /* tensors for sampling are wanted               */
  gboolean gathers;                /* what is to change is gathered before it is added  */
  gboolean blotches;               /* blotches of colour are to be averaged: cells for that    */
  gboolean textures;               /* sampled texture is to be strengthened: planes for that   */
  gboolean uncertainty;            /* the uncertainty is wanted too                 */
  int      margin;                 /* pixels that filters look at around those that are written */
} FddmWorkSpec;

/* A tile's pixels, arrays over its region. What is not wanted is NULL. */
typedef struct {
  float       *as_read;  /* the photo; where nothing is gathered, the result comes to be here               */
  const float *photo;    /* without NaNs and infinities: AS_READ, or repaired; NULL when others lie there now */
  float       *change;   /* gathered: what is to be added to the photo                                      */
  float       *variance; /* of the clean photo given the noisy one, one sample a pixel                      */
  float       *texture;  /* luma of what sampling added to the estimate                                     */
} FddmTilePixels;

/* A grid's coefficients. */
typedef struct {
  int         rows, columns; /* of the tensors now: a transposed grid swaps them                        */
  FddmTensor *y;             /* the photo                                                               */
  FddmTensor *noise, *x0;    /* when the network is asked more than once: the photo's noise; its estimate */
  FddmTensor *x, *next;      /* likewise: a sample on its way, and the estimate of it                    */
  FddmTensor *from, *to;     /* likewise: its noise before and after a step                              */
} FddmCoefficients;

/* SPARE: arrays over a region that each stage takes for itself, under a name of its own; nothing in them outlives the stage,
 * but for a photo that had to be repaired, which lies in the first one. OTHER, when tiles are streamed: another tile's. */
typedef struct {
  FddmContext     *context;
  FddmWorkSpec     spec;
  FddmTiling       down, across;
  gsize            bytes;
  FddmTilePixels   pixels, other;
  float           *spare[2];
  float           *planes[FDDM_TEXTURE_PLANES]; /* to strengthen texture in */
  int             *row_offset, *column_offset;
  FddmCoefficients coefficients;
} FddmWork;

/* Plans tiles within the context's memory bound and allocates for them; tries smaller ones when memory runs out. */
gboolean fddm_work_init (FddmWork *work, FddmContext *context, const FddmWorkSpec *spec, GError **error);
/* Frees all that belongs to WORK. */
void fddm_work_clear (FddmWork *work);
/* Sets ERROR: there is no memory for a tile. Returns FALSE. */
gboolean fddm_work_no_memory (const FddmWork *work, GError **error);
/* Makes the tensors fit ROWS × COLUMNS patches. */
gboolean fddm_work_shape (FddmWork *work, int rows, int columns, GError **error);
/* How many tiles there are. */
int fddm_work_tiles (const FddmWork *work);
/* Whether the host reads and writes tiles while the device computes another. Where it computes itself, nothing is won by
 * that. */
gboolean fddm_work_streams (const FddmWork *work);
/* Lets the two tiles' pixels change places. A repaired photo is given up: the next tile's comes to lie there. */
void fddm_work_swap (FddmWork *work);
/* Tile I; FALSE when its core is empty. */
gboolean fddm_work_tile (const FddmWork *work, int i, FddmTile *tile);
/* The tile's photo without NaNs and infinities. It is copied where it has some, or where grids after the first one would see
 * what the first one changed. */
const float *fddm_work_photo (FddmWork *work, const FddmTile *tile);
