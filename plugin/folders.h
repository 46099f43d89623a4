/* folders.h: folders installed with the plug-in.
 * SPDX-License-Identifier: Apache-2.0
 *
 * An installation for one user is a single folder that can be moved. Folders beside the program therefore come before
 * those configured at build time. */
#pragma once
#include <glib.h>

/* Folders to search for weights: fddm/ of the GIMP profile, weights/ beside the program, the configured folder. Free with
 * g_strfreev. */
char **fddm_folders_weights (const char *profile);

/* Folder of the help pages, in which each language has a folder. Free with g_free. */
char *fddm_folders_help (void);

/* Folder of the translations. Free with g_free. */
char *fddm_folders_locale (void);

/* Binds the translations to that folder. For a process of our own, not for GIMP's. */
void fddm_folders_bind_locale (void);
