/* view.h: the part of a layer visible through a window, and the mode of display.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Numbers only, no toolkit. The window shows the layer at 1:1, or the whole layer reduced to fit. */
#pragma once
#include "ui/denoise.h"

typedef enum {
  FDDM_VIEW_SPLIT, /* original left of the handle, result right of it */
  FDDM_VIEW_RESULT,
  FDDM_VIEW_REMOVED, /* the removed noise */
  FDDM_VIEW_MODES
} FddmViewMode;

typedef struct {
  int          width, height; /* of the layer */
  int          across, down;  /* of the window */
  int          x, y;          /* the layer's pixel at the window's upper left; negative if the layer is smaller */
  double       split;         /* position of the handle, 0…1 of the window's width */
  FddmViewMode mode;
  gboolean     fit;      /* shows the whole layer, reduced as needed */
  gboolean     original; /* shows the original in any mode */
} FddmView;

/* Centres the view on the middle of FOCUS and the handle in the window. */
void fddm_view_init (FddmView *view, int width, int height, const FddmPart *focus);
/* Adapts to a new size of the window. The pixel in the middle stays there. */
void fddm_view_resize (FddmView *view, int across, int down);
/* Moves the upper left corner to (X, Y), limited to the layer. A layer smaller than the window is centred. */
void fddm_view_move (FddmView *view, int x, int y);
/* Size of a layer's pixel in the window, at most 1. fddm_view_origin: position of the layer's upper left corner in the
 * window. */
double fddm_view_scale (const FddmView *view);
void   fddm_view_origin (const FddmView *view, double *x, double *y);
/* Reduction of the pictures: layer pixels per picture pixel such that the picture is sharp enough for the window. */
int fddm_view_step (const FddmView *view);
/* Switches to 1:1, with the layer's pixel at (X, Y) of the window in the middle. */
void fddm_view_enter (FddmView *view, int x, int y);
/* The visible part of the layer. */
FddmPart fddm_view_part (const FddmView *view);
/* Place of the overview in the window, at the lower right. FALSE if there is none: the whole layer is visible, or the
 * window is too small. */
gboolean fddm_view_overview (const FddmView *view, FddmPart *place);
/* Centres the window on the place that the overview shows at (X, Y) of the window. */
void fddm_view_go (FddmView *view, int x, int y);
/* Whether the mouse at X can take the handle. fddm_view_handle: position of the handle. */
gboolean fddm_view_on_handle (const FddmView *view, int x);
int      fddm_view_handle (const FddmView *view);
/* Moves the handle to X, limited to the window. */
void fddm_view_split (FddmView *view, int x);
