/* files.h: names of files on their way through GIMP, which passes on UTF-8 only.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <glib.h>

/* The path that TEXT stands for, which may be a "file:" URI. Free with g_free. */
char *fddm_files_path (const char *text);

/* Whether both paths lead to one file. */
gboolean fddm_files_same (const char *one, const char *other);
