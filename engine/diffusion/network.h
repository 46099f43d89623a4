/* network.h: the layers of a weights file, evaluated on a device.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "kernels/backend.h"
#include "engine/ticker.h"
#include "engine/weights/weights.h"

typedef struct FddmNetwork FddmNetwork;

/* The shape of convolution that most multiply-adds of WEIGHTS belong to. */
FddmConvShape fddm_network_shape (const FddmWeights *weights);
/* Whether the convolutions of that shape have the ranges of their inputs. */
gboolean fddm_network_has_ranges (const FddmWeights *weights);
/* Multiply-adds per patch of layer I, and of the layer that has most. */
double fddm_network_layer_operations (const FddmWeights *weights, int i);
double fddm_network_heaviest (const FddmWeights *weights);
/* Index of the last layer that reads VALUE. The network's output counts as read after all layers. */
int fddm_network_last_reader (const FddmWeights *weights, int value);
/* Whether the result of layer I takes the place of its residual. */
gboolean fddm_network_takes_over (const FddmWeights *weights, int i);
/* Whether the layers are a chain of convolutions (FddmChain). */
gboolean fddm_network_is_chain (const FddmWeights *weights);

/* Prepares the weights for the device. FAINT: layers take 8 bits only where these serve at any noise level. Keeps a reference to
 * WEIGHTS; DEVICE must outlive the network. */
FddmNetwork *fddm_network_new (const FddmBackend *backend, FddmDevice *device, FddmWeights *weights, gboolean faint,
                               GError **error);
void         fddm_network_free (FddmNetwork *network);

/* How the network of WEIGHTS is conditioned. MEAN and VARIANCE: their statistics, or one variant's, on the device. */
FddmConditioning fddm_network_conditioning (const FddmWeights *weights, const FddmTensor *mean, const FddmTensor *variance);

/* Memory for evaluating ROWS × COLUMNS patches, including input and output. */
gboolean fddm_network_bytes (FddmNetwork *network, int rows, int columns, gsize *bytes, GError **error);
/* Allocates tensors for ROWS × COLUMNS patches, replacing those of another size. */
gboolean fddm_network_prepare (FddmNetwork *network, int rows, int columns, GError **error);
/* Frees all tensors. */
void fddm_network_release (FddmNetwork *network);

/* ONCE: from now on it is evaluated by fddm_network_run_pass alone, where it flows. */
void fddm_network_flow (FddmNetwork *network, gboolean once);
/* Whether pixels flow through it, band by band, at this size: then it has neither input nor output. */
gboolean fddm_network_flows (FddmNetwork *network, int rows, int columns);
/* Runs it band by band and ticks after each. PASS: of pixels that flow; NULL = from the input to the output. */
gboolean fddm_network_run_pass (FddmNetwork *network, const FddmPass *pass, const FddmTicker *ticker, GError **error);

/* Input to fill in before each run, which may overwrite it, and output to read after it. Valid between prepare and
 * release. */
FddmTensor *fddm_network_input (FddmNetwork *network);
FddmTensor *fddm_network_output (FddmNetwork *network);
/* CLASS: index into the weights' classes, or -1 for any. Ticks after each layer; on a GPU, once the run before this one is
 * done. */
gboolean fddm_network_run (FddmNetwork *network, int class, const FddmTicker *ticker, GError **error);

/* Runs only the convolutions, on the current contents of their tensors: a reference for the speed of the whole pipeline. */
gboolean fddm_network_run_convolutions (FddmNetwork *network, GError **error);
