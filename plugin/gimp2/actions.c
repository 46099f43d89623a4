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
#include "ui/gimp2/plain-dialog.h"

struct FddmAction {
  const char          *procedure;
  const FddmParameter *table;
  int                  least;   /* arguments that the first version had: later ones may be left out */
  int                  returns; /* values that it returns, with the status */
  /* Shows the dialog, which updates VALUES. FALSE if the user cancels, or with an error if there is nothing to ask. A dialog that
   * does the work itself fills in the reply, as below. */
  gboolean (*ask) (FddmImageId image, FddmItemId drawable, double *values, FddmReply *reply, GError **error);
  /* Does the work and fills in the reply except the status; leaves it alone if there was nothing to do. */
  gboolean (*work) (GimpRunMode mode, FddmImageId image, FddmItemId drawable, const double *values, FddmReply *reply,
                    char **account, GError **error);
  /* Name in the log. Free with g_free. */
  char *(*name) (FddmItemId drawable, const double *values);
  /* Values of a former session's last dialog, or NULL. */
  void (*recall) (double *values);
};

/* ---- Denoise ---- */

static void
answer_denoise (FddmReply *reply, const FddmLayers *made)
{
  reply->values[1].type         = GIMP_PDB_LAYER;
  reply->values[1].data.d_layer = made->layer;
  reply->values[2].type         = GIMP_PDB_LAYER;
  reply->values[2].data.d_layer = made->second;
  reply->n                      = 3;
}

static gboolean
ask_denoise (FddmImageId image, FddmItemId drawable, double *values, FddmReply *reply, GError **error)
{
  FddmDenoiseHelp   help;
  FddmLayers        made;
  FddmDenoiseSight *sight = fddm_denoise_sight_new (image, drawable, &made, &help, error);
  gboolean          done = sight && fddm_denoise_dialog_run (FDDM_DENOISE_PROCEDURE, fddm_denoise_parameters, &help, values);

  g_clear_pointer (&sight, fddm_denoise_sight_free);
  if (done)
    answer_denoise (reply, &made);
  return done;
}

static gboolean
work_denoise (GimpRunMode mode, FddmImageId image, FddmItemId drawable, const double *values, FddmReply *reply,
              char **account, GError **error)
{
  FddmLayers made;

  if (mode == GIMP_RUN_NONINTERACTIVE
        ? !fddm_job_denoise (image, drawable, values, &made, account, error)
        : !fddm_job_denoise_seen (image, fddm_job_denoise_source (image, drawable), values, NULL, &made, account, error))
    return FALSE;
  if (made.layer != FDDM_NO_ITEM)
    answer_denoise (reply, &made);
  return TRUE;
}

static char *
name_layer (FddmItemId drawable, G_GNUC_UNUSED const double *values)
{
  return fddm_host_item_name (drawable);
}

static void
recall_denoise (double *values)
{
  FddmPresets *presets = fddm_job_denoise_presets ();

  fddm_presets_recall (presets, values);
  fddm_presets_free (presets);
}

const FddmAction fddm_gimp2_denoise = { .procedure = FDDM_DENOISE_PROCEDURE,
                                        .table     = fddm_denoise_parameters,
                                        .least     = FDDM_DENOISE_N,
                                        .returns   = 3,
                                        .ask       = ask_denoise,
                                        .work      = work_denoise,
                                        .name      = name_layer,
                                        .recall    = recall_denoise };

/* ---- Generate ---- */

static gboolean
ask_generate (FddmImageId image, FddmItemId drawable, double *values, G_GNUC_UNUSED FddmReply *reply, GError **error)
{
  FddmGenerateHelp     help;
  FddmGeneratePreview *preview = fddm_generate_preview_new (image, drawable, &help, error);
  gboolean go_on = preview && fddm_generate_dialog_run (FDDM_GENERATE_PROCEDURE, fddm_generate_parameters, &help, values);

  g_clear_pointer (&preview, fddm_generate_preview_free);
  return go_on;
}

static gboolean
work_generate (GimpRunMode mode, FddmImageId image, FddmItemId drawable, const double *values, FddmReply *reply,
               char **account, GError **error)
{
  static FddmGenerated made;

  if (mode == GIMP_RUN_INTERACTIVE && drawable != FDDM_NO_ITEM && !fddm_host_item_there (drawable))
    drawable = FDDM_NO_ITEM; /* removed while the dialog was open: the new layers go on top */
  if (!fddm_job_generate (image, drawable, values, &made, account, error))
    return FALSE;
  reply->values[1].type              = GIMP_PDB_INT32;
  reply->values[1].data.d_int32      = made.n;
  reply->values[2].type              = GIMP_PDB_INT32ARRAY;
  reply->values[2].data.d_int32array = made.layers;
  reply->n                           = 3;
  return TRUE;
}

