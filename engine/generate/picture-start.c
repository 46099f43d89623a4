/* picture-start.c: see picture-start.h.
 * SPDX-License-Identifier: Apache-2.0 */
#include "engine/generate/picture-start.h"

gboolean
fddm_picture_analyse (const FddmContext *context, const FddmTorusPicture *picture, int left, int top, FddmTensor *x,
                      GError **error)
{
  const int        patch = context->weights->patch, height = x->height * patch, width = x->width * patch;
  const gsize      row           = (gsize) picture->width * picture->samples;
  g_autofree int  *row_offset    = g_try_new (int, height);
  g_autofree int  *column_offset = g_try_new (int, width);
  const FddmWindow window        = { .patch          = patch,
                                     .rows           = x->height,
                                     .columns        = x->width,
                                     .channels       = context->weights->channels,
                                     .channel_stride = picture->samples == 1 ? 0 : 1,
                                     .n_floats       = picture->height * row,
                                     .row_offset     = row_offset,
                                     .column_offset  = column_offset,
                                     .bottom         = height,
                                     .right          = width };

  if (row_offset == NULL || column_offset == NULL)
    return fddm_weights_no_memory (error);
  for (int y = 0; y < height; y++)
    row_offset[y] = (int) (((top + y) % picture->height) * row);
  for (int i = 0; i < width; i++)
    column_offset[i] = (left + i) % picture->width * picture->samples;
  return context->backend->analyse (context->device, &window, picture->pixels, x, error);
}

gboolean
fddm_picture_add_noise (const FddmContext *context, const FddmTensor *coefficients, const FddmTensor *noise,
                        const FddmRandom *random, FddmTensor *x, GError **error)
{
  const FddmBackend *backend              = context->backend;
  FddmDevice        *device               = context->device;
  float              zeros[FDDM_COEF_MAX] = { 0 }, twos[FDDM_COEF_MAX];
  FddmTensor        *zero = NULL, *two = NULL;
  gboolean           ok;

  for (int k = 0; k < FDDM_COEF_MAX; k++)
    twos[k] = 2.0f;
  /* The sum is twice the mean, which is an operation of the table. */
  ok = fddm_context_make_vector (context, zeros, &zero, error) && fddm_context_make_vector (context, twos, &two, error) &&
       backend->start (device, noise, zero, zero, random, x, error) &&
       backend->difference (device, zero, coefficients, x, 0.5f, two, x, error);
  backend->tensor_free (device, zero);
  backend->tensor_free (device, two);
  return ok;
}
