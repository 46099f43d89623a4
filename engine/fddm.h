/* SPDX-License-Identifier: Apache-2.0 */
/** @file fddm.h
 * Pixels in, pixels out: the complete public interface of the engine.
 *
 *     FddmWeights *weights = fddm_weights_open (path, &error);
 *     FddmContext *context = fddm_context_new (weights, FDDM_DEVICE_AUTO, NULL, &error);
 *     fddm_denoise (context, &params, &source, &sink, progress, data, &report, &error);
 *
 * Pixels are 32-bit floats, R'G'B' or gray, perceptually coded as in sRGB, nominally in [0,1]. Values outside this range
 * and non-finite values are allowed. A context belongs to one thread at a time; weights may be shared between threads.
 * Functions that can fail return FALSE or NULL and set an error of the domain #FDDM_ERROR, or pass on the error of a
 * source or sink. */
#pragma once
#include <glib.h>

G_BEGIN_DECLS

/** Reason of a failure. Messages are sentences for the user, in the user's language; programs act on the code. */
typedef enum {
  FDDM_ERROR_WEIGHTS,   /**< the weights file is missing, damaged or of the wrong kind */
  FDDM_ERROR_DEVICE,    /**< the device is unusable, or failed during the computation  */
  FDDM_ERROR_MEMORY,    /**< not enough memory, even for the smallest tile             */
  FDDM_ERROR_ARGUMENT,  /**< a parameter is out of range                               */
  FDDM_ERROR_CANCELLED, /**< cancelled by the progress callback                        */
  FDDM_ERROR_READ,      /**< a source failed without setting an error                  */
  FDDM_ERROR_WRITE,     /**< a sink failed without setting an error                    */
  /* Reasons for having no GPU: */
  FDDM_ERROR_NO_GPU_MODULE,  /**< the GPU module is not installed                                           */
  FDDM_ERROR_BAD_GPU_MODULE, /**< the GPU module cannot be loaded, or has another version                   */
  FDDM_ERROR_NO_GPU_DRIVER,  /**< no NVIDIA driver                                                          */
  FDDM_ERROR_OLD_GPU_DRIVER, /**< the NVIDIA driver is too old                                              */
  FDDM_ERROR_NO_CUDNN,       /**< cuDNN is missing, or has an unsuitable version                            */
  FDDM_ERROR_NO_GPU,         /**< the driver reports no GPU                                                 */
  FDDM_ERROR_OLD_GPU,        /**< the GPU is too old                                                        */
  FDDM_ERROR_BUSY_GPU        /**< the GPU is out of memory, or reserved by another process: try again later */
} FddmError;

/** The engine's error domain. Codes are those of #FddmError. */
#define FDDM_ERROR (fddm_error_quark ())
/** The quark of #FDDM_ERROR. */
GQuark fddm_error_quark (void);

/** Whether ERROR explains the absence of a usable GPU: its code is #FDDM_ERROR_NO_GPU_MODULE or later. ERROR may be NULL. */
gboolean fddm_error_is_no_gpu (const GError *error);

/* ---- Weights ---- */

/** The contents of a weights file. */
typedef struct FddmWeights FddmWeights;

/** Reads and checks a weights file (weights/FORMAT.md). The error names the file and the defect. */
FddmWeights *fddm_weights_open (const char *path, GError **error);
/** Adds a reference. Returns WEIGHTS. */
FddmWeights *fddm_weights_ref (FddmWeights *weights);
/** Drops a reference; the last one frees WEIGHTS. NULL is allowed. */
void fddm_weights_unref (FddmWeights *weights);
/** Path of the weights file. */
const char *fddm_weights_path (const FddmWeights *weights);
/** Value of KEY in the file's metadata, as text, or NULL. */
const char *fddm_weights_metadata (const FddmWeights *weights, const char *key);
/** Samples per pixel of the network's pictures: 1 = gray, 3 = R'G'B'. */
int fddm_weights_channels (const FddmWeights *weights);
/** Multiply-adds of the network's convolutions per picture pixel. */
double fddm_weights_operations (const FddmWeights *weights);
/** Subjects that can be generated: the network's, then those that start from a picture in the file, NULL-terminated; NULL if
 * there are none. */
const char *const *fddm_weights_subjects (const FddmWeights *weights);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (FddmWeights, fddm_weights_unref)