static char *
name_generate (G_GNUC_UNUSED FddmItemId drawable, const double *values)
{
  return fddm_job_subject (values);
}

const FddmAction fddm_gimp2_generate = { .procedure = FDDM_GENERATE_PROCEDURE,
                                         .table     = fddm_generate_parameters,
                                         .least     = FDDM_GENERATE_MAPS,
                                         .returns   = 3,
                                         .ask       = ask_generate,
                                         .work      = work_generate,
                                         .name      = name_generate };

/* ---- Make Seamless ---- */

static gboolean
ask_seamless (FddmImageId image, FddmItemId drawable, double *values, G_GNUC_UNUSED FddmReply *reply, GError **error)
{
  const FddmPlainWords words = { _ ("FDDM Make Seamless"), _ (FDDM_SEAMLESS_HELP) };

  return fddm_job_seamless_check (image, drawable, error) &&
         fddm_plain_dialog_run (FDDM_SEAMLESS_PROCEDURE, &words, fddm_seamless_parameters, values);
}

static gboolean
work_seamless (G_GNUC_UNUSED GimpRunMode mode, FddmImageId image, FddmItemId drawable, const double *values,
               FddmReply *reply, char **account, GError **error)
{
  FddmItemId made;

  if (!fddm_job_seamless (image, drawable, values, &made, account, error))
    return FALSE;
  reply->values[1].type         = GIMP_PDB_LAYER;
  reply->values[1].data.d_layer = made;
  reply->n                      = 2;
  return TRUE;
}

const FddmAction fddm_gimp2_seamless = { .procedure = FDDM_SEAMLESS_PROCEDURE,
                                         .table     = fddm_seamless_parameters,
                                         .least     = FDDM_SEAMLESS_N,
                                         .returns   = 2,
                                         .ask       = ask_seamless,
                                         .work      = work_seamless,
                                         .name      = name_layer };

/* ---- Shared ---- */

/* Returns as many values as on success. GIMP fills in missing ones by the declared types and crashes when it passes a
 * missing array to the caller. */
static void
answer_nothing (int returns, FddmReply *reply, GimpPDBStatusType status)
{
  reply->values[0].data.d_status = status;
  for (reply->n = 1; reply->n < returns; reply->n++)
    {
      reply->values[reply->n].type         = GIMP_PDB_INT32;
      reply->values[reply->n].data.d_int32 = 0;
    }
}

static void
answer_error (int returns, FddmReply *reply, GimpPDBStatusType status, const char *text)
{
  answer_nothing (returns, reply, status);
  reply->values[1].type          = GIMP_PDB_STRING;
  reply->values[1].data.d_string = g_strdup (text);
}

static void
answer_wrong_number (int returns, FddmReply *reply)
{
  answer_error (returns, reply, GIMP_PDB_CALLING_ERROR, _ ("Wrong number of arguments. The procedure browser lists them."));
}

/* Reads a script's arguments, in the table's order. */
static void
read_arguments (const FddmParameter *table, const GimpParam *param, int n, double *values)
{
  for (int i = 0; i < n; i++)
    switch (table[i].type)
      {
      case FDDM_PARAMETER_DOUBLE: values[i] = param[i].data.d_float; break;
      case FDDM_PARAMETER_TEXT: values[i] = fddm_value_of_text (param[i].data.d_string ? param[i].data.d_string : ""); break;
      case FDDM_PARAMETER_BOOLEAN: values[i] = param[i].data.d_int32 != 0; break;
      case FDDM_PARAMETER_DRAWABLE: values[i] = MAX (param[i].data.d_drawable, FDDM_NO_ITEM); break;
      default: values[i] = param[i].data.d_int32; break;
      }
}

/* Recalls the values of the last dialog, in this session or before; VALUES keeps the defaults of missing ones. */
static void
recall (const FddmAction *action, double *values)
{
  int              size = gimp_get_data_size (action->procedure);
  g_autofree char *text = g_malloc0 (size + 1);

  if (size > 0 && gimp_get_data (action->procedure, text))
    fddm_parameters_from_text (action->table, text, values, NULL);
  else if (action->recall)
    action->recall (values);
}

