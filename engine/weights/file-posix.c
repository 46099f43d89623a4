/* file-posix.c: opens a file that may be a pipe.
 * SPDX-License-Identifier: Apache-2.0 */
#include <fcntl.h>
#include "engine/weights/private.h"

int
fddm_weights_open_file (const char *path)
{
  return open (path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
}
