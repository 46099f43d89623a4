/* backend.h: the table of operations that a backend offers to the engine.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Implemented by ref/ (plain C, the reference of the tests), cpu/ (oneDNN) and cuda/ (a module loaded at run time).
 *
 * Tensors are height × width × channels, channels running fastest (NHWC with N = 1). A FLOAT tensor holds 32-bit floats,
 * for coefficients and noise levels. A NETWORK tensor holds the device's type for convolutions. Where a description says
 * "may be constant", a FLOAT tensor of 1 × 1 positions represents the same values at all positions.
 *
 * Coefficients are those of pictures in [-1,1]; noise levels are standard deviations in the same unit. Functions that
 * return gboolean return FALSE and set ERROR if the device fails or memory runs out. Shapes are the caller's duty. A
 * device may continue to work after a function returns; tensor_download and synthesise_finish wait for it and report its
 * failures. */
#pragma once
#include <glib.h>

/* Requires designated initialisers: GCC warns of positional values. */
#if defined __GNUC__ && !defined __clang__ && !defined __cplusplus
#define FDDM_BY_NAME __attribute__ ((designated_init))
#else
#define FDDM_BY_NAME
#endif
#include "kernels/noise-model.h"
#include "kernels/pixels/filters.h"
#include "kernels/pixels/meter.h"

#define FDDM_BACKEND_ABI 15

typedef struct FddmDevice FddmDevice; /* defined by each backend                                                 */
typedef struct FddmConv   FddmConv;   /* defined by each backend: a convolution's weights in the device's layout */

typedef enum { FDDM_TENSOR_FLOAT, FDDM_TENSOR_NETWORK } FddmTensorType;

typedef enum { FDDM_ACTIVATION_NONE, FDDM_ACTIVATION_RELU, FDDM_ACTIVATION_SILU } FddmActivation;

/* Form of a network's input (weights/FORMAT.md). */
typedef enum { FDDM_INPUT_WHITENED, FDDM_INPUT_WIENER } FddmInputForm;

/* Meaning of a network's output: the residual of the Wiener estimate, or the clean coefficient itself. */
typedef enum { FDDM_OUTPUT_RESIDUAL, FDDM_OUTPUT_CLEAN } FddmOutputForm;

typedef struct {
  FddmTensorType type;
  int            height, width, channels;
  gsize          bytes; /* size of DATA           */
  void          *data;  /* in the device's memory */
} FddmTensor;

/* Place of a window in a series on one array of pixels. The array is analysed through each window in turn, and
 * synthesised to a second array that is also common to all windows. Both arrays stay unchanged in between, so that a
 * device may read the pixels at the first analysis only and write them when the last synthesis finishes. Starting a new
 * series discards the previous one. */
typedef enum {
  FDDM_SERIES_NONE,
  FDDM_SERIES_FIRST,
  FDDM_SERIES_MORE,
  FDDM_SERIES_LAST,
  FDDM_SERIES_ONLY /* first and last */
} FddmSeries;

/* Place of a tile's pixels in an array of floats. Sample c of tile pixel (i, j), 0 <= i < rows·patch, is at row_offset[i]
 * + column_offset[j] + c·channel_stride. The offsets express reflection at the picture's edges, mirroring and
 * transposition. channel_stride is 0 for a gray picture. */
typedef struct {
  int        patch;         /* side d of a patch                   */
  int        rows, columns; /* in patches                          */
  int        channels;      /* of the coefficients: 3 (YCbCr) or 1 */
  int        channel_stride;
  gsize      n_floats; /* size of the array */
  const int *row_offset, *column_offset;
  int        top, bottom, left, right; /* tile pixels changed by synthesis: [top,bottom) × [left,right) */
  FddmSeries series;
} FDDM_BY_NAME FddmWindow;

/* Source of random numbers: a counter, so that they are the same for any tiling. */
typedef struct {
  guint32 seed;
  guint32 stream;      /* one per sampling step                 */
  int     row, column; /* of the tile's first patch, in patches */
} FDDM_BY_NAME FddmRandom;

/* Inputs of the merged passes besides the coefficients (formulas in weights/FORMAT.md). The tensors are constant, with
 * the coefficients' number of channels. */
