/* gimp2.c: the procedures on GIMP 2.10: registration, arguments in, status out.
 * SPDX-License-Identifier: Apache-2.0 */
#include <glib/gi18n-lib.h>
#include <libgimp/gimp.h>
#include <string.h>

#include "folders.h"
#include "jobs.h"
#include "procedures.h"
#include "ui/gimp2/denoise-dialog.h"

/* run-mode, image and drawable stand before our own. */
#define FIRST 3

static void
install_denoise (void)
{
  GimpParamDef arguments[FIRST + FDDM_DENOISE_N] = {
    { GIMP_PDB_INT32, "run-mode", "The run mode { RUN-INTERACTIVE (0), RUN-NONINTERACTIVE (1), RUN-WITH-LAST-VALS (2) }" },
    { GIMP_PDB_IMAGE, "image", "The image" },
    { GIMP_PDB_DRAWABLE, "drawable", "The layer to denoise" },
  };
  static const GimpParamDef returns[] = {
    { GIMP_PDB_LAYER, "new-layer", "The denoised layer" },
    { GIMP_PDB_LAYER, "noise-layer", "The second layer, removed noise or uncertainty; or -1" },
  };

  for (int i = 0; i < FDDM_DENOISE_N; i++)
    {
      const FddmParameter *parameter = &fddm_denoise_parameters[i];

      arguments[FIRST + i].type        = parameter->type == FDDM_PARAMETER_DOUBLE ? GIMP_PDB_FLOAT : GIMP_PDB_INT32;
      arguments[FIRST + i].name        = (char *) parameter->name;
      arguments[FIRST + i].description = fddm_parameter_describe (parameter);
    }
  gimp_install_procedure (FDDM_DENOISE_PROCEDURE, FDDM_DENOISE_BLURB, FDDM_DENOISE_HELP, FDDM_AUTHORS, FDDM_COPYRIGHT,
                          FDDM_DATE, FDDM_DENOISE_LABEL, "RGB*, GRAY*", GIMP_PLUGIN, G_N_ELEMENTS (arguments),
                          G_N_ELEMENTS (returns), arguments, returns);
  gimp_plugin_menu_register (FDDM_DENOISE_PROCEDURE, FDDM_DENOISE_MENU);
  for (int i = 0; i < FDDM_DENOISE_N; i++)
    g_free (arguments[FIRST + i].description);
}

static void
install_denoise_file (void)
{
  static const GimpParamDef arguments[] = {
    { GIMP_PDB_STRING, "input", "The picture file" },
    { GIMP_PDB_STRING, "folder", "The folder to write to" },
    { GIMP_PDB_STRING, "settings", "Parameters of " FDDM_DENOISE_PROCEDURE ", as in \"noise=0 quality=fast\"" },
  };
  static const GimpParamDef returns[] = { { GIMP_PDB_STRING, "problem", "What went wrong; empty when nothing did" } };

  gimp_install_procedure (FDDM_FILE_PROCEDURE, FDDM_FILE_BLURB, FDDM_FILE_HELP, FDDM_AUTHORS, FDDM_COPYRIGHT, FDDM_DATE,
                          NULL, NULL, GIMP_PLUGIN, G_N_ELEMENTS (arguments), G_N_ELEMENTS (returns), arguments, returns);
}

static void
query (void)
{
  g_autofree char *locale = fddm_folders_locale ();

  gimp_plugin_domain_register (GETTEXT_PACKAGE, locale);
  install_denoise ();
  install_denoise_file ();
}

/* What GIMP gets back. It reads it after run() has returned, so it must stay. */
static GimpParam reply[3];

static void
answer_error (GimpPDBStatusType status, const char *text, int *n)
{
  reply[0].data.d_status = status;
  reply[1].type          = GIMP_PDB_STRING;
  reply[1].data.d_string = g_strdup (text);
  *n                     = 2;
}

/* Values of the last dialog, if there was one in this session; the defaults stay for what they don't have. */
static void
recall (double *values)
{
  int              size = gimp_get_data_size (FDDM_DENOISE_PROCEDURE);
  g_autofree char *text = g_malloc0 (size + 1);

  if (size > 0 && gimp_get_data (FDDM_DENOISE_PROCEDURE, text))
    fddm_parameters_from_text (fddm_denoise_parameters, text, values, NULL);
}

