/* file-windows.c: opens a file; there are no pipes in folders.
 * SPDX-License-Identifier: Apache-2.0 */
#include <fcntl.h>
#include <glib/gstdio.h>
#include "engine/weights/private.h"

int
fddm_weights_open_file (const char *path)
{
  return g_open (path, O_RDONLY | O_BINARY | O_NOINHERIT, 0);
}