/** Finds the weights file NAME. NAME is a path if it contains a slash, and is returned if the file exists; otherwise it is
 * a bare name such as "denoise-fast" or "generate-texture", for NAME.safetensors in the first of FOLDERS (NULL-terminated)
 * that contains it. Where none does, "fast" means "denoise-fast", or else "generate-fast". The error lists the folders searched.
 * Free with g_free. */
char *fddm_weights_find (const char *name, const char *const *folders, GError **error);

/** The shortest name by which fddm_weights_find finds the file PATH, which lies in one of FOLDERS. Free with g_free. */
char *fddm_weights_name (const char *path, const char *const *folders);

/* ---- Devices and contexts ---- */

/** Device to compute on. */
typedef enum {
  FDDM_DEVICE_AUTO,     /**< the GPU if it is usable, otherwise the CPU                               */
  FDDM_DEVICE_GPU,      /**< the GPU, or an error                                                     */
  FDDM_DEVICE_CPU,      /**< the processor                                                            */
  FDDM_DEVICE_REFERENCE /**< plain C: slow, identical bits for any tiling; the reference of the tests */
} FddmDeviceKind;

/** Most threads on the CPU. */
#define FDDM_THREADS_MAX 1024
/** Longest side of a picture to denoise, of a tile and of an image, in pixels. */
#define FDDM_SIDE_MAX (1 << 24)

/** Options of a context. A member that is 0 or NULL selects its default; one out of range is an error. */
typedef struct {
  int         threads;    /**< 1…#FDDM_THREADS_MAX; 0 = one per core                                                  */
  gsize       memory;     /**< bytes beyond the picture's own buffers; 0 = 1 GiB; with a GPU, bounds host memory only */
  int         tile;       /**< 1…#FDDM_SIDE_MAX: side of what a tile writes, in pixels; 0 = as large as memory allows   */
  const char *module_dir; /**< absolute folder of the GPU module; NULL = the installed one                            */
} FddmContextOptions;

/** Weights loaded onto a device. */
typedef struct FddmContext FddmContext;

/** Loads WEIGHTS onto DEVICE. OPTIONS may be NULL. */
FddmContext *fddm_context_new (FddmWeights *weights, FddmDeviceKind device, const FddmContextOptions *options,
                               GError **error);
/** Frees the context. NULL is allowed. */
void fddm_context_free (FddmContext *context);
/** The device in use, never #FDDM_DEVICE_AUTO. */
FddmDeviceKind fddm_context_device (const FddmContext *context);
/** Description of the device in use, for the user: "AMD EPYC 9B45, 2 threads, bf16". */
const char *fddm_context_describe (const FddmContext *context);
/** Reason, as a sentence, for which #FDDM_DEVICE_AUTO chose the CPU; NULL if it chose the GPU or was not requested. */
const char *fddm_context_gpu_reason (const FddmContext *context);
/** Whether there is a GPU for a context to use; otherwise the error's code gives the reason. Computes nothing, so the GPU may
 * still turn out to be faulty. MODULE_DIR as in #FddmContextOptions. */
gboolean fddm_gpu_usable (const char *module_dir, GError **error);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (FddmContext, fddm_context_free)

/* ---- Pictures ---- */

/** A picture to read. */
typedef struct {
  int width;    /**< in pixels            */
  int height;   /**< in pixels            */
  int channels; /**< 1 = gray, 3 = R'G'B' */
  /** Fills PIXELS with the rectangle, packed, CHANNELS samples per pixel. */
  gboolean (*read) (gpointer data, int x, int y, int width, int height, float *pixels, GError **error);
  gpointer data; /**< passed to READ and VISIBLE */
  /** Sets a byte for each pixel of the rectangle: 1 = visible, 0 = hidden, for example by alpha. Hidden pixels are not
   * measured; READ gives colours for them that suit the visible ones around. NULL = all are visible. */
  gboolean (*visible) (gpointer data, int x, int y, int width, int height, guint8 *visible, GError **error);
} FddmSource;

/** A picture to write. */
typedef struct {
  /** Receives every pixel of the picture, in rectangles. Some are written more than once: all of them if the
   * GPU fails, memory runs out or 8 bits do not suffice for much of the picture; else sharp places. The last counts. */
  gboolean (*write) (gpointer data, int x, int y, int width, int height, const float *pixels, GError **error);
  gpointer data; /**< passed to WRITE */
} FddmSink;

