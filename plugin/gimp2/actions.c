/* actions.c: see actions.h.
 * SPDX-License-Identifier: Apache-2.0 */
#include "plugin/gimp2/actions.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "plugin/jobs/preview.h"
#include "plugin/jobs/jobs.h"
#include "plugin/jobs/sight.h"
#include "plugin/procedures.h"
#include "ui/gimp2/denoise-dialog.h"
#include "ui/gimp2/generate-dialog.h"

struct FddmAction {
  const char          *procedure;
  const FddmParameter *table;
  /* Whether the user wants to go on, with VALUES as they are then; FALSE with an error where there is nothing to ask. */
  gboolean (*ask) (FddmImageId image, FddmItemId drawable, double *values, GError **error);
  /* Does it, and fills in the reply but for the status. */
  gboolean (*work) (FddmImageId image, FddmItemId drawable, const double *values, FddmReply *reply, char **account,
                    GError **error);
  /* What the log calls it; free with g_free. */
  char *(*name) (FddmItemId drawable, const double *values);
};

/* ---- Denoise ---- */

static gboolean
ask_denoise (FddmImageId image, FddmItemId drawable, double *values, GError **error)
{
  FddmDenoiseHelp   help;
  FddmDenoiseSight *sight = fddm_denoise_sight_new (image, drawable, &help, error);
  gboolean go_on = sight && fddm_denoise_dialog_run (FDDM_DENOISE_PROCEDURE, fddm_denoise_parameters, &help, values);

  g_clear_pointer (&sight, fddm_denoise_sight_free);
  return go_on;
}

static gboolean
work_denoise (FddmImageId image, FddmItemId drawable, const double *values, FddmReply *reply, char **account, GError **error)
{
  FddmLayers made;

  if (!fddm_job_denoise (image, drawable, values, &made, account, error))
    return FALSE;
  reply->values[1].type         = GIMP_PDB_LAYER;
  reply->values[1].data.d_layer = made.layer;
  reply->values[2].type         = GIMP_PDB_LAYER;
  reply->values[2].data.d_layer = made.second;
  return TRUE;
}

static char *
name_denoise (FddmItemId drawable, G_GNUC_UNUSED const double *values)
{
  return fddm_host_item_name (drawable);
}

const FddmAction fddm_gimp2_denoise = { FDDM_DENOISE_PROCEDURE, fddm_denoise_parameters, ask_denoise, work_denoise,
                                        name_denoise };

/* ---- Generate ---- */

static gboolean
ask_generate (FddmImageId image, G_GNUC_UNUSED FddmItemId drawable, double *values, GError **error)
{
  FddmGenerateHelp     help;
  FddmGeneratePreview *preview = fddm_generate_preview_new (image, &help, error);
  gboolean go_on = preview && fddm_generate_dialog_run (FDDM_GENERATE_PROCEDURE, fddm_generate_parameters, &help, values);

  g_clear_pointer (&preview, fddm_generate_preview_free);
  return go_on;
}

static gboolean
work_generate (FddmImageId image, FddmItemId drawable, const double *values, FddmReply *reply, char **account,
               GError **error)
{
  static FddmGenerated made;

  if (!fddm_job_generate (image, drawable, values, &made, account, error))
    return FALSE;
  reply->values[1].type              = GIMP_PDB_INT32;
  reply->values[1].data.d_int32      = made.n;
  reply->values[2].type              = GIMP_PDB_INT32ARRAY;
  reply->values[2].data.d_int32array = made.layers;
  return TRUE;
}

static char *
name_generate (G_GNUC_UNUSED FddmItemId drawable, const double *values)
{
  return fddm_job_subject (values);
}

const FddmAction fddm_gimp2_generate = { FDDM_GENERATE_PROCEDURE, fddm_generate_parameters, ask_generate, work_generate,
                                         name_generate };

/* ---- What they share ---- */

/* As many values as a success would have: GIMP fills in what is missing by the declared types, and crashes where it then hands
 * an array that is not there to who called. */
static void
answer_nothing (FddmReply *reply, GimpPDBStatusType status)
{
  reply->values[0].data.d_status = status;
  for (reply->n = 1; reply->n < (int) G_N_ELEMENTS (reply->values); reply->n++)
    {
      reply->values[reply->n].type         = GIMP_PDB_INT32;
      reply->values[reply->n].data.d_int32 = 0;
    }
}

