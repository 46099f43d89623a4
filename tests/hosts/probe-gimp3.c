/* probe-gimp3.c: probe.h on GIMP 3.
 * SPDX-License-Identifier: Apache-2.0 */
#include "tests/hosts/probe.h"

#include <libgimp/gimp.h>

#define IMAGE(id)    gimp_image_get_by_id (id)
#define ITEM(id)     gimp_item_get_by_id (id)
#define DRAWABLE(id) gimp_drawable_get_by_id (id)
#define LAYER(id)    gimp_layer_get_by_id (id)

static FddmItemId
id_of (gpointer item)
{
  return item ? gimp_item_get_id (GIMP_ITEM (item)) : FDDM_NO_ITEM;
}

FddmImageId
probe_image_new (int width, int height, gboolean gray, int precision)
{
  return gimp_image_get_id (gimp_image_new_with_precision (width, height, gray ? GIMP_GRAY : GIMP_RGB, precision));
}

FddmItemId
probe_layer_new (FddmImageId image, int width, int height, gboolean alpha, FddmItemId parent, int x, int y)
{
  gboolean   gray  = gimp_image_get_base_type (IMAGE (image)) == GIMP_GRAY;
  GimpLayer *layer = gimp_layer_new (IMAGE (image), "source", width, height,
                                     (gray ? GIMP_GRAY_IMAGE : GIMP_RGB_IMAGE) + (alpha ? 1 : 0), 100,
                                     GIMP_LAYER_MODE_NORMAL);

  gimp_image_insert_layer (IMAGE (image), layer, parent == FDDM_NO_ITEM ? NULL : LAYER (parent), 0);
  gimp_layer_set_offsets (layer, x, y);
  return id_of (layer);
}

FddmItemId
probe_group_new (FddmImageId image)
{
  GimpGroupLayer *group = gimp_group_layer_new (IMAGE (image), "group");

  gimp_image_insert_layer (IMAGE (image), GIMP_LAYER (group), NULL, 0);
  return id_of (group);
}

FddmItemId
probe_channel_new (FddmImageId image)
{
  GeglColor   *black   = gegl_color_new ("black");
  GimpChannel *channel = gimp_channel_new (IMAGE (image), "channel", gimp_image_get_width (IMAGE (image)),
                                           gimp_image_get_height (IMAGE (image)), 50, black);

  g_object_unref (black);
  gimp_image_insert_channel (IMAGE (image), channel, NULL, 0);
  return id_of (channel);
}

static FddmItemId
insert_on_top (FddmImageId image, GimpLayer *layer)
{
  if (layer)
    gimp_image_insert_layer (IMAGE (image), layer, NULL, 0);
  return id_of (layer);
}

FddmItemId
probe_text_new (FddmImageId image, const char *text)
{
  GimpFont *font = gimp_context_get_font ();

  return font ? insert_on_top (image, GIMP_LAYER (gimp_text_layer_new (IMAGE (image), text, font, 20, gimp_unit_pixel ())))
              : FDDM_NO_ITEM;
}

/* Calls NAME, which makes a layer from the image and the argument KEY; NULL where this GIMP lacks it. */
static GimpLayer *
make_layer (const char *name, FddmImageId image, const char *key, gpointer argument)
{
  GimpProcedure  *procedure = gimp_pdb_lookup_procedure (gimp_get_pdb (), name);
  GimpValueArray *answer;
  GimpLayer      *layer;

  if (!procedure)
    return NULL;
  answer = gimp_procedure_run (procedure, "image", IMAGE (image), key, argument, NULL);
  layer  = GIMP_VALUES_GET_ENUM (answer, 0) == GIMP_PDB_SUCCESS ? GIMP_VALUES_GET_LAYER (answer, 1) : NULL;
  gimp_value_array_unref (answer);
  return layer;
}

FddmItemId
probe_link_new (FddmImageId image, const char *path)
{
  g_autoptr (GFile) file = g_file_new_for_path (path);

  return insert_on_top (image, make_layer ("gimp-link-layer-new", image, "file", file));
}

FddmItemId
probe_vector_new (FddmImageId image)
{
  GimpPath *path = gimp_path_new (IMAGE (image), "ellipse");

  gimp_image_insert_path (IMAGE (image), path, NULL, 0);
  gimp_path_bezier_stroke_new_ellipse (path, 20, 15, 12, 9, 0);
  return insert_on_top (image, make_layer ("gimp-vector-layer-new", image, "path", path));
}

