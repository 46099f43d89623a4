/* actions.c: see actions.h.
 * SPDX-License-Identifier: Apache-2.0 */
#include "plugin/gimp3/actions.h"

#include <glib/gi18n-lib.h>

#include "plugin/jobs/preview.h"
#include "plugin/jobs/jobs.h"
#include "plugin/jobs/sight.h"
#include "plugin/procedures.h"
#include "ui/gimp3/denoise-dialog.h"
#include "ui/gimp3/form.h"
#include "ui/gimp3/generate-dialog.h"
#include "ui/gimp3/plain-dialog.h"

struct FddmAction {
  const FddmParameter *table;
  const char          *one; /* error unless there is exactly one drawable, to be translated; NULL: any number */
  /* Shows the dialog, which updates CONFIG. FALSE if the user cancels, or with an error if there is nothing to ask. A dialog that
   * does the work itself makes the ANSWER. */
  gboolean (*ask) (GimpProcedure *procedure, GimpProcedureConfig *config, GimpImage *image, GimpDrawable *drawable,
                   GimpValueArray **answer, GError **error);
  /* Does the work and makes the ANSWER; none if there was nothing to do. */
  gboolean (*work) (GimpRunMode mode, FddmImageId image, FddmItemId drawable, const double *values, GimpProcedure *procedure,
                    GimpValueArray **answer, char **account, GError **error);
  /* Name in the log. Free with g_free. */
  char *(*name) (FddmItemId drawable, const double *values);
};

/* ---- Denoise ---- */

static GimpValueArray *
answer_denoise (GimpProcedure *procedure, const FddmLayers *made)
{
  GimpValueArray *answer = gimp_procedure_new_return_values (procedure, GIMP_PDB_SUCCESS, NULL);

  GIMP_VALUES_SET_LAYER (answer, 1, gimp_layer_get_by_id (made->layer));
  GIMP_VALUES_SET_LAYER (answer, 2, gimp_layer_get_by_id (made->second));
  return answer;
}

static gboolean
ask_denoise (GimpProcedure *procedure, GimpProcedureConfig *config, GimpImage *image, GimpDrawable *drawable,
             GimpValueArray **answer, GError **error)
{
  FddmDenoiseHelp   help;
  FddmLayers        made;
  FddmDenoiseSight *sight = fddm_denoise_sight_new (gimp_image_get_id (image), gimp_item_get_id (GIMP_ITEM (drawable)),
                                                    &made, &help, error);
  gboolean          done  = sight && fddm_denoise_dialog_run (procedure, config, fddm_denoise_parameters, &help);

  g_clear_pointer (&sight, fddm_denoise_sight_free);
  if (done)
    *answer = answer_denoise (procedure, &made);
  return done;
}

static gboolean
work_denoise (GimpRunMode mode, FddmImageId image, FddmItemId drawable, const double *values, GimpProcedure *procedure,
              GimpValueArray **answer, char **account, GError **error)
{
  FddmLayers made;

  if (mode == GIMP_RUN_NONINTERACTIVE
        ? !fddm_job_denoise (image, drawable, values, &made, account, error)
        : !fddm_job_denoise_seen (image, fddm_job_denoise_source (image, drawable), values, NULL, &made, account, error))
    return FALSE;
  if (made.layer != FDDM_NO_ITEM)
    *answer = answer_denoise (procedure, &made);
  return TRUE;
}

static char *
name_layer (FddmItemId drawable, G_GNUC_UNUSED const double *values)
{
  return fddm_host_item_name (drawable);
}

const FddmAction fddm_gimp3_denoise = { .table = fddm_denoise_parameters,
                                        .one   = N_ ("Choose one layer to denoise."),
                                        .ask   = ask_denoise,
                                        .work  = work_denoise,
                                        .name  = name_layer };

/* ---- Generate ---- */

