/* view.c: see view.h.
 * SPDX-License-Identifier: Apache-2.0 */
#include "ui/view.h"

/* Distance from the overview to the window's edges, in pixels. */
#define GAP 8

/* Distance from the handle within which the mouse takes it, in pixels. */
#define GRIP 8

static int
place (int at, int length, int window)
{
  return length <= window ? -((window - length) / 2) : CLAMP (at, 0, length - window);
}

void
fddm_view_move (FddmView *view, int x, int y)
{
  view->x = place (x, view->width, view->across);
  view->y = place (y, view->height, view->down);
}

void
fddm_view_init (FddmView *view, int width, int height, const FddmPart *focus)
{
  *view = (FddmView) { .width = width, .height = height, .split = 0.5 };
  fddm_view_move (view, focus->x + focus->width / 2, focus->y + focus->height / 2);
}

void
fddm_view_resize (FddmView *view, int across, int down)
{
  const int x = view->x + view->across / 2, y = view->y + view->down / 2;

  view->across = MAX (across, 1);
  view->down   = MAX (down, 1);
  fddm_view_move (view, x - view->across / 2, y - view->down / 2);
}

double
fddm_view_scale (const FddmView *view)
{
  return view->fit ? MIN (1.0, MIN ((double) view->across / view->width, (double) view->down / view->height)) : 1.0;
}

void
fddm_view_origin (const FddmView *view, double *x, double *y)
{
  const double scale = fddm_view_scale (view);

  *x = view->fit ? (view->across - view->width * scale) / 2 : -view->x;
  *y = view->fit ? (view->down - view->height * scale) / 2 : -view->y;
}

int
fddm_view_step (const FddmView *view)
{
  return (int) (1 / fddm_view_scale (view));
}

void
fddm_view_enter (FddmView *view, int x, int y)
{
  const double scale = fddm_view_scale (view);
  double       left, top;

  fddm_view_origin (view, &left, &top);
  view->fit = FALSE;
  fddm_view_move (view, (int) ((x - left) / scale) - view->across / 2, (int) ((y - top) / scale) - view->down / 2);
}

FddmPart
fddm_view_part (const FddmView *view)
{
  const int x = MAX (view->x, 0), y = MAX (view->y, 0);

  if (view->fit)
    return (FddmPart) { 0, 0, view->width, view->height };
  return (FddmPart) { x, y, MIN (view->across, view->width - x), MIN (view->down, view->height - y) };
}

gboolean
fddm_view_overview (const FddmView *view, FddmPart *place)
{
  const double scale = (double) FDDM_OVERVIEW / MAX (view->width, view->height);

  if (view->fit || (view->width <= view->across && view->height <= view->down) ||
      MIN (view->across, view->down) < 2 * FDDM_OVERVIEW)
    return FALSE;
  place->width  = MAX ((int) (view->width * scale + 0.5), 1);
  place->height = MAX ((int) (view->height * scale + 0.5), 1);
  place->x      = view->across - GAP - place->width;
  place->y      = view->down - GAP - place->height;
  return TRUE;
}

void
fddm_view_go (FddmView *view, int x, int y)
{
  FddmPart overview;

  if (fddm_view_overview (view, &overview))
    fddm_view_move (view, (int) ((x - overview.x + 0.5) * view->width / overview.width) - view->across / 2,
                    (int) ((y - overview.y + 0.5) * view->height / overview.height) - view->down / 2);
}

int
fddm_view_handle (const FddmView *view)
{
  return (int) (view->split * view->across + 0.5);
}

gboolean
fddm_view_on_handle (const FddmView *view, int x)
{
  return view->mode == FDDM_VIEW_SPLIT && ABS (x - fddm_view_handle (view)) <= GRIP;
}

void
fddm_view_split (FddmView *view, int x)
{
  view->split = CLAMP ((double) x / view->across, 0, 1);
}