/* Repeating takes the layer that is chosen now for that of the last values. FALSE if none is chosen. */
static gboolean
take_example (const FddmParameter *table, FddmItemId drawable, double *values)
{
  for (int i = 0; table[i].name; i++)
    if (table[i].type == FDDM_PARAMETER_DRAWABLE && values[i] >= 0 && (values[i] = drawable) < 0)
      return FALSE;
  return TRUE;
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
  const int          given = n_params - FDDM_GIMP2_FIRST;
  GimpRunMode        mode;
  FddmImageId        image;
  FddmItemId         drawable;
  double             values[FDDM_PARAMETERS_MAX];
  g_autofree char   *account = NULL, *name = NULL;
  g_autoptr (GError) error = NULL;

  if (given < 0) /* GIMP itself lets other plug-ins do that */
    {
      answer_wrong_number (action->returns, reply);
      return;
    }
  mode     = param[0].data.d_int32;
  image    = param[1].data.d_image;
  drawable = param[2].data.d_drawable;
  fddm_parameters_defaults (action->table, values);
  if (mode != GIMP_RUN_NONINTERACTIVE)
    recall (action, values);
  else if (given >= action->least && given <= fddm_parameters_count (action->table))
    read_arguments (action->table, param + FDDM_GIMP2_FIRST, given, values);
  else
    {
      answer_wrong_number (action->returns, reply);
      return;
    }

  if (mode == GIMP_RUN_WITH_LAST_VALS && !take_example (action->table, drawable, values))
    {
      answer_error (action->returns, reply, GIMP_PDB_EXECUTION_ERROR, _ ("Choose one layer."));
      return;
    }

  if (mode == GIMP_RUN_INTERACTIVE && !action->ask (image, drawable, values, reply, &error))
    {
      if (error)
        answer_error (action->returns, reply, GIMP_PDB_EXECUTION_ERROR, error->message);
      else
        answer_nothing (action->returns, reply, GIMP_PDB_CANCEL);
      return;
    }
  if (mode == GIMP_RUN_INTERACTIVE) /* stored before the work, because cancelling ends this process */
    remember (action, values);
  if (reply->n > 1) /* the dialog has done it */
    return;
  if (!action->work (mode, image, drawable, values, reply, &account, &error))
    {
      answer_error (action->returns, reply,
                    error->domain == FDDM_PARAMETER_ERROR ? GIMP_PDB_CALLING_ERROR : GIMP_PDB_EXECUTION_ERROR,
                    error->message);
      return;
    }
  if (reply->n == 1)
    answer_nothing (action->returns, reply, GIMP_PDB_CANCEL);
  if (mode == GIMP_RUN_NONINTERACTIVE)
    fddm_job_log (name = action->name (drawable, values), account);
  else
    {
      gimp_displays_flush ();
      if (reply->values[0].data.d_status == GIMP_PDB_CANCEL && account)
        fddm_host_message (account);
    }
}

/* ---- Files ---- */

/* Reads N texts, missing ones as empty. With fewer arguments than that, replies with an error and RETURNS values. */
static gboolean
read_texts (const GimpParam *param, int given, int n, const char **texts, int returns, FddmReply *reply)
{
  if (given < n)
    {
      answer_wrong_number (returns, reply);
      return FALSE;
    }
  for (int i = 0; i < n; i++)
    texts[i] = param[i].data.d_string ? param[i].data.d_string : "";
  return TRUE;
}

static void
answer_problem (FddmReply *reply, const GError *error)
{
  reply->values[1].type          = GIMP_PDB_STRING;
  reply->values[1].data.d_string = fddm_job_one_line (error ? error->message : "");
  reply->n                       = 2;
}

static void
answer_texts (FddmReply *reply, char **texts)
{
  reply->values[reply->n].type                 = GIMP_PDB_INT32;
  reply->values[reply->n++].data.d_int32       = (gint32) g_strv_length (texts);
  reply->values[reply->n].type                 = GIMP_PDB_STRINGARRAY;
  reply->values[reply->n++].data.d_stringarray = texts;
}

void
fddm_gimp2_list_files (const GimpParam *param, int n_params, FddmReply *reply)
{
  static char **files, **problems; /* they must outlive the call */
  const char   *texts[2];

  if (!read_texts (param, n_params, G_N_ELEMENTS (texts), texts, 5, reply))
    return;
  fddm_job_list_files (texts[0], texts[1], &files, &problems);
  answer_texts (reply, files);
  answer_texts (reply, problems);
}

void
fddm_gimp2_denoise_file (const GimpParam *param, int n_params, FddmReply *reply)
{
  const char        *texts[3];
  g_autoptr (GError) error = NULL;

  if (!read_texts (param, n_params, G_N_ELEMENTS (texts), texts, 2, reply))
    return;
  fddm_job_denoise_file (texts[0], texts[1], texts[2], &error);
  answer_problem (reply, error);
}

void
fddm_gimp2_generate_file (const GimpParam *param, int n_params, FddmReply *reply)
{
  const char        *texts[5];
  g_autoptr (GError) error = NULL;

  if (!read_texts (param, n_params, G_N_ELEMENTS (texts), texts, 2, reply))
    return;
  fddm_job_generate_file (texts[0], texts[1], texts[2], texts[3], texts[4], &error);
  answer_problem (reply, error);
}
