/* actions.c: see actions.h.
 * SPDX-License-Identifier: Apache-2.0 */
#include "plugin/gimp3/actions.h"

#include <glib/gi18n-lib.h>

#include "plugin/jobs/preview.h"
#include "plugin/jobs/jobs.h"
#include "plugin/jobs/sight.h"
#include "ui/gimp3/denoise-dialog.h"
#include "ui/gimp3/form.h"
#include "ui/gimp3/generate-dialog.h"

struct FddmAction {
  const FddmParameter *table;
  gboolean             one; /* takes one drawable, no more and no less */
  /* Whether the user wants to go on, with CONFIG as it is then; FALSE with an error where there is nothing to ask. */
  gboolean (*ask) (GimpProcedure *procedure, GimpProcedureConfig *config, GimpImage *image, GimpDrawable *drawable,
                   GError **error);
  /* Does it, and fills in ANSWER but for the status. */
  gboolean (*work) (FddmImageId image, FddmItemId drawable, const double *values, GimpProcedure *procedure,
                    GimpValueArray **answer, char **account, GError **error);
  /* What the log calls it; free with g_free. */
  char *(*name) (FddmItemId drawable, const double *values);
};

/* ---- Denoise ---- */

static gboolean
ask_denoise (GimpProcedure *procedure, GimpProcedureConfig *config, GimpImage *image, GimpDrawable *drawable, GError **error)
{
  FddmDenoiseHelp   help;
  FddmDenoiseSight *sight = fddm_denoise_sight_new (gimp_image_get_id (image), gimp_item_get_id (GIMP_ITEM (drawable)),
                                                    &help, error);
  gboolean          go_on = sight && fddm_denoise_dialog_run (procedure, config, fddm_denoise_parameters, &help);

  g_clear_pointer (&sight, fddm_denoise_sight_free);
  return go_on;
}

static gboolean
work_denoise (FddmImageId image, FddmItemId drawable, const double *values, GimpProcedure *procedure,
              GimpValueArray **answer, char **account, GError **error)
{
  FddmLayers made;

  if (!fddm_job_denoise (image, drawable, values, &made, account, error))
    return FALSE;
  *answer = gimp_procedure_new_return_values (procedure, GIMP_PDB_SUCCESS, NULL);
  GIMP_VALUES_SET_LAYER (*answer, 1, gimp_layer_get_by_id (made.layer));
  GIMP_VALUES_SET_LAYER (*answer, 2, gimp_layer_get_by_id (made.second));
  return TRUE;
}

static char *
name_denoise (FddmItemId drawable, G_GNUC_UNUSED const double *values)
{
  return fddm_host_item_name (drawable);
}

const FddmAction fddm_gimp3_denoise = { fddm_denoise_parameters, TRUE, ask_denoise, work_denoise, name_denoise };

/* ---- Generate ---- */

static gboolean
ask_generate (GimpProcedure *procedure, GimpProcedureConfig *config, GimpImage *image, G_GNUC_UNUSED GimpDrawable *drawable,
              GError **error)
{
  FddmGenerateHelp     help;
  FddmGeneratePreview *preview = fddm_generate_preview_new (gimp_image_get_id (image), &help, error);
  gboolean             go_on   = preview && fddm_generate_dialog_run (procedure, config, fddm_generate_parameters, &help);

  g_clear_pointer (&preview, fddm_generate_preview_free);
  return go_on;
}

static gboolean
work_generate (FddmImageId image, FddmItemId drawable, const double *values, GimpProcedure *procedure,
               GimpValueArray **answer, char **account, GError **error)
{
  GObject      *layers[FDDM_GENERATE_LAYERS_MAX + 1] = { NULL };
  FddmGenerated made;

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

const FddmAction fddm_gimp3_generate = { fddm_generate_parameters, FALSE, ask_generate, work_generate, name_generate };

/* ---- What they share ---- */

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

  gegl_init (NULL, NULL);
  if (action->one && (!drawables[0] || drawables[1]))
    {
      g_set_error_literal (&error, FDDM_HOST_ERROR, FDDM_HOST_ERROR_REFUSED, _ ("Choose one layer to denoise."));
      return gimp_procedure_new_return_values (procedure, GIMP_PDB_CALLING_ERROR, error);
    }
  if (mode == GIMP_RUN_INTERACTIVE && !action->ask (procedure, config, image, drawables[0], &error))
    return gimp_procedure_new_return_values (procedure, error ? GIMP_PDB_EXECUTION_ERROR : GIMP_PDB_CANCEL, error);

  fddm_form_values (config, action->table, values);
  if (!action->work (gimp_image_get_id (image), drawable, values, procedure, &answer, &account, &error))
    return gimp_procedure_new_return_values (procedure, GIMP_PDB_EXECUTION_ERROR, error);
  if (mode != GIMP_RUN_NONINTERACTIVE)
    gimp_displays_flush ();
  else
    fddm_job_log (name = action->name (drawable, values), account);
  return answer;
}

/* ---- Files ---- */

static GimpValueArray *
answer_problem (GimpProcedure *procedure, const GError *error)
{
  GimpValueArray *answer = gimp_procedure_new_return_values (procedure, GIMP_PDB_SUCCESS, NULL);

  GIMP_VALUES_SET_STRING (answer, 1, error ? error->message : "");
  return answer;
}

GimpValueArray *
fddm_gimp3_denoise_file (GimpProcedure *procedure, GimpProcedureConfig *config, G_GNUC_UNUSED gpointer data)
{
  g_autofree char   *input    = NULL;
  g_autofree char   *folder   = NULL;
  g_autofree char   *settings = NULL;
  g_autoptr (GError) error    = NULL;

  gegl_init (NULL, NULL);
  g_object_get (config, "input", &input, "folder", &folder, "settings", &settings, NULL);
  fddm_job_denoise_file (input, folder, settings, &error);
  return answer_problem (procedure, error);
}

GimpValueArray *
fddm_gimp3_generate_file (GimpProcedure *procedure, GimpProcedureConfig *config, G_GNUC_UNUSED gpointer data)
{
  g_autofree char   *model    = NULL;
  g_autofree char   *subject  = NULL;
  g_autofree char   *folder   = NULL;
  g_autofree char   *settings = NULL;
  g_autoptr (GError) error    = NULL;

  gegl_init (NULL, NULL);
  g_object_get (config, "model", &model, "subject", &subject, "folder", &folder, "settings", &settings, NULL);
  fddm_job_generate_file (model, subject, folder, settings, &error);
  return answer_problem (procedure, error);
}
