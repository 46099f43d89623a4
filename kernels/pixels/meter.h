/* meter.h: the two ends of the noise meter's network, in host memory (weights/FORMAT.md, kind "measure").
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* Patches of 4 × 4 in three channels: of what the meter is given and of what it tells. */
#define FDDM_METER_PATCH        4
#define FDDM_METER_CHANNELS     3
#define FDDM_METER_COEFFICIENTS (FDDM_METER_CHANNELS * FDDM_METER_PATCH * FDDM_METER_PATCH)
#define FDDM_METER_INPUTS       (FDDM_METER_COEFFICIENTS + FDDM_METER_CHANNELS)
#define FDDM_METER_OUTPUTS      (2 * FDDM_METER_COEFFICIENTS)

/* Ranges of brightness, evenly over [-1,1], that are told apart. */
#define FDDM_METER_BINS 16

/* What a picture's places told, by brightness and coefficient: sums over places of w² and of w² ln s, where s is the noise
 * level there and 1/w the standard deviation of its logarithm; and of w, by coefficient. */
typedef struct {
  double weight[FDDM_METER_BINS][FDDM_METER_COEFFICIENTS];
  double level[FDDM_METER_BINS][FDDM_METER_COEFFICIENTS];
  double certainty[FDDM_METER_COEFFICIENTS];
} FddmMeterSums;

/* The network's INPUT (ROWS × COLUMNS × INPUTS) of a piece's COEFFICIENTS (ROWS × COLUMNS × COEFFICIENTS), channels
 * running fastest; at least 2 × 2. */
void fddm_meter_features (const float *coefficients, int rows, int columns, float *input);

/* Adds the N places of the network's OUTPUT to SUMS; what isn't a number is left out. */
void fddm_meter_gather (const float *coefficients, const float *output, int n, FddmMeterSums *sums);
