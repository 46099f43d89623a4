/* plain-dialog.h: a dialog without a preview on GIMP 3.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <libgimp/gimp.h>

#include "ui/plain-form.h"

/* Runs the dialog, which changes the values of the parameters TABLE in CONFIG. FALSE if the user cancels. */
gboolean fddm_plain_dialog_run (GimpProcedure *procedure, GimpProcedureConfig *config, const FddmPlainWords *words,
                                const FddmParameter *table);
