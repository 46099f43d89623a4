/* installed.h: files installed with the running program.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <glib.h>

/* Path of NAME relative to the program's folder; NAME may begin with "..". An installation for one user is a single
 * folder that can be moved. Free with g_free. */
char *fddm_beside_program (const char *name);
