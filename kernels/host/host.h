/* host.h: what the backends that compute in host memory share: ref/ (one thread, plain convolution) and cpu/ (all
 * cores, oneDNN). Everything but convolution is the same code for both.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "kernels/backend.h"

/* Channels of a plane of a blocked tensor: position p has its channel c at ((c / 16) · positions + p) · 16 + c % 16. The last
 * plane is filled up with zeros. */
#define FDDM_BLOCK 16

typedef void (*FddmRowsFunc) (const void *task, int first, int last);

struct FddmDevice {
  gboolean bf16;    /* NETWORK tensors hold bf16 instead of float */
  gboolean blocked; /* NETWORK tensors hold floats in planes of FDDM_BLOCK channels, as Winograd's convolution wants them */
  int      threads;
  char    *description;
  /* Calls FUNC over [0, N_ROWS) in whatever pieces suit the device. */
  void (*rows) (FddmDevice *device, FddmRowsFunc func, const void *task, int n_rows);
  gpointer library; /* the backend's own: what oneDNN needs */
};

/* The operations; the comments of backend.h hold. */
FddmTensor *fddm_host_tensor_new (FddmDevice *device, FddmTensorType type, int height, int width, int channels,
                                  GError **error);
void        fddm_host_tensor_free (FddmDevice *device, FddmTensor *tensor);
gsize       fddm_host_tensor_bytes (FddmDevice *device, FddmTensorType type, int height, int width, int channels);
gboolean    fddm_host_tensor_upload (FddmDevice *device, FddmTensor *tensor, const float *values, GError **error);
gboolean    fddm_host_tensor_download (FddmDevice *device, const FddmTensor *tensor, float *values, GError **error);
const char *fddm_host_describe (FddmDevice *device);
gsize       fddm_host_available (FddmDevice *device);

gboolean fddm_host_analyse (FddmDevice *device, const FddmWindow *window, const float *pixels, FddmTensor *coefficients,
                            GError **error);
gboolean fddm_host_synthesise (FddmDevice *device, const FddmWindow *window, const FddmTensor *coefficients, float weight,
                               float *pixels, GError **error);
gboolean fddm_host_analyse_input (FddmDevice *device, const FddmWindow *window, const float *pixels, const FddmEnds *ends,
                                  FddmTensor *coefficients, FddmTensor *input, GError **error);
gboolean fddm_host_synthesise_output (FddmDevice *device, const FddmWindow *window, const FddmEnds *ends,
                                      const FddmOutput *output, float *pixels, GError **error);
gboolean fddm_host_synthesise_finish (FddmDevice *device, GError **error);

gboolean fddm_host_noise_map (FddmDevice *device, const FddmNoiseModel *model, const FddmTensor *coefficients,
                              FddmTensor *noise, GError **error);
gboolean fddm_host_noise_cap (FddmDevice *device, const FddmTensor *noise, const FddmTensor *cap, FddmTensor *out,
                              GError **error);
gboolean fddm_host_precondition (FddmDevice *device, const FddmTensor *x, const FddmTensor *noise,
                                 const FddmConditioning *conditioning, FddmTensor *input, GError **error);
gboolean fddm_host_estimate (FddmDevice *device, const FddmTensor *x, const FddmTensor *noise, const FddmTensor *mean,
                             const FddmTensor *variance, const FddmTensor *output, FddmTensor *x0, GError **error);
gboolean fddm_host_step (FddmDevice *device, const FddmTensor *x0, const FddmTensor *from, const FddmTensor *to, float eta,
                         const FddmRandom *random, FddmTensor *x, GError **error);
gboolean fddm_host_start (FddmDevice *device, const FddmTensor *noise, const FddmTensor *mean, const FddmTensor *variance,
                          const FddmRandom *random, FddmTensor *x, GError **error);
gboolean fddm_host_difference (FddmDevice *device, const FddmTensor *y, const FddmTensor *x0, const FddmTensor *sample,
                               float detail, const FddmTensor *strength, FddmTensor *out, GError **error);

gboolean fddm_host_group_norm (FddmDevice *device, const FddmTensor *in, const FddmTensor *weight, const FddmTensor *bias,
                               int groups, FddmActivation activation, FddmTensor *out, GError **error);
gboolean fddm_host_attention (FddmDevice *device, const FddmTensor *in, int heads, FddmTensor *out, GError **error);
gboolean fddm_host_embed (FddmDevice *device, const FddmTensor *in, const FddmTensor *vector, FddmTensor *out,
                          GError **error);
gboolean fddm_host_copy_channels (FddmDevice *device, const FddmTensor *in, int first, FddmTensor *out, GError **error);

gboolean fddm_host_copy_window (FddmDevice *device, const FddmTensor *torus, int row, int column, FddmTensor *window,
                                GError **error);
gboolean fddm_host_add_window (FddmDevice *device, const FddmTensor *window, const FddmTensor *down,
                               const FddmTensor *across, int row, int column, FddmTensor *torus, GError **error);
gboolean fddm_host_clamp (FddmDevice *device, int patch, FddmTensor *coefficients, GError **error);

/* The table's lines that are the same for all host backends. */
#define FDDM_HOST_OPERATIONS                                                                                                \
  .describe = fddm_host_describe, .available = fddm_host_available, .tensor_new = fddm_host_tensor_new,                     \
  .tensor_free = fddm_host_tensor_free, .tensor_bytes = fddm_host_tensor_bytes, .tensor_upload = fddm_host_tensor_upload,   \
  .tensor_download = fddm_host_tensor_download, .analyse = fddm_host_analyse, .synthesise = fddm_host_synthesise,           \
  .analyse_input = fddm_host_analyse_input, .synthesise_output = fddm_host_synthesise_output,                               \
  .synthesise_finish = fddm_host_synthesise_finish, .noise_map = fddm_host_noise_map, .noise_cap = fddm_host_noise_cap,     \
  .precondition = fddm_host_precondition, .estimate = fddm_host_estimate, .step = fddm_host_step, .start = fddm_host_start, \
  .difference = fddm_host_difference, .group_norm = fddm_host_group_norm, .attention = fddm_host_attention,                 \
  .embed = fddm_host_embed, .copy_channels = fddm_host_copy_channels, .copy_window = fddm_host_copy_window,                 \
  .add_window = fddm_host_add_window, .clamp = fddm_host_clamp

/* ---- For the operations' own sources ---- */

/* Position (row, column) of a FLOAT tensor; the only one of a constant tensor. */
static inline float *
fddm_host_at (const FddmTensor *tensor, int row, int column)
{
  gsize position = tensor->height * tensor->width == 1 ? 0 : (gsize) row * tensor->width + column;

  return (float *) tensor->data + position * tensor->channels;
}

/* N values of a NETWORK or FLOAT tensor from element FIRST on, to or from floats. Elements are counted channels first, then
 * columns, then rows, however the tensor lies in memory. */
void fddm_host_load (const FddmDevice *device, const FddmTensor *tensor, gsize first, gsize n, float *values);
void fddm_host_store (const FddmDevice *device, FddmTensor *tensor, gsize first, gsize n, const float *values);

float fddm_host_activate (FddmActivation activation, float x);
