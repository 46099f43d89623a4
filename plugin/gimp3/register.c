/* register.c: registration of the procedures on GIMP 3. actions.c runs them.
 * SPDX-License-Identifier: Apache-2.0 */
#include <glib/gi18n-lib.h>
#include <libgimp/gimp.h>
#include <string.h>

#include "plugin/folders.h"
#include "plugin/gimp3/actions.h"
#include "plugin/parameters.h"
#include "plugin/procedures.h"
#include "ui/gimp3/form.h"

#define FDDM_TYPE_PLUGIN (fddm_plugin_get_type ())
G_DECLARE_FINAL_TYPE (FddmPlugin, fddm_plugin, FDDM, PLUGIN, GimpPlugIn)

struct _FddmPlugin {
  GimpPlugIn parent_instance;
};

G_DEFINE_FINAL_TYPE (FddmPlugin, fddm_plugin, GIMP_TYPE_PLUG_IN)

static void
add_argument (GimpProcedure *procedure, const FddmParameter *parameter)
{
  const char      *label = _ (parameter->label);
  const char      *blurb = _ (parameter->blurb); /* GIMP adds the range */
  GimpChoice      *choice;
  g_autofree char *given = NULL;

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
        gimp_choice_add (choice, parameter->choices[i].name, i, _ (parameter->choices[i].label), NULL);
      gimp_procedure_add_choice_argument (procedure, parameter->name, label, blurb, choice,
                                          parameter->choices[(int) parameter->preset].name, G_PARAM_READWRITE);
      break;
    case FDDM_PARAMETER_BOOLEAN:
      gimp_procedure_add_boolean_argument (procedure, parameter->name, label, blurb, parameter->preset != 0,
                                           G_PARAM_READWRITE);
      break;
    case FDDM_PARAMETER_TEXT:
      gimp_procedure_add_string_argument (procedure, parameter->name, label, blurb, parameter->text, G_PARAM_READWRITE);
      break;
    case FDDM_PARAMETER_DRAWABLE:
      given = g_strdup_printf (FDDM_FORM_GIVEN, parameter->name);
      gimp_procedure_add_drawable_argument (procedure, parameter->name, label, blurb, TRUE, G_PARAM_READWRITE);
      gimp_procedure_add_boolean_aux_argument (procedure, given, label, NULL, FALSE, G_PARAM_READWRITE);
      break;
    }
}

static GimpProcedure *
new_procedure (GimpPlugIn *plugin, const char *name, const FddmAction *action, const FddmParameter *table)
{
  GimpProcedure *procedure = gimp_image_procedure_new (plugin, name, GIMP_PDB_PROC_TYPE_PLUGIN, fddm_gimp3_run,
                                                       (gpointer) action, NULL);

  gimp_procedure_set_image_types (procedure, "*");
  for (int i = 0; table[i].name; i++)
    add_argument (procedure, &table[i]);
  return procedure;
}

static GimpProcedure *
new_denoise (GimpPlugIn *plugin, const char *name)
{
  GimpProcedure *procedure = new_procedure (plugin, name, &fddm_gimp3_denoise, fddm_denoise_parameters);

  gimp_procedure_set_sensitivity_mask (procedure, GIMP_PROCEDURE_SENSITIVE_DRAWABLE);
  gimp_procedure_set_menu_label (procedure, _ (FDDM_DENOISE_LABEL));
  gimp_procedure_add_menu_path (procedure, FDDM_DENOISE_MENU);
  gimp_procedure_set_documentation (procedure, _ (FDDM_DENOISE_BLURB), _ (FDDM_DENOISE_HELP), name);
  gimp_procedure_add_layer_return_value (procedure, "new-layer", "New layer", "The denoised layer", FALSE,
                                         G_PARAM_READWRITE);
  gimp_procedure_add_layer_return_value (procedure, "noise-layer", "Noise layer",
                                         "The second layer, with the removed noise or the uncertainty, if any", TRUE,
                                         G_PARAM_READWRITE);
  return procedure;
}

static GimpProcedure *
new_generate (GimpPlugIn *plugin, const char *name)
{
  GimpProcedure *procedure = new_procedure (plugin, name, &fddm_gimp3_generate, fddm_generate_parameters);

  gimp_procedure_set_sensitivity_mask (procedure, GIMP_PROCEDURE_SENSITIVE_DRAWABLE | GIMP_PROCEDURE_SENSITIVE_DRAWABLES |
                                                    GIMP_PROCEDURE_SENSITIVE_NO_DRAWABLES);
  gimp_procedure_set_menu_label (procedure, _ (FDDM_GENERATE_LABEL));
  gimp_procedure_add_menu_path (procedure, FDDM_GENERATE_MENU);
  gimp_procedure_set_documentation (procedure, _ (FDDM_GENERATE_BLURB), _ (FDDM_GENERATE_HELP), name);
  gimp_procedure_add_core_object_array_return_value (
    procedure, "layers", "Layers", "The new layers, in the order of their seeds", GIMP_TYPE_LAYER, G_PARAM_READWRITE);
  return procedure;
}

