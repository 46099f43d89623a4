/* view.h: which part of a layer is seen through a window onto it, and how.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Numbers only: no toolkit. The window's pixels are the layer's own, or the whole layer is made to fit in. */
#pragma once
#include "ui/denoise.h"

typedef enum {
  FDDM_VIEW_SPLIT, /* the original left of the handle, the result right of it */
  FDDM_VIEW_RESULT,
  FDDM_VIEW_REMOVED, /* what was removed                                        */
  FDDM_VIEW_MODES
} FddmViewMode;

typedef struct {
  int          width, height; /* of the layer                                                */
  int          across, down;  /* of the window                                               */
  int          x, y;          /* the layer's pixel at the window's upper left; negative where the layer is smaller */
  double       split;         /* place of the handle, 0…1 of the window's width              */
  FddmViewMode mode;
  gboolean     fit;      /* the whole layer is seen, as small as it has to be             */
  gboolean     original; /* the original is to be seen, whatever the mode               */
} FddmView;

/* A view of the middle of FOCUS, the handle in the middle. */
void fddm_view_init (FddmView *view, int width, int height, const FddmPart *focus);
/* The window has another size; what is in its middle stays there. */
void fddm_view_resize (FddmView *view, int across, int down);
/* Moves the upper left to (X, Y), as far as the layer goes. A layer that is smaller than the window is in its middle. */
void fddm_view_move (FddmView *view, int x, int y);
/* How large a pixel of the layer is, at most 1, and where the layer's upper left is in the window. */
double fddm_view_scale (const FddmView *view);
void   fddm_view_origin (const FddmView *view, double *x, double *y);
/* How many of the layer's pixels make one of a picture that is large enough. */
int fddm_view_step (const FddmView *view);
/* Ends fitting: the layer is at 1:1, with what was at (X, Y) of the window in the middle. */
void fddm_view_enter (FddmView *view, int x, int y);
/* What is seen of the layer. */
FddmPart fddm_view_part (const FddmView *view);
/* Where the overview is in the window, in its lower right: FALSE where there is none, for the whole layer is seen or the window
 * is too small for it. */
gboolean fddm_view_overview (const FddmView *view, FddmPart *place);
/* Puts into the window's middle what the overview has at (X, Y) of the window. */
void fddm_view_go (FddmView *view, int x, int y);
/* Whether the handle of the split can be taken at X, and where it is. */
gboolean fddm_view_on_handle (const FddmView *view, int x);
int      fddm_view_handle (const FddmView *view);
/* Puts the handle at X, within the window. */
void fddm_view_split (FddmView *view, int x);
