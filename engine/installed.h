/* installed.h: where files that are installed with the program lie.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <glib.h>

/* Path of NAME relative to the program's folder; NAME may begin with "..". An installation for one user is a single
 * folder that can be moved. Free with g_free. */
char *fddm_beside_program (const char *name);

/* The folders of an installation for all users, as the build was configured: GPU modules, weights, translations and help. */
const char *fddm_installed_modules (void);
const char *fddm_installed_weights (void);
const char *fddm_installed_locale (void);
const char *fddm_installed_help (void);
