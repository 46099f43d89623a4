/* folders.h: where the plug-in finds what was installed with it.
 * SPDX-License-Identifier: Apache-2.0
 *
 * An installation for one user is one folder that can be moved: what lies beside the program is taken first, then what was
 * configured when it was built. */
#pragma once
#include <glib.h>

/* Folders to look for weights in: the GIMP profile's fddm/, weights/ beside the program, the configured one. Free with
 * g_strfreev. */
char **fddm_folders_weights (const char *profile);

/* Folder of the help pages, in which each language has a folder. Free with g_free. */
char *fddm_folders_help (void);

/* Folder of the translations. Free with g_free. */
char *fddm_folders_locale (void);

/* Binds our translations to that folder; for a process of ours, not for GIMP's. */
void fddm_folders_bind_locale (void);
