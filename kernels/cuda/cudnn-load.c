/* cudnn-load.c: loads cuDNN and looks up its functions.
 * SPDX-License-Identifier: Apache-2.0 */
#include <dlfcn.h>
#include <glib/gi18n-lib.h>
#include "kernels/cuda/cudnn-folders.h"
#include "kernels/cuda/device.h"

#define LIBRARY "libcudnn.so.9"

static FddmCudnn table;

static const struct {
  const char *name;
  gsize       offset;
} symbols[] = {
  { "cudnnGetVersion", G_STRUCT_OFFSET (FddmCudnn, get_version) },
  { "cudnnGetErrorString", G_STRUCT_OFFSET (FddmCudnn, get_error_string) },
  { "cudnnCreate", G_STRUCT_OFFSET (FddmCudnn, create) },
  { "cudnnDestroy", G_STRUCT_OFFSET (FddmCudnn, destroy) },
  { "cudnnSetStream", G_STRUCT_OFFSET (FddmCudnn, set_stream) },
  { "cudnnBackendCreateDescriptor", G_STRUCT_OFFSET (FddmCudnn, descriptor_new) },
  { "cudnnBackendDestroyDescriptor", G_STRUCT_OFFSET (FddmCudnn, descriptor_free) },
  { "cudnnBackendFinalize", G_STRUCT_OFFSET (FddmCudnn, finalize) },
  { "cudnnBackendSetAttribute", G_STRUCT_OFFSET (FddmCudnn, set) },
  { "cudnnBackendGetAttribute", G_STRUCT_OFFSET (FddmCudnn, get) },
  { "cudnnBackendExecute", G_STRUCT_OFFSET (FddmCudnn, execute) },
};

/* Fills TABLE from LIBRARY. Returns the name of the first missing function, or NULL if none is missing. */
static const char *
fill_table (void *library)
{
  for (guint i = 0; i < G_N_ELEMENTS (symbols); i++)
    {
      void *symbol = dlsym (library, symbols[i].name);

      if (symbol == NULL)
        return symbols[i].name;
      G_STRUCT_MEMBER (void *, &table, symbols[i].offset) = symbol;
    }
  return NULL;
}

/* Opens the library where the loader finds it, or else where it is often put. NULL with ERROR set if it is nowhere. */
static void *
find_library (GError **error)
{
  g_autoptr (GPtrArray) files   = NULL;
  void                 *library = dlopen (LIBRARY, RTLD_NOW | RTLD_LOCAL);
  g_autofree char      *reason  = library == NULL ? g_strdup (dlerror ()) : NULL;

  if (library != NULL)
    return library;
  files = fddm_cudnn_files (LIBRARY);
  for (guint i = 0; i < files->len && library == NULL; i++)
    {
      library = dlopen (g_ptr_array_index (files, i), RTLD_NOW | RTLD_LOCAL);
      if (library == NULL) /* why the file that is there cannot be used says more than that the loader knows none */
        {
          g_free (reason);
          reason = g_strdup (dlerror ());
        }
    }
  if (library == NULL)
    g_set_error (error, FDDM_KERNEL_ERROR, FDDM_KERNEL_ERROR_NO_CUDNN, _ ("%s not found (%s)"), LIBRARY, reason);
  return library;
}

static gboolean
open_library (GError **error)
{
  void       *library = find_library (error);
  const char *missing;

  if (library == NULL)
    return FALSE;
  missing = fill_table (library);
  if (missing == NULL)
    return TRUE;
  g_set_error (error, FDDM_KERNEL_ERROR, FDDM_KERNEL_ERROR_NO_CUDNN, _ ("%s is of an unsuitable version (it lacks %s)"),
               LIBRARY, missing);
  dlclose (library);
  return FALSE;
}

const FddmCudnn *
fddm_cudnn_load (GError **error)
{
  static GMutex   mutex;
  static gboolean loaded;
  gboolean        ok;

  g_mutex_lock (&mutex);
  if (!loaded)
    loaded = open_library (error);
  ok = loaded;
  g_mutex_unlock (&mutex);
  return ok ? &table : NULL;
}
