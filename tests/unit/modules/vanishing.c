/* vanishing.c: a GPU module whose device is lost after some convolutions, or never opens.
 * SPDX-License-Identifier: Apache-2.0
 *
 * FDDM_TEST_CONVOLUTIONS in the environment says how many convolutions work; 0: the device does not open. FDDM_TEST_SILENT says
 * which question for free memory gets no answer, FDDM_TEST_POSITIONS how many positions a layer can have at most. As a GPU may,
 * it puts a synthesis and the filters off until they are waited for, and overwrites the change that a series sums up. */
#include <stdlib.h>
#include <string.h>
#include "kernels/backend.h"

const FddmBackend *fddm_backend_module (void);

static int left, silent;

static const float *analysed; /* pixels of the last analysis */

/* The synthesis that was put off; the tensor NULL when there is none. */
static struct {
  FddmWindow window;
  FddmOutput output; /* its tensor NULL: the coefficients are to be added themselves */
  FddmEnds   ends;
  float     *pixels;
  gboolean   overwrites;
} later;

/* The filters that were put off; the change NULL when there are none. */
static struct {
  FddmFilters  filters;
  const float *pixels;
  float       *change;
} last;

static FddmDevice *
vanishing_open (const FddmDeviceOptions *options, GError **error)
{
  const char *which = g_getenv ("FDDM_TEST_SILENT");

  silent = which != NULL ? atoi (which) : 0;
  left   = atoi (g_getenv ("FDDM_TEST_CONVOLUTIONS"));
  if (left > 0)
    return fddm_backend_ref.open (options, error);
  g_set_error_literal (error, FDDM_KERNEL_ERROR, FDDM_KERNEL_ERROR_NO_DRIVER, "no NVIDIA driver");
  return NULL;
}

static char *
vanishing_look (const FddmDeviceOptions *options, GError **error)
{
  FddmDevice *device = vanishing_open (options, error);

  if (device == NULL)
    return NULL;
  fddm_backend_ref.close (device);
  return g_strdup ("a GPU that will vanish");
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
vanishing_conv_prepare (FddmDevice *device, FddmConv *conv, int height, int width, gboolean residual, gsize *scratch,
                        GError **error)
{
  const char *most = g_getenv ("FDDM_TEST_POSITIONS");

  if (most == NULL || height * width <= atoi (most))
    return fddm_backend_ref.conv_prepare (device, conv, height, width, residual, scratch, error);
  *scratch = G_MAXSIZE;
  return TRUE;
}

static gsize
vanishing_available (FddmDevice *device)
{
  return silent-- == 1 ? 0 : fddm_backend_ref.available (device);
}

static gboolean
vanishing_analyse (FddmDevice *device, const FddmWindow *window, const float *pixels, FddmTensor *coefficients,
                   GError **error)
{
  analysed = pixels;
  return fddm_backend_ref.analyse (device, window, pixels, coefficients, error);
}

static gboolean
vanishing_analyse_input (FddmDevice *device, const FddmWindow *window, const float *pixels, const FddmEnds *ends,
                         FddmTensor *coefficients, FddmTensor *input, GError **error)
{
  analysed = pixels;
  return fddm_backend_ref.analyse_input (device, window, pixels, ends, coefficients, input, error);
}

static void
put_off (const FddmWindow *window, const FddmOutput *output, float *pixels)
{
  const gboolean begins = window->series == FDDM_SERIES_ONLY || window->series == FDDM_SERIES_FIRST;

  later.window     = *window;
  later.output     = *output;
  later.pixels     = pixels;
  later.overwrites = begins && pixels != analysed;
}

static gboolean
vanishing_synthesise (FddmDevice *device G_GNUC_UNUSED, const FddmWindow *window, const FddmTensor *coefficients,
                      float weight, float *pixels, GError **error G_GNUC_UNUSED)
{
  const FddmOutput output = { .coefficients = coefficients, .weight = weight };

  put_off (window, &output, pixels);
  return TRUE;
}

static gboolean
vanishing_synthesise_output (FddmDevice *device G_GNUC_UNUSED, const FddmWindow *window, const FddmEnds *ends,
                             const FddmOutput *output, float *pixels, GError **error G_GNUC_UNUSED)
{
  put_off (window, output, pixels);
  later.ends = *ends;
  return TRUE;
}

static gboolean
vanishing_filter (FddmDevice *device G_GNUC_UNUSED, const FddmFilters *filters, const float *pixels, float *change,
                  GError **error G_GNUC_UNUSED)
{
  last.filters = *filters;
  last.pixels  = pixels;
  last.change  = change;
  return TRUE;
}

static gboolean
synthesise_now (FddmDevice *device, GError **error)
{
  const FddmOutput output = later.output;

  if (output.coefficients == NULL)
    return TRUE;
  later.output.coefficients = NULL;
  if (later.overwrites)
    memset (later.pixels, 0, later.window.n_floats * sizeof (float));
  if (output.output == NULL)
    return fddm_backend_ref.synthesise (device, &later.window, output.coefficients, output.weight, later.pixels, error);
  return fddm_backend_ref.synthesise_output (device, &later.window, &later.ends, &output, later.pixels, error);
}

static gboolean
vanishing_synthesise_finish (FddmDevice *device, GError **error)
{
  float *change = last.change;

  last.change = NULL;
  return synthesise_now (device, error) &&
         (change == NULL || fddm_backend_ref.filter (device, &last.filters, last.pixels, change, error));
}

const FddmBackend *
fddm_backend_module (void)
{
  static FddmBackend table;

  table                   = fddm_backend_ref;
  table.name              = "GPU";
  table.open              = vanishing_open;
  table.look              = vanishing_look;
  table.conv              = vanishing_conv;
  table.conv_prepare      = vanishing_conv_prepare;
  table.available         = vanishing_available;
  table.analyse           = vanishing_analyse;
  table.analyse_input     = vanishing_analyse_input;
  table.filter            = vanishing_filter;
  table.synthesise        = vanishing_synthesise;
  table.synthesise_output = vanishing_synthesise_output;
  table.synthesise_finish = vanishing_synthesise_finish;
  return &table;
}
