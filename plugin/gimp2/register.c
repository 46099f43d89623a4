/* register.c: registration of the procedures on GIMP 2.10. actions.c runs them.
 * SPDX-License-Identifier: Apache-2.0 */
#include <glib/gi18n-lib.h>
#include <libgimp/gimp.h>
#include <string.h>

#include "plugin/folders.h"
#include "plugin/gimp2/actions.h"
#include "plugin/jobs/jobs.h"
#include "plugin/parameters.h"
#include "plugin/procedures.h"

#define FIRST FDDM_GIMP2_FIRST

static GimpPDBArgType
type_of (const FddmParameter *parameter)
{
  switch (parameter->type)
    {
    case FDDM_PARAMETER_DOUBLE: return GIMP_PDB_FLOAT;
    case FDDM_PARAMETER_TEXT: return GIMP_PDB_STRING;
    case FDDM_PARAMETER_DRAWABLE: return GIMP_PDB_DRAWABLE;
    default: return GIMP_PDB_INT32;
    }
}

typedef struct {
  const char          *name, *menu, *label, *blurb, *help;
  const char          *drawable; /* description of the drawable argument */
  const FddmParameter *table;
  int                  n; /* parameters of the table that it takes */
  int                  n_returns;
  const GimpParamDef  *returns;
} Procedure;

static void
install (const Procedure *procedure)
{
  const int    n                                      = procedure->n;
  GimpParamDef arguments[FIRST + FDDM_PARAMETERS_MAX] = {
    { GIMP_PDB_INT32, "run-mode", "The run mode { RUN-INTERACTIVE (0), RUN-NONINTERACTIVE (1), RUN-WITH-LAST-VALS (2) }" },
    { GIMP_PDB_IMAGE, "image", "The image" },
    { GIMP_PDB_DRAWABLE, "drawable", (char *) procedure->drawable },
  };

  for (int i = 0; i < n; i++)
    arguments[FIRST + i] = (GimpParamDef) { type_of (&procedure->table[i]), (char *) procedure->table[i].name,
                                            fddm_parameter_describe (&procedure->table[i]) };
  gimp_install_procedure (procedure->name, procedure->blurb, procedure->help, FDDM_AUTHORS, FDDM_COPYRIGHT, FDDM_DATE,
                          procedure->label, "*", GIMP_PLUGIN, FIRST + n, procedure->n_returns, arguments,
                          procedure->returns);
  if (procedure->menu)
    gimp_plugin_menu_register (procedure->name, procedure->menu);
  for (int i = 0; i < n; i++)
    g_free (arguments[FIRST + i].description);
}

static void
install_denoise (void)
{
  static const GimpParamDef returns[] = {
    { GIMP_PDB_LAYER, "new-layer", "The denoised layer" },
    { GIMP_PDB_LAYER, "noise-layer", "The second layer, with the removed noise or the uncertainty, or -1" },
  };
  const Procedure procedure = { .name      = FDDM_DENOISE_PROCEDURE,
                                .menu      = FDDM_DENOISE_MENU,
                                .label     = FDDM_DENOISE_LABEL,
                                .blurb     = FDDM_DENOISE_BLURB,
                                .help      = FDDM_DENOISE_HELP,
                                .drawable  = "The layer to denoise",
                                .table     = fddm_denoise_parameters,
                                .n         = FDDM_DENOISE_N,
                                .n_returns = G_N_ELEMENTS (returns),
                                .returns   = returns };

  install (&procedure);
}

/* Script-Fu refuses calls with fewer arguments than are declared, so scripts of the first version keep its declaration, and all
 * parameters are those of a second procedure. */
static void
install_generate (void)
{
  static const GimpParamDef returns[] = {
    { GIMP_PDB_INT32, "num-layers", "Number of new layers" },
    { GIMP_PDB_INT32ARRAY, "layers", "The new layers, in the order of their seeds" },
  };
  Procedure procedure = { .name      = FDDM_GENERATE_PROCEDURE,
                          .menu      = FDDM_GENERATE_MENU,
                          .label     = FDDM_GENERATE_LABEL,
                          .blurb     = FDDM_GENERATE_BLURB,
                          .help      = FDDM_GENERATE_HELP,
                          .drawable  = "The layer below the new ones; -1: insert at the top",
                          .table     = fddm_generate_parameters,
                          .n         = FDDM_GENERATE_MAPS,
                          .n_returns = G_N_ELEMENTS (returns),
                          .returns   = returns };

  install (&procedure);
  procedure.name = FDDM_GIMP2_GENERATE_ALL;
  procedure.menu = procedure.label = NULL;
  procedure.n                      = FDDM_GENERATE_N;
  install (&procedure);
}

static void
install_seamless (void)
{
  static const GimpParamDef returns[] = { { GIMP_PDB_LAYER, "new-layer", "The seamless layer" } };
  const Procedure           procedure = { .name      = FDDM_SEAMLESS_PROCEDURE,
                                          .menu      = FDDM_SEAMLESS_MENU,
                                          .label     = FDDM_SEAMLESS_LABEL,
                                          .blurb     = FDDM_SEAMLESS_BLURB,
                                          .help      = FDDM_SEAMLESS_HELP,
                                          .drawable  = "The layer to make seamless",
                                          .table     = fddm_seamless_parameters,
                                          .n         = FDDM_SEAMLESS_N,
                                          .n_returns = G_N_ELEMENTS (returns),
                                          .returns   = returns };

  install (&procedure);
}