gboolean
probe_invert (FddmItemId layer)
{
  return gimp_drawable_append_new_filter (DRAWABLE (layer), "gegl:invert-gamma", NULL, GIMP_LAYER_MODE_REPLACE, 1.0, NULL) !=
         NULL;
}

int
probe_image_count (void)
{
  g_autofree GimpImage **images = gimp_get_images ();
  int                    n      = 0;

  while (images[n])
    n++;
  return n;
}

FddmItemId
probe_layer_visible (FddmImageId image)
{
  return id_of (gimp_layer_new_from_visible (IMAGE (image), IMAGE (image), "visible"));
}

FddmItemId
probe_any_mask (FddmItemId layer)
{
  return id_of (gimp_layer_get_mask (LAYER (layer)));
}

gboolean
probe_edits_mask (FddmItemId layer)
{
  return gimp_layer_get_edit_mask (LAYER (layer));
}

char *
probe_help_id (const char *procedure)
{
  return g_strdup (gimp_procedure_get_help_id (gimp_pdb_lookup_procedure (gimp_get_pdb (), procedure)));
}

FddmItemId
probe_parent (FddmItemId item)
{
  return id_of (gimp_item_get_parent (ITEM (item)));
}

int
probe_position (FddmItemId item)
{
  return gimp_image_get_item_position (gimp_item_get_image (ITEM (item)), ITEM (item));
}

int
probe_layer_count (FddmImageId image, FddmItemId parent)
{
  g_autofree gpointer *children = parent == FDDM_NO_ITEM ? (gpointer *) gimp_image_get_layers (IMAGE (image))
                                                         : (gpointer *) gimp_item_get_children (ITEM (parent));
  int                  n        = 0;

  while (children[n])
    n++;
  return n;
}

void
probe_offsets (FddmItemId item, int *x, int *y)
{
  gimp_drawable_get_offsets (DRAWABLE (item), x, y);
}

gboolean
probe_visible (FddmItemId item)
{
  return gimp_item_get_visible (ITEM (item));
}

void
probe_show (FddmItemId item, gboolean visible)
{
  gimp_item_set_visible (ITEM (item), visible);
}

void
probe_opacity (FddmItemId layer, double percent)
{
  gimp_layer_set_opacity (LAYER (layer), percent);
}

void
probe_multiply (FddmItemId layer)
{
  gimp_layer_set_mode (LAYER (layer), GIMP_LAYER_MODE_MULTIPLY);
}

void
probe_clip (FddmItemId layer)
{
  gimp_layer_set_composite_mode (LAYER (layer), GIMP_LAYER_COMPOSITE_CLIP_TO_BACKDROP);
}

void
probe_pass (FddmItemId group)
{
  gimp_layer_set_mode (LAYER (group), GIMP_LAYER_MODE_PASS_THROUGH);
}

void
probe_show_mask (FddmItemId layer)
{
  gimp_layer_set_show_mask (LAYER (layer), TRUE);
}

void
probe_hide_red (FddmImageId image)
{
  gimp_image_set_component_visible (IMAGE (image), GIMP_CHANNEL_RED, FALSE);
}

const char *
probe_mode (FddmItemId layer)
{
  GimpLayerMode mode = gimp_layer_get_mode (LAYER (layer));

  return mode == GIMP_LAYER_MODE_NORMAL ? "normal" : mode == GIMP_LAYER_MODE_GRAIN_MERGE ? "grain-merge" : "other";
}

double
probe_get_opacity (FddmItemId layer)
{
  return gimp_layer_get_opacity (LAYER (layer));
}

void
probe_select (FddmImageId image, int x, int y, int width, int height)
{
  gimp_image_select_rectangle (IMAGE (image), GIMP_CHANNEL_OP_REPLACE, x, y, width, height);
}

void
probe_float (FddmItemId drawable)
{
  GimpDrawable *drawables[] = { DRAWABLE (drawable), NULL };

  gimp_selection_float (gimp_item_get_image (ITEM (drawable)), drawables, 0, 0);
}

gboolean
probe_to_indexed (FddmImageId image)
{
  return gimp_image_convert_indexed (IMAGE (image), GIMP_CONVERT_DITHER_NONE, GIMP_CONVERT_PALETTE_GENERATE, 16, FALSE,
                                     FALSE, "");
}

