/* SPDX-License-Identifier: Apache-2.0 */
/** @file fddm.h
 * Pixels in, pixels out: the whole public interface of the engine.
 *
 *     FddmWeights *weights = fddm_weights_open (path, &error);
 *     FddmContext *context = fddm_context_new (weights, FDDM_DEVICE_AUTO, NULL, &error);
 *     fddm_denoise (context, &params, &source, &sink, progress, data, &report, &error);
 *
 * Pixels are 32-bit floats, R'G'B' or gray, perceptually coded as in sRGB, nominally in [0,1]; values outside and
 * non-finite ones are allowed. A context is used by one thread at a time; weights may be shared. Functions that can fail
 * return FALSE or NULL and set an error of the domain #FDDM_ERROR, or the one that a source or a sink has set. */
#pragma once
#include <glib.h>

G_BEGIN_DECLS

/** Why something failed. Messages are sentences for people, in the user's language; codes are what programs act on. */
typedef enum {
  FDDM_ERROR_WEIGHTS,   /**< a weights file is missing, damaged or of the wrong kind             */
  FDDM_ERROR_DEVICE,    /**< a device cannot be used, or failed in the middle of work            */
  FDDM_ERROR_MEMORY,    /**< even the smallest tile does not fit                                 */
  FDDM_ERROR_ARGUMENT,  /**< a parameter is out of its range                                     */
  FDDM_ERROR_CANCELLED, /**< the progress callback said no                                       */
  FDDM_ERROR_READ,      /**< a source failed without an error of its own                         */
  FDDM_ERROR_WRITE,     /**< a sink failed without an error of its own                           */
  /* Why there is no GPU: */
  FDDM_ERROR_NO_GPU_MODULE,  /**< this installation has no GPU module                                 */
  FDDM_ERROR_BAD_GPU_MODULE, /**< the GPU module cannot be loaded, or is of another version           */
  FDDM_ERROR_NO_GPU_DRIVER,  /**< there is no NVIDIA driver                                           */
  FDDM_ERROR_OLD_GPU_DRIVER, /**< the NVIDIA driver is too old                                        */
  FDDM_ERROR_NO_CUDNN,       /**< cuDNN is missing, or of an unsuitable version                       */
  FDDM_ERROR_NO_GPU,         /**< the driver shows no GPU                                             */
  FDDM_ERROR_OLD_GPU,        /**< the GPU is too old                                                  */
  FDDM_ERROR_BUSY_GPU        /**< the GPU is out of memory, or another process has it: try again later */
} FddmError;

/** The engine's error domain; codes are those of #FddmError. */
#define FDDM_ERROR (fddm_error_quark ())
/** What #FDDM_ERROR stands for. */
GQuark fddm_error_quark (void);

/** Whether ERROR says why there is no GPU: its code is one from #FDDM_ERROR_NO_GPU_MODULE on. ERROR may be NULL. */
gboolean fddm_error_is_no_gpu (const GError *error);

/* ---- Weights ---- */

/** A weights file in memory. */
typedef struct FddmWeights FddmWeights;

/** Reads and checks a weights file (weights/FORMAT.md). The error names the file and what is wrong in it. */
FddmWeights *fddm_weights_open (const char *path, GError **error);
/** One more owner of WEIGHTS, which is returned. */
FddmWeights *fddm_weights_ref (FddmWeights *weights);
/** One owner less; the last one frees WEIGHTS. NULL is allowed. */
void fddm_weights_unref (FddmWeights *weights);
/** The path that the weights were read from. */
const char *fddm_weights_path (const FddmWeights *weights);
/** A value of the file's metadata as text, or NULL. */
const char *fddm_weights_metadata (const FddmWeights *weights, const char *key);
/** Samples a pixel of the network's pictures: 1 = gray, 3 = R'G'B'. */
int fddm_weights_channels (const FddmWeights *weights);
/** Multiply-adds of the network for one picture pixel. */
double fddm_weights_operations (const FddmWeights *weights);
/** What the network can be told to generate, NULL-terminated; NULL for one that is told nothing. */
const char *const *fddm_weights_subjects (const FddmWeights *weights);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (FddmWeights, fddm_weights_unref)

/** Path of the weights NAME ("denoise-fast", "texture", or a path): itself when it names a file, else NAME.safetensors in
 * the first of FOLDERS (NULL-terminated) that has it. The error lists where it looked. Free with g_free. */
char *fddm_weights_find (const char *name, const char *const *folders, GError **error);

/* ---- Devices and contexts ---- */

/** Where to compute. */
typedef enum {
  FDDM_DEVICE_AUTO,     /**< the GPU where it can be used, else the CPU                  */
  FDDM_DEVICE_GPU,      /**< the GPU, or an error                                        */
  FDDM_DEVICE_CPU,      /**< the processor                                               */
  FDDM_DEVICE_REFERENCE /**< plain C, slow, bit-exact over tilings: the tests' yardstick */
} FddmDeviceKind;