/** Pixels in memory. The samples of a pixel are adjacent. */
typedef struct {
  float *pixels;       /**< first sample                      */
  int    width;        /**< in pixels                         */
  int    height;       /**< in pixels                         */
  int    channels;     /**< 1 = gray, 3 = R'G'B'              */
  gsize  row_stride;   /**< floats from one row to the next   */
  gsize  pixel_stride; /**< floats from one pixel to the next */
} FddmImage;

/** A source that reads IMAGE, which must outlive it. Source and sink must not share pixels. */
FddmSource fddm_image_source (const FddmImage *image);
/** A sink that writes to IMAGE, which must outlive it. */
FddmSink fddm_image_sink (FddmImage *image);

/* ---- Denoising ---- */

/** Phase of a computation, for progress reports. */
typedef enum {
  FDDM_PHASE_MEASURE, /**< measuring the noise  */
  FDDM_PHASE_DENOISE, /**< denoising the photo  */
  FDDM_PHASE_GENERATE /**< generating a picture */
} FddmPhase;

/** Called with the completed FRACTION of PHASE, in [0,1]. Returning FALSE cancels the computation. */
typedef gboolean (*FddmProgress) (FddmPhase phase, double fraction, gpointer data);

/** Largest noise level, in 8-bit steps. */
#define FDDM_NOISE_LEVEL_MAX 100
/** Largest percentage of luma, chroma and detail. */
#define FDDM_STRENGTH_MAX 100
/** Largest percentage of a band of grain. Above 100, the noise of this band counts as larger by that factor. */
#define FDDM_GRAIN_STRENGTH_MAX 200
/** Largest number of sampling steps for detail. */
#define FDDM_DENOISE_STEPS_MAX 64
/** Largest number of estimates averaged. */
#define FDDM_DENOISE_AVERAGES_MAX 8

/** Parameters of denoising; start from fddm_denoise_params_default(). */
typedef struct {
  double  noise;    /**< 0…#FDDM_NOISE_LEVEL_MAX: noise level, the standard deviation in 8-bit steps; 0 = measure it */
  double  luma;     /**< 0…#FDDM_STRENGTH_MAX: percentage of the brightness noise to remove                          */
  double  chroma;   /**< 0…#FDDM_STRENGTH_MAX: percentage of the colour noise to remove                              */
  double  coarse;   /**< 0…#FDDM_GRAIN_STRENGTH_MAX: percentage of this removal for coarse grain, from 12 pixels      */
  double  medium;   /**< 0…#FDDM_GRAIN_STRENGTH_MAX: the same for medium grain, about 5 to 12 pixels                 */
  double  fine;     /**< 0…#FDDM_GRAIN_STRENGTH_MAX: the same for fine grain, up to about 5 pixels                   */
  double  detail;   /**< 0…#FDDM_STRENGTH_MAX: percentage of sampled texture in the result                           */
  int     steps;    /**< 1…#FDDM_DENOISE_STEPS_MAX: sampling steps for DETAIL                                        */
  int     averages; /**< 1…#FDDM_DENOISE_AVERAGES_MAX: shifted and mirrored grids whose estimates are averaged       */
  guint32 seed;     /**< seed of the sampled texture                                                                 */
} FddmDenoiseParams;

/** Removes all measured noise, samples no texture, uses one estimate. */
FddmDenoiseParams fddm_denoise_params_default (void);

/** Results of denoising other than pixels. */
typedef struct {
  double luma;        /**< noise level used, in 8-bit steps: root mean square over the frequencies at middle gray */
  double chroma;      /**< the same for chroma                                                                    */
  int    tiles;       /**< number of tiles; 0 = nothing to remove, the picture was copied                         */
  int    tile_width;  /**< in pixels, including the halo                                                          */
  int    tile_height; /**< in pixels, including the halo                                                          */
  gsize  memory;      /**< bytes of the engine's own buffers                                                      */
} FddmReport;

/** Denoises SOURCE into SINK. REPORT and PROGRESS may be NULL. After an error the sink may have received part of the
 * picture. */
gboolean fddm_denoise (FddmContext *context, const FddmDenoiseParams *params, const FddmSource *source, const FddmSink *sink,
                       FddmProgress progress, gpointer data, FddmReport *report, GError **error);

/** Standard deviation that is white in an uncertainty picture, in 8-bit steps. */
#define FDDM_UNCERTAINTY_WHITE 25

/** Destinations of a denoised picture. */
typedef struct {
  const FddmSink *picture;     /**< the result                            */
  const FddmSink *uncertainty; /**< one sample per pixel; NULL = not wanted */
} FddmDenoiseSinks;

