/* generate.h: interface between the plug-in and the dialogs of FDDM Generate.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "ui/parameter.h"

/* Number of pictures offered at once, with consecutive seeds; and the side of a picture, or of the repeated tile, in
 * pixels. */
#define FDDM_OFFERS     4
#define FDDM_OFFER_SIDE 200

/* Side of the picture of an example, in pixels. */
#define FDDM_LIKE_SIDE 64

typedef enum {
  FDDM_OFFER_ACCOUNT,  /* no picture: cost of the layers */
  FDDM_OFFER_PROBLEM,  /* no picture: reason why the layers cannot be made */
  FDDM_OFFER_ESTIMATE, /* a picture, as estimated halfway */
  FDDM_OFFER_DRAFT,    /* a picture of few steps */
  FDDM_OFFER_RESULT    /* a picture of the requested number of steps */
} FddmOfferKind;

typedef struct {
  FddmOfferKind kind;
  int           which;         /* of a picture: 0 … FDDM_OFFERS − 1 */
  int           width, height; /* up to FDDM_OFFER_SIDE */
  guint8       *pixels;        /* R'G'B', packed; g_malloc, or NULL */
  double        seconds;       /* account: estimated time for the layers; 0: not known yet */
  char         *words;         /* problem: a translated sentence; g_malloc, or NULL */
  char         *device;        /* account, problem: the computing device, and if not a GPU, the reason; likewise */
} FddmOffer;

/* Cancellation and progress of a picture. STOP and PERCENT are atomic. Computation ends early when *STOP becomes nonzero.
 * *PERCENT is its progress, 0…100. */
typedef struct {
  int *stop, *percent;
  void (*show) (gpointer data, FddmOffer *offer); /* takes over an estimate's pixels */
  gpointer data;                                  /* for SHOW */
} FddmOfferWatch;

/* Callbacks that make the pictures. The seed in the values is that of the first picture. All but SAME are called in a
 * thread of their own. */
typedef struct {
  /* Whether ONE and OTHER make the same pictures. May be called in any thread. */
  gboolean (*same) (gpointer data, const double *one, const double *other);
  /* Estimates the cost of VALUES or reports why they are unusable; the offer's kind distinguishes the two. FALSE: no
   * pictures can be made either. */
  gboolean (*account) (gpointer data, const double *values, FddmOffer *offer);
  /* Makes the picture offer->which of VALUES, or a draft of it. Fills in size and pixels, and the kind if it is better
   * than requested. FALSE: stopped, or there is a problem. */
  gboolean (*paint) (gpointer data, const double *values, FddmOffer *offer, const FddmOfferWatch *watch);
  void (*finish) (gpointer data); /* the last call */
  gpointer data;
} FddmOfferPainter;

/* Pictures of a model's subjects, one below the other, each square. */
typedef struct {
  char  *path;  /* NULL: no pictures */
  char **names; /* subjects from the top; the first is "", any subject */
} FddmSheet;

/* The table must have the texts "model" and "subject", the whole numbers "width" and "height" (0: the image's size) and
 * "seed". It may have others. */
typedef struct {
  int              image_width, image_height;
  FddmOfferPainter painter;
  /* Lists the choices for the text NAME, given the other VALUES. The list is not empty and ends with a NULL name. Its
   * strings stay valid; free the array with g_free. */
  FddmChoice *(*choices) (gpointer data, const char *name, const double *values);
  /* Gets the sheet of the model that VALUES name. Clear it after use. */
  void (*sheet) (gpointer data, const double *values, FddmSheet *sheet);
  gpointer data; /* for CHOICES and SHEET */
  /* The drawable that can be an example, the value of "like"; -1: none. Its name as a subject, translated, and its picture:
   * FDDM_LIKE_SIDE² pixels of R'G'B', packed. */
  double        like;
  const char   *like_label;
  const guint8 *like_picture;
} FddmGenerateHelp;

void fddm_offer_clear (FddmOffer *offer);
void fddm_sheet_clear (FddmSheet *sheet);

/* Seed of picture WHICH in a series from FIRST. Wraps to 0 after the largest seed, as in the engine. */
static inline double
fddm_offer_seed (double first, int which)
{
  return (double) (((guint32) first + (guint32) which) & G_MAXINT32);
}

/* Index of the picture with SEED in a series from FIRST; -1: none. */
static inline int
fddm_offer_of_seed (double first, double seed)
{
  for (int i = 0; i < FDDM_OFFERS; i++)
    if (fddm_offer_seed (first, i) == seed)
      return i;
  return -1;
}
