/* trust.h: files whose contents are run or believed.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <glib.h>

/* Whether nobody but this user, root and the owner of the running program can have written the file PATH: it is a regular
 * file of one of them, and neither it nor its folder can be written to by others (unless the folder is sticky, as /tmp). Links
 * are followed to the file. PATH must be absolute. */
gboolean fddm_trusts_file (const char *path);
