/* host.c: plugin/gimp.h on GIMP 3.
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

/* GIMP 3 uses objects; the shared code identifies them by their numbers. */
#define IMAGE(id)    gimp_image_get_by_id (id)
#define ITEM(id)     gimp_item_get_by_id (id)
#define DRAWABLE(id) gimp_drawable_get_by_id (id)
#define LAYER(id)    gimp_layer_get_by_id (id)

static FddmItemId
id_of (gpointer item)
{
  return item ? gimp_item_get_id (GIMP_ITEM (item)) : FDDM_NO_ITEM;
}

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

/* Text of a parasite, or NULL. Free with g_free. */
static char *
parasite_of (FddmItemId item, const char *key)
{
  GimpParasite *parasite = gimp_item_get_parasite (ITEM (item), key);
  guint32       size     = 0;
  const char   *data     = parasite ? gimp_parasite_get_data (parasite, &size) : NULL;
  char         *text     = data ? g_strndup (data, size) : NULL;

  if (parasite)
    gimp_parasite_free (parasite);
  return text;
}

static void
set_parasite (FddmItemId item, const char *key, const char *text)
{
  GimpParasite *parasite = gimp_parasite_new (key, GIMP_PARASITE_PERSISTENT | GIMP_PARASITE_UNDOABLE,
                                              (guint32) strlen (text), text);

  gimp_item_attach_parasite (ITEM (item), parasite);
  gimp_parasite_free (parasite);
}

