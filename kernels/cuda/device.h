/* device.h: the GPU device: streams, the rings for transfers, memory and cuDNN.
 * SPDX-License-Identifier: Apache-2.0
 *
 * All kernels run in order in one stream. Copies from and to the host have one stream each, synchronised with it by events,
 * so that all three work at once. The host waits only before it reads data that the GPU wrote. Every call of CUDA and cuDNN
 * is checked: if a GPU fails or disappears, the result is a GError, never an abort. */
#pragma once
#include <glib.h>
#include <cuda_runtime_api.h>
#include "kernels/cuda/cudnn-load.h"

G_BEGIN_DECLS

#include "kernels/backend.h"

/* Number format of NETWORK tensors. FLOAT tensors always hold FDDM_ELEMENT_FLOAT. */
typedef enum { FDDM_ELEMENT_FLOAT, FDDM_ELEMENT_HALF, FDDM_ELEMENT_BF16 } FddmElement;

typedef struct {
  void *data;
  gsize bytes;
} FddmBlock;

#define FDDM_RING_SLOTS 3

/* A ring of transfer buffers for one direction between host and GPU. Each slot has pinned host memory and device memory of
 * the same size. Slots are used in turn: the host fills (or empties) one, while the next is copied and the kernels work on a
 * third. */
typedef struct {
  cudaStream_t stream; /* for the copies    */
  gsize        bytes;  /* per slot          */
  int          next;   /* next slot to take */
  void        *host[FDDM_RING_SLOTS], *device[FDDM_RING_SLOTS];
  cudaEvent_t  copied[FDDM_RING_SLOTS]; /* recorded after the slot's last copy                               */
  cudaEvent_t  used[FDDM_RING_SLOTS];   /* recorded after the last kernel that used the slot's device memory */
} FddmRing;

/* The pixels of a series of windows, and the change to be added to them: resident.h. */
typedef struct {
  float   *pixels, *change;
  float   *room;  /* of the filters                                        */
  gsize    bytes; /* of PIXELS and of CHANGE                               */
  gsize    room_bytes;
  gsize    from, to; /* range of floats in CHANGE that have been added to     */
  gboolean open;     /* a series is in progress, or memory is being allocated */
} FddmResident;

/* Outputs of the network that are not finite: finite.c. */
typedef struct {
  unsigned int *count; /* in device memory                                                               */
  unsigned int *any;   /* in pinned host memory, which kernels write to: not 0 if COUNT may not be 0     */
} FddmBroken;

typedef struct FddmReplay    FddmReplay;    /* replay.h    */
typedef struct FddmSynthesis FddmSynthesis; /* transform.c */

struct FddmDevice {
  int                      ordinal;
  char                    *name;       /* the GPU's, as the driver has it */
  int                      capability; /* compute capability times 10     */
  FddmElement              network;
  char                    *description;
  int                      threads; /* host threads that pack pixels */
  cudaStream_t             stream;  /* for the kernels               */
  FddmRing                 up, down;
  FddmResident             resident;
  void                    *meter;    /* sums of the noise meter, see meter.cu; NULL until used */
  gboolean                 metering; /* it holds readings                                      */
  cudaEvent_t              idle;     /* see wait.c */
  cudaEvent_t              paces[2]; /* recorded in turn by pace */
  int                      paced;    /* number of calls of pace  */
  GArray                  *parked;   /* of FddmBlock: memory of freed tensors, for reuse                        */
  void                    *scratch;  /* working memory of the running operation; shared by all, grows on demand */
  gsize                    scratch_bytes;
  gsize                    limit, used; /* bytes that tensors may use (0 = no limit); bytes in use */
  const FddmCudnn         *cudnn;
  cudnnHandle_t            handle;
  cudnnBackendDescriptor_t properties; /* of a GPU to plan for without having one: tests only; otherwise NULL */
  GPtrArray               *plans;      /* of FddmPlan: how to run a layer of one size, see plan.h             */
  gint64                   planning;   /* microseconds spent on trials of plans                               */
  FddmReplay              *replay;
  /* Launches all recorded calls. memory.c calls it before it frees memory that they may refer to. */
  gboolean (*settle) (FddmDevice *device, GError **error);
  FddmSynthesis *synthesis; /* synthesis in progress, or NULL */
  FddmBroken     broken;
  void          *answer; /* see fddm_cuda_fetch() */
};

/* ---- error.c ---- */