void
probe_unselect (FddmImageId image)
{
  gimp_selection_none (IMAGE (image));
}

void
probe_lock (FddmItemId layer)
{
  gimp_item_set_lock_content (ITEM (layer), TRUE);
  gimp_item_set_lock_position (ITEM (layer), TRUE);
  gimp_item_set_lock_visibility (ITEM (layer), TRUE);
  gimp_layer_set_lock_alpha (LAYER (layer), TRUE);
}

void
probe_resize (FddmItemId layer, int width, int height)
{
  gimp_layer_resize (LAYER (layer), width, height, 0, 0);
}

FddmItemId
probe_copy_to (FddmItemId layer, FddmImageId image)
{
  GimpLayer *copy = gimp_layer_new_from_drawable (DRAWABLE (layer), IMAGE (image));

  gimp_image_insert_layer (IMAGE (image), copy, NULL, 0);
  return id_of (copy);
}

/* GIMP 3 remembers them in a file, which run.py has written. */
void
probe_remember (G_GNUC_UNUSED const char *procedure, G_GNUC_UNUSED const char *settings)
{
}

/* In GIMP's own file, which has no layers. */
void
probe_remember_like (G_GNUC_UNUSED FddmItemId like)
{
  g_autofree char *path = g_build_filename (gimp_directory (), "plug-in-settings",
                                            "GimpProcedureConfigRun-plug-in-fddm-generate.last", NULL);

  g_file_set_contents (path, "(like-given yes)\n(width 12)\n(height 11)\n(steps 2)\n(count 1)\n(seed 5)\n(device \"cpu\")\n",
                       -1, NULL);
}

static void
set_value (GimpProcedureConfig *config, const FddmParameter *parameter, double value)
{
  switch (parameter->type)
    {
    case FDDM_PARAMETER_DOUBLE: g_object_set (config, parameter->name, value, NULL); break;
    case FDDM_PARAMETER_CHOICE: g_object_set (config, parameter->name, parameter->choices[(int) value].name, NULL); break;
    case FDDM_PARAMETER_TEXT: g_object_set (config, parameter->name, fddm_text_of_value (value), NULL); break;
    case FDDM_PARAMETER_DRAWABLE:
      g_object_set (config, parameter->name, value < 0 ? NULL : DRAWABLE ((int) value), NULL);
      break;
    default: g_object_set (config, parameter->name, (int) value, NULL); break;
    }
}

/* Calls a procedure; *ERROR is NULL, or what GIMP passes on. Free the answer with gimp_value_array_unref. */
static GimpValueArray *
call (const char *name, const FddmParameter *table, int run_mode, FddmImageId image, FddmItemId drawable,
      const double *values, char **error)
{
  GimpProcedure                  *procedure   = gimp_pdb_lookup_procedure (gimp_get_pdb (), name);
  g_autoptr (GimpProcedureConfig) config      = gimp_procedure_create_config (procedure);
  GObject                        *drawables[] = { (GObject *) DRAWABLE (drawable), NULL };
  GimpValueArray                 *answer;

  g_object_set (config, "run-mode", run_mode, "image", IMAGE (image), NULL);
  if (drawable != FDDM_NO_ITEM)
    gimp_procedure_config_set_core_object_array (config, "drawables", drawables, 1);
  for (int i = 0; table[i].name; i++)
    set_value (config, &table[i], values[i]);

  answer = gimp_procedure_run_config (procedure, config);
  *error = NULL;
  if (GIMP_VALUES_GET_ENUM (answer, 0) != GIMP_PDB_SUCCESS)
    *error = g_strdup (gimp_value_array_length (answer) > 1 ? GIMP_VALUES_GET_STRING (answer, 1)
                                                            : gimp_pdb_get_last_error (gimp_get_pdb ()));
  return answer;
}

char *
probe_denoise (int run_mode, FddmImageId image, FddmItemId drawable, const double *values, FddmLayers *made)
{
  char           *error;
  GimpValueArray *answer = call ("plug-in-fddm-denoise", fddm_denoise_parameters, run_mode, image, drawable, values, &error);

  if (!error)
    *made = (FddmLayers) { id_of (GIMP_VALUES_GET_LAYER (answer, 1)), id_of (GIMP_VALUES_GET_LAYER (answer, 2)) };
  gimp_value_array_unref (answer);
  return error;
}

