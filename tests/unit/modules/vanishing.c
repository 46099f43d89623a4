/* vanishing.c: a GPU module whose device is lost after some convolutions, or never opens.
 * SPDX-License-Identifier: Apache-2.0
 *
 * FDDM_TEST_CONVOLUTIONS in the environment says how many convolutions work; 0: the device does not open. As a GPU may, it
 * puts a synthesis off until it is waited for. */
#include <stdlib.h>
#include "kernels/backend.h"

const FddmBackend *fddm_backend_module (void);

static int left;

/* The synthesis that was put off; the tensor NULL when there is none. */
static struct {
  FddmWindow        window;
  const FddmTensor *coefficients;
  const FddmTensor *output, *strength; /* OUTPUT NULL: the coefficients are to be added themselves */
  FddmEnds          ends;
  float             weight, *pixels;
} later;

static FddmDevice *
vanishing_open (const FddmDeviceOptions *options, GError **error)
{
  left = atoi (g_getenv ("FDDM_TEST_CONVOLUTIONS"));
  if (left > 0)
    return fddm_backend_ref.open (options, error);
  g_set_error_literal (error, FDDM_KERNEL_ERROR, FDDM_KERNEL_ERROR_NO_DRIVER, "no NVIDIA driver");
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

static gboolean
vanishing_synthesise (FddmDevice *device G_GNUC_UNUSED, const FddmWindow *window, const FddmTensor *coefficients,
                      float weight, float *pixels, GError **error G_GNUC_UNUSED)
{
  later.window       = *window;
  later.coefficients = coefficients;
  later.output       = NULL;
  later.weight       = weight;
  later.pixels       = pixels;
  return TRUE;
}

static gboolean
vanishing_synthesise_output (FddmDevice *device, const FddmWindow *window, const FddmTensor *coefficients,
                             const FddmEnds *ends, const FddmTensor *output, const FddmTensor *strength, float weight,
                             float *pixels, GError **error)
{
  vanishing_synthesise (device, window, coefficients, weight, pixels, error);
  later.ends     = *ends;
  later.output   = output;
  later.strength = strength;
  return TRUE;
}

static gboolean
vanishing_synthesise_finish (FddmDevice *device, GError **error)
{
  const FddmTensor *coefficients = g_steal_pointer (&later.coefficients);

  if (coefficients == NULL)
    return TRUE;
  if (later.output == NULL)
    return fddm_backend_ref.synthesise (device, &later.window, coefficients, later.weight, later.pixels, error);
  return fddm_backend_ref.synthesise_output (device, &later.window, coefficients, &later.ends, later.output, later.strength,
                                             later.weight, later.pixels, error);
}

const FddmBackend *
fddm_backend_module (void)
{
  static FddmBackend table;

  table                   = fddm_backend_ref;
  table.name              = "GPU";
  table.open              = vanishing_open;
  table.conv              = vanishing_conv;
  table.synthesise        = vanishing_synthesise;
  table.synthesise_output = vanishing_synthesise_output;
  table.synthesise_finish = vanishing_synthesise_finish;
  return &table;
}
