/* view.c: see view.h.
 * SPDX-License-Identifier: Apache-2.0 */
#include "ui/view.h"

/* How far beside the handle it can be taken, in pixels. */
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

FddmPart
fddm_view_part (const FddmView *view)
{
  const int x = MAX (view->x, 0), y = MAX (view->y, 0);

  return (FddmPart) { x, y, MIN (view->across, view->width - x), MIN (view->down, view->height - y) };
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
