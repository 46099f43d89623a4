/* backend.h: the operations that a device offers to the engine.
 * SPDX-License-Identifier: Apache-2.0
 *
 * One table, implemented by ref/ (plain C, the yardstick), cpu/ (oneDNN) and cuda/ (a module opened at run time).
 *
 * Tensors are height × width × channels, channels running fastest (NHWC with N = 1). A FLOAT tensor holds 32-bit floats
 * and carries coefficients and noise levels; a NETWORK tensor holds whatever the device computes convolutions in.
 * A FLOAT tensor of 1 × 1 positions stands for the same values everywhere where an operation says "may be constant".
 *
 * Coefficients are those of pictures in [-1,1]; noise levels are standard deviations of the same. Functions that return
 * gboolean return FALSE and set ERROR when the device failed or memory ran out; shapes are the caller's duty. A device may
 * work on after a function has returned; tensor_download and synthesise_finish wait for it, and report what failed meanwhile. */
#pragma once
#include <glib.h>

/* Such a struct is filled in by its members' names: GCC warns of a value that goes by its place. */
#if defined __GNUC__ && !defined __clang__ && !defined __cplusplus
#define FDDM_BY_NAME __attribute__ ((designated_init))
#else
#define FDDM_BY_NAME
#endif
#include "kernels/noise-model.h"

#define FDDM_BACKEND_ABI 5

typedef struct FddmDevice FddmDevice; /* each backend's own */
typedef struct FddmConv   FddmConv;   /* likewise: a convolution's weights, laid out for the device */

typedef enum { FDDM_TENSOR_FLOAT, FDDM_TENSOR_NETWORK } FddmTensorType;

typedef enum { FDDM_ACTIVATION_NONE, FDDM_ACTIVATION_RELU, FDDM_ACTIVATION_SILU } FddmActivation;

/* How a network sees coefficients and their noise (weights/FORMAT.md). */
typedef enum { FDDM_INPUT_WHITENED, FDDM_INPUT_WIENER } FddmInputForm;

typedef struct {
  FddmTensorType type;
  int            height, width, channels;
  gsize          bytes; /* of DATA */
  void          *data;  /* in the device's memory */
} FddmTensor;

/* Of several windows on one array of pixels, which is analysed through each in turn and synthesised to another array, likewise
 * one for all: a device may read the pixels at the first window's analysis only, and write to them when the last window's
 * synthesis is finished. Both stay as they are in between. Who begins a series anew gives up what an old one gathered. */
typedef enum { FDDM_SERIES_NONE, FDDM_SERIES_FIRST, FDDM_SERIES_MORE, FDDM_SERIES_LAST } FddmSeries;

/* Where a tile's pixels lie in an array of floats. Pixel (i, j) of the tile, 0 <= i < rows·patch, has its sample c at
 * row_offset[i] + column_offset[j] + c·channel_stride: reflection at the picture's edges, mirrored and transposed
 * reading are all a matter of these offsets. A channel_stride of 0 means a gray picture. */
typedef struct {
  int        patch;         /* side d of a patch                       */
  int        rows, columns; /* of patches                              */
  int        channels;      /* of the coefficients: 3 (YCbCr) or 1     */
  int        channel_stride;
  gsize      n_floats; /* in the array                            */
  const int *row_offset, *column_offset;
  int        top, bottom, left, right; /* pixels of the tile that synthesis adds to: [top,bottom) × [left,right) */
  FddmSeries series;
} FddmWindow;

/* Where random numbers come from: a counter, so that any tile draws the same ones. */
typedef struct {
  guint32 seed;
  guint32 stream;      /* one for each sampling step             */
  int     row, column; /* of the tile's first patch, in patches  */
} FddmRandom;

/* What the network's two ends ask besides the coefficients; weights/FORMAT.md has the formulas. Tensors are constant, of as
 * many channels as the coefficients. */
