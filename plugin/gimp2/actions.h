/* actions.h: what the procedures do when GIMP 2.10 calls them.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <libgimp/gimp.h>

#include "ui/parameter.h"

/* Arguments before our own: run-mode, image and drawable. */
#define FDDM_GIMP2_FIRST 3

/* What GIMP gets back. It reads it after run() has returned, so it must stay. */
typedef struct {
  GimpParam values[3];
  int       n;
} FddmReply;

typedef struct FddmAction FddmAction;

extern const FddmAction fddm_gimp2_denoise, fddm_gimp2_generate;

/* A procedure with a dialog, by the arguments that GIMP hands over. */
void fddm_gimp2_run (const FddmAction *action, const GimpParam *param, int n_params, FddmReply *reply);

/* The batch scripts' helpers. */
void fddm_gimp2_denoise_file (const GimpParam *param, FddmReply *reply);
void fddm_gimp2_generate_file (const GimpParam *param, FddmReply *reply);
