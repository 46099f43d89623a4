/* host-layers.c: what plugin/gimp.h does with layers, on GIMP 2.10.
 * SPDX-License-Identifier: Apache-2.0 */
#include "plugin/gimp.h"

#include <libgimp/gimp.h>
#include <string.h>

/* Parasites. Of a layer that was made of another one: the other one's tattoo and name. Of the other one: its name, which no
 * layer of another image has. */
#define MARK "fddm-made-of"
#define NAME "fddm-name"

/* Text of a parasite, or NULL. Free with g_free. */
static char *
parasite_of (FddmItemId item, const char *key)
{
  GimpParasite *parasite = gimp_item_get_parasite (item, key);
  char         *text     = parasite ? g_strndup (gimp_parasite_data (parasite), gimp_parasite_data_size (parasite)) : NULL;

  if (parasite)
    gimp_parasite_free (parasite);
  return text;
}

static void
set_parasite (FddmItemId item, const char *key, const char *text)
{
  GimpParasite *parasite = gimp_parasite_new (key, GIMP_PARASITE_PERSISTENT | GIMP_PARASITE_UNDOABLE, strlen (text), text);

  gimp_item_attach_parasite (item, parasite);
  gimp_parasite_free (parasite);
}

FddmItemId
fddm_host_layer_source (FddmImageId image, FddmItemId layer)
{
  g_autofree char *mark = parasite_of (layer, MARK), *name = NULL;
  char            *rest   = NULL;
  const guint      from   = mark ? (guint) g_ascii_strtoull (mark, &rest, 10) : 0;
  const FddmItemId source = from ? gimp_image_get_layer_by_tattoo (image, (int) from) : FDDM_NO_ITEM;

  if (source == FDDM_NO_ITEM)
    return FDDM_NO_ITEM;
  name = parasite_of (source, NAME);
  return name && !strcmp (g_strchug (rest), name) ? source : FDDM_NO_ITEM;
}

gboolean
fddm_host_layer_is_plain (FddmItemId layer)
{
  const GimpLayerMode          mode      = gimp_layer_get_mode (layer);
  const GimpLayerCompositeMode composite = gimp_layer_get_composite_mode (layer);

  return (mode == GIMP_LAYER_MODE_PASS_THROUGH || mode == GIMP_LAYER_MODE_NORMAL || mode == GIMP_LAYER_MODE_NORMAL_LEGACY) &&
         (composite == GIMP_LAYER_COMPOSITE_AUTO || composite == GIMP_LAYER_COMPOSITE_UNION) &&
         gimp_layer_get_opacity (layer) >= 100;
}

FddmItemId
fddm_host_layer_new (FddmImageId image, FddmItemId source, const char *name, FddmLayerKind kind)
{
  gboolean      gray  = gimp_drawable_is_gray (source);
  gboolean      alpha = kind == FDDM_LAYER_PICTURE && gimp_drawable_has_alpha (source);
  GimpImageType type  = gray ? (alpha ? GIMP_GRAYA_IMAGE : GIMP_GRAY_IMAGE) : (alpha ? GIMP_RGBA_IMAGE : GIMP_RGB_IMAGE);
  GimpLayerMode mode  = kind == FDDM_LAYER_NOISE ? GIMP_LAYER_MODE_GRAIN_MERGE : GIMP_LAYER_MODE_NORMAL;
  FddmItemId    layer;
  int           x, y;

  layer = gimp_layer_new (image, name, gimp_drawable_width (source), gimp_drawable_height (source), type, 100, mode);
  if (layer == FDDM_NO_ITEM)
    return layer;
  gimp_drawable_offsets (source, &x, &y);
  gimp_layer_set_offsets (layer, x, y);
  gimp_item_set_visible (layer, kind == FDDM_LAYER_PICTURE);
  return layer;
}

FddmItemId
fddm_host_part_new (FddmImageId image, FddmItemId source, const GeglRectangle *part, const char *name)
{
  const gboolean      gray = gimp_drawable_is_gray (source), alpha = gimp_drawable_has_alpha (source);
  const GimpImageType type  = gray ? (alpha ? GIMP_GRAYA_IMAGE : GIMP_GRAY_IMAGE)
                                   : (alpha ? GIMP_RGBA_IMAGE : GIMP_RGB_IMAGE);
  const FddmItemId    layer = gimp_layer_new (image, name, part->width, part->height, type, 100, GIMP_LAYER_MODE_NORMAL);
  int                 x, y;

  if (layer == FDDM_NO_ITEM)
    return layer;
  gimp_drawable_offsets (source, &x, &y);
  gimp_layer_set_offsets (layer, x + part->x, y + part->y);
  return layer;
}

