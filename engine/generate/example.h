/* example.h: a picture of a material that a generated one takes after.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "engine/context.h"
#include "kernels/pixels/colours.h"

/* Longest side of what is read of an example; its middle. */
#define FDDM_EXAMPLE_SIDE_MOST 1024

typedef struct {
  int         width, height, samples;  /* SAMPLES: those of the network's pictures                         */
  float      *pixels;                  /* packed, in [0,1]                                                 */
  FddmColours colours;                 /* of the pixels                                                    */
  float       mean[FDDM_COEF_MAX];     /* of the coefficients                                              */
  float       variance[FDDM_COEF_MAX]; /* of the coefficients within pieces as large as training pictures */
} FddmExample;

/* Bytes of host memory for what is read of SOURCE. */
gsize fddm_example_bytes (const FddmSource *source, int samples);

/* Fails unless both sides of SOURCE have at least FDDM_EXAMPLE_SIDE_MIN pixels. */
gboolean fddm_example_check (const FddmSource *source, GError **error);

/* OUT = PIXELS of a picture with CHANNELS samples per pixel, WIDTH × HEIGHT of them, as pictures with SAMPLES: in [0,1], gray is
 * luma, pixels that are not finite are repaired. SCRATCH has room for PIXELS. */
void fddm_example_convert (const float *pixels, int width, int height, int channels, int samples, float *scratch,
                           float *out);

/* Reads the middle of SOURCE, converted to SAMPLES per pixel. NULL on error. */
FddmExample *fddm_example_read (const FddmSource *source, int samples, GError **error);
void         fddm_example_free (FddmExample *example);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (FddmExample, fddm_example_free)

/* Measures COLOURS, MEAN and VARIANCE on the context's device, the latter averaged over pieces of the size of the training
 * pictures. A sixteenth of each side is left out at either end. */
gboolean fddm_example_measure (FddmExample *example, const FddmContext *context, GError **error);

/* Index of the class whose variants contain the one that is nearest to EXAMPLE; -1 without classes or variants. */
int fddm_example_class (const FddmExample *example, const FddmWeights *weights);
