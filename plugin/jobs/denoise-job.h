/* denoise-job.h: state of a run of FDDM Denoise, and its parts.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "plugin/jobs/jobs.h"
#include "plugin/progress.h"

/* State of a job. After the copy of the pixels, the image is not accessed until all is computed. Therefore painting
 * during the run does not affect the result, and closing the image does no harm. */
typedef struct {
  FddmImageId     image;
  FddmItemId      source;
  char           *name;   /* of the source */
  GeglRectangle   bounds; /* area to compute */
  GeglBuffer     *chosen; /* copy of the selection; NULL: all */
  GeglBuffer     *noisy;  /* copy of the source's pixels */
  const double   *values;
  FddmProgressBar bar;
  GeglBuffer     *clean;       /* the result */
  GeglBuffer     *uncertainty; /* of the result, gray; NULL: not requested */
  char          **account;     /* may be NULL */
  gboolean        seen;        /* a user watches, as opposed to a script */
  gboolean        nothing;     /* no noise was found */
  gboolean        instead;     /* the result takes the place of the source, which is hidden */
  /* For an engine that runs in a thread of its own: */
  const FddmRunWatch *watch;               /* or NULL */
  const FddmContext  *context;             /* for that thread alone */
  int                 reached, gpu, ended; /* atomic; REACHED is packed */
} FddmDenoiseJob;

/* Error for indexed images, to be translated. */
#define FDDM_DENOISE_INDEXED N_ ("Indexed images cannot be denoised. Convert the image to RGB first: Image > Mode > RGB.")

/* Runs the engine on the copy of the layer. The result goes to JOB->clean, initially a copy of it too, and to JOB->uncertainty.
 * With JOB->watch the engine gets a thread of its own, and the main context is served meanwhile. */
gboolean fddm_denoise_run (FddmDenoiseJob *job, GError **error);

/* Adds the layers of the result to the image, in one undo group, or leaves it as it was. */
gboolean fddm_denoise_add_layers (FddmDenoiseJob *job, FddmLayers *made, GError **error);
