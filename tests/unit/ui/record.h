/* record.h: a record of what was brought to the dialog's thread, in letters.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <glib.h>

/* Runs the main loop until BROUGHT ends with END, up to about 20 s. */
static inline void
record_wait (const GString *brought, const char *end)
{
  for (int i = 0; i < 20000 && !g_str_has_suffix (brought->str, end); i++)
    if (!g_main_context_iteration (NULL, FALSE))
      g_usleep (1000);
}
