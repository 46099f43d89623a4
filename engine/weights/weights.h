/* weights.h: a weights file in memory.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "engine/fddm.h"
#include "kernels/backend.h"

/* Limits for untrusted files. */
#define FDDM_WEIGHTS_FILE_MAX     ((gsize) 1 << 30) /* bytes */
#define FDDM_WEIGHTS_LAYERS_MAX   1024
#define FDDM_WEIGHTS_CHANNELS_MAX 8192 /* of any value */
#define FDDM_LAYER_INPUTS_MAX     8
/* Multiply-adds a pixel: five hundred times what our largest network takes. */
#define FDDM_WEIGHTS_OPERATIONS_MAX 1e8

typedef enum {
  FDDM_KIND_DENOISE,
  FDDM_KIND_GENERATE,
  FDDM_KIND_MEASURE /* the noise meter: no schedule, no statistics */
} FddmKind;

typedef enum { FDDM_OP_CONV, FDDM_OP_GROUP_NORM, FDDM_OP_ATTENTION, FDDM_OP_EMBEDDING, FDDM_OP_CONCAT } FddmOp;

/* A subject of which the file holds pictures to start from, instead of a class of its network. */
typedef struct {
  char  *name;
  int    first, count; /* of its pictures                             */
  double closeness;    /* to the picture, 0 … FDDM_CLOSENESS_MAX      */
} FddmKept;

/* Values are numbered: 0 is the network's input, layer i writes value i + 1. Each is written once. */
typedef struct {
  FddmOp         op;
  FddmActivation activation;
  int            kernel; /* conv: 1 or 3 */
  int            groups, heads;
  int            n_in;
  int            in[FDDM_LAYER_INPUTS_MAX];
  int            residual;      /* a value, or -1                                                      */
  int            channels;      /* of the value written                                                */
  const float   *weight, *bias; /* for conv, norm, embedding, named as in FORMAT.md; owned by the file */
  const float   *ranges;        /* conv: of the input's channels (FddmConvSpec); NULL = unknown        */
  gboolean       positive;      /* with RANGES: the input is never negative                            */
  float          ranges_from;   /* with RANGES: the noise level s from which they serve; 0 = any       */
} FddmLayer;

struct FddmWeights {
  gatomicrefcount refs;
  char           *path;
  FddmKind        kind;
  char           *name;
  int             patch, channels; /* channels of the picture                    */
  int             coefficients;    /* C = channels·patch²                        */
  int             inputs, outputs; /* channels of the network's input and output */
  gboolean        open_grid;       /* k_grid is "open"                           */
  double          temperature;
  double          mu_from, mu_to;
  float           noise_lo, noise_hi;
  FddmInputForm   input_form;
  FddmOutputForm  output_form;
  int             n_layers;
  FddmLayer      *layers;
  char          **classes;                 /* NULL-terminated, or NULL                                        */
  int             side;                    /* of a training picture in pixels; 0 = unknown, or not generating */
  float           guidance;                /* strength towards the class; 1 = none                            */
  gboolean        clamp;                   /* clamps the pixels of each estimate                              */
  const float    *mean, *variance;         /* C floats each, or NULL                                          */
  int             n_variants;              /* training pictures with statistics of their own; 0 = none        */
  int            *variants;                /* their number in each class                                      */
  const float    *own_mean, *own_variance; /* C floats for each                                               */
  int             n_kept;                  /* subjects with pictures to start from                            */
  FddmKept       *kept;
  int             kept_width, kept_height; /* of each picture                                                 */
  const guint8   *kept_pixels;             /* one picture after the other, packed, R'G'B' or gray             */
  char          **subjects;                /* CLASSES and the names of KEPT, NULL-terminated, or NULL         */
  int             n_difficulty;
  double         *difficulty_log_s, *difficulty_error;
  FddmWeights    *white;    /* for white noise, or NULL             */
  GHashTable     *metadata; /* string -> string                     */
  GPtrArray      *floats;   /* owns the tensors, converted to float; bytes as they are */
};

/* Channels of VALUE (0 = the network's input). */
int fddm_weights_value_channels (const FddmWeights *weights, int value);

/* Bytes of the tensors, the kept pictures included, and, in PREPARED, of the copies that the CPU makes of them at most. A
 * tensor that several layers share counts once. */
gsize fddm_weights_bytes (const FddmWeights *weights, gsize *prepared);

/* Multiply-adds of the network for a picture of ROWS × COLUMNS patches. Attention grows with the square of their number. */
double fddm_weights_work (const FddmWeights *weights, int rows, int columns);

/* Receptive field in patches to each side: the number of conv3x3 layers on the longest way from input to output. */
int fddm_weights_reach (const FddmWeights *weights);

/* The noise level s from which the ranges of all layers serve. 0: they always do. */
float fddm_weights_ranges_from (const FddmWeights *weights);
/* The ranges of layer I, or NULL; FAINT: where they serve at any noise level. */
const float *fddm_weights_ranges (const FddmWeights *weights, int i, gboolean faint);
/* The layer that alone reads what layer I writes, where both can be convolutions in 8 bits and the value may be in 8 bits, too;
 * else -1. FAINT: as above. */
int fddm_weights_only_reader (const FddmWeights *weights, int i, gboolean faint);
