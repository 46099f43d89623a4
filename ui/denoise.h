/* denoise.h: interface between the plug-in and the dialogs of FDDM Denoise.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "ui/presets.h"

/* Gain at which the removed noise is shown. */
#define FDDM_NOISE_GAIN 4

/* A rectangle of the layer, in the layer's pixels. */
typedef struct {
  int x, y, width, height;
} FddmPart;

typedef enum {
  FDDM_SIGHT_ORIGINAL, /* the part, unchanged */
  FDDM_SIGHT_NOISE,    /* no picture: noise measurement */
  FDDM_SIGHT_DRAFT,    /* result of the fast network */
  FDDM_SIGHT_RESULT,   /* result of the chosen network */
  FDDM_SIGHT_OVERVIEW, /* the whole layer, reduced, unchanged */
  FDDM_SIGHT_PROBLEM   /* no picture: WORDS gives the reason */
} FddmSightKind;

/* Pictures of a part of the layer, at 1:1 or reduced. R'G'B' with 8 bits in sRGB, packed; transparency over a
 * checkerboard. */
typedef struct {
  FddmSightKind kind;
  FddmPart      part;
  int           step;         /* each pixel of the pictures is the mean of STEP × STEP pixels of the layer */
  guint8       *pixels;       /* NULL: no picture; allocated with g_malloc */
  guint8       *removed;      /* draft, result: the removed noise times FDDM_NOISE_GAIN, around middle gray */
  double        luma, chroma; /* noise: levels in 8-bit steps */
  double        seconds;      /* draft, result: estimated time for the whole layer */
  char         *words;        /* translated; NULL: none; allocated with g_malloc */
  char         *device;       /* the computing device, and if not a GPU, the reason; likewise */
} FddmSight;

/* Cancellation and progress of a picture, both atomic. Computation ends early when *STOP becomes nonzero. *PERCENT is its
 * progress, 0…100. */
typedef struct {
  int *stop, *percent;
} FddmSightWatch;

/* Callbacks that make the pictures. All but READ are called in a thread of their own, after the last call of READ. They
 * fill in a picture or an error in SIGHT; KIND, PART and STEP are set by the caller. */
typedef struct {
  /* Called in the dialog's thread. Reads the next piece of the layer. FALSE when all is read or the layer no longer
   * exists. */
  gboolean (*read) (gpointer data, double *fraction);
  void (*original) (gpointer data, FddmSight *sight);
  /* Fills in PART and STEP, too. */
  void (*overview) (gpointer data, FddmSight *sight);
  /* Measures the noise of the whole area to denoise. Called once. FALSE: not measured. */
  gboolean (*measure) (gpointer data, FddmSight *sight, const FddmSightWatch *watch);
  /* Denoises sight->part with VALUES; a DRAFT uses the fast network. FALSE: no picture. */
  gboolean (*denoise) (gpointer data, const double *values, gboolean draft, FddmSight *sight, const FddmSightWatch *watch);
  void (*finish) (gpointer data); /* the last call */
  gpointer data;
} FddmSightPainter;

/* Maximum length of the overview's longer side, in pixels. */
#define FDDM_OVERVIEW 110

/* Cancellation and progress of a run. SHOW is called in the dialog's thread, FRACTION is 0…1. The run ends early when *STOP
 * (atomic) becomes nonzero. */
typedef struct {
  void (*show) (gpointer data, const char *text, double fraction);
  gpointer data;
  int     *stop;
} FddmRunWatch;

/* Callbacks and facts that the plug-in gives to the dialog. Callbacks run in the dialog's thread; the dialog stays
 * responsive during a run. */
typedef struct {
  /* Adds the layers made with VALUES and sets *MADE; no layers if no noise is found. ACCOUNT gets a summary of the run,
   * or the reason why there is no layer; translated, free with g_free. */
  gboolean (*run) (gpointer data, const double *values, const FddmRunWatch *watch, gboolean *made, char **account,
                   GError **error);
  /* Whether the layers of the last run that made some are still there: the user may have undone it. */
  gboolean (*there) (gpointer data);
  /* Whether that run was of the part that is selected now. */
  gboolean (*selected) (gpointer data);
  gpointer data;
} FddmRunner;

typedef struct {
  const char      *layer;         /* layer name */
  int              width, height; /* layer size */
  FddmPart         focus;         /* the selected part; the whole layer without a selection */
  gboolean         gray;          /* the layer has no colour */
  FddmSightPainter painter;
  FddmRunner       runner;
  FddmPresets     *presets;
  const char      *note; /* message shown at the start, translated, or NULL */
} FddmDenoiseHelp;

void fddm_sight_clear (FddmSight *sight);

/* Size of the pictures in pixels. */
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