static void
install_list (void)
{
  static const GimpParamDef arguments[] = {
    { GIMP_PDB_STRING, "pattern", "The names, with wildcards" },
    { GIMP_PDB_STRING, "folder", "The folder to write to" },
  };
  static const GimpParamDef returns[] = {
    { GIMP_PDB_INT32, "num-files", "Number of files" },
    { GIMP_PDB_STRINGARRAY, "files", "The files" },
    { GIMP_PDB_INT32, "num-problems", "Number of files" },
    { GIMP_PDB_STRINGARRAY, "problems", "For each file an empty string or the error" },
  };

  gimp_install_procedure (FDDM_LIST_PROCEDURE, FDDM_LIST_BLURB, FDDM_LIST_HELP, FDDM_AUTHORS, FDDM_COPYRIGHT, FDDM_DATE,
                          NULL, NULL, GIMP_PLUGIN, G_N_ELEMENTS (arguments), G_N_ELEMENTS (returns), arguments, returns);
}

static void
install_helper (const char *name, const char *blurb, const char *help, int n, const GimpParamDef *arguments)
{
  static const GimpParamDef returns[] = { { GIMP_PDB_STRING, "problem", "The error; empty on success" } };

  gimp_install_procedure (name, blurb, help, FDDM_AUTHORS, FDDM_COPYRIGHT, FDDM_DATE, NULL, NULL, GIMP_PLUGIN, n,
                          G_N_ELEMENTS (returns), arguments, returns);
}

static void
install_helpers (void)
{
  static const GimpParamDef denoise[] = {
    { GIMP_PDB_STRING, "input", "The picture file" },
    { GIMP_PDB_STRING, "folder", "The folder to write to" },
    { GIMP_PDB_STRING, "settings", "Parameters of " FDDM_DENOISE_PROCEDURE ", as in \"noise=0 quality=fast\"" },
  };
  static const GimpParamDef generate[] = {
    { GIMP_PDB_STRING, "model", "The network" },
    { GIMP_PDB_STRING, "subject", "The subject of the picture" },
    { GIMP_PDB_STRING, "folder", "The folder to write to" },
    { GIMP_PDB_STRING, "settings", "Other parameters of " FDDM_GENERATE_PROCEDURE ", as in \"width=512 seed=3\"" },
    { GIMP_PDB_STRING, "like", "A picture file of the material to make more of; empty = none" },
  };

  install_helper (FDDM_FILE_PROCEDURE, FDDM_FILE_BLURB, FDDM_FILE_HELP, G_N_ELEMENTS (denoise), denoise);
  install_helper (FDDM_GENERATE_FILE_PROCEDURE, FDDM_GENERATE_FILE_BLURB, FDDM_GENERATE_FILE_HELP, G_N_ELEMENTS (generate),
                  generate);
}

static void
query (void)
{
  g_autofree char *locale = fddm_folders_locale (), *help = fddm_folders_help ();
  g_autofree char *pages = g_filename_to_uri (help, NULL, NULL);

  gimp_plugin_domain_register (GETTEXT_PACKAGE, locale);
  gimp_plugin_help_register (FDDM_HELP_DOMAIN, pages);
  install_denoise ();
  install_generate ();
  install_seamless ();
  install_list ();
  install_helpers ();
}

static void
run (const gchar *name, gint n_params, const GimpParam *param, gint *n_return_vals, GimpParam **return_vals)
{
  static FddmReply reply;

  fddm_job_start ();
  fddm_folders_bind_locale ();
  gimp_plugin_enable_precision ();

  reply.values[0].type          = GIMP_PDB_STATUS;
  reply.values[0].data.d_status = GIMP_PDB_SUCCESS;
  reply.n                       = 1;
  if (!strcmp (name, FDDM_DENOISE_PROCEDURE))
    fddm_gimp2_run (&fddm_gimp2_denoise, param, n_params, &reply);
  else if (!strcmp (name, FDDM_GENERATE_PROCEDURE) || !strcmp (name, FDDM_GIMP2_GENERATE_ALL))
    fddm_gimp2_run (&fddm_gimp2_generate, param, n_params, &reply);
  else if (!strcmp (name, FDDM_SEAMLESS_PROCEDURE))
    fddm_gimp2_run (&fddm_gimp2_seamless, param, n_params, &reply);
  else if (!strcmp (name, FDDM_LIST_PROCEDURE))
    fddm_gimp2_list_files (param, n_params, &reply);
  else if (!strcmp (name, FDDM_FILE_PROCEDURE))
    fddm_gimp2_denoise_file (param, n_params, &reply);
  else
    fddm_gimp2_generate_file (param, n_params, &reply);
  *n_return_vals = reply.n;
  *return_vals   = reply.values;
}

const GimpPlugInInfo PLUG_IN_INFO = { NULL, NULL, query, run };

MAIN ()
