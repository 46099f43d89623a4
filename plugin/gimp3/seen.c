/* seen.c: what the user sees in a layer that has filters on it; see plugin/gimp.h.
 * SPDX-License-Identifier: Apache-2.0
 *
 * A plug-in gets a layer's pixels without the filters. GIMP shows them with the filters in a copy of the image where the
 * layer is alone. The copy shares the pixels; the user's image and its history are not touched. */
#include <libgimp/gimp.h>

#include "plugin/gimp.h"

static gboolean
has_visible_filters (GimpDrawable *drawable)
{
  g_autofree GimpDrawableFilter **filters = gimp_drawable_get_filters (drawable);

  for (int i = 0; filters && filters[i]; i++)
    if (gimp_drawable_filter_get_visible (filters[i]))
      return TRUE;
  return FALSE;
}

/* The layer of COPY, a copy of LAYER's image, that stands where LAYER stands. */
static GimpItem *
counterpart (GimpImage *copy, GimpItem *layer)
{
  GimpItem             *parent   = gimp_item_get_parent (layer);
  const int             position = gimp_image_get_item_position (gimp_item_get_image (layer), layer);
  g_autofree GimpItem **siblings = parent ? gimp_item_get_children (counterpart (copy, parent))
                                          : (GimpItem **) gimp_image_get_layers (copy);

  return siblings[position];
}

/* Takes the locks off ITEM and the groups around it, which would keep it hidden or in its place. */
static void
unlock (GimpItem *item)
{
  for (; item; item = gimp_item_get_parent (item))
    {
      gimp_item_set_lock_content (item, FALSE);
      gimp_item_set_lock_position (item, FALSE);
      gimp_item_set_lock_visibility (item, FALSE);
    }
}

/* Has IMAGE show its layers in all their colours, and nothing before them. */
static void
show_layers_alone (GimpImage *image)
{
  static const GimpChannelType components[] = { GIMP_CHANNEL_RED, GIMP_CHANNEL_GREEN, GIMP_CHANNEL_BLUE };
  g_autofree GimpChannel     **channels     = gimp_image_get_channels (image);

  for (int i = 0; channels[i]; i++)
    gimp_image_remove_channel (image, channels[i]);
  switch (gimp_image_get_base_type (image))
    {
    case GIMP_GRAY: gimp_image_set_component_visible (image, GIMP_CHANNEL_GRAY, TRUE); break;
    case GIMP_INDEXED: gimp_image_set_component_visible (image, GIMP_CHANNEL_INDEXED, TRUE); break;
    default:
      for (gsize i = 0; i < G_N_ELEMENTS (components); i++)
        gimp_image_set_component_visible (image, components[i], TRUE);
    }
  gimp_image_set_component_visible (image, GIMP_CHANNEL_ALPHA, TRUE);
}

/* Leaves LAYER alone in its image, which gets its size, and plain: opaque, in normal mode, without a mask. */
static void
isolate (GimpImage *image, GimpLayer *layer)
{
  g_autofree GimpLayer **layers = NULL;
  int                    x, y;

  unlock (GIMP_ITEM (layer));
  gimp_image_reorder_item (image, GIMP_ITEM (layer), NULL, 0);
  layers = gimp_image_get_layers (image);
  for (int i = 0; layers[i]; i++)
    if (layers[i] != layer)
      gimp_image_remove_layer (image, layers[i]);
  if (gimp_layer_get_mask (layer))
    {
      gimp_layer_set_show_mask (layer, FALSE);
      gimp_layer_set_apply_mask (layer, FALSE);
    }
  show_layers_alone (image);
  gimp_layer_set_opacity (layer, 100);
  gimp_layer_set_mode (layer, GIMP_LAYER_MODE_NORMAL);
  gimp_item_set_visible (GIMP_ITEM (layer), TRUE);
  gimp_drawable_get_offsets (GIMP_DRAWABLE (layer), &x, &y);
  gimp_image_resize (image, gimp_drawable_get_width (GIMP_DRAWABLE (layer)),
                     gimp_drawable_get_height (GIMP_DRAWABLE (layer)), -x, -y);
}

FddmItemId
fddm_host_seen_begin (FddmItemId item)
{
  GimpDrawable *drawable = gimp_drawable_get_by_id (item);
  GimpImage    *copy;
  GimpLayer    *seen;

  if (!has_visible_filters (drawable))
    return item;
  copy = gimp_image_duplicate (gimp_item_get_image (GIMP_ITEM (drawable)));
  gimp_image_undo_disable (copy);
  isolate (copy, GIMP_LAYER (counterpart (copy, GIMP_ITEM (drawable))));
  seen = gimp_layer_new_from_visible (copy, copy, NULL);
  gimp_image_insert_layer (copy, seen, NULL, 0);
  return gimp_item_get_id (GIMP_ITEM (seen));
}

void
fddm_host_seen_end (FddmItemId layer, FddmItemId seen)
{
  if (seen != layer)
    gimp_image_delete (gimp_item_get_image (gimp_item_get_by_id (seen)));
}
