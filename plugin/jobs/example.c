/* example.c: see example.h.
 * SPDX-License-Identifier: Apache-2.0 */
#include "plugin/jobs/example.h"

#include <glib/gi18n-lib.h>

/* Longest side of what is copied; the engine reads no more. */
#define SIDE_MOST 1024

static gboolean
refuse (GError **error, const char *text)
{
  g_set_error_literal (error, FDDM_HOST_ERROR, FDDM_HOST_ERROR_REFUSED, text);
  return FALSE;
}

gboolean
fddm_example_layer_is_selected (FddmItemId drawable)
{
  GeglRectangle bounds;

  return fddm_host_has_selection (fddm_host_image_of (drawable)) && fddm_host_selection_bounds (drawable, &bounds);
}

/* The part of the drawable that serves as example. */
static GeglRectangle
part_of (FddmItemId drawable, const GeglRectangle *all)
{
  GeglRectangle part = *all;

  if (fddm_example_layer_is_selected (drawable))
    fddm_host_selection_bounds (drawable, &part);
  part.x += MAX (part.width - SIDE_MOST, 0) / 2;
  part.y += MAX (part.height - SIDE_MOST, 0) / 2;
  part.width  = MIN (part.width, SIDE_MOST);
  part.height = MIN (part.height, SIDE_MOST);
  return part;
}

/* Copies the part of what the user sees. Colours of a palette become colours of their own. */
static GeglBuffer *
copy (FddmItemId drawable, GeglRectangle *part)
{
  const gboolean   layer  = fddm_host_item_is_layer (drawable);
  const FddmItemId seen   = layer ? fddm_host_seen_begin (drawable) : drawable;
  GeglBuffer      *live   = fddm_host_buffer (seen);
  const Babl      *format = fddm_host_format (drawable);
  GeglBuffer      *to;

  *part = part_of (drawable, gegl_buffer_get_extent (live));
  if (babl_format_is_palette (format))
    format = babl_format_with_space (babl_format_has_alpha (format) ? "R'G'B'A u8" : "R'G'B' u8", format);
  to = gegl_buffer_new (part, format);
  gegl_buffer_copy (live, part, GEGL_ABYSS_NONE, to, part);
  g_object_unref (live);
  if (layer)
    fddm_host_seen_end (drawable, seen);
  return to;
}

gboolean
fddm_example_layer_read (FddmExampleLayer *example, FddmItemId drawable, GError **error)
{
  GeglRectangle part;

  if (fddm_host_image_of (drawable) == -1)
    return refuse (error, _ ("The layer that serves as example is no longer there."));
  example->selected = fddm_example_layer_is_selected (drawable);
  example->buffer   = copy (drawable, &part);
  if (!fddm_gegl_is_opaque (example->buffer, &part))
    {
      fddm_example_layer_clear (example);
      return refuse (error, _ ("The example is transparent in parts. Select a part of it that is not."));
    }
  fddm_gegl_pixels_init (&example->pixels, example->buffer, NULL, &part, babl_space ("sRGB"));
  example->source = fddm_gegl_pixels_source (&example->pixels);
  return TRUE;
}

void
fddm_example_layer_clear (FddmExampleLayer *example)
{
  g_clear_object (&example->buffer);
}