/** How a context computes; a member that is 0 or NULL has its default. */
typedef struct {
  int         threads;    /**< 0 = one for each core                                               */
  gsize       memory;     /**< bytes beyond the picture's own buffers; 0 = the default, 1 GiB       */
  int         tile;       /**< side of a tile's core in pixels; 0 = as large as the memory allows   */
  const char *module_dir; /**< folder of the GPU module; NULL = where it was installed              */
} FddmContextOptions;

/** Weights made ready on a device. */
typedef struct FddmContext FddmContext;

/** Makes WEIGHTS ready on DEVICE. OPTIONS may be NULL. */
FddmContext *fddm_context_new (FddmWeights *weights, FddmDeviceKind device, const FddmContextOptions *options,
                               GError **error);
/** Gives back all that the context holds. NULL is allowed. */
void fddm_context_free (FddmContext *context);
/** The device in use, never #FDDM_DEVICE_AUTO. */
FddmDeviceKind fddm_context_device (const FddmContext *context);
/** The device in use, in words for people: "AMD EPYC 9B45, 2 threads, bf16". */
const char *fddm_context_describe (const FddmContext *context);
/** Why #FDDM_DEVICE_AUTO did not take the GPU, in a sentence; NULL when it did or wasn't asked. */
const char *fddm_context_gpu_reason (const FddmContext *context);
/** Whether a context could take the GPU; the error's code says why not. MODULE_DIR as in #FddmContextOptions. */
gboolean fddm_gpu_usable (const char *module_dir, GError **error);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (FddmContext, fddm_context_free)

/* ---- Pictures ---- */

/** Where pixels come from. */
typedef struct {
  int width;    /**< in pixels                */
  int height;   /**< in pixels                */
  int channels; /**< 1 = gray, 3 = R'G'B'     */
  /** Fills PIXELS with the rectangle, packed, CHANNELS samples a pixel. */
  gboolean (*read) (gpointer data, int x, int y, int width, int height, float *pixels, GError **error);
  gpointer data; /**< what READ is called with */
} FddmSource;

/** Where pixels go. */
typedef struct {
  /** Gets each pixel of the picture, in rectangles; all of them again should the GPU fail half-way. */
  gboolean (*write) (gpointer data, int x, int y, int width, int height, const float *pixels, GError **error);
  gpointer data; /**< what WRITE is called with */
} FddmSink;

/** Pixels in memory. Samples of a pixel lie side by side. */
typedef struct {
  float *pixels;       /**< the first sample                         */
  int    width;        /**< in pixels                                */
  int    height;       /**< in pixels                                */
  int    channels;     /**< 1 = gray, 3 = R'G'B'                     */
  gsize  row_stride;   /**< floats from one row to the next          */
  gsize  pixel_stride; /**< floats from one pixel to the next        */
} FddmImage;

/** The image as a source; the image must outlive it. Source and sink may not be the same pixels. */
FddmSource fddm_image_source (const FddmImage *image);
/** The image as a sink; the image must outlive it. */
FddmSink fddm_image_sink (FddmImage *image);

/* ---- Denoising ---- */

/** What is being done. */
typedef enum {
  FDDM_PHASE_MEASURE, /**< the noise is measured    */
  FDDM_PHASE_DENOISE, /**< the photo is denoised    */
  FDDM_PHASE_GENERATE /**< a picture is generated   */
} FddmPhase;

/** Is told that FRACTION, in [0,1], of PHASE is done. FALSE cancels. */
typedef gboolean (*FddmProgress) (FddmPhase phase, double fraction, gpointer data);

/** How to denoise; begin with fddm_denoise_params_default(). */
typedef struct {
  double  noise;    /**< 0…100: standard deviation in 8-bit steps; 0 = measure it                          */
  double  luma;     /**< 0…100: percent of the noise found in brightness that is removed                   */
  double  chroma;   /**< 0…100: percent of the noise found in colour that is removed                       */
  double  coarse;   /**< 0…200: percent of that for coarse grain, 12 pixels and more from one to the next  */
  double  medium;   /**< 0…200: percent of that for medium grain, about 5 to 12 pixels                     */
  double  fine;     /**< 0…200: percent of that for fine grain, up to about 5 pixels                       */
  double  detail;   /**< 0…100: percent of sampled texture brought back                                    */
  int     steps;    /**< sampling steps for detail, at least 1                                             */
  int     averages; /**< 1…8: estimates over shifted and mirrored grids that are averaged                  */
  guint32 seed;     /**< of the sampled texture                                                            */
} FddmDenoiseParams;

/** Everything that is measured is removed, no texture is sampled, one estimate. */
FddmDenoiseParams fddm_denoise_params_default (void);