static void
remember (const double *values)
{
  g_autofree char *text = fddm_parameters_to_text (fddm_denoise_parameters, values);

  gimp_set_data (FDDM_DENOISE_PROCEDURE, text, strlen (text));
}

static void
log_account (FddmItemId source, const char *account)
{
  g_autofree char *name = fddm_host_item_name (source);

  fddm_job_log (name, account);
}

static char *
measure (gpointer drawable)
{
  return fddm_job_measure (GPOINTER_TO_INT (drawable));
}

static void
run_denoise (const GimpParam *param, int n_params, int *n)
{
  GimpRunMode       mode        = param[0].data.d_int32;
  FddmMeasuring     measuring   = { fddm_denoise_parameters[FDDM_DENOISE_NOISE].name, measure,
                                    GINT_TO_POINTER (param[2].data.d_drawable) };
  double            values[FDDM_DENOISE_N];
  FddmLayers        made;
  g_autofree char  *account     = NULL;
  g_autoptr (GError) error      = NULL;

  fddm_parameters_defaults (fddm_denoise_parameters, values);
  if (mode == GIMP_RUN_NONINTERACTIVE)
    {
      if (n_params != FIRST + FDDM_DENOISE_N)
        {
          answer_error (GIMP_PDB_CALLING_ERROR, _("Wrong number of arguments."), n);
          return;
        }
      for (int i = 0; i < FDDM_DENOISE_N; i++)
        values[i] = fddm_denoise_parameters[i].type == FDDM_PARAMETER_DOUBLE ? param[FIRST + i].data.d_float
                                                                            : param[FIRST + i].data.d_int32;
    }
  else
    recall (values);

  if (mode == GIMP_RUN_INTERACTIVE
      && !fddm_denoise_dialog_run (FDDM_DENOISE_PROCEDURE, fddm_denoise_parameters, &measuring, values))
    {
      reply[0].data.d_status = GIMP_PDB_CANCEL;
      return;
    }
  if (!fddm_job_denoise (param[1].data.d_image, param[2].data.d_drawable, values, &made, &account, &error))
    {
      answer_error (error->domain == FDDM_PARAMETER_ERROR ? GIMP_PDB_CALLING_ERROR : GIMP_PDB_EXECUTION_ERROR,
                    error->message, n);
      return;
    }
  if (mode == GIMP_RUN_INTERACTIVE)
    remember (values);
  if (mode == GIMP_RUN_NONINTERACTIVE)
    log_account (param[2].data.d_drawable, account);
  if (mode != GIMP_RUN_NONINTERACTIVE)
    gimp_displays_flush ();

  reply[1].type         = GIMP_PDB_LAYER;
  reply[1].data.d_layer = made.layer;
  reply[2].type         = GIMP_PDB_LAYER;
  reply[2].data.d_layer = made.second;
  *n                    = 3;
}

static void
run_denoise_file (const GimpParam *param, int *n)
{
  g_autoptr (GError) error = NULL;

  fddm_job_denoise_file (param[0].data.d_string, param[1].data.d_string, param[2].data.d_string, &error);
  reply[1].type          = GIMP_PDB_STRING;
  reply[1].data.d_string = g_strdup (error ? error->message : "");
  *n                     = 2;
}

static void
run (const gchar *name, gint n_params, const GimpParam *param, gint *n_return_vals, GimpParam **return_vals)
{
  gegl_init (NULL, NULL);
  fddm_folders_bind_locale ();
  gimp_plugin_enable_precision ();

  reply[0].type          = GIMP_PDB_STATUS;
  reply[0].data.d_status = GIMP_PDB_SUCCESS;
  *n_return_vals         = 1;
  *return_vals           = reply;
  if (!strcmp (name, FDDM_DENOISE_PROCEDURE))
    run_denoise (param, n_params, n_return_vals);
  else
    run_denoise_file (param, n_return_vals);
}

const GimpPlugInInfo PLUG_IN_INFO = { NULL, NULL, query, run };

MAIN ()
