/* network.h: a weights file's layers, run on a device.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "kernels/backend.h"
#include "engine/ticker.h"
#include "engine/weights/weights.h"

typedef struct FddmNetwork FddmNetwork;

/* The shape of convolution that most multiply-adds of WEIGHTS belong to. */
FddmConvShape fddm_network_shape (const FddmWeights *weights);

/* Lays the weights out for the device. Keeps a reference to WEIGHTS; DEVICE must outlive the network. */
FddmNetwork *fddm_network_new (const FddmBackend *backend, FddmDevice *device, FddmWeights *weights, GError **error);
void         fddm_network_free (FddmNetwork *network);

/* Bytes that running on ROWS × COLUMNS patches takes, its input and output included. */
gboolean fddm_network_bytes (FddmNetwork *network, int rows, int columns, gsize *bytes, GError **error);
/* Makes the tensors for that size (those of another size are given up). */
gboolean fddm_network_prepare (FddmNetwork *network, int rows, int columns, GError **error);
/* Gives all tensors up. */
void fddm_network_release (FddmNetwork *network);

/* Between prepare and release: the input to fill in, and, after a run, the output to read. */
FddmTensor *fddm_network_input (FddmNetwork *network);
FddmTensor *fddm_network_output (FddmNetwork *network);
/* CLASS: index into the weights' classes, or -1 for any. Ticks after each layer. */
gboolean fddm_network_run (FddmNetwork *network, int class, const FddmTicker *ticker, GError **error);

/* Runs only the convolutions, each on whatever its tensors hold: the yardstick of speed for the whole. */
gboolean fddm_network_run_convolutions (FddmNetwork *network, GError **error);
