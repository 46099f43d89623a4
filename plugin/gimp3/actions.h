/* actions.h: the procedures as called by GIMP 3.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <libgimp/gimp.h>

typedef struct FddmAction FddmAction;

extern const FddmAction fddm_gimp3_denoise, fddm_gimp3_generate, fddm_gimp3_seamless;

/* Runs a procedure with a dialog. ACTION is one of the structs above. */
GimpValueArray *fddm_gimp3_run (GimpProcedure *procedure, GimpRunMode mode, GimpImage *image, GimpDrawable **drawables,
                                GimpProcedureConfig *config, gpointer action);

/* Helpers of the batch scripts. */
GimpValueArray *fddm_gimp3_list_files (GimpProcedure *procedure, GimpProcedureConfig *config, gpointer data);
GimpValueArray *fddm_gimp3_denoise_file (GimpProcedure *procedure, GimpProcedureConfig *config, gpointer data);
GimpValueArray *fddm_gimp3_generate_file (GimpProcedure *procedure, GimpProcedureConfig *config, gpointer data);
