/* fddm.h: pixels in, pixels out. The whole public interface of the engine.
 * SPDX-License-Identifier: Apache-2.0
 *
 *   weights = fddm_weights_open (path, &error);
 *   context = fddm_context_new (weights, FDDM_DEVICE_AUTO, NULL, &error);
 *   fddm_denoise (context, &params, &source, &sink, progress, data, &report, &error);
 *
 * Pixels are 32-bit floats, R'G'B' or gray, perceptually coded as in sRGB, nominally in [0,1]; values outside and
 * non-finite ones are allowed. A context is used by one thread at a time; weights may be shared. */
#pragma once
#include <glib.h>

G_BEGIN_DECLS

#define FDDM_ERROR (fddm_error_quark ())
GQuark fddm_error_quark (void);

typedef enum {
  FDDM_ERROR_WEIGHTS,      /* a weights file is missing, damaged or of the wrong kind */
  FDDM_ERROR_DEVICE,       /* the device asked for cannot be used, or failed          */
  FDDM_ERROR_MEMORY,       /* even the smallest tile does not fit                     */
  FDDM_ERROR_ARGUMENT,     /* a parameter is out of its range                         */
  FDDM_ERROR_CANCELLED,    /* the progress callback said no                           */
  FDDM_ERROR_READ          /* a source or a sink failed without saying more           */
} FddmError;

/* ---- Weights ---- */

typedef struct FddmWeights FddmWeights;

/* Reads and checks a weights file (weights/FORMAT.md). The error names the file and what is wrong in it. */
FddmWeights *fddm_weights_open     (const char *path, GError **error);
FddmWeights *fddm_weights_ref      (FddmWeights *weights);
void         fddm_weights_unref    (FddmWeights *weights);
const char  *fddm_weights_path     (const FddmWeights *weights);
/* A value of the file's metadata as text, or NULL. */
const char  *fddm_weights_metadata (const FddmWeights *weights, const char *key);
/* Multiply-adds of the network for one picture pixel. */
double       fddm_weights_operations (const FddmWeights *weights);
/* What the network can be told to generate, NULL-terminated; NULL for one that is told nothing. */
const char *const *fddm_weights_subjects (const FddmWeights *weights);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (FddmWeights, fddm_weights_unref)

/* Path of the weights NAME ("denoise-fast", "texture", or a path): itself when it names a file, else NAME.safetensors in
 * the first of FOLDERS (NULL-terminated) that has it. The error lists where it looked. Free with g_free. */
char        *fddm_weights_find     (const char *name, const char *const *folders, GError **error);

/* ---- Devices and contexts ---- */

typedef enum {
  FDDM_DEVICE_AUTO,        /* the GPU where it can be used, else the CPU             */
  FDDM_DEVICE_GPU,
  FDDM_DEVICE_CPU,
  FDDM_DEVICE_REFERENCE    /* plain C, slow, bit-exact over tilings: the tests' yardstick */
} FddmDeviceKind;

typedef struct {
  int         threads;     /* 0 = one for each core                                               */
  gsize       memory;      /* bytes beyond the picture's own buffers; 0 = the default, 1 GiB       */
  int         tile;        /* side of a tile's core in pixels; 0 = as large as the memory allows   */
  const char *module_dir;  /* folder of the GPU module; NULL = where it was installed              */
} FddmContextOptions;

typedef struct FddmContext FddmContext;

FddmContext   *fddm_context_new      (FddmWeights *weights, FddmDeviceKind device, const FddmContextOptions *options,
                                      GError **error);
void           fddm_context_free     (FddmContext *context);
/* The device in use: its kind (never AUTO), and words for people ("AMD EPYC 9B45, 2 threads, bf16"). */
FddmDeviceKind fddm_context_device   (const FddmContext *context);
const char    *fddm_context_describe (const FddmContext *context);
/* Why AUTO did not take the GPU, in a sentence; NULL when it did or wasn't asked. */
const char    *fddm_context_gpu_reason (const FddmContext *context);
/* Why no context could take the GPU, NULL when one could; MODULE_DIR as in FddmContextOptions. Free with g_free. */
char          *fddm_gpu_problem        (const char *module_dir);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (FddmContext, fddm_context_free)

/* ---- Pictures ---- */

/* Where pixels come from: fills PIXELS with the rectangle, packed, CHANNELS samples a pixel. */
typedef struct {
  int       width, height;
  int       channels;      /* 1 = gray, 3 = R'G'B' */
  gboolean (*read) (gpointer data, int x, int y, int width, int height, float *pixels, GError **error);
  gpointer  data;
} FddmSource;

/* Where pixels go: gets each pixel of the picture, in rectangles; all of them again should the GPU fail half-way. */
typedef struct {
  gboolean (*write) (gpointer data, int x, int y, int width, int height, const float *pixels, GError **error);
  gpointer  data;
} FddmSink;

/* Pixels in memory; strides count floats. Samples of a pixel lie side by side. */
typedef struct {
  float *pixels;
  int    width, height, channels;
  gsize  row_stride, pixel_stride;
} FddmImage;

/* The image as a source or a sink; the image must outlive it. Source and sink may not be the same pixels. */
FddmSource fddm_image_source (const FddmImage *image);
FddmSink   fddm_image_sink   (FddmImage *image);