/** What denoising found and took. */
typedef struct {
  double luma;        /**< noise used, in 8-bit steps: root mean square over frequencies at middle gray */
  double chroma;      /**< the same of chroma                                                            */
  int    tiles;       /**< how many; 0 = nothing was to be removed                                       */
  int    tile_width;  /**< in pixels, halo included                                                      */
  int    tile_height; /**< in pixels, halo included                                                      */
  gsize  memory;      /**< bytes that the engine's own buffers took                                      */
} FddmReport;

/** Denoises SOURCE into SINK. REPORT and PROGRESS may be NULL. On error the sink may have got some of the pixels. */
gboolean fddm_denoise (FddmContext *context, const FddmDenoiseParams *params, const FddmSource *source, const FddmSink *sink,
                       FddmProgress progress, gpointer data, FddmReport *report, GError **error);

/** White in a picture of uncertainty, in 8-bit steps of standard deviation. */
#define FDDM_UNCERTAINTY_WHITE 25

/** Denoises SOURCE into SINK, and where the result is a guess into UNCERTAINTY, one sample a pixel: the standard deviation
 * of the clean photo given the noisy one (the localization uncertainty of arXiv 2411.01629), as a few random probes show it:
 * the root mean square over the channels and a dozen pixels around, in perceptually coded steps, 1.0 being
 * #FDDM_UNCERTAINTY_WHITE of them and more being possible. It depends on the noise and the seed; on the strengths, the bands
 * and detail it does not. Takes five evaluations of the network instead of one. */
gboolean fddm_denoise_uncertain (FddmContext *context, const FddmDenoiseParams *params, const FddmSource *source,
                                 const FddmSink *sink, const FddmSink *uncertainty, FddmProgress progress, gpointer data,
                                 FddmReport *report, GError **error);

/** Measures the noise of SOURCE as fddm_denoise() does for noise = 0; LUMA and CHROMA as in #FddmReport. */
gboolean fddm_measure (FddmContext *context, const FddmSource *source, FddmProgress progress, gpointer data, double *luma,
                       double *chroma, GError **error);

/** Measures the noise and says in the user's language what was found: "luma 9.1, chroma 14.0, coarse". NULL on error. Free
 * with g_free. */
char *fddm_measure_words (FddmContext *context, const FddmSource *source, FddmProgress progress, gpointer data,
                          GError **error);

/* ---- Generating ---- */

/** Longest side of a generated picture, in pixels. */
#define FDDM_GENERATE_SIDE_MAX 8192
/** Most steps from noise to picture. */
#define FDDM_GENERATE_STEPS_MAX 1000
/** Most pictures that a front end makes in one go. */
#define FDDM_GENERATE_SERIES_MAX 16

/** What to generate; begin with fddm_generate_params_default(). */
typedef struct {
  const char *subject;  /**< a class by name; NULL or "" = any                                       */
  int         width;    /**< 1…#FDDM_GENERATE_SIDE_MAX pixels                                        */
  int         height;   /**< 1…#FDDM_GENERATE_SIDE_MAX pixels                                        */
  int         steps;    /**< 1…#FDDM_GENERATE_STEPS_MAX                                              */
  double      eta;      /**< 0 (deterministic) … 1 (fully stochastic)                                */
  guint32     seed;     /**< the same seed on the same kind of device: the same picture              */
  gboolean    tileable; /**< opposite edges meet: the picture can be repeated without a seam         */
} FddmGenerateParams;

/** Any subject, 20 steps, eta 1; width and height are the caller's. */
FddmGenerateParams fddm_generate_params_default (void);

/** Makes a picture out of noise into SINK, as many samples a pixel as the weights have channels, clamped to [0,1], in
 * rectangles from the top down once all is computed. What is larger than the network's training pictures is made of windows
 * of their size; the state of the whole picture, 24 bytes a pixel and more, must be within the context's memory bound. An
 * unknown subject is an error that lists the known ones. */
gboolean fddm_generate (FddmContext *context, const FddmGenerateParams *params, const FddmSink *sink, FddmProgress progress,
                        gpointer data, GError **error);

/** The seed of the picture I after the one that FIRST makes: the next ones, from 0 again after the largest, 2^31 - 1. */
static inline guint32
fddm_seed_after (guint32 first, int i)
{
  return (first + (guint32) i) & G_MAXINT32;
}

/* ---- Qualities and models ---- */

/** How much work denoising is worth. */
typedef enum {
  FDDM_QUALITY_FAST,     /**< the small network               */
  FDDM_QUALITY_BALANCED, /**< the large network               */
  FDDM_QUALITY_BEST      /**< the large network several times */
} FddmQuality;

/** Name of the quality's weights ("denoise-balanced"), and how many averages go with it. */
const char *fddm_quality_weights (FddmQuality quality, int *averages);

/** Name of the weights that generate what MODEL says: "generate-texture" for "texture"; a path is itself. Free with g_free. */
char *fddm_model_weights (const char *model);

G_END_DECLS
