/* module.c: the entry points by which GEGL loads the module.
 * SPDX-License-Identifier: Apache-2.0 */
#include "gegl/operation.h"
#include "engine/installed.h"
#include <libintl.h>

G_MODULE_EXPORT const GeglModuleInfo *gegl_module_query (GTypeModule *module);
G_MODULE_EXPORT gboolean              gegl_module_register (GTypeModule *module);

const GeglModuleInfo *
gegl_module_query (G_GNUC_UNUSED GTypeModule *module)
{
  static const GeglModuleInfo info = { GEGL_MODULE_ABI_VERSION };

  return &info;
}

gboolean
gegl_module_register (GTypeModule *module)
{
  bindtextdomain (GETTEXT_PACKAGE, fddm_installed_locale ());
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  fddm_operation_register (module);
  return TRUE;
}