char *
probe_generate (int run_mode, FddmImageId image, FddmItemId drawable, const double *values, FddmGenerated *made)
{
  char           *error;
  GimpValueArray *answer = call ("plug-in-fddm-generate", fddm_generate_parameters, run_mode, image, drawable, values,
                                 &error);
  GObject       **layers = error ? NULL : GIMP_VALUES_GET_CORE_OBJECT_ARRAY (answer, 1);

  for (made->n = 0; layers && layers[made->n]; made->n++)
    made->layers[made->n] = id_of (layers[made->n]);
  gimp_value_array_unref (answer);
  return error;
}

char *
probe_seamless (int run_mode, FddmImageId image, FddmItemId drawable, const double *values, FddmItemId *made)
{
  char           *error;
  GimpValueArray *answer = call ("plug-in-fddm-make-seamless", fddm_seamless_parameters, run_mode, image, drawable, values,
                                 &error);

  *made = error ? FDDM_NO_ITEM : id_of (GIMP_VALUES_GET_LAYER (answer, 1));
  gimp_value_array_unref (answer);
  return error;
}

static char *
problem_in (GimpValueArray *answer)
{
  char *problem = GIMP_VALUES_GET_ENUM (answer, 0) == GIMP_PDB_SUCCESS ? g_strdup (GIMP_VALUES_GET_STRING (answer, 1))
                                                                       : g_strdup ("the procedure failed");

  gimp_value_array_unref (answer);
  return problem;
}

char *
probe_denoise_file (const char *input, const char *folder, const char *settings)
{
  GimpProcedure *procedure = gimp_pdb_lookup_procedure (gimp_get_pdb (), "plug-in-fddm-denoise-file");

  return problem_in (gimp_procedure_run (procedure, "input", input, "folder", folder, "settings", settings, NULL));
}

char *
probe_generate_file (const char *subject, const char *folder, const char *settings)
{
  GimpProcedure *procedure = gimp_pdb_lookup_procedure (gimp_get_pdb (), "plug-in-fddm-generate-file");

  return problem_in (
    gimp_procedure_run (procedure, "model", "texture", "subject", subject, "folder", folder, "settings", settings, NULL));
}

char *
probe_call_short (G_GNUC_UNUSED const char *procedure, G_GNUC_UNUSED int n)
{
  return NULL;
}

gboolean
probe_checks_ranges (void)
{
  return FALSE;
}

#define PROBE_TYPE_PLUGIN (probe_plugin_get_type ())
G_DECLARE_FINAL_TYPE (ProbePlugin, probe_plugin, PROBE, PLUGIN, GimpPlugIn)

struct _ProbePlugin {
  GimpPlugIn parent_instance;
};

G_DEFINE_FINAL_TYPE (ProbePlugin, probe_plugin, GIMP_TYPE_PLUG_IN)

static GimpValueArray *
run (GimpProcedure *procedure, GimpProcedureConfig *config, G_GNUC_UNUSED gpointer data)
{
  g_autofree char *path = NULL;

  gegl_init (NULL, NULL);
  g_object_get (config, "path", &path, NULL);
  probe_run (path);
  return gimp_procedure_new_return_values (procedure, GIMP_PDB_SUCCESS, NULL);
}

static GimpProcedure *
create_procedure (GimpPlugIn *plugin, const gchar *name)
{
  GimpProcedure *procedure = gimp_procedure_new (plugin, name, GIMP_PDB_PROC_TYPE_PLUGIN, run, NULL, NULL);

  gimp_procedure_set_documentation (procedure, "Checks of FDDM", "", NULL);
  gimp_procedure_add_string_argument (procedure, "path", "Path", "Where the TAP lines go", "", G_PARAM_READWRITE);
  return procedure;
}

static GList *
query_procedures (G_GNUC_UNUSED GimpPlugIn *plugin)
{
  return g_list_append (NULL, g_strdup ("plug-in-fddm-probe"));
}

static void
probe_plugin_class_init (ProbePluginClass *class)
{
  GIMP_PLUG_IN_CLASS (class)->query_procedures = query_procedures;
  GIMP_PLUG_IN_CLASS (class)->create_procedure = create_procedure;
}

static void
probe_plugin_init (G_GNUC_UNUSED ProbePlugin *plugin)
{
}

GIMP_MAIN (PROBE_TYPE_PLUGIN)