typedef struct {
  const FddmTensor *level;                /* of the noise                                                  */
  const float (*curve)[FDDM_NOISE_KNOTS]; /* by channel, LEVEL's factor at a patch's brightness; NULL = 1  */
  const FddmTensor *mean, *variance;
  float             lo, hi; /* noise levels go to the network clamped to this                */
} FddmEnds;

typedef struct {
  int            kernel; /* 1 or 3 */
  int            in_channels, out_channels;
  const float   *weights; /* out × in × kernel × kernel */
  const float   *bias;    /* out */
  FddmActivation activation;
} FDDM_BY_NAME FddmConvSpec;

/* How the CPU convolves. */
typedef enum {
  FDDM_CONVOLUTION_FASTEST,  /* as was measured                          */
  FDDM_CONVOLUTION_BF16,     /* numbers of 16 bits                       */
  FDDM_CONVOLUTION_WINOGRAD, /* floats, with fewer multiplications       */
  FDDM_CONVOLUTION_DIRECT    /* floats, as the definition says           */
} FddmConvolution;

#define FDDM_CONVOLUTIONS (FDDM_CONVOLUTION_DIRECT + 1)

typedef struct {
  int kernel, in_channels, out_channels;
} FddmConvShape;

typedef struct {
  int      threads; /* 0 = one for each core */
  gboolean float32; /* no convolutions in half precision */
  /* For the CPU: the convolution that most of the work will be, all 0 = one of 64 channels; and how to do it. */
  FddmConvShape   shape;
  FddmConvolution convolution;
} FDDM_BY_NAME FddmDeviceOptions;

