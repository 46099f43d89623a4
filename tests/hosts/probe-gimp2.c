/* probe-gimp2.c: probe.h on GIMP 2.10.
 * SPDX-License-Identifier: Apache-2.0 */
#include "tests/hosts/probe.h"

#include <libgimp/gimp.h>
#include <string.h>

FddmImageId
probe_image_new (int width, int height, gboolean gray, int precision)
{
  return gimp_image_new_with_precision (width, height, gray ? GIMP_GRAY : GIMP_RGB, precision);
}

FddmItemId
probe_layer_new (FddmImageId image, int width, int height, gboolean alpha, FddmItemId parent, int x, int y)
{
  gboolean   gray  = gimp_image_base_type (image) == GIMP_GRAY;
  FddmItemId layer = gimp_layer_new (image, "source", width, height,
                                     (gray ? GIMP_GRAY_IMAGE : GIMP_RGB_IMAGE) + (alpha ? 1 : 0), 100,
                                     GIMP_LAYER_MODE_NORMAL);

  gimp_image_insert_layer (image, layer, parent, 0);
  gimp_layer_set_offsets (layer, x, y);
  return layer;
}

FddmItemId
probe_group_new (FddmImageId image)
{
  FddmItemId group = gimp_layer_group_new (image);

  gimp_image_insert_layer (image, group, -1, 0);
  return group;
}

FddmItemId
probe_channel_new (FddmImageId image)
{
  GimpRGB    black   = { 0, 0, 0, 1 };
  FddmItemId channel = gimp_channel_new (image, "channel", gimp_image_width (image), gimp_image_height (image), 50, &black);

  gimp_image_insert_channel (image, channel, -1, 0);
  return channel;
}

FddmItemId
probe_text_new (FddmImageId image, const char *text)
{
  FddmItemId layer = gimp_text_layer_new (image, text, "Sans", 20, GIMP_UNIT_PIXEL);

  if (layer != FDDM_NO_ITEM)
    gimp_image_insert_layer (image, layer, -1, 0);
  return layer;
}

FddmItemId
probe_link_new (G_GNUC_UNUSED FddmImageId image, G_GNUC_UNUSED const char *path)
{
  return FDDM_NO_ITEM;
}

FddmItemId
probe_vector_new (G_GNUC_UNUSED FddmImageId image)
{
  return FDDM_NO_ITEM;
}

gboolean
probe_invert (G_GNUC_UNUSED FddmItemId layer)
{
  return FALSE;
}

int
probe_image_count (void)
{
  int n;

  g_free (gimp_image_list (&n));
  return n;
}

FddmItemId
probe_layer_visible (FddmImageId image)
{
  return gimp_layer_new_from_visible (image, image, "visible");
}

FddmItemId
probe_any_mask (FddmItemId layer)
{
  return gimp_layer_get_mask (layer);
}

gboolean
probe_edits_mask (FddmItemId layer)
{
  return gimp_layer_get_edit_mask (layer);
}

/* GIMP 2.10 takes the name that the dialog hands over. */
char *
probe_help_id (const char *procedure)
{
  return g_strdup (procedure);
}

FddmItemId
probe_parent (FddmItemId item)
{
  return gimp_item_get_parent (item);
}

int
probe_position (FddmItemId item)
{
  return gimp_image_get_item_position (gimp_item_get_image (item), item);
}

int
probe_layer_count (FddmImageId image, FddmItemId parent)
{
  int              n;
  g_autofree gint *children = parent == -1 ? gimp_image_get_layers (image, &n) : gimp_item_get_children (parent, &n);

  (void) children;
  return n;
}

void
probe_offsets (FddmItemId item, int *x, int *y)
{
  gimp_drawable_offsets (item, x, y);
}

gboolean
probe_visible (FddmItemId item)
{
  return gimp_item_get_visible (item);
}

void
probe_show (FddmItemId item, gboolean visible)
{
  gimp_item_set_visible (item, visible);
}

void
probe_opacity (FddmItemId layer, double percent)
{
  gimp_layer_set_opacity (layer, percent);
}

void
probe_multiply (FddmItemId layer)
{
  gimp_layer_set_mode (layer, GIMP_LAYER_MODE_MULTIPLY);
}

void
probe_clip (FddmItemId layer)
{
  gimp_layer_set_composite_mode (layer, GIMP_LAYER_COMPOSITE_CLIP_TO_BACKDROP);
}

