/* plain-dialog.h: a dialog without a preview on GIMP 2.10.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "ui/plain-form.h"

/* Runs the dialog, which changes VALUES of the parameters TABLE. FALSE if the user cancels. PROCEDURE is the name for the help
 * system. */
gboolean fddm_plain_dialog_run (const char *procedure, const FddmPlainWords *words, const FddmParameter *table,
                                double *values);
