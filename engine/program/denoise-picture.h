/* denoise-picture.h: denoising of one picture file, as the command line asks for it.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <gegl.h>
#include "engine/program/program.h"

/* What the command line asks for. */
typedef struct {
  FddmCliOptions    common;
  FddmDenoiseParams params;
  char             *uncertainty; /* where a picture of it goes, or NULL */
  char             *output_dir;  /* of many pictures; NULL = it is one  */
  char             *suffix;      /* of names of results, or NULL        */
  char             *format;      /* their ending, or NULL               */
  gboolean          recursive, skip_existing;
  int               jobs; /* pictures at a time, at least 1 */
} FddmCliDenoise;

/* What was done to a picture. */
typedef struct {
  FddmReport report;
  double     seconds; /* of computing */
  int        width, height;
} FddmDenoised;

/* The denoised picture FROM in the file TO. PROGRESS is called with DATA. */
gboolean fddm_cli_denoise_picture (const FddmCliDenoise *denoise, FddmContext *context, const char *from, const char *to,
                                   FddmProgress progress, gpointer data, FddmDenoised *denoised, GError **error);

/* Adds what was measured and done to the object that BUILDER is in. */
void fddm_cli_denoised_json (JsonBuilder *builder, const FddmCliDenoise *denoise, const FddmDenoised *denoised,
                             FddmContext *context, FddmWeights *weights);
