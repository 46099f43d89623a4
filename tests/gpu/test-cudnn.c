/* test-cudnn.c: exit status 0 if FILE is the cuDNN that is looked for first, and, where the loader has none, the one that is
 * loaded.
 * SPDX-License-Identifier: Apache-2.0
 *
 *   test-cudnn FILE
 *   test-cudnn --part FOLDER NAME     whether that part of cuDNN opens, for a CUDA 99
 *   test-cudnn --whole                whether the loader's cuDNN has what it needs; prints what it lacks */
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

/* Exit status: 0 if OK; otherwise says what ERROR does. */
static int
tell (gboolean ok, GError **error)
{
  if (!ok)
    g_print ("%s\n", (*error)->message);
  g_clear_error (error);
  return ok ? 0 : 1;
}

int
main (int argc, char **argv)
{
  g_autoptr (GPtrArray) files = fddm_cudnn_files (LIBRARY);
  GError               *error = NULL;

  if (argc == 4 && g_str_equal (argv[1], "--part"))
    return tell (fddm_cudnn_open_part (argv[2], argv[3], 99, &error), &error);
  if (argc == 2 && g_str_equal (argv[1], "--whole"))
    return tell (fddm_cudnn_load (&error) != NULL && fddm_cudnn_is_whole (&error), &error);

  for (guint i = 0; i < files->len; i++)
    g_printerr ("%s\n", (const char *) g_ptr_array_index (files, i));
  if (argc < 2 || files->len == 0 || !g_str_equal (g_ptr_array_index (files, 0), argv[1]))
    return 1;
  return is_loaded (argv[1]) ? 0 : 1;
}