typedef struct {
  const FddmTensor *level;                /* noise level                                                    */
  const float (*curve)[FDDM_NOISE_KNOTS]; /* per channel, factor of LEVEL by a patch's brightness; NULL = 1 */
  const FddmTensor *mean, *variance;
  float             lo, hi; /* range to which noise levels for the network are clamped */
} FDDM_BY_NAME FddmEnds;

/* Conversion of a state and its noise to the network's input, and of its output to an estimate (formulas in
 * weights/FORMAT.md). MEAN and VARIANCE are constant. */
typedef struct {
  const FddmTensor *mean, *variance;
  FddmInputForm     form;
  FddmOutputForm    output;
  float             lo, hi; /* in the form WHITENED, range to which noise levels are clamped */
} FDDM_BY_NAME FddmConditioning;

/* A step of the sampler, (27) and (28), from noise FROM to noise TO, both constant or both by place. */
typedef struct {
  const FddmTensor *x0;       /* estimate at FROM                                                                      */
  const FddmTensor *previous; /* estimate at BEFORE, for a step of second order (fddm_extrapolate); NULL: first order  */
  const FddmTensor *before;   /* noise that the last step began with; unused without PREVIOUS                          */
  const FddmTensor *from, *to;
  float             eta;    /* 0 (DDIM) … 1 (DDPM)           */
  const FddmRandom *random; /* may be NULL where ETA is 0 */
} FDDM_BY_NAME FddmStep;

/* Change of the pixels after a single network evaluation: WEIGHT × STRENGTH × (estimate − COEFFICIENTS), where the estimate
 * is computed from the network's OUTPUT. STRENGTH is constant. */
typedef struct {
  const FddmTensor *coefficients, *output, *strength;
  float             weight;
} FDDM_BY_NAME FddmOutput;

typedef struct {
  int            kernel; /* 1 or 3 */
  int            in_channels, out_channels;
  const float   *weights; /* out × in × kernel × kernel */
  const float   *bias;    /* out                        */
  FddmActivation activation;
  const float   *ranges;   /* in: magnitude up to which each input matters, for 8 bits; NULL = unknown */
  gboolean       positive; /* no input is below 0                                                      */
  /* Where this and the only convolution that reads the result are in 8 bits, the result may be, too: with RELU, no residual and
   * OUT_RANGES, those of the reader, which has PASSED. The tensor between them is for nobody else then. */
  const float *out_ranges;
  gboolean     passed;
} FDDM_BY_NAME FddmConvSpec;

/* Convolutions of which each reads the result of the one before it. One with a residual adds what the one before it read; the
 * first two and the last have none. */
typedef struct {
  int              n;
  FddmConv *const *convs;
  const gboolean  *residuals;
} FDDM_BY_NAME FddmChain;

/* A network that is evaluated once: what analyse_input, the network and synthesise_output do. PIXELS may be TARGET. */
typedef struct {
  const FddmWindow *window;
  const FddmEnds   *ends;
  const FddmTensor *strength;
  float             weight;
  const float      *pixels;
  float            *target;
} FDDM_BY_NAME FddmPass;

/* How the CPU convolves. */
typedef enum {
  FDDM_CONVOLUTION_FASTEST,  /* as was measured                          */
  FDDM_CONVOLUTION_BF16,     /* numbers of 16 bits                       */
  FDDM_CONVOLUTION_WINOGRAD, /* floats, with fewer multiplications       */
  FDDM_CONVOLUTION_DIRECT,   /* floats, as the definition says           */
  FDDM_CONVOLUTION_INT8      /* integers of 8 bits, where ranges are known; bf16 or floats elsewhere */
} FddmConvolution;

/* Side of a block of positions, and what a position counts in one convolution: the sum of the squares of what its inputs lie
 * outside of their ranges by, as shares of these, at most FDDM_STRAYS_MOST, in steps of 1/FDDM_STRAYS_ONE. */
#define FDDM_STRAYS_BLOCK 32
#define FDDM_STRAYS_MOST  0.25f
#define FDDM_STRAYS_ONE   1024