static gboolean
ask_generate (GimpProcedure *procedure, GimpProcedureConfig *config, GimpImage *image, GimpDrawable *drawable,
              G_GNUC_UNUSED GimpValueArray **answer, GError **error)
{
  FddmGenerateHelp     help;
  const FddmItemId     below   = drawable ? gimp_item_get_id (GIMP_ITEM (drawable)) : FDDM_NO_ITEM;
  FddmGeneratePreview *preview = fddm_generate_preview_new (gimp_image_get_id (image), below, &help, error);
  gboolean             go_on   = preview && fddm_generate_dialog_run (procedure, config, fddm_generate_parameters, &help);

  g_clear_pointer (&preview, fddm_generate_preview_free);
  return go_on;
}

static gboolean
work_generate (GimpRunMode mode, FddmImageId image, FddmItemId drawable, const double *values, GimpProcedure *procedure,
               GimpValueArray **answer, char **account, GError **error)
{
  GObject      *layers[FDDM_GENERATED_MAX + 1] = { NULL };
  FddmGenerated made;

  if (mode == GIMP_RUN_INTERACTIVE && drawable != FDDM_NO_ITEM && !fddm_host_item_there (drawable))
    drawable = FDDM_NO_ITEM; /* removed while the dialog was open: the new layers go on top */
  if (!fddm_job_generate (image, drawable, values, &made, account, error))
    return FALSE;
  for (int i = 0; i < made.n; i++)
    layers[i] = G_OBJECT (gimp_layer_get_by_id (made.layers[i]));
  *answer = gimp_procedure_new_return_values (procedure, GIMP_PDB_SUCCESS, NULL);
  GIMP_VALUES_SET_CORE_OBJECT_ARRAY (*answer, 1, layers);
  return TRUE;
}

static char *
name_generate (G_GNUC_UNUSED FddmItemId drawable, const double *values)
{
  return fddm_job_subject (values);
}

const FddmAction fddm_gimp3_generate = {
  .table = fddm_generate_parameters, .ask = ask_generate, .work = work_generate, .name = name_generate
};

/* ---- Make Seamless ---- */

static gboolean
ask_seamless (GimpProcedure *procedure, GimpProcedureConfig *config, GimpImage *image, GimpDrawable *drawable,
              G_GNUC_UNUSED GimpValueArray **answer, GError **error)
{
  const FddmPlainWords words = { _ ("FDDM Make Seamless"), _ (FDDM_SEAMLESS_HELP) };

  return fddm_job_seamless_check (gimp_image_get_id (image), gimp_item_get_id (GIMP_ITEM (drawable)), error) &&
         fddm_plain_dialog_run (procedure, config, &words, fddm_seamless_parameters);
}

static gboolean
work_seamless (G_GNUC_UNUSED GimpRunMode mode, FddmImageId image, FddmItemId drawable, const double *values,
               GimpProcedure *procedure, GimpValueArray **answer, char **account, GError **error)
{
  FddmItemId made;

  if (!fddm_job_seamless (image, drawable, values, &made, account, error))
    return FALSE;
  *answer = gimp_procedure_new_return_values (procedure, GIMP_PDB_SUCCESS, NULL);
  GIMP_VALUES_SET_LAYER (*answer, 1, gimp_layer_get_by_id (made));
  return TRUE;
}

const FddmAction fddm_gimp3_seamless = { .table = fddm_seamless_parameters,
                                         .one   = N_ ("Choose one layer."),
                                         .ask   = ask_seamless,
                                         .work  = work_seamless,
                                         .name  = name_layer };

/* ---- Shared ---- */

