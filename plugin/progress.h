/* progress.h: a single progress bar for a whole job.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "engine/fddm.h"

typedef enum {
  FDDM_STAGE_READ, /* reading the layer from GIMP */
  FDDM_STAGE_MEASURE,
  FDDM_STAGE_DENOISE,
  FDDM_STAGE_GENERATE,
  FDDM_STAGE_WRITE /* writing the new layers */
} FddmStage;

/* Zero before first use. A job passes through the stages in order. */
typedef struct {
  const FddmContext *context;       /* device in use, which changes if a GPU fails; NULL: see GPU */
  gboolean           gpu;           /* without a context: a GPU is in use                             */
  int                layer, layers; /* index of the layer being generated, and number of layers       */
  FddmStage          stage;
  gint64             last;  /* time of the last update, µs; each is a round trip to GIMP */
  double             shown; /* of the whole bar, which never goes back                  */
  void (*show) (gpointer data, const char *text, double fraction); /* NULL: GIMP's own bar */
  gpointer data;                                                   /* for SHOW             */
} FddmProgressBar;

/* Reports FRACTION of STAGE, in [0,1]. */
void fddm_progress_show (FddmProgressBar *bar, FddmStage stage, double fraction);

/* An FddmProgress for the engine with BAR as data. Always TRUE, because GIMP cancels by ending this process. */
gboolean fddm_progress_engine (FddmPhase phase, double fraction, gpointer bar);

/* A phase and its fraction as one number, which another thread reads as a whole; and the report of that number. */
int  fddm_progress_pack (FddmPhase phase, double fraction);
void fddm_progress_packed (FddmProgressBar *bar, int packed);

/* A part of a stage, for the function that carries it out. */
typedef struct {
  FddmProgressBar *bar;
  FddmStage        stage;
  double           from, to;
} FddmStretch;

static inline void
fddm_progress_stretch (const FddmStretch *stretch, double fraction)
{
  fddm_progress_show (stretch->bar, stretch->stage, stretch->from + (stretch->to - stretch->from) * fraction);
}