/* Strays: inputs of convolutions in 8 bits that are cut off since they lie outside of their ranges. The sums are of whole
 * numbers, so that they are the same for any tiling and any number of threads. */
typedef struct {
  int      top, bottom, left, right; /* positions that count: [TOP,BOTTOM) × [LEFT,RIGHT) of the inputs        */
  int      row, column;              /* of the inputs' first position, seen from the first position of BLOCKS   */
  int      across;                   /* blocks in a row                                                         */
  guint32 *blocks;                   /* a sum for each, which does not grow once it exceeds MOST                */
  guint32  most;                     /* that a sum should be                                                    */
  guint32 *over;                     /* how many sums exceed MOST                                               */
  guint32  allowed;                  /* a convolution fails with FDDM_KERNEL_ERROR_RANGES where OVER exceeds it */
} FDDM_BY_NAME FddmStrays;

/* Whether to go on with a long operation. */
typedef gboolean (*FddmGoesOn) (gpointer data);

#define FDDM_CONVOLUTIONS (FDDM_CONVOLUTION_INT8 + 1)

typedef struct {
  int kernel, in_channels, out_channels;
} FddmConvShape;

typedef struct {
  int      threads; /* 0 = one per core                              */
  gboolean float32; /* no half precision, nor 8 bits unless asked for */
  gboolean ranges;  /* most convolutions will come with their ranges */
  gboolean watched; /* the caller watches for strays, so that the device may choose 8 bits by itself */
  /* For the CPU: the convolution that most of the work will be, all 0 = one of 64 channels; and how to do it. */
  FddmConvShape   shape;
  FddmConvolution convolution;
} FDDM_BY_NAME FddmDeviceOptions;