/** Denoises SOURCE into the picture of SINKS and writes the uncertainty of the result, one sample per pixel, if it is wanted.
 *
 * The uncertainty is the standard deviation of the clean photo given the noisy one (localization uncertainty, arXiv
 * 2411.01629), estimated by a few random probes (arXiv 2309.13598). It is a root mean square over the channels and the
 * surrounding dozen pixels, perceptually coded; 1.0 stands for #FDDM_UNCERTAINTY_WHITE 8-bit steps and may be exceeded.
 * It depends on the noise and the seed, not on strengths, bands or detail. It takes four more evaluations of the network. */
gboolean fddm_denoise_uncertain (FddmContext *context, const FddmDenoiseParams *params, const FddmSource *source,
                                 const FddmDenoiseSinks *sinks, FddmProgress progress, gpointer data, FddmReport *report,
                                 GError **error);

/** Measures the noise of SOURCE as fddm_denoise() does for noise = 0. LUMA and CHROMA as in #FddmReport. */
gboolean fddm_measure (FddmContext *context, const FddmSource *source, FddmProgress progress, gpointer data, double *luma,
                       double *chroma, GError **error);

/** Measures the noise and describes it in the user's language: "luma 9.1, chroma 14.0, coarse". NULL on error. Free with
 * g_free. */
char *fddm_measure_words (FddmContext *context, const FddmSource *source, FddmProgress progress, gpointer data,
                          GError **error);

/* ---- Generating ---- */

/** Longest side of a generated picture, in pixels. */
#define FDDM_GENERATE_SIDE_MAX 8192
/** Maximum number of sampling steps. */
#define FDDM_GENERATE_STEPS_MAX 1000
/** Maximum number of pictures in a series, a limit for user interfaces. */
#define FDDM_GENERATE_SERIES_MAX 16

/** Shortest side of an example, and of a picture to make seamless, in pixels. */
#define FDDM_EXAMPLE_SIDE_MIN 64
/** Largest closeness to an example. */
#define FDDM_CLOSENESS_MAX 100

/** Parameters of generation; start from fddm_generate_params_default(). */
typedef struct {
  const char       *subject;   /**< name of a subject; NULL or "" = any; with LIKE the one that the example is nearest to */
  int               width;     /**< 1…#FDDM_GENERATE_SIDE_MAX pixels                                                      */
  int               height;    /**< 1…#FDDM_GENERATE_SIDE_MAX pixels                                                      */
  int               steps;     /**< 1…#FDDM_GENERATE_STEPS_MAX sampling steps                                             */
  double            eta;       /**< 0 (deterministic) … 1 (fully stochastic)                                              */
  guint32           seed;      /**< same seed, same kind of device: same picture                                          */
  gboolean          tileable;  /**< opposite edges meet, so the picture repeats without a seam                            */
  const FddmSource *like;      /**< example of the material to make more of; NULL = none                                  */
  double            closeness; /**< 0…#FDDM_CLOSENESS_MAX: 0 = only colours and grain of LIKE … 100 = its shapes, too     */
} FddmGenerateParams;

/** Any subject, 12 steps, eta 1, no example, closeness 70. The caller sets width and height. */
FddmGenerateParams fddm_generate_params_default (void);

/** Generates a picture into SINK: the weights' number of samples per pixel, clamped to [0,1], written in rectangles from
 * top to bottom after the last step.
 *
 * A picture larger than the network's training pictures is estimated in windows of their size. The state of the whole
 * picture, at least 36 bytes per pixel (12 of a gray network), must fit into the context's memory bound. The error for an
 * unknown subject lists the known ones.
 *
 * With LIKE the picture takes on the example's mean and covariance of the colours, its strength at each frequency and, by
 * CLOSENESS, its shapes. The example may have any number of pixels: of a large one the middle is used. It is read before
 * anything is written. It is refused where a side is below #FDDM_EXAMPLE_SIDE_MIN. Gray and colour are converted to what
 * the network makes.
 *
 * A subject of which the weights file holds pictures (weights/FORMAT.md, Examples) is made like one of them, drawn by the seed,
 * with the closeness that the file states. With LIKE such a subject counts as none. */
gboolean fddm_generate (FddmContext *context, const FddmGenerateParams *params, const FddmSink *sink, FddmProgress progress,
                        gpointer data, GError **error);