FddmItemId
fddm_host_layer_source (FddmImageId image, FddmItemId layer)
{
  g_autofree char *mark = parasite_of (layer, MARK), *name = NULL;
  char            *rest   = NULL;
  const guint      from   = mark ? (guint) g_ascii_strtoull (mark, &rest, 10) : 0;
  const FddmItemId source = from ? id_of (gimp_image_get_layer_by_tattoo (IMAGE (image), from)) : FDDM_NO_ITEM;

  if (source == FDDM_NO_ITEM)
    return FDDM_NO_ITEM;
  name = parasite_of (source, NAME);
  return name && !strcmp (g_strchug (rest), name) ? source : FDDM_NO_ITEM;
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

gboolean
fddm_host_layer_is_plain (FddmItemId layer)
{
  const GimpLayerMode mode = gimp_layer_get_mode (LAYER (layer));

  return mode == GIMP_LAYER_MODE_PASS_THROUGH ||
         ((mode == GIMP_LAYER_MODE_NORMAL || mode == GIMP_LAYER_MODE_NORMAL_LEGACY) &&
          gimp_layer_get_opacity (LAYER (layer)) >= 100);
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

FddmItemId
fddm_host_layer_new (FddmImageId image, FddmItemId source, const char *name, FddmLayerKind kind)
{
  GimpDrawable *from  = DRAWABLE (source);
  gboolean      gray  = gimp_drawable_is_gray (from);
  gboolean      alpha = kind == FDDM_LAYER_PICTURE && gimp_drawable_has_alpha (from);
  GimpImageType type  = gray ? (alpha ? GIMP_GRAYA_IMAGE : GIMP_GRAY_IMAGE) : (alpha ? GIMP_RGBA_IMAGE : GIMP_RGB_IMAGE);
  GimpLayerMode mode  = kind == FDDM_LAYER_NOISE ? GIMP_LAYER_MODE_GRAIN_MERGE : GIMP_LAYER_MODE_NORMAL;
  GimpLayer    *layer;
  int           x, y;

  layer = gimp_layer_new (IMAGE (image), name, gimp_drawable_get_width (from), gimp_drawable_get_height (from), type, 100,
                          mode);
  if (!layer)
    return FDDM_NO_ITEM;
  gimp_drawable_get_offsets (from, &x, &y);
  gimp_layer_set_offsets (layer, x, y);
  gimp_item_set_visible (GIMP_ITEM (layer), kind == FDDM_LAYER_PICTURE);
  return id_of (layer);
}

FddmItemId
fddm_host_part_new (FddmImageId image, FddmItemId source, const GeglRectangle *part, const char *name)
{
  GimpDrawable       *from = DRAWABLE (source);
  const gboolean      gray = gimp_drawable_is_gray (from), alpha = gimp_drawable_has_alpha (from);
  const GimpImageType type = gray ? (alpha ? GIMP_GRAYA_IMAGE : GIMP_GRAY_IMAGE)
                                  : (alpha ? GIMP_RGBA_IMAGE : GIMP_RGB_IMAGE);
  GimpLayer *layer = gimp_layer_new (IMAGE (image), name, part->width, part->height, type, 100, GIMP_LAYER_MODE_NORMAL);
  int        x, y;

  if (!layer)
    return FDDM_NO_ITEM;
  gimp_drawable_get_offsets (from, &x, &y);
  gimp_layer_set_offsets (layer, x + part->x, y + part->y);
  return id_of (layer);
}

FddmItemId
fddm_host_picture_new (FddmImageId image, int width, int height, const char *name)
{
  return id_of (gimp_layer_new (IMAGE (image), name, width, height,
                                fddm_host_image_is_gray (image) ? GIMP_GRAY_IMAGE : GIMP_RGB_IMAGE, 100,
                                GIMP_LAYER_MODE_NORMAL));
}

gboolean
fddm_host_layer_insert (FddmImageId image, FddmItemId layer, FddmItemId above)
{
  GimpItem *parent = above == FDDM_NO_ITEM ? NULL : gimp_item_get_parent (ITEM (above));

  if (above == FDDM_NO_ITEM)
    return gimp_image_insert_layer (IMAGE (image), LAYER (layer), NULL, 0);
  return gimp_image_insert_layer (IMAGE (image), LAYER (layer), parent ? GIMP_LAYER (parent) : NULL,
                                  gimp_image_get_item_position (IMAGE (image), ITEM (above)));
}

/* Gives LAYER the mode and the opacity of FROM. The mode comes first, because it resets the three spaces. */
static void
blend_like (GimpLayer *layer, GimpLayer *from)
{
  gimp_layer_set_mode (layer, gimp_layer_get_mode (from));
  gimp_layer_set_blend_space (layer, gimp_layer_get_blend_space (from));
  gimp_layer_set_composite_space (layer, gimp_layer_get_composite_space (from));
  gimp_layer_set_composite_mode (layer, gimp_layer_get_composite_mode (from));
  gimp_layer_set_opacity (layer, gimp_layer_get_opacity (from));
}

gboolean
fddm_host_layer_enclose (FddmImageId image, FddmItemId id)
{
  GimpLayer       *layer  = LAYER (id);
  GimpItem        *parent = gimp_item_get_parent (GIMP_ITEM (layer));
  g_autofree char *name   = gimp_item_get_name (GIMP_ITEM (layer));
  GimpLayer       *group  = GIMP_LAYER (gimp_group_layer_new (IMAGE (image), NULL));

  if (!group)
    return FALSE;
  if (!gimp_image_insert_layer (IMAGE (image), group, parent ? GIMP_LAYER (parent) : NULL,
                                gimp_image_get_item_position (IMAGE (image), GIMP_ITEM (layer))))
    {
      fddm_host_layer_discard (id_of (group));
      return FALSE;
    }
  blend_like (group, layer);
  if (!gimp_image_reorder_item (IMAGE (image), GIMP_ITEM (layer), GIMP_ITEM (group), 0))
    {
      gimp_image_remove_layer (IMAGE (image), group);
      return FALSE;
    }
  gimp_item_set_name (GIMP_ITEM (group), name);
  gimp_item_set_name (GIMP_ITEM (layer), name); /* GIMP numbers equal names */
  gimp_layer_set_mode (layer, GIMP_LAYER_MODE_NORMAL);
  gimp_layer_set_opacity (layer, 100);
  return TRUE;
}

void
fddm_host_layer_release (FddmImageId image, FddmItemId id)
{
  GimpItem *item = ITEM (id), *group = gimp_item_get_parent (item);

  if (!gimp_image_reorder_item (IMAGE (image), item, gimp_item_get_parent (group),
                                gimp_image_get_item_position (IMAGE (image), group)))
    return;
  blend_like (GIMP_LAYER (item), GIMP_LAYER (group));
  gimp_image_remove_layer (IMAGE (image), GIMP_LAYER (group));
}

void
fddm_host_layer_hide (FddmItemId layer)
{
  gimp_item_set_visible (ITEM (layer), FALSE);
}

FddmItemId
fddm_host_layer_add_mask (FddmItemId id)
{
  GimpLayer     *layer = LAYER (id);
  GimpLayerMask *mask  = gimp_layer_create_mask (layer, GIMP_ADD_MASK_WHITE);

  if (!mask || !gimp_layer_add_mask (layer, mask))
    return FDDM_NO_ITEM;
  gimp_layer_set_edit_mask (layer, FALSE);
  return id_of (mask);
}

void
fddm_host_layer_mark (FddmItemId layer, FddmItemId source)
{
  g_autofree char *known = parasite_of (source, NAME);
  g_autofree char *name  = known ? g_strdup (known) : g_uuid_string_random ();
  g_autofree char *mark  = g_strdup_printf ("%u %s", gimp_item_get_tattoo (ITEM (source)), name);

  if (!known)
    set_parasite (source, NAME, name);
  set_parasite (layer, MARK, mark);
}

void
fddm_host_layer_remove (FddmImageId image, FddmItemId layer)
{
  gimp_image_remove_layer (IMAGE (image), LAYER (layer));
}

void
fddm_host_layer_discard (FddmItemId layer)
{
  gimp_item_delete (ITEM (layer));
}

void
fddm_host_layer_select (FddmImageId image, FddmItemId layer)
{
  GimpLayer *layers[] = { LAYER (layer), NULL };

  gimp_image_set_selected_layers (IMAGE (image), (const GimpLayer **) layers);
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