void
probe_pass (FddmItemId group)
{
  gimp_layer_set_mode (group, GIMP_LAYER_MODE_PASS_THROUGH);
}

void
probe_show_mask (FddmItemId layer)
{
  gimp_layer_set_show_mask (layer, TRUE);
}

void
probe_hide_red (FddmImageId image)
{
  gimp_image_set_component_visible (image, GIMP_CHANNEL_RED, FALSE);
}

const char *
probe_mode (FddmItemId layer)
{
  GimpLayerMode mode = gimp_layer_get_mode (layer);

  return mode == GIMP_LAYER_MODE_NORMAL ? "normal" : mode == GIMP_LAYER_MODE_GRAIN_MERGE ? "grain-merge" : "other";
}

double
probe_get_opacity (FddmItemId layer)
{
  return gimp_layer_get_opacity (layer);
}

void
probe_select (FddmImageId image, int x, int y, int width, int height)
{
  gimp_image_select_rectangle (image, GIMP_CHANNEL_OP_REPLACE, x, y, width, height);
}

void
probe_float (FddmItemId drawable)
{
  gimp_selection_float (gimp_item_get_image (drawable), drawable, 0, 0);
}

gboolean
probe_to_indexed (FddmImageId image)
{
  return gimp_image_convert_indexed (image, GIMP_CONVERT_DITHER_NONE, GIMP_CONVERT_PALETTE_GENERATE, 16, FALSE, FALSE, "");
}

void
probe_unselect (FddmImageId image)
{
  gimp_selection_none (image);
}

void
probe_lock (FddmItemId layer)
{
  gimp_item_set_lock_content (layer, TRUE);
  gimp_item_set_lock_position (layer, TRUE);
  gimp_layer_set_lock_alpha (layer, TRUE);
}

void
probe_resize (FddmItemId layer, int width, int height)
{
  gimp_layer_resize (layer, width, height, 0, 0);
}

FddmItemId
probe_copy_to (FddmItemId layer, FddmImageId image)
{
  const FddmItemId copy = gimp_layer_new_from_drawable (layer, image);

  gimp_image_insert_layer (image, copy, -1, 0);
  return copy;
}

void
probe_remember (const char *procedure, const char *settings)
{
  gimp_set_data (procedure, settings, strlen (settings));
}

void
probe_remember_like (FddmItemId like)
{
  g_autofree char *settings = g_strdup_printf ("like=%d width=12 height=11 steps=2 count=1 seed=5 device=cpu", like);

  probe_remember ("plug-in-fddm-generate", settings);
}

static GimpParam
argument_of (const FddmParameter *parameter, double value)
{
  GimpParam argument = { .type = GIMP_PDB_INT32 };

  if (parameter->type == FDDM_PARAMETER_DOUBLE)
    {
      argument.type         = GIMP_PDB_FLOAT;
      argument.data.d_float = value;
    }
  else if (parameter->type == FDDM_PARAMETER_TEXT)
    {
      argument.type          = GIMP_PDB_STRING;
      argument.data.d_string = (char *) fddm_text_of_value (value);
    }
  else if (parameter->type == FDDM_PARAMETER_DRAWABLE)
    {
      argument.type            = GIMP_PDB_DRAWABLE;
      argument.data.d_drawable = (gint32) value;
    }
  else
    argument.data.d_int32 = (gint32) value;
  return argument;
}

/* Calls a procedure; *ERROR is NULL, or what GIMP passes on. Free the answer with gimp_destroy_params. */
static GimpParam *
call (const char *procedure, const FddmParameter *table, int run_mode, FddmImageId image, FddmItemId drawable,
      const double *values, int *n, char **error)
{
  GimpParam  arguments[3 + FDDM_PARAMETERS_MAX];
  GimpParam *answer;

  arguments[0].type            = GIMP_PDB_INT32;
  arguments[0].data.d_int32    = run_mode;
  arguments[1].type            = GIMP_PDB_IMAGE;
  arguments[1].data.d_image    = image;
  arguments[2].type            = GIMP_PDB_DRAWABLE;
  arguments[2].data.d_drawable = drawable;
  for (int i = 0; table[i].name; i++)
    arguments[3 + i] = argument_of (&table[i], values[i]);
  answer = gimp_run_procedure2 (procedure, n, 3 + fddm_parameters_count (table), arguments);
  *error = NULL;
  if (answer[0].data.d_status != GIMP_PDB_SUCCESS)
    *error = g_strdup (*n > 1 ? answer[1].data.d_string : gimp_get_pdb_error ());
  return answer;
}

