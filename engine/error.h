/* error.h: setting errors of the engine's one domain. The codes are in fddm.h.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "engine/fddm.h"

/* Like g_propagate_error, but translates a kernel error into an engine error. */
void fddm_error_propagate (GError **error, GError *problem);

/* Sets CODE and MESSAGE if a caller's source or sink failed without setting an error. Returns FALSE. */
gboolean fddm_error_unless_set (GError **error, FddmError code, const char *message);

/* Sets FDDM_ERROR_WEIGHTS. Text quoted from the file is sanitised for display. Returns FALSE. */
gboolean fddm_weights_fail (GError **error, const char *format, ...) G_GNUC_PRINTF (2, 3);

/* Sets FDDM_ERROR_MEMORY for a network. Returns FALSE. */
gboolean fddm_weights_no_memory (GError **error);

/* A copy of MESSAGE with control characters replaced by spaces and invalid UTF-8 replaced, so that text from a file
 * cannot break a line or a terminal. Free with g_free. */
char *fddm_weights_fit_to_show (const char *message);
