/* picture.c: see picture.h.
 * SPDX-License-Identifier: Apache-2.0 */
#include "ui/picture.h"

#include <math.h>

/* Half the width of the handle's knob, in pixels. */
#define KNOB 9

/* ---- Textures ---- */

static void
texture_set (FddmTexture *texture, const FddmSight *sight, const guint8 *pixels)
{
  const int        across = fddm_sight_across (sight), down = fddm_sight_down (sight);
  cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_RGB24, across, down);
  const int        stride  = cairo_image_surface_get_stride (surface);
  guint8          *rows    = cairo_image_surface_get_data (surface);

  for (int y = 0; rows && y < down; y++)
    {
      guint32 *row = (guint32 *) (rows + (gsize) y * stride);

      for (int x = 0; x < across; x++, pixels += 3)
        row[x] = (guint32) pixels[0] << 16 | (guint32) pixels[1] << 8 | pixels[2];
    }
  cairo_surface_mark_dirty (surface);
  g_clear_pointer (&texture->surface, cairo_surface_destroy);
  texture->surface = surface;
  texture->part    = sight->part;
  texture->step    = sight->step;
}

void
fddm_textures_take (FddmTextures *textures, const FddmSight *sight)
{
  FddmTexture *texture = &textures->result;

  if (sight->kind == FDDM_SIGHT_ORIGINAL)
    texture = &textures->original;
  else if (sight->kind == FDDM_SIGHT_OVERVIEW)
    texture = &textures->overview;
  if (sight->pixels)
    texture_set (texture, sight, sight->pixels);
  if (sight->removed)
    texture_set (&textures->removed, sight, sight->removed);
}

void
fddm_textures_clear (FddmTextures *textures)
{
  g_clear_pointer (&textures->original.surface, cairo_surface_destroy);
  g_clear_pointer (&textures->result.surface, cairo_surface_destroy);
  g_clear_pointer (&textures->removed.surface, cairo_surface_destroy);
  g_clear_pointer (&textures->overview.surface, cairo_surface_destroy);
}

/* ---- Drawing ---- */

/* Draws the part of TEXTURE right of LEFT in the window. */
static void
draw_texture (cairo_t *cairo, const FddmView *view, const FddmTexture *texture, int left)
{
  const double scale = fddm_view_scale (view);
  double       x, y;

  if (!texture->surface)
    return;
  fddm_view_origin (view, &x, &y);
  cairo_save (cairo);
  cairo_rectangle (cairo, left, 0, view->across - left, view->down);
  cairo_clip (cairo);
  cairo_translate (cairo, x + texture->part.x * scale, y + texture->part.y * scale);
  cairo_scale (cairo, scale, scale);
  cairo_rectangle (cairo, 0, 0, texture->part.width, texture->part.height);
  cairo_clip (cairo);
  cairo_scale (cairo, texture->step, texture->step);
  cairo_set_source_surface (cairo, texture->surface, 0, 0);
  if (scale * texture->step == 1)
    cairo_pattern_set_filter (cairo_get_source (cairo), CAIRO_FILTER_NEAREST);
  cairo_paint (cairo);
  cairo_restore (cairo);
}

/* Draws a white line with dark edges, visible on any picture, and a knob with two arrows. */
static void
draw_handle (cairo_t *cairo, const FddmView *view)
{
  const double x = fddm_view_handle (view), y = view->down / 2.0;

  cairo_set_source_rgba (cairo, 0, 0, 0, 0.5);
  cairo_rectangle (cairo, x - 2, 0, 4, view->down);
  cairo_fill (cairo);
  cairo_arc (cairo, x, y, KNOB + 1, 0, 2 * G_PI);
  cairo_fill (cairo);
  cairo_set_source_rgb (cairo, 1, 1, 1);
  cairo_rectangle (cairo, x - 1, 0, 2, view->down);
  cairo_fill (cairo);
  cairo_arc (cairo, x, y, KNOB, 0, 2 * G_PI);
  cairo_fill (cairo);
  cairo_set_source_rgb (cairo, 0.2, 0.2, 0.2);
  for (int side = -1; side <= 1; side += 2)
    {
      cairo_move_to (cairo, x + side * 2, y - 4);
      cairo_line_to (cairo, x + side * 6, y);
      cairo_line_to (cairo, x + side * 2, y + 4);
      cairo_fill (cairo);
    }
}

/* Draws the overview in a dark frame, with a frame around the visible part. */
static void
draw_overview (cairo_t *cairo, const FddmView *view, const FddmTexture *texture)
{
  const FddmPart seen = fddm_view_part (view);
  FddmPart       place;
  double         scale_x, scale_y;

  if (!texture->surface || !fddm_view_overview (view, &place))
    return;
  scale_x = (double) place.width / view->width;
  scale_y = (double) place.height / view->height;
  cairo_save (cairo);
  cairo_set_source_rgba (cairo, 0, 0, 0, 0.7);
  cairo_rectangle (cairo, place.x - 2, place.y - 2, place.width + 4, place.height + 4);
  cairo_fill (cairo);
  cairo_rectangle (cairo, place.x, place.y, place.width, place.height);
  cairo_clip (cairo);
  cairo_translate (cairo, place.x, place.y);
  cairo_save (cairo);
  cairo_scale (cairo, scale_x * texture->step, scale_y * texture->step);
  cairo_set_source_surface (cairo, texture->surface, 0, 0);
  cairo_paint (cairo);
  cairo_restore (cairo);
  for (int line = 3; line > 0; line -= 2)
    {
      cairo_set_source_rgba (cairo, line == 1, line == 1, line == 1, line == 1 ? 1 : 0.5);
      cairo_set_line_width (cairo, line);
      cairo_rectangle (cairo, seen.x * scale_x, seen.y * scale_y, seen.width * scale_x, seen.height * scale_y);
      cairo_stroke (cairo);
    }
  cairo_restore (cairo);
}

/* Draws the pictures and the handle. */
static void
draw_pictures (cairo_t *cairo, const FddmView *view, const FddmTextures *textures)
{
  draw_texture (cairo, view, &textures->original, 0);
  if (view->original)
    return;
  switch (view->mode)
    {
    case FDDM_VIEW_SPLIT:
      draw_texture (cairo, view, &textures->result, fddm_view_handle (view));
      draw_handle (cairo, view);
      break;
    case FDDM_VIEW_REMOVED: draw_texture (cairo, view, &textures->removed, 0); break;
    default: draw_texture (cairo, view, &textures->result, 0); break;
    }
}

void
fddm_picture_draw (cairo_t *cairo, const FddmView *view, const FddmTextures *textures)
{
  cairo_set_source_rgb (cairo, 0.25, 0.25, 0.25);
  cairo_rectangle (cairo, 0, 0, view->across, view->down);
  cairo_fill (cairo);
  draw_pictures (cairo, view, textures);
  draw_overview (cairo, view, &textures->overview);
}
