/* device.h: the GPU as the operations see it: streams, the rings that pixels travel through, memory and cuDNN.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Kernels go through one stream, in order; copies from and to the host through one stream each, tied to it by events, so
 * that all three work at once. The host waits only where it reads what the GPU wrote. Every call of CUDA and cuDNN is
 * checked: a GPU that fails or vanishes becomes a GError, never an abort. */
#pragma once
#include <glib.h>
#include <cuda_runtime_api.h>
#include "kernels/cuda/cudnn-load.h"

G_BEGIN_DECLS

#include "kernels/backend.h"

/* What a NETWORK tensor holds; a FLOAT tensor holds FDDM_ELEMENT_FLOAT. */
typedef enum { FDDM_ELEMENT_FLOAT, FDDM_ELEMENT_HALF, FDDM_ELEMENT_BF16 } FddmElement;

typedef struct {
  void *data;
  gsize bytes;
} FddmBlock;

#define FDDM_RING_SLOTS 3

/* One way between host and GPU: slots of pinned host memory and as much of the GPU's, taken in turn, so that the host
 * fills (or empties) one slot while the next is copied and the kernels work on a third. */
typedef struct {
  cudaStream_t stream; /* for the copies                                       */
  gsize        bytes;  /* of a slot                                            */
  int          next;   /* slot to be taken                                     */
  void        *host[FDDM_RING_SLOTS], *device[FDDM_RING_SLOTS];
  cudaEvent_t  copied[FDDM_RING_SLOTS]; /* behind the slot's last copy                          */
  cudaEvent_t  used[FDDM_RING_SLOTS];   /* behind the last kernel that used its device memory   */
} FddmRing;

/* The pixels of a series of windows, and what is to be added to them: resident.h. */
typedef struct {
  float   *pixels, *change;
  gsize    bytes;    /* of either                                      */
  gsize    from, to; /* floats of CHANGE that something was added to   */
  gboolean open;     /* a series is on its way, or memory is being got */
} FddmResident;

typedef struct FddmReplay    FddmReplay;    /* replay.h    */
typedef struct FddmSynthesis FddmSynthesis; /* transform.c */

struct FddmDevice {
  int                      ordinal;
  FddmElement              network;
  char                    *description;
  int                      threads; /* of the host, for packing pixels */
  cudaStream_t             stream;  /* for the kernels                 */
  FddmRing                 up, down;
  FddmResident             resident;
  GArray                  *parked;  /* of FddmBlock: memory of tensors that are no more, for the next ones */
  void                    *scratch; /* working memory of whatever runs; grows, shared by all */
  gsize                    scratch_bytes;
  gsize                    limit, used; /* bytes that tensors may take (0 = no limit), and take */
  const FddmCudnn         *cudnn;
  cudnnHandle_t            handle;
  cudnnBackendDescriptor_t properties; /* of the GPU to plan for without having one: tests only; else NULL */
  GPtrArray               *plans;      /* of FddmPlan: convolutions of one size, see plan.h */
  FddmReplay              *replay;
  /* Launches what waits to be launched: memory.c calls it before it frees what that may point to. */
  gboolean (*settle) (FddmDevice *device, GError **error);
  FddmSynthesis *synthesis; /* that is under way, or NULL */
};

/* ---- error.c ---- */

/* TRUE if STATUS is success; otherwise the error says what was being done (DOING: "copying to the GPU"). */
gboolean fddm_cuda_ok (cudaError_t status, const char *doing, GError **error);
/* Whether the kernel that was just launched could be. */
gboolean fddm_cuda_launched (const char *doing, GError **error);
/* The same for cuDNN. */
gboolean fddm_cudnn_ok (const FddmCudnn *cudnn, cudnnStatus_t status, const char *doing, GError **error);
/* Sets the error for attention over heads of SIZE channels, which do not fit. Always FALSE. */
gboolean fddm_cuda_heads_too_wide (int size, GError **error);
/* Makes the device this thread's current one: each operation starts with it, since any thread may call. */
gboolean fddm_cuda_select (const FddmDevice *device, GError **error);
/* Until the GPU has done all that it was given. */
gboolean fddm_cuda_wait (FddmDevice *device, GError **error);

/* ---- memory.c ---- */