char *
probe_denoise (int run_mode, FddmImageId image, FddmItemId drawable, const double *values, FddmLayers *made)
{
  int        n;
  char      *error;
  GimpParam *answer = call ("plug-in-fddm-denoise", fddm_denoise_parameters, run_mode, image, drawable, values, &n, &error);

  if (!error)
    *made = (FddmLayers) { answer[1].data.d_layer, answer[2].data.d_layer };
  gimp_destroy_params (answer, n);
  return error;
}

char *
probe_generate (int run_mode, FddmImageId image, FddmItemId drawable, const double *values, FddmGenerated *made)
{
  int        n;
  char      *error;
  GimpParam *answer = call ("plug-in-fddm-generate-all", fddm_generate_parameters, run_mode, image, drawable, values, &n,
                            &error);

  made->n = error ? 0 : answer[1].data.d_int32;
  for (int i = 0; i < made->n; i++)
    made->layers[i] = answer[2].data.d_int32array[i];
  gimp_destroy_params (answer, n);
  return error;
}

char *
probe_seamless (int run_mode, FddmImageId image, FddmItemId drawable, const double *values, FddmItemId *made)
{
  int        n;
  char      *error;
  GimpParam *answer = call ("plug-in-fddm-make-seamless", fddm_seamless_parameters, run_mode, image, drawable, values, &n,
                            &error);

  *made = error ? FDDM_NO_ITEM : answer[1].data.d_layer;
  gimp_destroy_params (answer, n);
  return error;
}

static char *
problem_in (GimpParam *answer, int n)
{
  char *problem = answer[0].data.d_status == GIMP_PDB_SUCCESS ? g_strdup (answer[1].data.d_string)
                                                              : g_strdup ("the procedure failed");

  gimp_destroy_params (answer, n);
  return problem;
}

char *
probe_denoise_file (const char *input, const char *folder, const char *settings)
{
  int        n;
  GimpParam *answer = gimp_run_procedure ("plug-in-fddm-denoise-file", &n, GIMP_PDB_STRING, input, GIMP_PDB_STRING, folder,
                                          GIMP_PDB_STRING, settings, GIMP_PDB_END);

  return problem_in (answer, n);
}

char *
probe_generate_file (const char *subject, const char *folder, const char *settings)
{
  int        n;
  GimpParam *answer = gimp_run_procedure ("plug-in-fddm-generate-file", &n, GIMP_PDB_STRING, "texture", GIMP_PDB_STRING,
                                          subject, GIMP_PDB_STRING, folder, GIMP_PDB_STRING, settings, GIMP_PDB_STRING, "",
                                          GIMP_PDB_END);

  return problem_in (answer, n);
}

char *
probe_call_short (const char *procedure, int n)
{
  GimpParam  texts[] = { { .type = GIMP_PDB_STRING, .data.d_string = (char *) "in/a.png" },
                         { .type = GIMP_PDB_STRING, .data.d_string = (char *) "out" } };
  GimpParam *values;
  int        n_values;

  values = gimp_run_procedure2 (procedure, &n_values, n, texts);
  gimp_destroy_params (values, n_values);
  return g_strdup (gimp_get_pdb_error ());
}

gboolean
probe_checks_ranges (void)
{
  return TRUE;
}

static void
query (void)
{
  static const GimpParamDef arguments[] = { { GIMP_PDB_STRING, "path", "Where the TAP lines go" } };

  gimp_install_procedure ("plug-in-fddm-probe", "Checks of FDDM", "", "", "", "", NULL, NULL, GIMP_PLUGIN, 1, 0, arguments,
                          NULL);
}

static void
run (G_GNUC_UNUSED const gchar *name, G_GNUC_UNUSED gint n_params, const GimpParam *param, gint *n_return_vals,
     GimpParam **return_vals)
{
  static GimpParam status = { .type = GIMP_PDB_STATUS, .data.d_status = GIMP_PDB_SUCCESS };

  gegl_init (NULL, NULL);
  gimp_plugin_enable_precision ();
  probe_run (param[0].data.d_string);
  *n_return_vals = 1;
  *return_vals   = &status;
}

const GimpPlugInInfo PLUG_IN_INFO = { NULL, NULL, query, run };

MAIN ()