static GimpProcedure *
new_seamless (GimpPlugIn *plugin, const char *name)
{
  GimpProcedure *procedure = new_procedure (plugin, name, &fddm_gimp3_seamless, fddm_seamless_parameters);

  gimp_procedure_set_sensitivity_mask (procedure, GIMP_PROCEDURE_SENSITIVE_DRAWABLE);
  gimp_procedure_set_menu_label (procedure, _ (FDDM_SEAMLESS_LABEL));
  gimp_procedure_add_menu_path (procedure, FDDM_SEAMLESS_MENU);
  gimp_procedure_set_documentation (procedure, _ (FDDM_SEAMLESS_BLURB), _ (FDDM_SEAMLESS_HELP), name);
  gimp_procedure_add_layer_return_value (procedure, "new-layer", "New layer", "The seamless layer", FALSE,
                                         G_PARAM_READWRITE);
  return procedure;
}

static void
add_text (GimpProcedure *procedure, const char *name, const char *label, const char *blurb)
{
  gimp_procedure_add_string_argument (procedure, name, label, blurb, "", G_PARAM_READWRITE);
}

static GimpProcedure *
new_helper (GimpPlugIn *plugin, const char *name, GimpRunFunc run, const char *blurb, const char *help)
{
  GimpProcedure *procedure = gimp_procedure_new (plugin, name, GIMP_PDB_PROC_TYPE_PLUGIN, run, NULL, NULL);

  gimp_procedure_set_documentation (procedure, blurb, help, NULL);
  gimp_procedure_add_string_return_value (procedure, "problem", "Problem", "The error; empty on success", "",
                                          G_PARAM_READWRITE);
  return procedure;
}

static GimpProcedure *
new_list_files (GimpPlugIn *plugin, const char *name)
{
  GimpProcedure *procedure = gimp_procedure_new (plugin, name, GIMP_PDB_PROC_TYPE_PLUGIN, fddm_gimp3_list_files, NULL, NULL);

  gimp_procedure_set_documentation (procedure, FDDM_LIST_BLURB, FDDM_LIST_HELP, NULL);
  add_text (procedure, "pattern", "Pattern", "The names, with wildcards");
  add_text (procedure, "folder", "Folder", "The folder to write to");
  gimp_procedure_add_string_array_return_value (procedure, "files", "Files", "The files", G_PARAM_READWRITE);
  gimp_procedure_add_string_array_return_value (procedure, "problems", "Problems",
                                                "For each file an empty string or the error", G_PARAM_READWRITE);
  return procedure;
}

static GimpProcedure *
new_denoise_file (GimpPlugIn *plugin, const char *name)
{
  GimpProcedure *procedure = new_helper (plugin, name, fddm_gimp3_denoise_file, FDDM_FILE_BLURB, FDDM_FILE_HELP);

  add_text (procedure, "input", "Input", "The picture file");
  add_text (procedure, "folder", "Folder", "The folder to write to");
  add_text (procedure, "settings", "Settings", "Parameters of " FDDM_DENOISE_PROCEDURE ", as in \"noise=0 quality=fast\"");
  return procedure;
}

static GimpProcedure *
new_generate_file (GimpPlugIn *plugin, const char *name)
{
  GimpProcedure *procedure = new_helper (plugin, name, fddm_gimp3_generate_file, FDDM_GENERATE_FILE_BLURB,
                                         FDDM_GENERATE_FILE_HELP);

  add_text (procedure, "model", "Model", "The network");
  add_text (procedure, "subject", "Subject", "The subject of the picture");
  add_text (procedure, "folder", "Folder", "The folder to write to");
  add_text (procedure, "settings", "Settings",
            "Other parameters of " FDDM_GENERATE_PROCEDURE ", as in \"width=512 seed=3\"");
  add_text (procedure, "like", "Like", "A picture file of the material to make more of; empty = none");
  return procedure;
}

static const struct {
  const char *name;
  GimpProcedure *(*create) (GimpPlugIn *plugin, const char *name);
} procedures[] = { { FDDM_DENOISE_PROCEDURE, new_denoise },   { FDDM_GENERATE_PROCEDURE, new_generate },
                   { FDDM_SEAMLESS_PROCEDURE, new_seamless }, { FDDM_LIST_PROCEDURE, new_list_files },
                   { FDDM_FILE_PROCEDURE, new_denoise_file }, { FDDM_GENERATE_FILE_PROCEDURE, new_generate_file } };

static GimpProcedure *
create_procedure (GimpPlugIn *plugin, const gchar *name)
{
  GimpProcedure *procedure = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (procedures) && !procedure; i++)
    if (!strcmp (name, procedures[i].name))
      procedure = procedures[i].create (plugin, name);
  if (procedure)
    gimp_procedure_set_attribution (procedure, FDDM_AUTHORS, FDDM_COPYRIGHT, FDDM_DATE);
  return procedure;
}

static GList *
query_procedures (GimpPlugIn *plugin)
{
  g_autofree char  *help  = fddm_folders_help ();
  g_autoptr (GFile) pages = g_file_new_for_path (help);
  GList            *names = NULL;

  gimp_plug_in_set_help_domain (plugin, FDDM_HELP_DOMAIN, pages);
  for (gsize i = 0; i < G_N_ELEMENTS (procedures); i++)
    names = g_list_append (names, g_strdup (procedures[i].name));
  return names;
}

/* The translations may be outside the plug-in's folder, where GIMP does not look, so they are bound here. */
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