/* TRUE if STATUS is success. Otherwise sets ERROR. DOING describes the action: "copying to the GPU". */
gboolean fddm_cuda_ok (cudaError_t status, const char *doing, GError **error);
/* Whether the latest kernel launch succeeded. Otherwise sets ERROR. */
gboolean fddm_cuda_launched (const char *doing, GError **error);
/* As fddm_cuda_ok, for cuDNN. */
gboolean fddm_cudnn_ok (const FddmCudnn *cudnn, cudnnStatus_t status, const char *doing, GError **error);
/* Sets ERROR: attention heads of SIZE channels do not fit. Always returns FALSE. */
gboolean fddm_cuda_heads_too_wide (int size, GError **error);
/* Makes the device current in this thread. Every operation starts with it, since any thread may call. */
gboolean fddm_cuda_select (const FddmDevice *device, GError **error);

/* ---- wait.c ---- */

/* Makes EVENT, unless it exists. Who waits for it sleeps. */
gboolean fddm_event_new (cudaEvent_t *event, GError **error);
/* Waits until the GPU has finished all its work. */
gboolean fddm_cuda_wait (FddmDevice *device, GError **error);
gboolean fddm_cuda_pace (FddmDevice *device, GError **error);
void     fddm_waits_clear (FddmDevice *device);

/* ---- finite.c ---- */

gboolean fddm_cuda_finite_init (FddmDevice *device, GError **error);
void     fddm_cuda_finite_clear (FddmDevice *device);
/* Whether all outputs of the network have been finite since the last call, as far as the host has waited for the kernels
 * that read them. Otherwise sets ERROR. */
gboolean fddm_cuda_are_finite (FddmDevice *device, GError **error);

/* ---- transfer.c ---- */

/* The most that fddm_cuda_fetch() fetches. */
#define FDDM_ANSWER_BYTES 4096

gboolean fddm_cuda_answer_init (FddmDevice *device, GError **error);
void     fddm_cuda_answer_clear (FddmDevice *device);
/* Copies BYTES of device memory to TO, after all work so far, and waits for them. DOING as for fddm_cuda_ok(). */
gboolean fddm_cuda_fetch (FddmDevice *device, void *to, const void *from, gsize bytes, const char *doing, GError **error);

/* ---- memory.c ---- */

FddmTensor *fddm_cuda_tensor_new (FddmDevice *device, FddmTensorType type, int height, int width, int channels,
                                  GError **error);
void        fddm_cuda_tensor_free (FddmDevice *device, FddmTensor *tensor);
gsize       fddm_cuda_tensor_bytes (FddmDevice *device, FddmTensorType type, int height, int width, int channels);
gsize       fddm_cuda_available (FddmDevice *device);
double      fddm_cuda_operation_limit (FddmDevice *device);

/* BYTES of scratch memory, rounded up so that what lies behind is aligned as cudaMalloc's memory is. */
static inline gsize
fddm_scratch_align (gsize bytes)
{
  return (bytes + 255) / 256 * 256;
}

/* Returns at least BYTES of scratch memory. All callers share it, until it grows. Its previous contents are lost. NULL with
 * ERROR set if out of memory. */
void *fddm_cuda_scratch (FddmDevice *device, gsize bytes, GError **error);
/* Allocates BYTES of the GPU's memory, freeing unused memory if needed. WHAT names the purpose in the message. NULL with
 * ERROR set if out of memory. */
void *fddm_cuda_allocate (FddmDevice *device, gsize bytes, const char *what, GError **error);
void  fddm_resident_free (FddmResident *resident);
/* Frees all memory that no tensor uses. The GPU must have finished its work. */
void fddm_cuda_memory_purge (FddmDevice *device);

static inline FddmElement
fddm_cuda_element (const FddmDevice *device, FddmTensorType type)
{
  return type == FDDM_TENSOR_NETWORK ? device->network : FDDM_ELEMENT_FLOAT;
}

/* ---- staging.c: rings ---- */

gboolean fddm_ring_init (FddmRing *ring, GError **error);
void     fddm_ring_clear (FddmRing *ring);
/* Enlarges the slots to at least BYTES. On failure the ring has no buffers until the next call. All recorded layers must
 * have been launched. */
gboolean fddm_ring_reserve (FddmDevice *device, FddmRing *ring, gsize bytes, GError **error);
/* Takes the next slot in turn. */
int fddm_ring_take (FddmRing *ring);
/* Waits until the last copy from or to SLOT has finished. Then the host may use the slot. */
gboolean fddm_ring_wait (FddmRing *ring, int slot, GError **error);
/* Upwards: fddm_ring_send () starts copying BYTES, which the host has put into SLOT; later kernels see them.
 * fddm_ring_used () releases the slot's device memory, after the kernels that read it have been launched. */
