/* actions.h: the procedures as called by GIMP 2.10.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <libgimp/gimp.h>

#include "ui/parameter.h"

/* Arguments before those of the table: run mode, image and drawable. */
#define FDDM_GIMP2_FIRST 3

/* FDDM Generate with all its parameters, for scripts. */
#define FDDM_GIMP2_GENERATE_ALL "plug-in-fddm-generate-all"

/* Return values for GIMP. They must outlive run(), since GIMP reads them after it returns. */
typedef struct {
  GimpParam values[5];
  int       n;
} FddmReply;

typedef struct FddmAction FddmAction;

extern const FddmAction fddm_gimp2_denoise, fddm_gimp2_generate, fddm_gimp2_seamless;

/* Runs a procedure with a dialog, given GIMP's arguments. */
void fddm_gimp2_run (const FddmAction *action, const GimpParam *param, int n_params, FddmReply *reply);

/* Helpers of the batch scripts. */
void fddm_gimp2_list_files (const GimpParam *param, int n_params, FddmReply *reply);
void fddm_gimp2_denoise_file (const GimpParam *param, int n_params, FddmReply *reply);
void fddm_gimp2_generate_file (const GimpParam *param, int n_params, FddmReply *reply);
