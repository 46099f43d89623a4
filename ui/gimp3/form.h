/* form.h: a table's values in what GIMP 3 keeps of a procedure.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <libgimp/gimpui.h>

#include "ui/parameter.h"

/* Reads VALUES of the parameters TABLE out of CONFIG. */
void fddm_form_values (GimpProcedureConfig *config, const FddmParameter *table, double *values);
/* Writes one of them. */
void fddm_form_store (GimpProcedureConfig *config, const FddmParameter *parameter, double value);
