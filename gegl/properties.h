/* properties.h: the properties of the operation, made from the table of parameters.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "plugin/parameters.h"
#include <glib-object.h>

/* Installs a property for each row of fddm_denoise_parameters but the output, which is a matter of layers. Its number is
 * the row's, plus 1. */
void fddm_properties_install (GObjectClass *klass);

/* Sets VALUES to the defaults. The quality is the fastest, because no host can cancel an operation. */
void fddm_properties_defaults (double *values);

/* Gets and sets the property ID in VALUES. FALSE if there is no such property. */
gboolean fddm_properties_get (const double *values, guint id, GValue *value);
gboolean fddm_properties_set (double *values, guint id, const GValue *value);
