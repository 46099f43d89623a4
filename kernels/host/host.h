/* host.h: shared by the backends that compute in host memory: ref/ (one thread, plain convolution) and cpu/ (all cores,
 * oneDNN). All operations but convolution and the product of matrices are the same code in both.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "kernels/backend.h"
#include "kernels/memory.h"

/* Channels per plane of a blocked tensor. Channel c of position p is at ((c / 16) · positions + p) · 16 + c % 16. The last
 * plane is zero-padded. */
#define FDDM_BLOCK 16

typedef void (*FddmRowsFunc) (const void *task, int first, int last);

/* OUT = A · B, row by row: A is M × K, B is K × N or, TRANSPOSED, N × K. */
typedef struct {
  gsize        m, n, k;
  const float *a, *b;
  gboolean     transposed;
  float       *out;
} FddmProduct;

struct FddmDevice {
  gboolean bf16;    /* NETWORK tensors hold bf16 instead of float                                                       */
  gboolean int8;    /* convolutions with ranges round their floats to 8 bits                                            */
  gboolean blocked; /* NETWORK tensors hold floats in planes of FDDM_BLOCK channels, the layout of Winograd convolution */
  int      threads;
  char    *description;
  /* Calls FUNC for [0, N_ROWS), divided into pieces as suits the device. */
  void (*rows) (FddmDevice *device, FddmRowsFunc func, const void *task, int n_rows);
  /* Multiplies matrices. Fails for lack of memory. */
  gboolean (*product) (FddmDevice *device, const FddmProduct *product, GError **error);
  gpointer       library; /* private to the backend: FddmOneDnn of cpu/ */
  FddmMemoryPool pool;    /* memory of freed tensors                    */
  FddmGoesOn     goes_on; /* asked during long operations, or NULL      */
  gpointer       asked;   /* passed to GOES_ON                          */
};

/* The operations, documented in backend.h. */
FddmTensor *fddm_host_tensor_new (FddmDevice *device, FddmTensorType type, int height, int width, int channels,
                                  GError **error);
void        fddm_host_tensor_free (FddmDevice *device, FddmTensor *tensor);
gsize       fddm_host_tensor_bytes (FddmDevice *device, FddmTensorType type, int height, int width, int channels);
gboolean    fddm_host_tensor_upload (FddmDevice *device, FddmTensor *tensor, const float *values, GError **error);
gboolean    fddm_host_tensor_download (FddmDevice *device, const FddmTensor *tensor, float *values, GError **error);
const char *fddm_host_describe (FddmDevice *device);
gsize       fddm_host_available (FddmDevice *device);
void        fddm_host_listen (FddmDevice *device, FddmGoesOn goes_on, gpointer data);

gboolean fddm_host_analyse (FddmDevice *device, const FddmWindow *window, const float *pixels, FddmTensor *coefficients,
                            GError **error);
gboolean fddm_host_synthesise (FddmDevice *device, const FddmWindow *window, const FddmTensor *coefficients, float weight,
                               float *pixels, GError **error);
gboolean fddm_host_analyse_input (FddmDevice *device, const FddmWindow *window, const float *pixels, const FddmEnds *ends,
                                  FddmTensor *coefficients, FddmTensor *input, GError **error);
gboolean fddm_host_synthesise_output (FddmDevice *device, const FddmWindow *window, const FddmEnds *ends,
                                      const FddmOutput *output, float *pixels, GError **error);
gboolean fddm_host_filter (FddmDevice *device, const FddmFilters *filters, const float *pixels, float *change,
                           GError **error);
gboolean fddm_host_synthesise_finish (FddmDevice *device, GError **error);

gboolean fddm_host_meter_features (FddmDevice *device, const FddmTensor *coefficients, FddmTensor *input, GError **error);
gboolean fddm_host_meter_gather (FddmDevice *device, const FddmTensor *coefficients, const FddmTensor *output,
                                 FddmMeterSums *sums, GError **error);
gboolean fddm_host_meter_finish (FddmDevice *device, FddmMeterSums *sums, GError **error);

gboolean fddm_host_noise_map (FddmDevice *device, const FddmNoiseModel *model, const FddmTensor *coefficients,
                              FddmTensor *noise, GError **error);
gboolean fddm_host_noise_cap (FddmDevice *device, const FddmTensor *noise, const FddmTensor *cap, FddmTensor *out,
                              GError **error);
gboolean fddm_host_precondition (FddmDevice *device, const FddmTensor *x, const FddmTensor *noise,
                                 const FddmConditioning *conditioning, FddmTensor *input, GError **error);
