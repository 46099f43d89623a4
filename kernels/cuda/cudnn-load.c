/* cudnn-load.c: loads cuDNN and looks up its functions.
 * SPDX-License-Identifier: Apache-2.0
 *
 * libcudnn.so.9 opens its other libraries when it needs them, and ends the process ("Invalid handle. Cannot load symbol …") where
 * one of two is missing: that of the graphs, and cuBLAS. So they are opened before. */
#include <dlfcn.h>
#include <glib/gi18n-lib.h>
#include "kernels/cuda/cudnn-folders.h"
#include "kernels/cuda/device.h"

#define LIBRARY "libcudnn.so.9"
#define GRAPHS  "libcudnn_graph.so.9"

static FddmCudnn table;
static void     *opened; /* the library */

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

/* Folder of LIBRARY's file. */
static char *
folder_of (void *library)
{
  Dl_info info   = { .dli_fname = NULL };
  void   *symbol = dlsym (library, symbols[0].name);

  return symbol != NULL && dladdr (symbol, &info) != 0 && info.dli_fname != NULL ? g_path_get_dirname (info.dli_fname)
                                                                                 : g_strdup ("");
}

gboolean
fddm_cudnn_open_part (const char *folder, const char *name, int cuda, GError **error)
{
  g_autofree char  *toolkit  = g_strdup_printf ("cu%d", cuda);
  g_autofree char  *beside   = g_build_filename (folder, name, NULL);
  g_autofree char  *cublas   = g_build_filename (folder, "..", "..", "cublas", "lib", name, NULL);
  g_autofree char  *together = g_build_filename (folder, "..", "..", toolkit, "lib", name, NULL);
  const char *const places[] = { beside, cublas, together };

  for (guint i = 0; g_path_is_absolute (folder) && i < G_N_ELEMENTS (places); i++)
    if (g_file_test (places[i], G_FILE_TEST_EXISTS) && dlopen (places[i], RTLD_LAZY | RTLD_LOCAL) != NULL)
      return TRUE;
  if (dlopen (name, RTLD_LAZY | RTLD_LOCAL) != NULL)
    return TRUE;
  g_set_error (error, FDDM_KERNEL_ERROR, FDDM_KERNEL_ERROR_NO_CUDNN, _ ("%s not found (%s)"), name, dlerror ());
  return FALSE;
}

static gboolean
open_part (const char *name, int cuda, GError **error)
{
  g_autofree char *folder = folder_of (opened);

  return fddm_cudnn_open_part (folder, name, cuda, error);
}

static gboolean
open_library (GError **error)
{
  void       *library = find_library (error);
  const char *missing;

  if (library == NULL)
    return FALSE;
  missing = fill_table (library);
  opened  = library;
  if (missing == NULL)
    return open_part (GRAPHS, 0, error);
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

gboolean
fddm_cudnn_is_whole (GError **error)
{
  size_t (*cuda_version) (void) = NULL;
  g_autofree char *name         = NULL;
  int              cuda;

  *(void **) &cuda_version = dlsym (opened, "cudnnGetCudartVersion");
  if (cuda_version == NULL) /* it does not tell which one it needs */
    return TRUE;
  cuda = (int) (cuda_version () / 1000);
  name = g_strdup_printf ("libcublasLt.so.%d", cuda);
  return open_part (name, cuda, error);
}
