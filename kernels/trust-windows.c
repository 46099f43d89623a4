/* trust-windows.c: see trust.h. Access lists are not looked at: folders of a user and of programs are closed to others by
 * default.
 * SPDX-License-Identifier: Apache-2.0 */
#include "kernels/trust.h"

gboolean
fddm_trusts_file (const char *path)
{
  return g_path_is_absolute (path) && g_file_test (path, G_FILE_TEST_IS_REGULAR);
}