typedef struct {
  int         abi;  /* FDDM_BACKEND_ABI */
  const char *name; /* "CPU", "GPU", "reference" */

  /* Opens the device, having run one small convolution and compared it against the expected numbers. */
  FddmDevice *(*open) (const FddmDeviceOptions *options, GError **error);
  void (*close) (FddmDevice *device);
  /* What it is, for people: "AMD EPYC, 2 threads, bf16". Owned by the device. */
  const char *(*describe) (FddmDevice *device);
  /* Bytes that new tensors may take at most; G_MAXSIZE = no limit of its own. */
  gsize (*available) (FddmDevice *device);

  FddmTensor *(*tensor_new) (FddmDevice *device, FddmTensorType type, int height, int width, int channels, GError **error);
  void (*tensor_free) (FddmDevice *device, FddmTensor *tensor);
  gsize (*tensor_bytes) (FddmDevice *device, FddmTensorType type, int height, int width, int channels);
  /* Floats to and from the tensor, converted when it is a NETWORK tensor. */
  gboolean (*tensor_upload) (FddmDevice *device, FddmTensor *tensor, const float *values, GError **error);
  gboolean (*tensor_download) (FddmDevice *device, const FddmTensor *tensor, float *values, GError **error);

  /* Pixels in [0,1] (host memory) -> [-1,1] -> YCbCr -> orthonormal DCT-II of each patch. PIXELS have been read when it
   * returns. */
  gboolean (*analyse) (FddmDevice *device, const FddmWindow *window, const float *pixels, FddmTensor *coefficients,
                       GError **error);
  /* The inverse: adds WEIGHT × the picture that COEFFICIENTS describe (a difference of pictures: no offset of [-1,1])
   * to the pixels inside the window's bounds; a gray picture takes the luma only. Non-finite pixels stay.
   * It may only have begun when it returns: until synthesise_finish, the window's offsets, COEFFICIENTS and PIXELS must stay
   * as they are, while the caller may do something else with other pixels. One is under way at most: the next one, a
   * download and closing give up what was not finished.
   * After a failure some of the pixels may have got their share: start again from clean ones. */
  gboolean (*synthesise) (FddmDevice *device, const FddmWindow *window, const FddmTensor *coefficients, float weight,
                          float *pixels, GError **error);
  /* For whoever asks the network once, all that stands on either side of it, in one pass over memory each: analyse, noise_map
   * where ENDS has a curve, and precondition; estimate, difference without a sample, and synthesise, whose rules hold
   * for OUTPUT, STRENGTH and all that ENDS points at as for COEFFICIENTS. The results are those of the separate operations. */
  gboolean (*analyse_input) (FddmDevice *device, const FddmWindow *window, const float *pixels, const FddmEnds *ends,
                             FddmTensor *coefficients, FddmTensor *input, GError **error);
  gboolean (*synthesise_output) (FddmDevice *device, const FddmWindow *window, const FddmTensor *coefficients,
                                 const FddmEnds *ends, const FddmTensor *output, const FddmTensor *strength, float weight,
                                 float *pixels, GError **error);
  /* Until the pixels of the last synthesise or synthesise_output are there; nothing to do when none is under way. */
  gboolean (*synthesise_finish) (FddmDevice *device, GError **error);

  /* NOISE = MODEL at each patch's brightness. */
  gboolean (*noise_map) (FddmDevice *device, const FddmNoiseModel *model, const FddmTensor *coefficients, FddmTensor *noise,
                         GError **error);
  /* OUT = min (NOISE, CAP), CAP constant; NOISE may be constant, and OUT has its shape. */
  gboolean (*noise_cap) (FddmDevice *device, const FddmTensor *noise, const FddmTensor *cap, FddmTensor *out,
                         GError **error);

  /* The network's input (2C channels) from the state X (C); MEAN and VARIANCE are constant, NOISE may be. In the form
   * WHITENED noise levels go to the network clamped to [LO, HI]. weights/FORMAT.md has the formulas. */
  gboolean (*precondition) (FddmDevice *device, const FddmTensor *x, const FddmTensor *noise, const FddmTensor *mean,
                            const FddmTensor *variance, FddmInputForm form, float lo, float hi, FddmTensor *input,
                            GError **error);
  /* The clean coefficients X0 from X and the network's OUTPUT. */
  gboolean (*estimate) (FddmDevice *device, const FddmTensor *x, const FddmTensor *noise, const FddmTensor *mean,
                        const FddmTensor *variance, const FddmTensor *output, FddmTensor *x0, GError **error);
  /* One step of the sampler from noise FROM to noise TO (both may be constant), X changed in place;
   * ETA from 0 (DDIM) to 1 (DDPM). */
  gboolean (*step) (FddmDevice *device, const FddmTensor *x0, const FddmTensor *from, const FddmTensor *to, float eta,
                    const FddmRandom *random, FddmTensor *x, GError **error);
  /* X = MEAN + √(VARIANCE + NOISE²) · z: where sampling from nothing starts. NOISE may be constant. */
  gboolean (*start) (FddmDevice *device, const FddmTensor *noise, const FddmTensor *mean, const FddmTensor *variance,
                     const FddmRandom *random, FddmTensor *x, GError **error);
  /* OUT = STRENGTH · ((1 − DETAIL)·X0 + DETAIL·SAMPLE − Y), STRENGTH constant, SAMPLE NULL when DETAIL is 0:
   * what is to be added to the photo. Y may be constant; OUT may be X0 or SAMPLE. */
  gboolean (*difference) (FddmDevice *device, const FddmTensor *y, const FddmTensor *x0, const FddmTensor *sample,
                          float detail, const FddmTensor *strength, FddmTensor *out, GError **error);

  FddmConv *(*conv_new) (FddmDevice *device, const FddmConvSpec *spec, GError **error);
  void (*conv_free) (FddmDevice *device, FddmConv *conv);
  /* Bytes of working memory that the convolution needs for this size, or a bound on them; convolutions share it. The
   * device may make and keep here whatever is particular to the size. RESIDUAL: whether one will be given. */
  gboolean (*conv_prepare) (FddmDevice *device, FddmConv *conv, int height, int width, gboolean residual, gsize *scratch,
                            GError **error);
  /* OUT = activation (conv (IN) + bias + RESIDUAL), zero padding; RESIDUAL may be NULL, or OUT itself (fastest). */
  gboolean (*conv) (FddmDevice *device, FddmConv *conv, const FddmTensor *in, const FddmTensor *residual, FddmTensor *out,
                    GError **error);

  /* Over all positions and the channels of a group; ε = 1e-5; WEIGHT and BIAS are constant FLOAT tensors. */
  gboolean (*group_norm) (FddmDevice *device, const FddmTensor *in, const FddmTensor *weight, const FddmTensor *bias,
                          int groups, FddmActivation activation, FddmTensor *out, GError **error);
  /* Softmax attention over all positions: IN holds q, k and v (3n channels), OUT n channels, n divisible by HEADS. */
  gboolean (*attention) (FddmDevice *device, const FddmTensor *in, int heads, FddmTensor *out, GError **error);
  /* OUT = IN + VECTOR at each position; VECTOR is a constant FLOAT tensor. */
  gboolean (*embed) (FddmDevice *device, const FddmTensor *in, const FddmTensor *vector, FddmTensor *out, GError **error);
  /* Channels of IN to channels FIRST … of OUT. */
  gboolean (*copy_channels) (FddmDevice *device, const FddmTensor *in, int first, FddmTensor *out, GError **error);

  /* WINDOW = what TORUS holds from (ROW, COLUMN) on. Behind a torus' last row comes its first one, and behind the last
   * column the first: as often as it takes, where the window is the larger. ROW and COLUMN lie on the torus. */
  gboolean (*copy_window) (FddmDevice *device, const FddmTensor *torus, int row, int column, FddmTensor *window,
                           GError **error);
  /* TORUS += DOWN_i · ACROSS_j · WINDOW_ij at (ROW + i, COLUMN + j). DOWN and ACROSS are constant FLOAT tensors of as many
   * channels as the window has rows and columns. */
  gboolean (*add_window) (FddmDevice *device, const FddmTensor *window, const FddmTensor *down, const FddmTensor *across,
                          int row, int column, FddmTensor *torus, GError **error);
  /* Coefficients of patches of side PATCH -> pixels -> clamped to [-1,1] in R'G'B' (or gray) -> back, in place. */
  gboolean (*clamp) (FddmDevice *device, int patch, FddmTensor *coefficients, GError **error);
  /* A device that works beside this one, at the same time, on a thread of its own and with so many THREADS; each may use
   * the other's tensors. Close it first. The member is NULL where nothing is won by it. */
  FddmDevice *(*beside) (FddmDevice *device, int threads, GError **error);
} FddmBackend;

