/* form.h: conversion between a table's values and GIMP 3's configuration of a procedure.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <libgimp/gimpui.h>

#include "ui/parameter.h"

/* Reads VALUES of the parameters TABLE from CONFIG. */
void fddm_form_values (GimpProcedureConfig *config, const FddmParameter *table, double *values);
/* Writes VALUE of PARAMETER to CONFIG. */
void fddm_form_store (GimpProcedureConfig *config, const FddmParameter *parameter, double value);
