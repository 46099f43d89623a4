/* models.h: the generating networks and their subjects, for the dialogs of FDDM Generate.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "ui/generate.h"

/* Callbacks `choices` and `sheet` of FddmGenerateHelp. DATA is not used. The sheet of NAME.safetensors is
 * NAME-subjects.jpg beside it (weights/subjects.py). */
FddmChoice *fddm_model_choices (gpointer data, const char *name, const double *values);
void        fddm_model_sheet (gpointer data, const double *values, FddmSheet *sheet);
