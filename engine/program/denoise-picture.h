/* denoise-picture.h: denoising of one picture file with the options of the command line.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <gegl.h>
#include "engine/program/pictures/picture.h"
#include "engine/program/program.h"

/* The options of the command line. */
typedef struct {
  FddmCliOptions    common;
  FddmDenoiseParams params;
  char             *uncertainty; /* file for the picture of uncertainty, or NULL */
  char             *output_dir;  /* folder for many pictures; NULL = one picture */
  char             *suffix;      /* suffix of result names, or NULL */
  char             *format;      /* file extension of results, or NULL */
  gboolean          recursive, skip_existing;
  gboolean          in_place;     /* the result replaces the picture */
  int               jpeg_quality; /* 1 … 100; 0 = that of the original */
  int               jobs;         /* pictures at a time, at least 1, or FDDM_JOBS_AUTOMATIC */
} FddmCliDenoise;

/* Outcome of a picture. */
typedef struct {
  FddmReport report;
  double     seconds; /* duration of the computation */
  int        width, height;
  char      *warning; /* loss that is no failure, or NULL; free with g_free */
} FddmDenoised;

/* A picture file that was read. All zeros is none. */
typedef struct {
  FddmPictureOrigin origin;
  GeglBuffer       *buffer;
} FddmCliPhoto;

/* Reads PATH, which must outlive PHOTO, and plans its conversions. For the first picture of some formats, babl fills 350 MB for
 * that: better before a network is in memory. */
gboolean fddm_cli_photo_open (FddmCliPhoto *photo, const char *path, GError **error);
void     fddm_cli_photo_clear (FddmCliPhoto *photo);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (FddmCliPhoto, fddm_cli_photo_clear)

/* Denoises PHOTO into the file TO. PROGRESS is called with DATA. */
gboolean fddm_cli_denoise_picture (const FddmCliDenoise *denoise, FddmContext *context, FddmCliPhoto *photo, const char *to,
                                   FddmProgress progress, gpointer data, FddmDenoised *denoised, GError **error);

/* A word about a picture in BUFFER without noise that is so dark that noise would hardly show, or NULL. Free with g_free. */
char *fddm_cli_dark_words (GeglBuffer *buffer);

/* Adds measurements and settings of DENOISED to the current object of BUILDER. */
void fddm_cli_denoised_json (JsonBuilder *builder, const FddmCliDenoise *denoise, const FddmDenoised *denoised,
                             FddmContext *context, FddmWeights *weights);
