/* installed.h: where what was installed with the running program lies.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <glib.h>

/* NAME, which may begin with "..", in the folder of the running program: an installation for one user is one folder that can be
 * moved. Free with g_free. */
char *fddm_beside_program (const char *name);
