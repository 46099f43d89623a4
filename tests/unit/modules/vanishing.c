/* vanishing.c: a GPU module whose device is lost after some convolutions, or never opens.
 * SPDX-License-Identifier: Apache-2.0
 *
 * FDDM_TEST_CONVOLUTIONS in the environment says how many convolutions work; 0: the device does not open. */
#include <stdlib.h>
#include "backend.h"

const FddmBackend *fddm_backend_module (void);

static int left;

static FddmDevice *
vanishing_open (const FddmDeviceOptions *options, GError **error)
{
  left = atoi (g_getenv ("FDDM_TEST_CONVOLUTIONS"));
  if (left > 0)
    return fddm_backend_ref.open (options, error);
  g_set_error_literal (error, FDDM_KERNEL_ERROR, FDDM_KERNEL_ERROR_UNUSABLE, "no NVIDIA driver");
  return NULL;
}

static gboolean
vanishing_conv (FddmDevice *device, FddmConv *conv, const FddmTensor *in, const FddmTensor *residual, FddmTensor *out,
                GError **error)
{
  if (left-- > 0)
    return fddm_backend_ref.conv (device, conv, in, residual, out, error);
  g_set_error_literal (error, FDDM_KERNEL_ERROR, FDDM_KERNEL_ERROR_FAILED, "the GPU has fallen off the bus");
  return FALSE;
}

const FddmBackend *
fddm_backend_module (void)
{
  static FddmBackend table;

  table      = fddm_backend_ref;
  table.name = "GPU";
  table.open = vanishing_open;
  table.conv = vanishing_conv;
  return &table;
}