typedef struct {
  int         abi;  /* FDDM_BACKEND_ABI          */
  const char *name; /* "CPU", "GPU", "reference" */

  /* Opens the device. Runs a small convolution and checks its result; but for the reference, which is the yardstick. */
  FddmDevice *(*open) (const FddmDeviceOptions *options, GError **error);
  void (*close) (FddmDevice *device);
  /* Description of the device that open would open, as far as can be seen without a computation; or NULL and the reason
   * why there is none. A device that is found may still fail to open. NULL in backends whose devices open at once. */
  char *(*look) (const FddmDeviceOptions *options, GError **error);
  /* Description for the user, such as "AMD EPYC, 2 threads, bf16". Owned by the device. */
  const char *(*describe) (FddmDevice *device);
  /* Bytes available for new tensors; G_MAXSIZE = no limit of the device's own. */
  gsize (*available) (FddmDevice *device);

  FddmTensor *(*tensor_new) (FddmDevice *device, FddmTensorType type, int height, int width, int channels, GError **error);
  void (*tensor_free) (FddmDevice *device, FddmTensor *tensor);
  gsize (*tensor_bytes) (FddmDevice *device, FddmTensorType type, int height, int width, int channels);
  /* Transfers floats to or from a tensor. A NETWORK tensor converts them. */
  gboolean (*tensor_upload) (FddmDevice *device, FddmTensor *tensor, const float *values, GError **error);
  gboolean (*tensor_download) (FddmDevice *device, const FddmTensor *tensor, float *values, GError **error);

  /* Forward transform: PIXELS in [0,1] (host memory) -> [-1,1] -> YCbCr -> orthonormal DCT-II of each patch. PIXELS have
   * been read on return. */
  gboolean (*analyse) (FddmDevice *device, const FddmWindow *window, const float *pixels, FddmTensor *coefficients,
                       GError **error);
  /* Inverse transform: adds WEIGHT × the picture of COEFFICIENTS to the pixels within the window's bounds. COEFFICIENTS
   * describe a difference of pictures, without the offset of [-1,1]. A gray picture takes the luma only. Non-finite
   * pixels stay.
   *
   * May return before it is complete: until synthesise_finish, the window's offsets, COEFFICIENTS and PIXELS must not
   * change; the caller may work on other pixels. Only one can be in progress: the next one, a download and closing
   * discard an unfinished one. After a failure some pixels may have been changed: start again from clean ones. */
  gboolean (*synthesise) (FddmDevice *device, const FddmWindow *window, const FddmTensor *coefficients, float weight,
                          float *pixels, GError **error);
  /* Merged operations for a single network evaluation, with one pass over memory before the network and one after it.
   * analyse_input: analyse, noise_map if ENDS has a curve, precondition. synthesise_output: estimate, difference without
   * a sample, synthesise; the rules of synthesise for COEFFICIENTS hold for everything that OUTPUT and ENDS refer to. The
   * results equal those of the separate operations. */
  gboolean (*analyse_input) (FddmDevice *device, const FddmWindow *window, const float *pixels, const FddmEnds *ends,
                             FddmTensor *coefficients, FddmTensor *input, GError **error);
  gboolean (*synthesise_output) (FddmDevice *device, const FddmWindow *window, const FddmEnds *ends,
                                 const FddmOutput *output, float *pixels, GError **error);
  /* Filters CHANGE, packed, which was 0 before a series of windows was synthesised to it; a GPU, which sums up the series
   * in its own memory, overwrites it. PIXELS, finite, are those that the series analysed. Call after the last synthesise of
   * the series. As that, it may return before it is complete. Pixels of CHANGE outside of FILTERS' bounds become
   * undefined. */
  gboolean (*filter) (FddmDevice *device, const FddmFilters *filters, const float *pixels, float *change, GError **error);
  /* Waits for the pixels of the last synthesise, synthesise_output or filter. Does nothing if none is in progress. */
  gboolean (*synthesise_finish) (FddmDevice *device, GError **error);

  /* The noise meter's ends (pixels/meter.h). INPUT of its network from the COEFFICIENTS of a piece. */
  gboolean (*meter_features) (FddmDevice *device, const FddmTensor *coefficients, FddmTensor *input, GError **error);
  /* Adds the network's OUTPUT for a piece to SUMS. May return before it is complete: until meter_finish, SUMS must be
   * neither read nor changed. */
  gboolean (*meter_gather) (FddmDevice *device, const FddmTensor *coefficients, const FddmTensor *output,
                            FddmMeterSums *sums, GError **error);
  /* Waits for SUMS. With NULL, discards what has been gathered since the last call. */
  gboolean (*meter_finish) (FddmDevice *device, FddmMeterSums *sums, GError **error);

  /* NOISE = level of MODEL at each patch's brightness. */
  gboolean (*noise_map) (FddmDevice *device, const FddmNoiseModel *model, const FddmTensor *coefficients, FddmTensor *noise,
                         GError **error);
  /* OUT = min (NOISE, CAP). CAP is constant; NOISE may be constant; OUT has the shape of NOISE. */
  gboolean (*noise_cap) (FddmDevice *device, const FddmTensor *noise, const FddmTensor *cap, FddmTensor *out,
                         GError **error);

  /* Computes the network's input (2C channels) from the state X (C channels). NOISE may be constant. */
  gboolean (*precondition) (FddmDevice *device, const FddmTensor *x, const FddmTensor *noise,
                            const FddmConditioning *conditioning, FddmTensor *input, GError **error);
  /* Clean coefficients X0 from X and the network's OUTPUT. NOISE may be constant. */
  gboolean (*estimate) (FddmDevice *device, const FddmTensor *x, const FddmTensor *noise,
                        const FddmConditioning *conditioning, const FddmTensor *output, FddmTensor *x0, GError **error);
  /* One step of the sampler. Changes X in place. */
  gboolean (*step) (FddmDevice *device, const FddmStep *step, FddmTensor *x, GError **error);
  /* X = MEAN + √(VARIANCE + NOISE²) · z, the initial state of generation. NOISE may be constant. */
  gboolean (*start) (FddmDevice *device, const FddmTensor *noise, const FddmTensor *mean, const FddmTensor *variance,
                     const FddmRandom *random, FddmTensor *x, GError **error);
  /* OUT = STRENGTH · ((1 − DETAIL)·X0 + DETAIL·SAMPLE − Y): the change to add to the photo. STRENGTH is constant; SAMPLE
   * may be NULL if DETAIL is 0; Y may be constant; OUT may be X0 or SAMPLE. */
  gboolean (*difference) (FddmDevice *device, const FddmTensor *y, const FddmTensor *x0, const FddmTensor *sample,
                          float detail, const FddmTensor *strength, FddmTensor *out, GError **error);

  /* The weights and bias of SPEC must outlive the convolution. */
  FddmConv *(*conv_new) (FddmDevice *device, const FddmConvSpec *spec, GError **error);
  void (*conv_free) (FddmDevice *device, FddmConv *conv);
  /* Upper bound of the working memory in bytes for this size. Convolutions share it. The device may prepare and cache
   * data for the size. RESIDUAL: whether conv will get a residual. */
  gboolean (*conv_prepare) (FddmDevice *device, FddmConv *conv, int height, int width, gboolean residual, gsize *scratch,
                            GError **error);
  /* OUT = activation (conv (IN) + bias + RESIDUAL), with zero padding. RESIDUAL may be NULL, or OUT itself (fastest). */
  gboolean (*conv) (FddmDevice *device, FddmConv *conv, const FddmTensor *in, const FddmTensor *residual, FddmTensor *out,
                    GError **error);

  /* Group norm over all positions and the channels of a group, ε = 1e-5. WEIGHT and BIAS are constant FLOAT tensors. */
  gboolean (*group_norm) (FddmDevice *device, const FddmTensor *in, const FddmTensor *weight, const FddmTensor *bias,
                          int groups, FddmActivation activation, FddmTensor *out, GError **error);
  /* Softmax attention over all positions. IN holds q, k and v (3n channels), OUT has n channels; HEADS divides n. */
  gboolean (*attention) (FddmDevice *device, const FddmTensor *in, int heads, FddmTensor *out, GError **error);
  /* OUT = IN + VECTOR at each position. VECTOR is a constant FLOAT tensor. */
  gboolean (*embed) (FddmDevice *device, const FddmTensor *in, const FddmTensor *vector, FddmTensor *out, GError **error);
  /* Copies all channels of IN to the channels of OUT from FIRST. */
  gboolean (*copy_channels) (FddmDevice *device, const FddmTensor *in, int first, FddmTensor *out, GError **error);

  /* WINDOW = TORUS from (ROW, COLUMN), which is on the torus. After the last row comes the first, and after the last
   * column the first, repeatedly if the window is larger than the torus. */
  gboolean (*copy_window) (FddmDevice *device, const FddmTensor *torus, int row, int column, FddmTensor *window,
                           GError **error);
  /* TORUS += DOWN_i · ACROSS_j · WINDOW_ij at (ROW + i, COLUMN + j). DOWN and ACROSS are constant FLOAT tensors with one
   * channel per row or column of the window. */
  gboolean (*add_window) (FddmDevice *device, const FddmTensor *window, const FddmTensor *down, const FddmTensor *across,
                          int row, int column, FddmTensor *torus, GError **error);
  /* Clamps pixels in place: coefficients of patches of side PATCH -> R'G'B' or gray pixels -> clamped to [-1,1] ->
   * coefficients. */
  gboolean (*clamp) (FddmDevice *device, int patch, FddmTensor *coefficients, GError **error);
  /* Waits until the work before the previous call of pace is done: so progress is never ahead of the work by more than lies
   * between two calls, while the device has work waiting. NULL in backends whose functions return with their work done. */
  gboolean (*pace) (FddmDevice *device, GError **error);
  /* Maximum number of multiply-adds for one convolution, so that a GPU that also draws the screen can do so ten times a second,
   * and work on the CPU can be cancelled; 0 = no limit. NULL in backends that never limit it. */
  double (*operation_limit) (FddmDevice *device);
  /* Opens a second device that works in parallel, on a thread of its own with THREADS threads. Each may use the other's
   * tensors. Close it before this one. NULL in backends that gain nothing from it. */
  FddmDevice *(*beside) (FddmDevice *device, int threads, GError **error);
  /* Long operations ask GOES_ON, on the caller's thread and several times a second; one that is told to stop fails with
   * FDDM_KERNEL_ERROR_STOPPED. GOES_ON NULL: nobody is asked any more. NULL in backends whose operations do not block. */
  void (*listen) (FddmDevice *device, FddmGoesOn goes_on, gpointer data);
  /* Working memory of attention to CHANNELS values at each of HEIGHT × WIDTH positions, in bytes. NULL in backends that plan
   * with the memory that is free. */
  gsize (*attention_bytes) (FddmDevice *device, int height, int width, int channels, int heads);
  /* Convolutions count their strays in STRAYS from now on; NULL: no longer. NULL in backends without 8 bits. */
  void (*watch) (FddmDevice *device, const FddmStrays *strays);
  /* EXACT: NETWORK tensors and convolutions that are made from now on are those of the fastest way other than 8 bits, otherwise
   * of the way that the device chose. FALSE, and nothing changes, unless it chose 8 bits by itself. NULL in backends without 8
   * bits. Convolutions and NETWORK tensors are to be used only in the state in which they were made. */
  gboolean (*exactly) (FddmDevice *device, gboolean exact);
  /* A chain on bands of rows, one band through all convolutions after another, so that what lies between them takes the memory
   * of a band. chain_prepare sets BANDS to their number, SCRATCH to an upper bound of the working memory in bytes, which
   * convolutions share; BANDS is 0 where single convolutions do as well. chain_band computes BAND of NETWORK tensors of the
   * size prepared, from 0 on in order, with the results of single convolutions; OUT may not overlap IN. NULL in backends
   * that have no caches to keep values in. */
  gboolean (*chain_prepare) (FddmDevice *device, const FddmChain *chain, int height, int width, int *bands, gsize *scratch,
                             GError **error);
  gboolean (*chain_band) (FddmDevice *device, const FddmChain *chain, const FddmTensor *in, FddmTensor *out, int band,
                          GError **error);
  /* Likewise for a whole PASS, so that coefficients, input and output take the memory of a band, too. */
  gboolean (*flow_prepare) (FddmDevice *device, const FddmChain *chain, int height, int width, int *bands, gsize *scratch,
                            GError **error);
  gboolean (*flow_band) (FddmDevice *device, const FddmChain *chain, const FddmPass *pass, int band, GError **error);
} FddmBackend;