gboolean fddm_ring_send (FddmDevice *device, FddmRing *ring, int slot, gsize bytes, GError **error);
gboolean fddm_ring_used (FddmDevice *device, FddmRing *ring, int slot, GError **error);
/* As fddm_ring_send (), but copies to TO, elsewhere in the GPU's memory. */
gboolean fddm_ring_send_to (FddmDevice *device, FddmRing *ring, int slot, void *to, gsize bytes, GError **error);
/* Downwards: fddm_ring_claim () holds later kernels until SLOT's device memory may be overwritten. fddm_ring_fetch () starts
 * copying BYTES of their output to the host. */
gboolean fddm_ring_claim (FddmDevice *device, FddmRing *ring, int slot, GError **error);
gboolean fddm_ring_fetch (FddmDevice *device, FddmRing *ring, int slot, gsize bytes, GError **error);
/* As fddm_ring_fetch (), but copies from FROM, elsewhere in the GPU's memory. */
gboolean fddm_ring_fetch_from (FddmDevice *device, FddmRing *ring, int slot, const void *from, gsize bytes, GError **error);
/* Later work in STREAM waits for EVENT. An event that was never recorded counts as completed. */
gboolean fddm_stream_wait (cudaStream_t stream, cudaEvent_t event, GError **error);

/* ---- replay.c ---- */

/* Selects the device and launches all recorded layers, so that later work follows them. Every operation that is not a layer
 * starts with this. */
gboolean fddm_cuda_enter (FddmDevice *device, GError **error);

/* ---- transfer.c ---- */

gboolean fddm_cuda_tensor_upload (FddmDevice *device, FddmTensor *tensor, const float *values, GError **error);
gboolean fddm_cuda_tensor_download (FddmDevice *device, const FddmTensor *tensor, float *values, GError **error);

/* ---- convert.cu ---- */

/* Converts N values of TENSOR, from element FIRST on, from or to floats in device memory. */
gboolean fddm_cuda_store_floats (FddmDevice *device, const float *values, FddmTensor *tensor, gsize first, gsize n,
                                 GError **error);
gboolean fddm_cuda_load_floats (FddmDevice *device, const FddmTensor *tensor, gsize first, gsize n, float *values,
                                GError **error);

/* ---- transform.c, sampling.cu, conv.c, calls.c, torus.cu: the table of operations, documented in backend.h ---- */

gboolean fddm_cuda_analyse (FddmDevice *device, const FddmWindow *window, const float *pixels, FddmTensor *coefficients,
                            GError **error);
gboolean fddm_cuda_synthesise (FddmDevice *device, const FddmWindow *window, const FddmTensor *coefficients, float weight,
                               float *pixels, GError **error);
gboolean fddm_cuda_analyse_input (FddmDevice *device, const FddmWindow *window, const float *pixels, const FddmEnds *ends,
                                  FddmTensor *coefficients, FddmTensor *input, GError **error);
gboolean fddm_cuda_synthesise_output (FddmDevice *device, const FddmWindow *window, const FddmEnds *ends,
                                      const FddmOutput *output, float *pixels, GError **error);
gboolean fddm_cuda_filter (FddmDevice *device, const FddmFilters *filters, const float *pixels, float *change,
                           GError **error);
gboolean fddm_cuda_synthesise_finish (FddmDevice *device, GError **error);
/* Abandons a synthesis in progress: its pixels are no longer accessed, and its slots become free. */
void fddm_cuda_synthesise_drop (FddmDevice *device);

gboolean fddm_cuda_meter_features (FddmDevice *device, const FddmTensor *coefficients, FddmTensor *input, GError **error);
gboolean fddm_cuda_meter_gather (FddmDevice *device, const FddmTensor *coefficients, const FddmTensor *output,
                                 FddmMeterSums *sums, GError **error);
gboolean fddm_cuda_meter_finish (FddmDevice *device, FddmMeterSums *sums, GError **error);
gboolean fddm_cuda_noise_map (FddmDevice *device, const FddmNoiseModel *model, const FddmTensor *coefficients,
                              FddmTensor *noise, GError **error);
gboolean fddm_cuda_noise_cap (FddmDevice *device, const FddmTensor *noise, const FddmTensor *cap, FddmTensor *out,
                              GError **error);
gboolean fddm_cuda_precondition (FddmDevice *device, const FddmTensor *x, const FddmTensor *noise,
                                 const FddmConditioning *conditioning, FddmTensor *input, GError **error);
gboolean fddm_cuda_estimate (FddmDevice *device, const FddmTensor *x, const FddmTensor *noise,
                             const FddmConditioning *conditioning, const FddmTensor *output, FddmTensor *x0, GError **error);
gboolean fddm_cuda_step (FddmDevice *device, const FddmStep *step, FddmTensor *x, GError **error);
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