static void
answer_error (FddmReply *reply, GimpPDBStatusType status, const char *text)
{
  answer_nothing (reply, status);
  reply->values[1].type          = GIMP_PDB_STRING;
  reply->values[1].data.d_string = g_strdup (text);
}

/* What a script says, in the table's order. */
static void
read_arguments (const FddmParameter *table, const GimpParam *param, double *values)
{
  for (int i = 0; table[i].name; i++)
    switch (table[i].type)
      {
      case FDDM_PARAMETER_DOUBLE: values[i] = param[i].data.d_float; break;
      case FDDM_PARAMETER_TEXT: values[i] = fddm_value_of_text (param[i].data.d_string ? param[i].data.d_string : ""); break;
      case FDDM_PARAMETER_BOOLEAN: values[i] = param[i].data.d_int32 != 0; break;
      default: values[i] = param[i].data.d_int32; break;
      }
}

/* Values of the last dialog, if there was one in this session; the defaults stay for what they don't have. */
static void
recall (const FddmAction *action, double *values)
{
  int              size = gimp_get_data_size (action->procedure);
  g_autofree char *text = g_malloc0 (size + 1);

  if (size > 0 && gimp_get_data (action->procedure, text))
    fddm_parameters_from_text (action->table, text, values, NULL);
}

static void
remember (const FddmAction *action, const double *values)
{
  g_autofree char *text = fddm_parameters_to_text (action->table, values);

  gimp_set_data (action->procedure, text, strlen (text));
}

void
fddm_gimp2_run (const FddmAction *action, const GimpParam *param, int n_params, FddmReply *reply)
{
  GimpRunMode        mode     = param[0].data.d_int32;
  FddmImageId        image    = param[1].data.d_image;
  FddmItemId         drawable = param[2].data.d_drawable;
  double             values[FDDM_PARAMETERS_MAX];
  g_autofree char   *account = NULL, *name = NULL;
  g_autoptr (GError) error = NULL;

  fddm_parameters_defaults (action->table, values);
  if (mode != GIMP_RUN_NONINTERACTIVE)
    recall (action, values);
  else if (n_params == FDDM_GIMP2_FIRST + fddm_parameters_count (action->table))
    read_arguments (action->table, param + FDDM_GIMP2_FIRST, values);
  else
    {
      answer_error (reply, GIMP_PDB_CALLING_ERROR, _ ("Wrong number of arguments."));
      return;
    }

  if (mode == GIMP_RUN_INTERACTIVE && !action->ask (image, drawable, values, &error))
    {
      if (error)
        answer_error (reply, GIMP_PDB_EXECUTION_ERROR, error->message);
      else
        answer_nothing (reply, GIMP_PDB_CANCEL);
      return;
    }
  if (mode == GIMP_RUN_INTERACTIVE) /* before the work: cancelling that ends this process */
    remember (action, values);
  if (!action->work (image, drawable, values, reply, &account, &error))
    {
      answer_error (reply, error->domain == FDDM_PARAMETER_ERROR ? GIMP_PDB_CALLING_ERROR : GIMP_PDB_EXECUTION_ERROR,
                    error->message);
      return;
    }
  reply->n = 3;
  if (mode != GIMP_RUN_NONINTERACTIVE)
    gimp_displays_flush ();
  else
    fddm_job_log (name = action->name (drawable, values), account);
}

/* ---- Files ---- */

static void
answer_problem (FddmReply *reply, const GError *error)
{
  reply->values[1].type          = GIMP_PDB_STRING;
  reply->values[1].data.d_string = g_strdup (error ? error->message : "");
  reply->n                       = 2;
}

void
fddm_gimp2_denoise_file (const GimpParam *param, FddmReply *reply)
{
  g_autoptr (GError) error = NULL;

  fddm_job_denoise_file (param[0].data.d_string, param[1].data.d_string, param[2].data.d_string, &error);
  answer_problem (reply, error);
}

void
fddm_gimp2_generate_file (const GimpParam *param, FddmReply *reply)
{
  g_autoptr (GError) error = NULL;

  fddm_job_generate_file (param[0].data.d_string, param[1].data.d_string, param[2].data.d_string, param[3].data.d_string,
                          &error);
  answer_problem (reply, error);
}