gboolean fddm_host_estimate (FddmDevice *device, const FddmTensor *x, const FddmTensor *noise,
                             const FddmConditioning *conditioning, const FddmTensor *output, FddmTensor *x0, GError **error);
gboolean fddm_host_step (FddmDevice *device, const FddmStep *step, FddmTensor *x, GError **error);
gboolean fddm_host_start (FddmDevice *device, const FddmTensor *noise, const FddmTensor *mean, const FddmTensor *variance,
                          const FddmRandom *random, FddmTensor *x, GError **error);
gboolean fddm_host_difference (FddmDevice *device, const FddmTensor *y, const FddmTensor *x0, const FddmTensor *sample,
                               float detail, const FddmTensor *strength, FddmTensor *out, GError **error);

gboolean fddm_host_group_norm (FddmDevice *device, const FddmTensor *in, const FddmTensor *weight, const FddmTensor *bias,
                               int groups, FddmActivation activation, FddmTensor *out, GError **error);
gsize    fddm_host_attention_bytes (FddmDevice *device, int height, int width, int channels, int heads);
gboolean fddm_host_attention (FddmDevice *device, const FddmTensor *in, int heads, FddmTensor *out, GError **error);
gboolean fddm_host_embed (FddmDevice *device, const FddmTensor *in, const FddmTensor *vector, FddmTensor *out,
                          GError **error);
gboolean fddm_host_copy_channels (FddmDevice *device, const FddmTensor *in, int first, FddmTensor *out, GError **error);

gboolean fddm_host_copy_window (FddmDevice *device, const FddmTensor *torus, int row, int column, FddmTensor *window,
                                GError **error);
gboolean fddm_host_add_window (FddmDevice *device, const FddmTensor *window, const FddmTensor *down,
                               const FddmTensor *across, int row, int column, FddmTensor *torus, GError **error);
gboolean fddm_host_clamp (FddmDevice *device, int patch, FddmTensor *coefficients, GError **error);

/* Entries of the table of operations that all host backends share. */
#define FDDM_HOST_OPERATIONS                                                                                                \
  .describe = fddm_host_describe, .available = fddm_host_available, .tensor_new = fddm_host_tensor_new,                     \
  .tensor_free = fddm_host_tensor_free, .tensor_bytes = fddm_host_tensor_bytes, .tensor_upload = fddm_host_tensor_upload,   \
  .tensor_download = fddm_host_tensor_download, .analyse = fddm_host_analyse, .synthesise = fddm_host_synthesise,           \
  .analyse_input = fddm_host_analyse_input, .synthesise_output = fddm_host_synthesise_output, .filter = fddm_host_filter,   \
  .synthesise_finish = fddm_host_synthesise_finish, .meter_features = fddm_host_meter_features,                             \
  .meter_gather = fddm_host_meter_gather, .meter_finish = fddm_host_meter_finish, .noise_map = fddm_host_noise_map,         \
  .noise_cap = fddm_host_noise_cap, .precondition = fddm_host_precondition, .estimate = fddm_host_estimate,                 \
  .step = fddm_host_step, .start = fddm_host_start, .difference = fddm_host_difference, .group_norm = fddm_host_group_norm, \
  .attention = fddm_host_attention, .embed = fddm_host_embed, .copy_channels = fddm_host_copy_channels,                     \
  .listen = fddm_host_listen, .attention_bytes = fddm_host_attention_bytes, .copy_window = fddm_host_copy_window,           \
  .add_window = fddm_host_add_window, .clamp = fddm_host_clamp

/* ---- For the sources of the operations ---- */

/* Position (ROW, COLUMN) of a FLOAT tensor. A constant tensor has one position, returned for any ROW and COLUMN. */
static inline float *
fddm_host_at (const FddmTensor *tensor, int row, int column)
{
  gsize position = tensor->height * tensor->width == 1 ? 0 : (gsize) row * tensor->width + column;

  return (float *) tensor->data + position * tensor->channels;
}

/* Converts N elements of a NETWORK or FLOAT tensor, from element FIRST on, to or from floats. Elements are numbered by row,
 * column and channel (channels fastest), whatever the layout in memory. */
void fddm_host_load (const FddmDevice *device, const FddmTensor *tensor, gsize first, gsize n, float *values);
void fddm_host_store (const FddmDevice *device, FddmTensor *tensor, gsize first, gsize n, const float *values);

float fddm_host_activate (FddmActivation activation, float x);

/* Asks the listener whether to go on. To be called on the caller's thread. */
gboolean fddm_host_goes_on (FddmDevice *device, GError **error);
/* Fails for lack of memory. */
gboolean fddm_host_no_memory (GError **error);
