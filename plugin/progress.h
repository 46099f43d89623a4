/* progress.h: one progress bar for all that a job does.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "engine/fddm.h"

typedef enum {
  FDDM_STAGE_READ, /* the layer, out of GIMP */
  FDDM_STAGE_MEASURE,
  FDDM_STAGE_DENOISE,
  FDDM_STAGE_GENERATE,
  FDDM_STAGE_WRITE /* the new layers         */
} FddmStage;

/* Zeroed before its first use; a job's calls go through the stages in their order. */
typedef struct {
  const FddmContext *context; /* knows where it computes; a GPU that fails hands over to the CPU. NULL until it is open */
  int                layer, layers; /* the one that is generated, from 0, and how many there will be */
  FddmStage          stage;
  gint64             last; /* when GIMP was told last, µs; each time is a round trip */
  void (*show) (gpointer data, const char *text, double fraction); /* NULL: GIMP's own bar                             */
  gpointer data;                                                   /* of SHOW                                          */
} FddmProgressBar;

/* FRACTION of STAGE is done. */
void fddm_progress_show (FddmProgressBar *bar, FddmStage stage, double fraction);

/* An FddmProgress for the engine, BAR being its data. Always TRUE: GIMP cancels by ending this process. */
gboolean fddm_progress_engine (FddmPhase phase, double fraction, gpointer bar);

/* A part of a stage, to be handed to who does it. */
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
