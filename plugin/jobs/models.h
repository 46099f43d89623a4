/* models.h: the networks that generate, and their subjects, for FDDM Generate's dialogs to choose from.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "ui/generate.h"

/* As `choices` and `sheet` in FddmGenerateHelp; DATA is not used. A model's sheet is NAME-subjects.jpg beside NAME.safetensors
 * (weights/subjects.py). */
FddmChoice *fddm_model_choices (gpointer data, const char *name, const double *values);
void        fddm_model_sheet (gpointer data, const double *values, FddmSheet *sheet);