/* ---- Denoising ---- */

typedef enum {
  FDDM_PHASE_MEASURE,      /* "Measuring noise" */
  FDDM_PHASE_DENOISE,
  FDDM_PHASE_GENERATE
} FddmPhase;

/* FRACTION in [0,1] within PHASE. FALSE cancels. */
typedef gboolean (*FddmProgress) (FddmPhase phase, double fraction, gpointer data);

typedef struct {
  double  noise;           /* 0…100: standard deviation in 8-bit steps; 0 = measure it               */
  double  luma, chroma;    /* 0…100: percent of the removed noise that leaves                        */
  double  coarse, medium, fine;   /* 0…200: percent of it that leaves, by the size of its grain (bands.h) */
  double  detail;          /* 0…100: percent of sampled texture brought back                         */
  int     steps;           /* sampling steps for detail, >= 1                                        */
  int     averages;        /* 1…8: estimates over shifted and mirrored grids that are averaged       */
  guint32 seed;
} FddmDenoiseParams;

/* The defaults of DESIGN.md section 4; one step of averaging. */
FddmDenoiseParams fddm_denoise_params_default (void);

typedef struct {
  double luma, chroma;     /* noise used, 8-bit steps: root mean square over frequencies at middle gray */
  int    tiles, tile_width, tile_height;   /* tile size in pixels, halo included */
  gsize  memory;           /* bytes that the engine's own buffers took           */
} FddmReport;

/* Denoises SOURCE into SINK. REPORT and PROGRESS may be NULL. On error the sink may have got some of the pixels. */
gboolean fddm_denoise (FddmContext *context, const FddmDenoiseParams *params, const FddmSource *source,
                       const FddmSink *sink, FddmProgress progress, gpointer data, FddmReport *report, GError **error);

/* White in a picture of uncertainty, in 8-bit steps of standard deviation. */
#define FDDM_UNCERTAINTY_WHITE 25

/* Denoises SOURCE into SINK, and where the result is a guess into UNCERTAINTY, one sample a pixel: the standard deviation
 * of the clean photo given the noisy one (the localization uncertainty of arXiv 2411.01629), as a few random probes show it:
 * the root mean square over the channels and a dozen pixels around, in perceptually coded steps, 1.0 being
 * FDDM_UNCERTAINTY_WHITE of them and more being possible. It depends on the noise and the seed; on the strengths, the bands
 * and detail it does not. Takes five evaluations of the network instead of one. */
gboolean fddm_denoise_uncertain (FddmContext *context, const FddmDenoiseParams *params, const FddmSource *source,
                                 const FddmSink *sink, const FddmSink *uncertainty, FddmProgress progress,
                                 gpointer data, FddmReport *report, GError **error);

/* Measures the noise of SOURCE as fddm_denoise does for noise = 0; LUMA and CHROMA as in FddmReport. */
gboolean fddm_measure (FddmContext *context, const FddmSource *source, FddmProgress progress, gpointer data,
                       double *luma, double *chroma, GError **error);

/* Measures the noise and says in the user's language what was found: "luma 9.1, chroma 14.0, coarse". NULL on error. Free
 * with g_free. */
char    *fddm_measure_words (FddmContext *context, const FddmSource *source, FddmProgress progress, gpointer data,
                             GError **error);

/* ---- Generating ---- */

typedef struct {
  const char *subject;     /* a class by name; NULL or "" = any                                       */
  int         width, height;   /* 1…8192 pixels                                                       */
  int         steps;       /* 1…1000                                                                  */
  double      eta;         /* 0 (deterministic) … 1 (fully stochastic)                                */
  guint32     seed;        /* the same seed on the same kind of device: the same picture               */
  gboolean    tileable;    /* opposite edges meet: the picture can be repeated without a seam          */
} FddmGenerateParams;

/* The defaults of DESIGN.md section 4; width and height are the caller's. */
FddmGenerateParams fddm_generate_params_default (void);

/* Makes a picture out of noise into SINK, as many samples a pixel as the weights have channels, clamped to [0,1], in
 * rectangles from the top down once all is computed. What is larger than the network's training pictures is made of windows
 * of their size; the state of the whole picture, 24 bytes a pixel and more, must be within the context's memory bound. An
 * unknown subject is an error that lists the known ones. */
gboolean fddm_generate (FddmContext *context, const FddmGenerateParams *params, const FddmSink *sink,
                        FddmProgress progress, gpointer data, GError **error);

/* The seed of the picture I after the one that FIRST makes: the next ones, from 0 again after the largest, 2^31 - 1. */
static inline guint32
fddm_seed_after (guint32 first, int i)
{
  return (first + (guint32) i) & G_MAXINT32;
}

/* ---- Qualities and models ---- */

typedef enum { FDDM_QUALITY_FAST, FDDM_QUALITY_BALANCED, FDDM_QUALITY_BEST } FddmQuality;

/* Name of the quality's weights ("denoise-balanced"), and how many averages go with it. */
const char *fddm_quality_weights (FddmQuality quality, int *averages);

/* Name of the weights that generate what MODEL says: "generate-texture" for "texture"; a path is itself. Free with g_free. */
char       *fddm_model_weights   (const char *model);

G_END_DECLS
