/* replace.h: a finished file takes its final name.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <glib.h>

/* The file that writing to PATH changes: where PATH is a symbolic link, the file that it leads to. Free with g_free. */
char *fddm_replace_target (const char *path);

/* Renames PATH to TARGET, in the same file system, once it is on the disk. It gets the permissions and, where allowed, the owner
 * of the file that it replaces. FALSE with errno set; TARGET is then as it was. */
gboolean fddm_replace (const char *path, const char *target);
