/* host.c: plugin/gimp.h on GIMP 2.10.
 * SPDX-License-Identifier: Apache-2.0 */
#include "plugin/gimp.h"

#include <glib/gi18n-lib.h>
#include <libgimp/gimp.h>
#include <string.h>

/* Parasites. Of a layer that was made of another one: the other one's tattoo and name. Of the other one: its name, which no
 * layer of another image has. */
#define MARK "fddm-made-of"
#define NAME "fddm-name"

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

gboolean
fddm_host_layer_is_plain (FddmItemId layer)
{
  const GimpLayerMode mode = gimp_layer_get_mode (layer);

  return mode == GIMP_LAYER_MODE_PASS_THROUGH ||
         ((mode == GIMP_LAYER_MODE_NORMAL || mode == GIMP_LAYER_MODE_NORMAL_LEGACY) &&
          gimp_layer_get_opacity (layer) >= 100);
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

/* Gives LAYER the mode and the opacity of FROM. The mode comes first, because it resets the three spaces. */
static void
blend_like (FddmItemId layer, FddmItemId from)
{
  gimp_layer_set_mode (layer, gimp_layer_get_mode (from));
  gimp_layer_set_blend_space (layer, gimp_layer_get_blend_space (from));
  gimp_layer_set_composite_space (layer, gimp_layer_get_composite_space (from));
  gimp_layer_set_composite_mode (layer, gimp_layer_get_composite_mode (from));
  gimp_layer_set_opacity (layer, gimp_layer_get_opacity (from));
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
  gimp_layer_set_mode (layer, GIMP_LAYER_MODE_NORMAL);
  gimp_layer_set_opacity (layer, 100);
  return TRUE;
}

void
fddm_host_layer_release (FddmImageId image, FddmItemId layer)
{
  const FddmItemId group = gimp_item_get_parent (layer);

  if (!gimp_image_reorder_item (image, layer, gimp_item_get_parent (group), gimp_image_get_item_position (image, group)))
    return;
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
