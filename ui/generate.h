/* generate.h: what the dialogs of FDDM Generate are told by the plug-in.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "ui/parameter.h"

/* Pictures that are offered at once, each with the next seed; and their side, or the repeated tile's, in pixels. */
#define FDDM_OFFERS     4
#define FDDM_OFFER_SIDE 200

typedef enum {
  FDDM_OFFER_ACCOUNT,  /* no picture: what the layers will take              */
  FDDM_OFFER_PROBLEM,  /* no picture: why the layers cannot be made          */
  FDDM_OFFER_ESTIMATE, /* a picture as it is guessed halfway                 */
  FDDM_OFFER_DRAFT,    /* one of few steps                                   */
  FDDM_OFFER_RESULT    /* one of as many steps as were asked for             */
} FddmOfferKind;

typedef struct {
  FddmOfferKind kind;
  int           which;         /* of a picture: 0 … FDDM_OFFERS − 1                             */
  int           width, height; /* up to FDDM_OFFER_SIDE                                         */
  guint8       *pixels;        /* R'G'B', packed; g_malloc, or NULL                             */
  double        seconds;       /* of an account: what the layers will take; 0: not known yet    */
  char         *words;         /* of a problem: a sentence, translated; g_malloc, or NULL       */
  char         *device;        /* of an account or problem: where it is computed, and why not on a GPU; likewise */
} FddmOffer;

/* What goes on while a picture is made. STOP and PERCENT are atomic: it ends early when *STOP is not 0, and is *PERCENT done. */
typedef struct {
  int *stop, *percent;
  void (*show) (gpointer data, FddmOffer *offer); /* takes an estimate's pixels */
  gpointer data;                                  /* of SHOW */
} FddmOfferWatch;

/* Who makes the pictures. The seed among the values is that of the first one. But for SAME all calls come in one thread of
 * their own. */
typedef struct {
  /* Whether ONE and OTHER make the same pictures. In any thread. */
  gboolean (*same) (gpointer data, const double *one, const double *other);
  /* What VALUES will take, or why they will not do, which is told by the kind. FALSE: there will be no pictures either. */
  gboolean (*account) (gpointer data, const double *values, FddmOffer *offer);
  /* Makes the picture offer->which of VALUES, or a draft of it; fills in its size and pixels, and a kind that is better than the
   * one asked for. FALSE, unless it was stopped: a problem. */
  gboolean (*paint) (gpointer data, const double *values, FddmOffer *offer, const FddmOfferWatch *watch);
  void (*finish) (gpointer data); /* the last call */
  gpointer data;
} FddmOfferPainter;

/* Pictures of a model's subjects, one beneath the other, each as high as it is wide. */
typedef struct {
  char  *path;  /* NULL: there are none                                  */
  char **names; /* of the subjects, from the top; the first is "", any   */
} FddmSheet;

/* The table has the texts "model" and "subject", the whole numbers "width" and "height", which are 0 for the image's size,
 * "seed" and others. */
typedef struct {
  int              image_width, image_height;
  FddmOfferPainter painter;
  /* What there is to choose from for a text, given the other VALUES; ended by a NULL name, not empty. Its words stay, free the
   * array with g_free. */
  FddmChoice *(*choices) (gpointer data, const char *name, const double *values);
  /* The sheet of the model that VALUES name; clear it. */
  void (*sheet) (gpointer data, const double *values, FddmSheet *sheet);
  gpointer data; /* of CHOICES and SHEET */
} FddmGenerateHelp;

void fddm_offer_clear (FddmOffer *offer);
void fddm_sheet_clear (FddmSheet *sheet);

/* The seed of the picture WHICH after FIRST's, as the engine counts: from 0 again after the largest. */
static inline double
fddm_offer_seed (double first, int which)
{
  return (double) (((guint32) first + (guint32) which) & G_MAXINT32);
}

/* Which of the pictures from the seed FIRST on has SEED; -1: none. */
static inline int
fddm_offer_of_seed (double first, double seed)
{
  for (int i = 0; i < FDDM_OFFERS; i++)
    if (fddm_offer_seed (first, i) == seed)
      return i;
  return -1;
}