#define FDDM_KERNEL_ERROR (fddm_kernel_error_quark ())
GQuark fddm_kernel_error_quark (void);

typedef enum {
  FDDM_KERNEL_ERROR_UNUSABLE, /* unusable for another reason            */
  FDDM_KERNEL_ERROR_MEMORY,   /* out of memory: a smaller tile may help */
  FDDM_KERNEL_ERROR_FAILED,   /* failed during the computation          */
  /* Reasons for having no GPU, in the order of the checks. */
  FDDM_KERNEL_ERROR_NO_MODULE,  /* not installed                            */
  FDDM_KERNEL_ERROR_BAD_MODULE, /* cannot be loaded, or has another version */
  FDDM_KERNEL_ERROR_NO_DRIVER,
  FDDM_KERNEL_ERROR_OLD_DRIVER,
  FDDM_KERNEL_ERROR_NO_CUDNN,  /* missing, or of an unsuitable version */
  FDDM_KERNEL_ERROR_NO_DEVICE, /* none present, or none visible        */
  FDDM_KERNEL_ERROR_OLD_DEVICE,
  FDDM_KERNEL_ERROR_BUSY, /* out of memory, or reserved by another process */

  FDDM_KERNEL_ERROR_STOPPED,  /* the listener does not want to go on */
  FDDM_KERNEL_ERROR_OVERFLOW, /* the network's weights lead to numbers that are not finite */
  FDDM_KERNEL_ERROR_RANGES    /* too many strays */
} FddmKernelError;

extern const FddmBackend fddm_backend_ref;
extern const FddmBackend fddm_backend_cpu;

/* The GPU's table from the module in MODULE_DIR, an absolute path that other users cannot write to; NULL with the reason in
 * ERROR. The module is loaded once and stays loaded. */
const FddmBackend *fddm_backend_gpu (const char *module_dir, GError **error);

/* Symbol exported by the module: a function of the type FddmBackendModule. */
#define FDDM_BACKEND_MODULE_SYMBOL "fddm_backend_module"
typedef const FddmBackend *(*FddmBackendModule) (void);
