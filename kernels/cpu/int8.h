/* int8.h: convolutions in integers of 8 bits.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Input i is rounded to 1/127 of its range, or to 1/255 where no input is negative, and clamped to the range; the weights of an
 * output to 1/127 of the largest of them, each times its input's range; those of one input to one output so that their sum is
 * right to half a step, since in even areas only the sum counts. Products are summed up in 32 bits. (Krishnamoorthi 2018, arXiv
 * 1806.08342, by channel.) */
#pragma once
#include "kernels/cpu/onednn.h"

typedef struct {
  gboolean positive; /* no input is negative: they are unsigned numbers                  */
  float   *steps;    /* of the inputs of a run of positions: what they are multiplied by */
  float   *scales;   /* of each output: what a sum of products is multiplied by          */
  float   *bias;     /* of each output, as oneDNN wants it (fddm_onednn_scales_argument) */
  gint8   *weights;  /* out × in × kernel × kernel                                       */
} FddmInt8;

/* The numbers of SPEC, which has ranges. NULL if out of memory. */
FddmInt8 *fddm_int8_new (const FddmConvSpec *spec);
void      fddm_int8_free (FddmInt8 *int8);

/* Rounds the CHANNELS inputs IN of each of HEIGHT × WIDTH positions into OUT, bytes, on THREADS threads. What is not a number
 * counts as the largest. Counts strays in STRAYS unless it is NULL; FALSE if too many blocks have too many. */
gboolean fddm_int8_round (const FddmInt8 *int8, const float *in, int height, int width, int channels, int threads,
                          const FddmStrays *strays, void *out);
