/* actions.h: what the procedures do when GIMP 3 calls them.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <libgimp/gimp.h>

typedef struct FddmAction FddmAction;

extern const FddmAction fddm_gimp3_denoise, fddm_gimp3_generate;

/* A procedure with a dialog; ACTION is one of these. */
GimpValueArray *fddm_gimp3_run (GimpProcedure *procedure, GimpRunMode mode, GimpImage *image, GimpDrawable **drawables,
                                GimpProcedureConfig *config, gpointer action);

/* The batch scripts' helpers. */
GimpValueArray *fddm_gimp3_denoise_file (GimpProcedure *procedure, GimpProcedureConfig *config, gpointer data);
GimpValueArray *fddm_gimp3_generate_file (GimpProcedure *procedure, GimpProcedureConfig *config, gpointer data);
