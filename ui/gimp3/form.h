/* form.h: conversion between a table's values and GIMP 3's configuration of a procedure.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <libgimp/gimpui.h>

#include "ui/parameter.h"

/* Reads VALUES of the parameters TABLE from CONFIG. */
void fddm_form_values (GimpProcedureConfig *config, const FddmParameter *table, double *values);
/* GIMP keeps no layers among the last values. So whether there was one is kept beside, as NAME-given. */
#define FDDM_FORM_GIVEN "%s-given"
/* Gives the parameters of TABLE for which there was a layer, but is none now, the layer ITEM. FALSE if that is none (-1). */
gboolean fddm_form_give (GimpProcedureConfig *config, const FddmParameter *table, int item);
/* Writes VALUE of PARAMETER to CONFIG. */
void fddm_form_store (GimpProcedureConfig *config, const FddmParameter *parameter, double value);
