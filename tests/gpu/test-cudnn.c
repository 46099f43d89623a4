/* test-cudnn.c: exit status 0 if FILE is the cuDNN that is looked for first, and, where the loader has none, the one that is
 * loaded.
 * SPDX-License-Identifier: Apache-2.0
 *
 *   test-cudnn FILE */
#include <dlfcn.h>
#include "kernels/cuda/cudnn-folders.h"
#include "kernels/cuda/device.h"

#define LIBRARY "libcudnn.so.9"

G_DEFINE_QUARK (fddm-kernel-error-quark, fddm_kernel_error)

static gboolean
is_loaded (const char *file)
{
  g_autoptr (GError) error = NULL;
  const FddmCudnn   *cudnn;
  Dl_info            info;

  if (dlopen (LIBRARY, RTLD_LAZY | RTLD_LOCAL) != NULL)
    return TRUE; /* the loader's own comes first */
  cudnn = fddm_cudnn_load (&error);
  if (cudnn == NULL)
    g_printerr ("%s\n", error->message);
  return cudnn != NULL && dladdr ((void *) cudnn->get_version, &info) != 0 && g_str_equal (info.dli_fname, file);
}

int
main (int argc, char **argv)
{
  g_autoptr (GPtrArray) files = fddm_cudnn_files (LIBRARY);

  for (guint i = 0; i < files->len; i++)
    g_printerr ("%s\n", (const char *) g_ptr_array_index (files, i));
  if (argc < 2 || files->len == 0 || !g_str_equal (g_ptr_array_index (files, 0), argv[1]))
    return 1;
  return is_loaded (argv[1]) ? 0 : 1;
}