/** Parameters of fddm_make_seamless(); start from fddm_seamless_params_default(). */
typedef struct {
  const char *subject;    /**< name of a subject; NULL or "" = the one that the picture is nearest to       */
  int         band;       /**< width of the band of new pixels along each edge; 0 = by the size             */
  int         steps;      /**< 1…#FDDM_GENERATE_STEPS_MAX sampling steps                                    */
  double      eta;        /**< 0 (deterministic) … 1 (fully stochastic)                                     */
  guint32     seed;       /**< same seed, same kind of device: same picture                                 */
  gboolean    even_light; /**< slopes of light are taken out first, where brightness varies by over 5 percent */
} FddmSeamlessParams;

/** Nearest subject, band by the size, 20 steps, eta 1, even light. */
FddmSeamlessParams fddm_seamless_params_default (void);

/** Makes the opposite edges of SOURCE meet, so that it can be repeated without a seam: a band along the edges is generated
 * anew. Pixels farther than the band from all edges keep every bit, unless light is taken out. SINK gets SOURCE's number of
 * samples per pixel. SOURCE is refused where a side is below #FDDM_EXAMPLE_SIDE_MIN; the band is at most a quarter of the
 * shorter side. */
gboolean fddm_make_seamless (FddmContext *context, const FddmSeamlessParams *params, const FddmSource *source,
                             const FddmSink *sink, FddmProgress progress, gpointer data, GError **error);

/** Seed of the picture with index I in a series that starts with seed FIRST. Wraps to 0 after 2^31 - 1. */
static inline guint32
fddm_seed_after (guint32 first, int i)
{
  return (first + (guint32) i) & G_MAXINT32;
}

/* ---- Maps ---- */

/** Largest strength of the relief, in percent. */
#define FDDM_MAPS_STRENGTH_MAX 200
/** Pixels from black to white in the height map, by which the normals are computed. */
#define FDDM_MAPS_DEPTH 8

/** Which way the second component of a normal map, green, points. */
typedef enum {
  FDDM_NORMALS_OPENGL, /**< up the picture: OpenGL, Blender, Unity, Godot */
  FDDM_NORMALS_DIRECTX /**< down the picture: DirectX, Unreal             */
} FddmNormals;

/** Parameters of maps; start from fddm_maps_params_default(). */
typedef struct {
  double      strength; /**< of the relief, 0 (flat) … #FDDM_MAPS_STRENGTH_MAX percent  */
  FddmNormals normals;  /**< the sign of green                                          */
  gboolean    tileable; /**< opposite edges of the picture meet; those of the maps, too */
} FddmMapsParams;

/** The maps of a picture to write, each unless its WRITE is NULL. They are numbers, not colours: they go into a file as they
 * are, without a transfer curve. */
typedef struct {
  FddmSink height;    /**< one sample a pixel: 0 = deep, 1 = high                            */
  FddmSink normals;   /**< three samples a pixel: ½ + ½n, n of unit length, x to the right   */
  FddmSink roughness; /**< one sample a pixel: 0 = polished, 1 = rough                       */
} FddmMaps;

/** Strength 100, OpenGL, edges that do not meet. */
FddmMapsParams fddm_maps_params_default (void);

/** Guesses the maps of PICTURE, a material's texture, from its brightness.
 *
 * Height is the brightness without its coarsest scale, which is taken for uneven light; coarse scales count as shape and more
 * than fine ones, which count as detail. Its standard deviation is about 1/8 at full strength, and ½ its middle. Normals are
 * those of the height map. Roughness is guessed from the contrast between neighbouring pixels. Pixels that are no numbers count
 * as black. Needs 16 bytes per pixel. */
gboolean fddm_maps_make (const FddmSource *picture, const FddmMapsParams *params, const FddmMaps *maps, GError **error);

/* ---- Qualities and models ---- */

/** Trade-off between speed and quality of denoising. */
typedef enum {
  FDDM_QUALITY_FAST,     /**< the small network                              */
  FDDM_QUALITY_BALANCED, /**< the large network                              */
  FDDM_QUALITY_BEST      /**< the large network, averaged over several grids */
} FddmQuality;

/** Name of the quality's weights, such as "denoise-balanced", and the number of grids that it averages. */
const char *fddm_quality_weights (FddmQuality quality, int *averages);

/** Name of the weights of a generating MODEL: "generate-texture" for "texture". A path is returned unchanged. Free with
 * g_free. */
char *fddm_model_weights (const char *model);

G_END_DECLS
