/* host.c: plugin/gimp.h on GIMP 2.10.
 * SPDX-License-Identifier: Apache-2.0 */
#include "plugin/gimp.h"

#include <glib/gi18n-lib.h>
#include <libgimp/gimp.h>

G_DEFINE_QUARK (fddm-host-error-quark, fddm_host_error)

const char *
fddm_host_profile (void)
{
  return gimp_directory ();
}

void
fddm_host_progress (const char *text, double fraction)
{
  static gboolean started;

  if (!started)
    gimp_progress_init (text);
  else
    gimp_progress_set_text (text);
  started = TRUE;
  gimp_progress_update (fraction);
}

void
fddm_host_flush (void)
{
  gimp_displays_flush ();
}

void
fddm_host_message (const char *text)
{
  gimp_message (text);
}

gboolean
fddm_host_image_is_indexed (FddmImageId image)
{
  return gimp_image_base_type (image) == GIMP_INDEXED;
}

gboolean
fddm_host_image_is_gray (FddmImageId image)
{
  return gimp_image_base_type (image) == GIMP_GRAY;
}

void
fddm_host_image_size (FddmImageId image, int *width, int *height)
{
  *width  = gimp_image_width (image);
  *height = gimp_image_height (image);
}

gboolean
fddm_host_image_is_floating (FddmImageId image)
{
  return gimp_image_get_floating_sel (image) != -1;
}

gboolean
fddm_host_image_is_open (FddmImageId image)
{
  return gimp_image_is_valid (image);
}

gboolean
fddm_host_has_item (FddmImageId image, FddmItemId item)
{
  return gimp_image_is_valid (image) && gimp_item_is_valid (item) && gimp_item_get_image (item) == image;
}

FddmImageId
fddm_host_image_of (FddmItemId drawable)
{
  return gimp_item_is_valid (drawable) && gimp_item_is_drawable (drawable) ? gimp_item_get_image (drawable) : -1;
}

gboolean
fddm_host_item_there (FddmItemId item)
{
  return gimp_item_is_valid (item);
}

gboolean
fddm_host_item_is_layer (FddmItemId item)
{
  return gimp_item_is_layer (item);
}

void
fddm_host_offsets (FddmItemId drawable, int *x, int *y)
{
  gimp_drawable_offsets (drawable, x, y);
}

char *
fddm_host_item_name (FddmItemId item)
{
  return gimp_item_get_name (item);
}

FddmItemId
fddm_host_layer_of (FddmImageId image, FddmItemId item)
{
  if (item == FDDM_NO_ITEM || gimp_item_get_image (item) != image)
    return FDDM_NO_ITEM;
  if (gimp_item_is_layer_mask (item))
    return gimp_layer_from_mask (item);
  return gimp_item_is_layer (item) ? item : FDDM_NO_ITEM;
}

FddmItemId
fddm_host_layer_above (FddmImageId image, FddmItemId layer)
{
  const int        parent = gimp_item_get_parent (layer), position = gimp_image_get_item_position (image, layer);
  int              n;
  g_autofree gint *siblings = parent == FDDM_NO_ITEM ? gimp_image_get_layers (image, &n)
                                                     : gimp_item_get_children (parent, &n);

  return position > 0 && position < n ? siblings[position - 1] : FDDM_NO_ITEM;
}

gboolean
fddm_host_has_selection (FddmImageId image)
{
  return !gimp_selection_is_empty (image);
}

gboolean
fddm_host_selection_bounds (FddmItemId drawable, GeglRectangle *bounds)
{
  return gimp_drawable_mask_intersect (drawable, &bounds->x, &bounds->y, &bounds->width, &bounds->height);
}

GeglBuffer *
fddm_host_selection (FddmImageId image)
{
  return gimp_drawable_get_buffer (gimp_image_get_selection (image));
}

void
fddm_host_selection_in_image (FddmImageId image, GeglRectangle *bounds)
{
  gboolean some;
  int      x1, y1, x2, y2;

  if (!gimp_selection_bounds (image, &some, &x1, &y1, &x2, &y2) || !some)
    *bounds = (GeglRectangle) { 0 };
  else
    *bounds = (GeglRectangle) { x1, y1, x2 - x1, y2 - y1 };
}

FddmItemId
fddm_host_layer_mask (FddmItemId layer)
{
  return gimp_layer_get_apply_mask (layer) ? gimp_layer_get_mask (layer) : FDDM_NO_ITEM;
}

GeglBuffer *
fddm_host_buffer (FddmItemId drawable)
{
  return gimp_drawable_get_buffer (drawable);
}

/* There are no filters on layers. */
FddmItemId
fddm_host_seen_begin (FddmItemId layer)
{
  return layer;
}

void
fddm_host_seen_end (G_GNUC_UNUSED FddmItemId layer, G_GNUC_UNUSED FddmItemId seen)
{
}

const Babl *
fddm_host_format (FddmItemId drawable)
{
  return gimp_drawable_get_format (drawable);
}

void
fddm_host_undo_begin (FddmImageId image)
{
  gimp_image_undo_group_start (image);
}

void
fddm_host_undo_end (FddmImageId image)
{
  gimp_image_undo_group_end (image);
}

FddmImageId
fddm_host_image_new (int width, int height)
{
  return gimp_image_new (width, height, GIMP_RGB);
}

FddmImageId
fddm_host_file_load (const char *path, GError **error)
{
  FddmImageId image = gimp_file_load (GIMP_RUN_NONINTERACTIVE, path, path);

  if (image == -1)
    g_set_error (error, FDDM_HOST_ERROR, FDDM_HOST_ERROR_FAILED, _ ("The file cannot be opened: %s"), gimp_get_pdb_error ());
  return image;
}

int
fddm_host_image_layer_count (FddmImageId image)
{
  int n;

  g_free (gimp_image_get_layers (image, &n));
  return n;
}

void
fddm_host_image_keep_lowest (FddmImageId image)
{
  int              n;
  g_autofree gint *layers = gimp_image_get_layers (image, &n);

  for (int i = 0; i < n - 1; i++)
    gimp_image_remove_layer (image, layers[i]);
  gimp_image_resize_to_layers (image);
}

void
fddm_host_image_to_rgb (FddmImageId image)
{
  gimp_image_convert_rgb (image);
}

void
fddm_host_select_nothing (FddmImageId image)
{
  gimp_selection_none (image);
}

FddmItemId
fddm_host_image_merge (FddmImageId image)
{
  int              n;
  g_autofree gint *layers = gimp_image_get_layers (image, &n);

  if (n == 1 && !gimp_item_is_group (layers[0]) && gimp_layer_get_mask (layers[0]) == -1 &&
      fddm_host_layer_is_plain (layers[0]))
    return layers[0];
  return gimp_image_merge_visible_layers (image, GIMP_CLIP_TO_IMAGE);
}

void
fddm_host_image_delete (FddmImageId image)
{
  gimp_image_delete (image);
}
