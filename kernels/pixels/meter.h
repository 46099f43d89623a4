/* meter.h: input and output of the noise meter's network, in host memory (weights/FORMAT.md, kind "measure").
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* The meter's input and output are for patches of 4 × 4 in three channels. */
#define FDDM_METER_PATCH        4
#define FDDM_METER_CHANNELS     3
#define FDDM_METER_COEFFICIENTS (FDDM_METER_CHANNELS * FDDM_METER_PATCH * FDDM_METER_PATCH)
#define FDDM_METER_INPUTS       (FDDM_METER_COEFFICIENTS + FDDM_METER_CHANNELS)
#define FDDM_METER_OUTPUTS      (2 * FDDM_METER_COEFFICIENTS)

/* Number of brightness bins, evenly spaced over [-1,1]. */
#define FDDM_METER_BINS 16

/* Sums of a picture's readings, by brightness bin and coefficient, over places: of w² and of w² ln s, with s the noise
 * level and 1/w the standard deviation of its logarithm; and of w, by coefficient only. */
typedef struct {
  double weight[FDDM_METER_BINS][FDDM_METER_COEFFICIENTS];
  double level[FDDM_METER_BINS][FDDM_METER_COEFFICIENTS];
  double certainty[FDDM_METER_COEFFICIENTS];
} FddmMeterSums;

/* Computes the network's INPUT (ROWS × COLUMNS × INPUTS) from the COEFFICIENTS of a piece (ROWS × COLUMNS ×
 * COEFFICIENTS), channels running fastest; at least 2 × 2 patches. */
void fddm_meter_features (const float *coefficients, int rows, int columns, int threads, float *input);

/* Adds the N places of the network's OUTPUT to SUMS, skipping values that are not finite. */
void fddm_meter_gather (const float *coefficients, const float *output, int n, FddmMeterSums *sums);

/* Adds the sums of other places. */
void fddm_meter_add (FddmMeterSums *sums, const FddmMeterSums *more);
