/* registry.c: loads the GPU backend from its module, so that the program does not link CUDA libraries.
 * SPDX-License-Identifier: Apache-2.0 */
#include <glib/gi18n-lib.h>
#include <gmodule.h>
#include "kernels/backend.h"
#include "kernels/trust.h"

#define MODULE_NAME "fddm-cuda." G_MODULE_SUFFIX

G_DEFINE_QUARK (fddm-kernel-error-quark, fddm_kernel_error)

/* The module's table, if it is an FDDM module of this version. */
static const FddmBackend *
table_of (GModule *module, const char *path, GError **error)
{
  gpointer           symbol = NULL;
  const FddmBackend *table;

  if (!g_module_symbol (module, FDDM_BACKEND_MODULE_SYMBOL, &symbol) || symbol == NULL)
    {
      g_set_error (error, FDDM_KERNEL_ERROR, FDDM_KERNEL_ERROR_BAD_MODULE, _ ("the file is not a GPU module of FDDM (%s)"),
                   path);
      return NULL;
    }
  table = ((FddmBackendModule) symbol) ();
  if (table == NULL || table->abi != FDDM_BACKEND_ABI)
    {
      g_set_error (error, FDDM_KERNEL_ERROR, FDDM_KERNEL_ERROR_BAD_MODULE, _ ("the GPU module is of another version (%s)"),
                   path);
      return NULL;
    }
  return table;
}

static const FddmBackend *
open_module (const char *path, GError **error)
{
  const FddmBackend *table;
  GModule           *module;

  if (!g_path_is_absolute (path))
    {
      g_set_error (error, FDDM_KERNEL_ERROR, FDDM_KERNEL_ERROR_BAD_MODULE,
                   _ ("the folder of the GPU module must be an absolute path (%s)"), path);
      return NULL;
    }
  if (!g_file_test (path, G_FILE_TEST_EXISTS))
    {
      g_set_error (error, FDDM_KERNEL_ERROR, FDDM_KERNEL_ERROR_NO_MODULE, _ ("this installation has no GPU module (%s)"),
                   path);
      return NULL;
    }
  if (!fddm_trusts_file (path))
    {
      g_set_error (error, FDDM_KERNEL_ERROR, FDDM_KERNEL_ERROR_BAD_MODULE,
                   _ ("the GPU module is not loaded, because other users can change it or its folder (%s)"), path);
      return NULL;
    }
  module = g_module_open (path, G_MODULE_BIND_LAZY | G_MODULE_BIND_LOCAL);
  if (module == NULL)
    {
      g_set_error (error, FDDM_KERNEL_ERROR, FDDM_KERNEL_ERROR_BAD_MODULE, _ ("the GPU module cannot be loaded: %s"),
                   g_module_error ());
      return NULL;
    }
  table = table_of (module, path, error);
  if (table != NULL)
    g_module_make_resident (module);
  else
    g_module_close (module);
  return table;
}

/* Failures are not cached: finding them again costs little, and the message names the requested folder. */
const FddmBackend *
fddm_backend_gpu (const char *module_dir, GError **error)
{
  static GMutex             mutex;
  static const FddmBackend *table;
  const FddmBackend        *found;

  g_mutex_lock (&mutex);
  if (table == NULL)
    {
      g_autofree char *path = g_build_filename (module_dir, MODULE_NAME, NULL);

      table = open_module (path, error);
    }
  found = table;
  g_mutex_unlock (&mutex);
  return found;
}
