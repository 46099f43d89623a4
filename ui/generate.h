/* generate.h: what the dialogs of FDDM Generate are told by the plug-in.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "ui/parameter.h"

/* Side of the largest picture of a preview. */
#define FDDM_PREVIEW_SIDE 256

typedef struct {
  int     width, height; /* up to FDDM_PREVIEW_SIDE                       */
  guint8 *pixels;        /* R'G'B', packed; g_malloc; NULL: there is none */
  char   *words;         /* what it is, or why there is none; translated  */
} FddmPicture;

/* Who paints previews, in a thread of its own, in which all calls come. */
typedef struct {
  /* Makes the picture of VALUES. Ends early, with whatever it has, when *STOP is not 0; *PERCENT tells how far it is. Both
   * are atomic. */
  void (*paint) (gpointer data, const double *values, FddmPicture *picture, int *stop, int *percent);
  void (*finish) (gpointer data); /* the last call */
  gpointer data;
} FddmPainter;

/* The table has the texts "model" and "subject", the whole numbers "width" and "height", which are 0 for the image's size,
 * "seed" and others. */
typedef struct {
  int             image_width, image_height;
  const FddmLine *lines;
  FddmPainter     painter;
  /* What there is to choose from for a text, given the other VALUES; ended by a NULL name, not empty. Its words stay, free the
   * array with g_free. */
  FddmChoice *(*choices) (gpointer data, const char *name, const double *values);
  gpointer data; /* of CHOICES */
} FddmGenerateHelp;

/* The words beside what makes width and height 0: "As large as the image (640 × 480)". Free with g_free. */
char *fddm_generate_size_words (const FddmGenerateHelp *help);