FddmItemId
fddm_host_picture_new (FddmImageId image, int width, int height, const char *name)
{
  return gimp_layer_new (image, name, width, height, fddm_host_image_is_gray (image) ? GIMP_GRAY_IMAGE : GIMP_RGB_IMAGE, 100,
                         GIMP_LAYER_MODE_NORMAL);
}

gboolean
fddm_host_layer_insert (FddmImageId image, FddmItemId layer, FddmItemId above)
{
  if (above == FDDM_NO_ITEM)
    return gimp_image_insert_layer (image, layer, FDDM_NO_ITEM, 0);
  return gimp_image_insert_layer (image, layer, gimp_item_get_parent (above), gimp_image_get_item_position (image, above));
}

/* Gives LAYER the mode and the opacity of FROM. The mode comes first, because it resets the three spaces. What passes through
 * does so as in normal mode. */
static void
blend_like (FddmItemId layer, FddmItemId from)
{
  const GimpLayerMode mode = gimp_layer_get_mode (from);

  gimp_layer_set_mode (layer, mode == GIMP_LAYER_MODE_PASS_THROUGH ? GIMP_LAYER_MODE_NORMAL : mode);
  gimp_layer_set_blend_space (layer, gimp_layer_get_blend_space (from));
  gimp_layer_set_composite_space (layer, gimp_layer_get_composite_space (from));
  gimp_layer_set_composite_mode (layer, gimp_layer_get_composite_mode (from));
  gimp_layer_set_opacity (layer, gimp_layer_get_opacity (from));
}

/* Leaves LAYER without a say in how it is blended. A group that passes through goes on so, since its layers' modes need that. */
static void
blend_plainly (FddmItemId layer)
{
  if (gimp_layer_get_mode (layer) != GIMP_LAYER_MODE_PASS_THROUGH)
    gimp_layer_set_mode (layer, GIMP_LAYER_MODE_NORMAL);
  gimp_layer_set_composite_mode (layer, GIMP_LAYER_COMPOSITE_AUTO);
  gimp_layer_set_opacity (layer, 100);
}

gboolean
fddm_host_layer_enclose (FddmImageId image, FddmItemId layer)
{
  g_autofree char *name  = gimp_item_get_name (layer);
  const FddmItemId group = gimp_layer_group_new (image);

  if (group == FDDM_NO_ITEM)
    return FALSE;
  if (!gimp_image_insert_layer (image, group, gimp_item_get_parent (layer), gimp_image_get_item_position (image, layer)))
    {
      fddm_host_layer_discard (group);
      return FALSE;
    }
  blend_like (group, layer);
  if (!gimp_image_reorder_item (image, layer, group, 0))
    {
      gimp_image_remove_layer (image, group);
      return FALSE;
    }
  gimp_item_set_name (group, name);
  gimp_item_set_name (layer, name); /* GIMP numbers equal names */
  blend_plainly (layer);
  return TRUE;
}

void
fddm_host_layer_release (FddmImageId image, FddmItemId layer)
{
  const FddmItemId group = gimp_item_get_parent (layer);

  if (!gimp_image_reorder_item (image, layer, gimp_item_get_parent (group), gimp_image_get_item_position (image, group)))
    return;
  if (gimp_layer_get_mode (layer) == GIMP_LAYER_MODE_PASS_THROUGH)
    gimp_layer_set_opacity (layer, gimp_layer_get_opacity (group));
  else
    blend_like (layer, group);
  gimp_image_remove_layer (image, group);
}

void
fddm_host_layer_hide (FddmItemId layer)
{
  gimp_item_set_visible (layer, FALSE);
}

FddmItemId
fddm_host_layer_add_mask (FddmItemId layer)
{
  const FddmItemId mask = gimp_layer_create_mask (layer, GIMP_ADD_MASK_WHITE);

  if (mask == FDDM_NO_ITEM || !gimp_layer_add_mask (layer, mask))
    return FDDM_NO_ITEM;
  gimp_layer_set_edit_mask (layer, FALSE);
  return mask;
}

void
fddm_host_layer_mark (FddmItemId layer, FddmItemId source)
{
  g_autofree char *known = parasite_of (source, NAME);
  g_autofree char *name  = known ? g_strdup (known) : g_uuid_string_random ();
  g_autofree char *mark  = g_strdup_printf ("%d %s", gimp_item_get_tattoo (source), name);

  if (!known)
    set_parasite (source, NAME, name);
  set_parasite (layer, MARK, mark);
}

void
fddm_host_layer_remove (FddmImageId image, FddmItemId layer)
{
  gimp_image_remove_layer (image, layer);
}

void
fddm_host_layer_discard (FddmItemId layer)
{
  gimp_item_delete (layer);
}

void
fddm_host_layer_select (FddmImageId image, FddmItemId layer)
{
  gimp_image_set_active_layer (image, layer);
}