GimpValueArray *
fddm_gimp3_run (GimpProcedure *procedure, GimpRunMode mode, GimpImage *image, GimpDrawable **drawables,
                GimpProcedureConfig *config, gpointer data)
{
  const FddmAction *action   = data;
  const FddmItemId  drawable = drawables[0] ? gimp_item_get_id (GIMP_ITEM (drawables[0])) : FDDM_NO_ITEM;
  double            values[FDDM_PARAMETERS_MAX];
  g_autofree char  *account = NULL, *name = NULL;
  GimpValueArray   *answer = NULL;
  GError           *error  = NULL;

  fddm_job_start ();
  if (action->one && (!drawables[0] || drawables[1]))
    {
      g_set_error_literal (&error, FDDM_HOST_ERROR, FDDM_HOST_ERROR_REFUSED, _ (action->one));
      return gimp_procedure_new_return_values (procedure, GIMP_PDB_CALLING_ERROR, error);
    }
  if (mode == GIMP_RUN_INTERACTIVE && !action->ask (procedure, config, image, drawables[0], &answer, &error))
    return gimp_procedure_new_return_values (procedure, error ? GIMP_PDB_EXECUTION_ERROR : GIMP_PDB_CANCEL, error);

  if (answer) /* the dialog has done it */
    return answer;

  if (mode == GIMP_RUN_WITH_LAST_VALS && !fddm_form_give (config, action->table, drawable))
    {
      g_set_error_literal (&error, FDDM_HOST_ERROR, FDDM_HOST_ERROR_REFUSED, _ ("Choose one layer."));
      return gimp_procedure_new_return_values (procedure, GIMP_PDB_EXECUTION_ERROR, error);
    }
  fddm_form_values (config, action->table, values);
  if (!action->work (mode, gimp_image_get_id (image), drawable, values, procedure, &answer, &account, &error))
    return gimp_procedure_new_return_values (procedure, GIMP_PDB_EXECUTION_ERROR, error);
  if (mode == GIMP_RUN_NONINTERACTIVE)
    fddm_job_log (name = action->name (drawable, values), account);
  else
    {
      gimp_displays_flush ();
      if (!answer && account)
        fddm_host_message (account);
    }
  return answer ? answer : gimp_procedure_new_return_values (procedure, GIMP_PDB_CANCEL, NULL);
}

/* ---- Files ---- */

static GimpValueArray *
answer_problem (GimpProcedure *procedure, const GError *error)
{
  GimpValueArray  *answer  = gimp_procedure_new_return_values (procedure, GIMP_PDB_SUCCESS, NULL);
  g_autofree char *problem = fddm_job_one_line (error ? error->message : "");

  GIMP_VALUES_SET_STRING (answer, 1, problem);
  return answer;
}

/* A text, "" for none. Free with g_free. */
static char *
text_of (GimpProcedureConfig *config, const char *name)
{
  char *text = NULL;

  g_object_get (config, name, &text, NULL);
  return text ? text : g_strdup ("");
}

GimpValueArray *
fddm_gimp3_list_files (GimpProcedure *procedure, GimpProcedureConfig *config, G_GNUC_UNUSED gpointer data)
{
  GimpValueArray  *answer  = gimp_procedure_new_return_values (procedure, GIMP_PDB_SUCCESS, NULL);
  g_autofree char *pattern = text_of (config, "pattern"), *folder = text_of (config, "folder");
  g_auto (GStrv)   files = NULL, problems = NULL;

  fddm_job_list_files (pattern, folder, &files, &problems);
  GIMP_VALUES_SET_STRV (answer, 1, (const char **) files);
  GIMP_VALUES_SET_STRV (answer, 2, (const char **) problems);
  return answer;
}

GimpValueArray *
fddm_gimp3_denoise_file (GimpProcedure *procedure, GimpProcedureConfig *config, G_GNUC_UNUSED gpointer data)
{
  g_autofree char   *input = text_of (config, "input"), *folder = text_of (config, "folder");
  g_autofree char   *settings = text_of (config, "settings");
  g_autoptr (GError) error    = NULL;

  fddm_job_start ();
  fddm_job_denoise_file (input, folder, settings, &error);
  return answer_problem (procedure, error);
}

GimpValueArray *
fddm_gimp3_generate_file (GimpProcedure *procedure, GimpProcedureConfig *config, G_GNUC_UNUSED gpointer data)
{
  g_autofree char   *model = text_of (config, "model"), *subject = text_of (config, "subject");
  g_autofree char   *folder = text_of (config, "folder"), *settings = text_of (config, "settings");
  g_autofree char   *like  = text_of (config, "like");
  g_autoptr (GError) error = NULL;

  fddm_job_start ();
  fddm_job_generate_file (model, subject, folder, settings, like, &error);
  return answer_problem (procedure, error);
}
