/* workspace.h: the working memory of one tile, and how large a tile may be.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "engine/context.h"
#include "kernels/pixels/blotches.h"
#include "kernels/pixels/texture.h"
#include "engine/tiling/axis.h"
#include "engine/tiling/window.h"

/* What the job needs of a tile. */
typedef struct {
  int      width, height, samples;   /* of the picture                                */
  int      grids;                    /* that are averaged                             */
  int      evaluations;              /* of the network, one after another: each widens the halo */
  gboolean noise_varies;             /* the noise level depends on the place          */
  gboolean samples_detail;           /* tensors for sampling are wanted               */
  gboolean gathers;                  /* what is to change is gathered before it is added */
  gboolean blotches;                 /* blotches of colour are to be averaged: cells for that    */
  gboolean textures;                 /* sampled texture is to be strengthened: planes for that   */
  gboolean uncertainty;              /* the uncertainty is wanted too                 */
  int      margin;                   /* pixels that filters look at around those that are written */
} FddmWorkSpec;

typedef struct {
  FddmContext *context;
  FddmWorkSpec spec;
  FddmTiling   down, across;
  gsize        bytes;
  float       *raw, *pixels;         /* the tile's region: as read, then with the result; and repaired */
  float       *change, *spare;       /* likewise, when gathered or for uncertainty: what is to change; a filter's */
  float       *variance;             /* likewise, for uncertainty, one sample a pixel                  */
  float       *texture;              /* the tile's region, for texture: luma of what sampling added    */
  float       *planes[FDDM_TEXTURE_PLANES];   /* likewise, to strengthen it in                         */
  float       *other_raw, *other_change, *other_variance, *other_texture;   /* when tiles are streamed: another tile's */
  int         *row_offset, *column_offset;
  int          rows, columns;        /* of the tensors now: a transposed grid swaps them */
  FddmTensor  *y;                    /* always: the photo's coefficients */
  FddmTensor  *noise, *x0;           /* for detail: their noise, their estimate */
  FddmTensor  *x, *next, *from, *to; /* likewise: the state, its estimate, its noise before and after a step */
} FddmWork;

/* Plans tiles within the context's memory bound and allocates for them; tries smaller ones when memory runs out. */
gboolean fddm_work_init  (FddmWork *work, FddmContext *context, const FddmWorkSpec *spec, GError **error);
void     fddm_work_clear (FddmWork *work);
/* Sets ERROR: there is no memory for a tile. Returns FALSE. */
gboolean fddm_work_no_memory (const FddmWork *work, GError **error);
/* Makes the tensors fit ROWS × COLUMNS patches. */
gboolean fddm_work_shape (FddmWork *work, int rows, int columns, GError **error);
int      fddm_work_tiles (const FddmWork *work);
/* Whether the host reads and writes tiles while the device computes another. Where it computes itself, nothing is won by
 * that. */
gboolean fddm_work_streams (const FddmWork *work);
/* Lets raw, change, variance and texture change places with the other ones. */
void     fddm_work_swap    (FddmWork *work);
/* Tile I; FALSE when its core is empty. */
gboolean fddm_work_tile  (const FddmWork *work, int i, FddmTile *tile);
