/* record.h: lines of fields with arbitrary bytes, for journals and pipes.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <glib.h>

/* Joins the fields up to NULL into one line with a newline: separated by tabs, escaped as in C, ended by a full stop.
 * Free with g_free. */
char *fddm_record_join (const char *first, ...) G_GNUC_NULL_TERMINATED;

/* Splits LINE, without its newline, into fields. NULL if it is incomplete or not a record. Free with g_strfreev. */
char **fddm_record_split (const char *line);

/* Removes the first complete line from BUFFER and returns it without its newline; NULL if there is none yet. Free with
 * g_free. */
char *fddm_record_take (GString *buffer);
