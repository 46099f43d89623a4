/* weights.h: a weights file in memory, as the engine uses it.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "engine/fddm.h"
#include "kernels/backend.h"

/* Bounds on what a stranger's file may ask for. */
#define FDDM_WEIGHTS_FILE_MAX     ((gsize) 1 << 30) /* bytes    */
#define FDDM_WEIGHTS_LAYERS_MAX   1024
#define FDDM_WEIGHTS_CHANNELS_MAX 8192 /* of any value */
#define FDDM_LAYER_INPUTS_MAX     8

typedef enum {
  FDDM_KIND_DENOISE,
  FDDM_KIND_GENERATE,
  FDDM_KIND_MEASURE /* the noise meter: no schedule, no statistics */
} FddmKind;

typedef enum { FDDM_OP_CONV, FDDM_OP_GROUP_NORM, FDDM_OP_ATTENTION, FDDM_OP_EMBEDDING, FDDM_OP_CONCAT } FddmOp;

/* Values are numbered: 0 is the network's input, layer i writes value i + 1, each is written once. */
typedef struct {
  FddmOp         op;
  FddmActivation activation;
  int            kernel; /* conv: 1 or 3                              */
  int            groups, heads;
  int            n_in;
  int            in[FDDM_LAYER_INPUTS_MAX];
  int            residual;      /* a value, or -1                            */
  int            channels;      /* of the value it writes                    */
  const float   *weight, *bias; /* as FORMAT.md names them; owned by the file; conv, norm, embedding */
} FddmLayer;

struct FddmWeights {
  gatomicrefcount refs;
  char           *path;
  FddmKind        kind;
  char           *name;
  int             patch, channels; /* channels of the picture                   */
  int             coefficients;    /* C = channels·patch²                       */
  int             inputs, outputs; /* channels of the network's ends            */
  gboolean        open_grid;       /* k_grid is "open"                          */
  double          temperature;
  double          mu_from, mu_to;
  float           noise_lo, noise_hi;
  FddmInputForm   input_form;
  int             n_layers;
  FddmLayer      *layers;
  char          **classes;                 /* NULL-terminated, or NULL                  */
  int             side;                    /* of a training picture in pixels; 0 = not known, or not a generating network */
  float           guidance;                /* towards the class; 1 = none               */
  gboolean        clamp;                   /* the pixels of each estimate               */
  const float    *mean, *variance;         /* C floats each, or NULL                    */
  int             n_variants;              /* single pictures whose own statistics are kept; 0 = none           */
  int            *variants;                /* how many of them for each class           */
  const float    *own_mean, *own_variance; /* C floats for each of them            */
  int             n_difficulty;
  double         *difficulty_log_s, *difficulty_error;
  FddmWeights    *white;    /* to be used where noise is white, or NULL */
  GHashTable     *metadata; /* string -> string                          */
  GPtrArray      *floats;   /* what owns the tensors, converted to float */
};

/* Channels of VALUE (0 = the network's input). */
int fddm_weights_value_channels (const FddmWeights *weights, int value);

/* The receptive field in patches to each side: conv3x3 layers on the longest way from input to output. */
int fddm_weights_reach (const FddmWeights *weights);
