/* gimp3.c: the procedures on GIMP 3: registration, arguments in, status out.
 * SPDX-License-Identifier: Apache-2.0 */
#include <glib/gi18n-lib.h>
#include <libgimp/gimp.h>
#include <string.h>

#include "folders.h"
#include "jobs.h"
#include "procedures.h"
#include "ui/gimp3/denoise-dialog.h"

#define FDDM_TYPE_PLUGIN (fddm_plugin_get_type ())
G_DECLARE_FINAL_TYPE (FddmPlugin, fddm_plugin, FDDM, PLUGIN, GimpPlugIn)

struct _FddmPlugin {
  GimpPlugIn parent_instance;
};

G_DEFINE_FINAL_TYPE (FddmPlugin, fddm_plugin, GIMP_TYPE_PLUG_IN)

static void
add_argument (GimpProcedure *procedure, const FddmParameter *parameter)
{
  const char *label = _(parameter->label);
  const char *blurb = _(parameter->blurb);   /* GIMP tells the range itself */
  GimpChoice *choice;

  switch (parameter->type)
    {
    case FDDM_PARAMETER_DOUBLE:
      gimp_procedure_add_double_argument (procedure, parameter->name, label, blurb, parameter->min, parameter->max,
                                          parameter->preset, G_PARAM_READWRITE);
      break;
    case FDDM_PARAMETER_INT:
      gimp_procedure_add_int_argument (procedure, parameter->name, label, blurb, parameter->min, parameter->max,
                                       parameter->preset, G_PARAM_READWRITE);
      break;
    case FDDM_PARAMETER_CHOICE:
      choice = gimp_choice_new ();
      for (int i = 0; parameter->choices[i].name; i++)
        gimp_choice_add (choice, parameter->choices[i].name, i, _(parameter->choices[i].label), NULL);
      gimp_procedure_add_choice_argument (procedure, parameter->name, label, blurb, choice,
                                          parameter->choices[(int) parameter->preset].name, G_PARAM_READWRITE);
      break;
    }
}

static void
read_arguments (GimpProcedureConfig *config, const FddmParameter *table, double *values)
{
  for (int i = 0; table[i].name; i++)
    if (table[i].type == FDDM_PARAMETER_DOUBLE)
      g_object_get (config, table[i].name, &values[i], NULL);
    else if (table[i].type == FDDM_PARAMETER_CHOICE)
      values[i] = gimp_procedure_config_get_choice_id (config, table[i].name);
    else
      {
        int whole;

        g_object_get (config, table[i].name, &whole, NULL);
        values[i] = whole;
      }
}

static char *
measure (gpointer drawable)
{
  return fddm_job_measure (gimp_item_get_id (GIMP_ITEM (drawable)));
}

static GimpValueArray *
denoise (GimpProcedure *procedure, GimpRunMode mode, GimpImage *image, GimpDrawable **drawables, GimpProcedureConfig *config,
         G_GNUC_UNUSED gpointer data)
{
  double          values[FDDM_DENOISE_N];
  FddmLayers      made;
  FddmMeasuring   measuring = { fddm_denoise_parameters[FDDM_DENOISE_NOISE].name, measure, drawables[0] };
  g_autofree char *account = NULL;
  GError         *error = NULL;
  GimpValueArray *answer;

  gegl_init (NULL, NULL);
  if (!drawables[0] || drawables[1])
    {
      g_set_error_literal (&error, FDDM_HOST_ERROR, FDDM_HOST_ERROR_REFUSED, _("Choose one layer to denoise."));
      return gimp_procedure_new_return_values (procedure, GIMP_PDB_CALLING_ERROR, error);
    }
  if (mode == GIMP_RUN_INTERACTIVE && !fddm_denoise_dialog_run (procedure, config, fddm_denoise_parameters, &measuring))
    return gimp_procedure_new_return_values (procedure, GIMP_PDB_CANCEL, NULL);

  read_arguments (config, fddm_denoise_parameters, values);
  if (!fddm_job_denoise (gimp_image_get_id (image), gimp_item_get_id (GIMP_ITEM (drawables[0])), values, &made, &account,
                         &error))
    return gimp_procedure_new_return_values (procedure, GIMP_PDB_EXECUTION_ERROR, error);
  if (mode != GIMP_RUN_NONINTERACTIVE)
    gimp_displays_flush ();
  else
    {
      g_autofree char *name = gimp_item_get_name (GIMP_ITEM (drawables[0]));

      fddm_job_log (name, account);
    }

  answer = gimp_procedure_new_return_values (procedure, GIMP_PDB_SUCCESS, NULL);
  GIMP_VALUES_SET_LAYER (answer, 1, gimp_layer_get_by_id (made.layer));
  GIMP_VALUES_SET_LAYER (answer, 2, gimp_layer_get_by_id (made.second));
  return answer;
}

