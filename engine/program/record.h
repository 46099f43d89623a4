/* record.h: lines of fields that hold any bytes, for journals and pipes.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <glib.h>

/* The fields up to a NULL as one line with its newline: separated by tabs, escaped as in C, closed by a full stop. Free with
 * g_free. */
char *fddm_record_join (const char *first, ...) G_GNUC_NULL_TERMINATED;

/* The fields of LINE, without its newline; NULL for a line that was cut off or is no record. Free with g_strfreev. */
char **fddm_record_split (const char *line);

/* Takes the first whole line out of BUFFER, without its newline; NULL when there is none yet. Free with g_free. */
char *fddm_record_take (GString *buffer);
