/* denoise.h: what the dialogs of FDDM Denoise are told by the plug-in.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "ui/presets.h"

/* How many times as strong as it is the removed noise is shown. */
#define FDDM_NOISE_GAIN 4

/* A rectangle of the layer, in its pixels. */
typedef struct {
  int x, y, width, height;
} FddmPart;

typedef enum {
  FDDM_SIGHT_ORIGINAL, /* the part as it is                                */
  FDDM_SIGHT_NOISE,    /* no picture: the noise was measured               */
  FDDM_SIGHT_DRAFT,    /* the result by the fast network                   */
  FDDM_SIGHT_RESULT,   /* the result by the network that was chosen        */
  FDDM_SIGHT_OVERVIEW, /* the whole layer, small, as it is                 */
  FDDM_SIGHT_PROBLEM   /* no picture: WORDS tell why                       */
} FddmSightKind;

/* Pictures of a part of the layer, at 1:1 or smaller: R'G'B' of 8 bits in sRGB, packed, transparency over a checkerboard. */
typedef struct {
  FddmSightKind kind;
  FddmPart      part;
  int           step;         /* each pixel of the pictures is the mean of STEP × STEP of the layer's      */
  guint8       *pixels;       /* g_malloc, or NULL                                                         */
  guint8       *removed;      /* of a draft or a result: FDDM_NOISE_GAIN times what was removed, around gray */
  double        luma, chroma; /* of noise: its levels in 8-bit steps                                       */
  double        seconds;      /* of a draft or a result: what the whole would take, estimated               */
  char         *words;        /* translated, or NULL; g_malloc                                             */
  char         *device;       /* where it is computed, and why not on a GPU; likewise                      */
} FddmSight;

/* What goes on while a picture is made; both are atomic: it ends early when *STOP is not 0, and is *PERCENT done. */
typedef struct {
  int *stop, *percent;
} FddmSightWatch;

/* Who makes the pictures. But for READ all calls come in one thread of their own, after the last READ. A picture or an error is
 * filled in into SIGHT, but for KIND, PART and STEP. */
typedef struct {
  /* In the dialog's thread: reads a little more of the layer; FALSE when all is read, or the layer is gone. */
  gboolean (*read) (gpointer data, double *fraction);
  void (*original) (gpointer data, FddmSight *sight);
  /* Fills in PART and STEP, too. */
  void (*overview) (gpointer data, FddmSight *sight);
  /* Measures the noise of all that will be denoised, once. FALSE: not measured. */
  gboolean (*measure) (gpointer data, FddmSight *sight, const FddmSightWatch *watch);
  /* Denoises sight->part as VALUES say, or as a DRAFT with the fast network. FALSE: there is no picture. */
  gboolean (*denoise) (gpointer data, const double *values, gboolean draft, FddmSight *sight, const FddmSightWatch *watch);
  void (*finish) (gpointer data); /* the last call */
  gpointer data;
} FddmSightPainter;

/* Side of the overview's longer edge, in pixels, at most. */
#define FDDM_OVERVIEW 110

/* While a run goes on, in the dialog's thread: how far it is; and it ends early when *STOP, atomic, is not 0. */
typedef struct {
  void (*show) (gpointer data, const char *text, double fraction);
  gpointer data;
  int     *stop;
} FddmRunWatch;

/* Who does what the dialog is for, in the dialog's thread, which goes on answering meanwhile. */
typedef struct {
  /* Adds the layers as VALUES say, MADE then, or none where no noise is found. ACCOUNT: what was done, or why nothing was;
   * translated, free with g_free. */
  gboolean (*run) (gpointer data, const double *values, const FddmRunWatch *watch, gboolean *made, char **account,
                   GError **error);
  gpointer data;
} FddmRunner;

typedef struct {
  const char      *layer;         /* its name                                                        */
  int              width, height; /* its size                                                        */
  FddmPart         focus;         /* what is selected of it; all, where nothing is                    */
  gboolean         gray;          /* has no colour                                                   */
  FddmSightPainter painter;
  FddmRunner       runner;
  FddmPresets     *presets;
  const char      *note; /* a line to begin with, translated, or NULL                       */
} FddmDenoiseHelp;

void fddm_sight_clear (FddmSight *sight);

/* Size of the pictures. */
static inline int
fddm_sight_across (const FddmSight *sight)
{
  return (sight->part.width + sight->step - 1) / sight->step;
}

static inline int
fddm_sight_down (const FddmSight *sight)
{
  return (sight->part.height + sight->step - 1) / sight->step;
}