static GimpValueArray *
denoise_file (GimpProcedure *procedure, GimpProcedureConfig *config, G_GNUC_UNUSED gpointer data)
{
  g_autofree char   *input    = NULL;
  g_autofree char   *folder   = NULL;
  g_autofree char   *settings = NULL;
  g_autoptr (GError) error    = NULL;
  GimpValueArray    *answer;

  gegl_init (NULL, NULL);
  g_object_get (config, "input", &input, "folder", &folder, "settings", &settings, NULL);
  fddm_job_denoise_file (input, folder, settings, &error);
  answer = gimp_procedure_new_return_values (procedure, GIMP_PDB_SUCCESS, NULL);
  GIMP_VALUES_SET_STRING (answer, 1, error ? error->message : "");
  return answer;
}

static GimpProcedure *
new_denoise (GimpPlugIn *plugin)
{
  GimpProcedure *procedure
    = gimp_image_procedure_new (plugin, FDDM_DENOISE_PROCEDURE, GIMP_PDB_PROC_TYPE_PLUGIN, denoise, NULL, NULL);

  gimp_procedure_set_image_types (procedure, "RGB*, GRAY*");
  gimp_procedure_set_sensitivity_mask (procedure, GIMP_PROCEDURE_SENSITIVE_DRAWABLE);
  gimp_procedure_set_menu_label (procedure, _(FDDM_DENOISE_LABEL));
  gimp_procedure_add_menu_path (procedure, FDDM_DENOISE_MENU);
  gimp_procedure_set_documentation (procedure, _(FDDM_DENOISE_BLURB), _(FDDM_DENOISE_HELP), NULL);
  for (int i = 0; fddm_denoise_parameters[i].name; i++)
    add_argument (procedure, &fddm_denoise_parameters[i]);
  gimp_procedure_add_layer_return_value (procedure, "new-layer", "New layer", "The denoised layer", FALSE,
                                         G_PARAM_READWRITE);
  gimp_procedure_add_layer_return_value (procedure, "noise-layer", "Noise layer",
                                         "The second layer, removed noise or uncertainty, if any", TRUE, G_PARAM_READWRITE);
  return procedure;
}

static GimpProcedure *
new_denoise_file (GimpPlugIn *plugin)
{
  GimpProcedure *procedure
    = gimp_procedure_new (plugin, FDDM_FILE_PROCEDURE, GIMP_PDB_PROC_TYPE_PLUGIN, denoise_file, NULL, NULL);

  gimp_procedure_set_documentation (procedure, FDDM_FILE_BLURB, FDDM_FILE_HELP, NULL);
  gimp_procedure_add_string_argument (procedure, "input", "Input", "The picture file", "", G_PARAM_READWRITE);
  gimp_procedure_add_string_argument (procedure, "folder", "Folder", "The folder to write to", "", G_PARAM_READWRITE);
  gimp_procedure_add_string_argument (procedure, "settings", "Settings",
                                      "Parameters of " FDDM_DENOISE_PROCEDURE ", as in \"noise=0 quality=fast\"", "",
                                      G_PARAM_READWRITE);
  gimp_procedure_add_string_return_value (procedure, "problem", "Problem", "What went wrong; empty when nothing did", "",
                                          G_PARAM_READWRITE);
  return procedure;
}

static GimpProcedure *
create_procedure (GimpPlugIn *plugin, const gchar *name)
{
  GimpProcedure *procedure = !strcmp (name, FDDM_DENOISE_PROCEDURE) ? new_denoise (plugin) : new_denoise_file (plugin);

  gimp_procedure_set_attribution (procedure, FDDM_AUTHORS, FDDM_COPYRIGHT, FDDM_DATE);
  return procedure;
}

static GList *
query_procedures (G_GNUC_UNUSED GimpPlugIn *plugin)
{
  return g_list_append (g_list_append (NULL, g_strdup (FDDM_DENOISE_PROCEDURE)), g_strdup (FDDM_FILE_PROCEDURE));
}

/* Our translations may lie outside of the plug-in's folder, where GIMP would not look: bound here instead. */
static gboolean
set_i18n (G_GNUC_UNUSED GimpPlugIn *plugin, G_GNUC_UNUSED const gchar *name, G_GNUC_UNUSED gchar **domain,
          G_GNUC_UNUSED gchar **folder)
{
  fddm_folders_bind_locale ();
  return FALSE;
}

static void
fddm_plugin_class_init (FddmPluginClass *class)
{
  GimpPlugInClass *plugin_class = GIMP_PLUG_IN_CLASS (class);

  plugin_class->query_procedures = query_procedures;
  plugin_class->create_procedure = create_procedure;
  plugin_class->set_i18n         = set_i18n;
}

static void
fddm_plugin_init (G_GNUC_UNUSED FddmPlugin *plugin)
{
}

GIMP_MAIN (FDDM_TYPE_PLUGIN)
