/* error.h: the engine's one error domain, as its sources set it; fddm.h has the codes.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "engine/fddm.h"

/* Hands PROBLEM on as g_propagate_error does, a kernel's error as the engine's own. */
void fddm_error_propagate (GError **error, GError *problem);

/* What a caller's source or sink that failed is taken to have meant when it set no error itself. Always FALSE. */
gboolean fddm_error_unless_set (GError **error, FddmError code, const char *message);

/* Sets a FDDM_ERROR_WEIGHTS; text from the file that stands in it is made fit to show. Always FALSE. */
gboolean fddm_weights_fail (GError **error, const char *format, ...) G_GNUC_PRINTF (2, 3);

/* A copy of text from a file without what would break a line or a terminal. */
char *fddm_weights_fit_to_show (const char *message);