#define FDDM_KERNEL_ERROR (fddm_kernel_error_quark ())
GQuark fddm_kernel_error_quark (void);

typedef enum {
  FDDM_KERNEL_ERROR_UNUSABLE, /* the device cannot be used, for another reason     */
  FDDM_KERNEL_ERROR_MEMORY,   /* no memory: a smaller tile may help                */
  FDDM_KERNEL_ERROR_FAILED,   /* the device failed in the middle of work           */
  /* Why there is no GPU, in the order in which it is found out. */
  FDDM_KERNEL_ERROR_NO_MODULE,  /* none is installed                                 */
  FDDM_KERNEL_ERROR_BAD_MODULE, /* it cannot be loaded, or is of another version     */
  FDDM_KERNEL_ERROR_NO_DRIVER,
  FDDM_KERNEL_ERROR_OLD_DRIVER,
  FDDM_KERNEL_ERROR_NO_CUDNN,  /* it is missing, or of an unsuitable version        */
  FDDM_KERNEL_ERROR_NO_DEVICE, /* none is there, or none is visible                 */
  FDDM_KERNEL_ERROR_OLD_DEVICE,
  FDDM_KERNEL_ERROR_BUSY /* out of memory, or another process has it          */
} FddmKernelError;

extern const FddmBackend fddm_backend_ref;
extern const FddmBackend fddm_backend_cpu;

/* The GPU's table, from the module in MODULE_DIR, or NULL with the reason in words. Opened once, kept for good. */
const FddmBackend *fddm_backend_gpu (const char *module_dir, GError **error);

/* The symbol that a module exports: a function of this type. */
#define FDDM_BACKEND_MODULE_SYMBOL "fddm_backend_module"
typedef const FddmBackend *(*FddmBackendModule) (void);