FddmTensor *fddm_cuda_tensor_new (FddmDevice *device, FddmTensorType type, int height, int width, int channels,
                                  GError **error);
void        fddm_cuda_tensor_free (FddmDevice *device, FddmTensor *tensor);
gsize       fddm_cuda_tensor_bytes (FddmDevice *device, FddmTensorType type, int height, int width, int channels);
gsize       fddm_cuda_available (FddmDevice *device);

/* At least BYTES of scratch memory, the same for every caller until it grows; what was in it before is gone. */
void *fddm_cuda_scratch (FddmDevice *device, gsize bytes, GError **error);
/* BYTES of the GPU's memory, WHAT says for what; what nobody uses at the moment gives way. */
void *fddm_cuda_allocate (FddmDevice *device, gsize bytes, const char *what, GError **error);
void  fddm_resident_free (FddmResident *resident);
/* Gives back all memory that no tensor holds. The GPU must have done its work. */
void fddm_cuda_memory_purge (FddmDevice *device);

static inline FddmElement
fddm_cuda_element (const FddmDevice *device, FddmTensorType type)
{
  return type == FDDM_TENSOR_NETWORK ? device->network : FDDM_ELEMENT_FLOAT;
}

/* ---- staging.c: rings ---- */

gboolean fddm_ring_init (FddmRing *ring, GError **error);
void     fddm_ring_clear (FddmRing *ring);
/* Makes slots of at least BYTES. One that could not be made larger has none until it is asked again. The network's layers
 * must have been launched. */
gboolean fddm_ring_reserve (FddmDevice *device, FddmRing *ring, gsize bytes, GError **error);
/* The next slot in turn. */
int fddm_ring_take (FddmRing *ring);
/* Until the last copy from or to SLOT is over: then the host may touch it. */
gboolean fddm_ring_wait (FddmRing *ring, int slot, GError **error);
/* Up: starts copying BYTES that the host has put into SLOT; the kernels that follow see them. Once these are launched,
 * fddm_ring_used () lets the slot's device memory go. */
gboolean fddm_ring_send (FddmDevice *device, FddmRing *ring, int slot, gsize bytes, GError **error);
gboolean fddm_ring_used (FddmDevice *device, FddmRing *ring, int slot, GError **error);
/* The same copy to TO, elsewhere in the GPU's memory. */
gboolean fddm_ring_send_to (FddmDevice *device, FddmRing *ring, int slot, void *to, gsize bytes, GError **error);
/* Down: fddm_ring_claim () holds the kernels that follow until SLOT's device memory is free to be written;
 * fddm_ring_fetch () starts copying BYTES of what they wrote to the host. */
gboolean fddm_ring_claim (FddmDevice *device, FddmRing *ring, int slot, GError **error);
gboolean fddm_ring_fetch (FddmDevice *device, FddmRing *ring, int slot, gsize bytes, GError **error);
/* The same copy of FROM, elsewhere in the GPU's memory. */
gboolean fddm_ring_fetch_from (FddmDevice *device, FddmRing *ring, int slot, const void *from, gsize bytes, GError **error);
/* What follows in STREAM waits for EVENT; one that was never recorded is over. */
gboolean fddm_stream_wait (cudaStream_t stream, cudaEvent_t event, GError **error);

/* ---- replay.c ---- */

/* Selects the device, and the network's layers that still wait to be launched are: what is launched next comes after them.
 * Every operation that is not itself a layer starts with this. */
gboolean fddm_cuda_enter (FddmDevice *device, GError **error);

/* ---- transfer.c ---- */

gboolean fddm_cuda_tensor_upload (FddmDevice *device, FddmTensor *tensor, const float *values, GError **error);
gboolean fddm_cuda_tensor_download (FddmDevice *device, const FddmTensor *tensor, float *values, GError **error);

/* ---- convert.cu ---- */

/* N values of TENSOR from element FIRST on, from or to floats in device memory. */
gboolean fddm_cuda_store_floats (FddmDevice *device, const float *values, FddmTensor *tensor, gsize first, gsize n,
                                 GError **error);
gboolean fddm_cuda_load_floats (FddmDevice *device, const FddmTensor *tensor, gsize first, gsize n, float *values,
                                GError **error);

