/* host.c: plugin/gimp.h on GIMP 3.
 * SPDX-License-Identifier: Apache-2.0 */
#include "plugin/gimp.h"

#include <glib/gi18n-lib.h>
#include <libgimp/gimp.h>

#include "plugin/gimp3/ids.h"

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
    gimp_progress_set_text_printf ("%s", text);
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
  return gimp_image_get_base_type (IMAGE (image)) == GIMP_INDEXED;
}

gboolean
fddm_host_image_is_gray (FddmImageId image)
{
  return gimp_image_get_base_type (IMAGE (image)) == GIMP_GRAY;
}

void
fddm_host_image_size (FddmImageId image, int *width, int *height)
{
  *width  = gimp_image_get_width (IMAGE (image));
  *height = gimp_image_get_height (IMAGE (image));
}

gboolean
fddm_host_image_is_floating (FddmImageId image)
{
  return gimp_image_get_floating_sel (IMAGE (image)) != NULL;
}

gboolean
fddm_host_image_is_open (FddmImageId image)
{
  return gimp_image_id_is_valid (image);
}

gboolean
fddm_host_has_item (FddmImageId image, FddmItemId item)
{
  return gimp_image_id_is_valid (image) && gimp_item_id_is_valid (item) &&
         gimp_item_get_image (ITEM (item)) == IMAGE (image);
}

FddmImageId
fddm_host_image_of (FddmItemId drawable)
{
  GimpImage *image = gimp_item_id_is_drawable (drawable) ? gimp_item_get_image (ITEM (drawable)) : NULL;

  return image ? gimp_image_get_id (image) : -1;
}

gboolean
fddm_host_item_there (FddmItemId item)
{
  return gimp_item_id_is_valid (item);
}

gboolean
fddm_host_item_is_layer (FddmItemId item)
{
  return gimp_item_is_layer (ITEM (item));
}

void
fddm_host_offsets (FddmItemId drawable, int *x, int *y)
{
  gimp_drawable_get_offsets (DRAWABLE (drawable), x, y);
}

char *
fddm_host_item_name (FddmItemId item)
{
  return gimp_item_get_name (ITEM (item));
}

FddmItemId
fddm_host_layer_of (FddmImageId image, FddmItemId id)
{
  GimpItem *item = id == FDDM_NO_ITEM ? NULL : ITEM (id);

  if (!item || gimp_item_get_image (item) != IMAGE (image))
    return FDDM_NO_ITEM;
  if (gimp_item_is_layer_mask (item))
    return id_of (gimp_layer_from_mask (GIMP_LAYER_MASK (item)));
  return gimp_item_is_layer (item) ? id : FDDM_NO_ITEM;
}

FddmItemId
fddm_host_layer_above (FddmImageId image, FddmItemId layer)
{
  GimpItem             *parent   = gimp_item_get_parent (ITEM (layer));
  const int             position = gimp_image_get_item_position (IMAGE (image), ITEM (layer));
  g_autofree GimpItem **siblings = parent ? gimp_item_get_children (parent)
                                          : (GimpItem **) gimp_image_get_layers (IMAGE (image));

  return position > 0 ? id_of (siblings[position - 1]) : FDDM_NO_ITEM;
}

gboolean
fddm_host_has_selection (FddmImageId image)
{
  return !gimp_selection_is_empty (IMAGE (image));
}

gboolean
fddm_host_selection_bounds (FddmItemId drawable, GeglRectangle *bounds)
{
  return gimp_drawable_mask_intersect (DRAWABLE (drawable), &bounds->x, &bounds->y, &bounds->width, &bounds->height);
}

GeglBuffer *
fddm_host_selection (FddmImageId image)
{
  return gimp_drawable_get_buffer (GIMP_DRAWABLE (gimp_image_get_selection (IMAGE (image))));
}

void
fddm_host_selection_in_image (FddmImageId image, GeglRectangle *bounds)
{
  gboolean some;
  int      x1, y1, x2, y2;

  if (!gimp_selection_bounds (IMAGE (image), &some, &x1, &y1, &x2, &y2) || !some)
    *bounds = (GeglRectangle) { 0 };
  else
    *bounds = (GeglRectangle) { x1, y1, x2 - x1, y2 - y1 };
}

FddmItemId
fddm_host_layer_mask (FddmItemId layer)
{
  return gimp_layer_get_apply_mask (LAYER (layer)) ? id_of (gimp_layer_get_mask (LAYER (layer))) : FDDM_NO_ITEM;
}

GeglBuffer *
fddm_host_buffer (FddmItemId drawable)
{
  return gimp_drawable_get_buffer (DRAWABLE (drawable));
}

const Babl *
fddm_host_format (FddmItemId drawable)
{
  return gimp_drawable_get_format (DRAWABLE (drawable));
}

void
fddm_host_undo_begin (FddmImageId image)
{
  gimp_image_undo_group_start (IMAGE (image));
}

void
fddm_host_undo_end (FddmImageId image)
{
  gimp_image_undo_group_end (IMAGE (image));
}

FddmImageId
fddm_host_image_new (int width, int height)
{
  return gimp_image_get_id (gimp_image_new (width, height, GIMP_RGB));
}

FddmImageId
fddm_host_file_load (const char *path, GError **error)
{
  g_autoptr (GFile) file  = g_file_new_for_path (path);
  GimpImage        *image = gimp_file_load (GIMP_RUN_NONINTERACTIVE, file);

  if (image)
    return gimp_image_get_id (image);
  g_set_error (error, FDDM_HOST_ERROR, FDDM_HOST_ERROR_FAILED, _ ("The file cannot be opened: %s"),
               gimp_pdb_get_last_error (gimp_get_pdb ()));
  return -1;
}

int
fddm_host_image_layer_count (FddmImageId image)
{
  g_autofree GimpLayer **layers = gimp_image_get_layers (IMAGE (image));
  int                    n      = 0;

  while (layers[n])
    n++;
  return n;
}

void
fddm_host_image_keep_lowest (FddmImageId image)
{
  g_autofree GimpLayer **layers = gimp_image_get_layers (IMAGE (image));

  for (int i = 0; layers[i] && layers[i + 1]; i++)
    gimp_image_remove_layer (IMAGE (image), layers[i]);
  gimp_image_resize_to_layers (IMAGE (image));
}

void
fddm_host_image_to_rgb (FddmImageId image)
{
  gimp_image_convert_rgb (IMAGE (image));
}

void
fddm_host_select_nothing (FddmImageId image)
{
  gimp_selection_none (IMAGE (image));
}

FddmItemId
fddm_host_image_merge (FddmImageId image)
{
  g_autofree GimpLayer **layers = gimp_image_get_layers (IMAGE (image));

  if (layers[0] && !layers[1] && !gimp_item_is_group (GIMP_ITEM (layers[0])) && !gimp_layer_get_mask (layers[0]) &&
      fddm_host_layer_is_plain (id_of (layers[0])))
    return id_of (layers[0]);
  return id_of (gimp_image_merge_visible_layers (IMAGE (image), GIMP_CLIP_TO_IMAGE));
}

void
fddm_host_image_delete (FddmImageId image)
{
  gimp_image_delete (IMAGE (image));
}