/* ---- transform.c, sampling.cu, conv.c, calls.c, torus.cu: the table's operations; backend.h ---- */

gboolean fddm_cuda_analyse (FddmDevice *device, const FddmWindow *window, const float *pixels, FddmTensor *coefficients,
                            GError **error);
gboolean fddm_cuda_synthesise (FddmDevice *device, const FddmWindow *window, const FddmTensor *coefficients, float weight,
                               float *pixels, GError **error);
gboolean fddm_cuda_analyse_input (FddmDevice *device, const FddmWindow *window, const float *pixels, const FddmEnds *ends,
                                  FddmTensor *coefficients, FddmTensor *input, GError **error);
gboolean fddm_cuda_synthesise_output (FddmDevice *device, const FddmWindow *window, const FddmEnds *ends,
                                      const FddmOutput *output, float *pixels, GError **error);
gboolean fddm_cuda_synthesise_finish (FddmDevice *device, GError **error);
/* Gives up what is under way: its pixels are touched no more, and its slots are free. */
void fddm_cuda_synthesise_drop (FddmDevice *device);

gboolean fddm_cuda_noise_map (FddmDevice *device, const FddmNoiseModel *model, const FddmTensor *coefficients,
                              FddmTensor *noise, GError **error);
gboolean fddm_cuda_noise_cap (FddmDevice *device, const FddmTensor *noise, const FddmTensor *cap, FddmTensor *out,
                              GError **error);
gboolean fddm_cuda_precondition (FddmDevice *device, const FddmTensor *x, const FddmTensor *noise,
                                 const FddmConditioning *conditioning, FddmTensor *input, GError **error);
gboolean fddm_cuda_estimate (FddmDevice *device, const FddmTensor *x, const FddmTensor *noise, const FddmTensor *mean,
                             const FddmTensor *variance, const FddmTensor *output, FddmTensor *x0, GError **error);
gboolean fddm_cuda_step (FddmDevice *device, const FddmTensor *x0, const FddmTensor *from, const FddmTensor *to, float eta,
                         const FddmRandom *random, FddmTensor *x, GError **error);
gboolean fddm_cuda_start (FddmDevice *device, const FddmTensor *noise, const FddmTensor *mean, const FddmTensor *variance,
                          const FddmRandom *random, FddmTensor *x, GError **error);
gboolean fddm_cuda_difference (FddmDevice *device, const FddmTensor *y, const FddmTensor *x0, const FddmTensor *sample,
                               float detail, const FddmTensor *strength, FddmTensor *out, GError **error);

FddmConv *fddm_cuda_conv_new (FddmDevice *device, const FddmConvSpec *spec, GError **error);
void      fddm_cuda_conv_free (FddmDevice *device, FddmConv *conv);
gboolean  fddm_cuda_conv_prepare (FddmDevice *device, FddmConv *conv, int height, int width, gboolean residual,
                                  gsize *scratch, GError **error);
gboolean  fddm_cuda_conv (FddmDevice *device, FddmConv *conv, const FddmTensor *in, const FddmTensor *residual,
                          FddmTensor *out, GError **error);

gboolean fddm_cuda_group_norm (FddmDevice *device, const FddmTensor *in, const FddmTensor *weight, const FddmTensor *bias,
                               int groups, FddmActivation activation, FddmTensor *out, GError **error);
gboolean fddm_cuda_attention (FddmDevice *device, const FddmTensor *in, int heads, FddmTensor *out, GError **error);
gboolean fddm_cuda_embed (FddmDevice *device, const FddmTensor *in, const FddmTensor *vector, FddmTensor *out,
                          GError **error);
gboolean fddm_cuda_copy_channels (FddmDevice *device, const FddmTensor *in, int first, FddmTensor *out, GError **error);

gboolean fddm_cuda_copy_window (FddmDevice *device, const FddmTensor *torus, int row, int column, FddmTensor *window,
                                GError **error);
gboolean fddm_cuda_add_window (FddmDevice *device, const FddmTensor *window, const FddmTensor *down,
                               const FddmTensor *across, int row, int column, FddmTensor *torus, GError **error);
gboolean fddm_cuda_clamp (FddmDevice *device, int patch, FddmTensor *coefficients, GError **error);

G_END_DECLS
