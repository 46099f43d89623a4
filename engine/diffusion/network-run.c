/* network-run.c: evaluation of the list of layers.
 * SPDX-License-Identifier: Apache-2.0 */
#include "engine/diffusion/network-state.h"
#include "engine/tensor.h"

static FddmTensor *
value_tensor (FddmNetwork *network, int value)
{
  return value < 0 ? NULL : &network->values[value];
}

/* The value added by layer I: its result, if that takes over the slot, so that the backend sees one tensor. */
static FddmTensor *
residual_tensor (FddmNetwork *network, int i)
{
  return fddm_network_takes_over (network->weights, i) ? value_tensor (network, i + 1)
                                                       : value_tensor (network, network->weights->layers[i].residual);
}

FddmTensor *
fddm_network_input (FddmNetwork *network)
{
  return value_tensor (network, 0);
}

FddmTensor *
fddm_network_output (FddmNetwork *network)
{
  return value_tensor (network, network->weights->n_layers);
}

static gboolean
run_embedding (FddmNetwork *network, int i, int class, const FddmTensor *in, FddmTensor *out, GError **error)
{
  const FddmLayer *layer  = &network->weights->layers[i];
  const int        row    = class < 0 ? fddm_network_n_classes (network) : class;
  FddmTensor     **vector = &network->layers[i].rows[row];

  if (*vector == NULL && !fddm_vector_make (network->backend, network->device, layer->weight + (gsize) row * layer->channels,
                                            layer->channels, vector, error))
    return FALSE;
  return network->backend->embed (network->device, in, *vector, out, error);
}

static gboolean
run_concat (FddmNetwork *network, const FddmLayer *layer, FddmTensor *out, GError **error)
{
  int first = 0;

  for (int j = 0; j < layer->n_in; j++)
    {
      const FddmTensor *in = value_tensor (network, layer->in[j]);

      if (!network->backend->copy_channels (network->device, in, first, out, error))
        return FALSE;
      first += in->channels;
    }
  return TRUE;
}

static gboolean
run_layer (FddmNetwork *network, int i, int class, GError **error)
{
  const FddmLayer        *layer   = &network->weights->layers[i];
  const FddmNetworkLayer *mine    = &network->layers[i];
  const FddmBackend      *backend = network->backend;
  const FddmTensor       *in      = value_tensor (network, layer->in[0]);
  FddmTensor             *out     = value_tensor (network, i + 1);

  switch (layer->op)
    {
    case FDDM_OP_CONV: return backend->conv (network->device, mine->conv, in, residual_tensor (network, i), out, error);
    case FDDM_OP_GROUP_NORM:
      return backend->group_norm (network->device, in, mine->weight, mine->bias, layer->groups, layer->activation, out,
                                  error);
    case FDDM_OP_ATTENTION: return backend->attention (network->device, in, layer->heads, out, error);
    case FDDM_OP_EMBEDDING: return run_embedding (network, i, class, in, out, error);
    case FDDM_OP_CONCAT: return run_concat (network, layer, out, error);
    }
  g_assert_not_reached ();
}

/* A layer that may ask whether to go on. */
typedef struct {
  const FddmTicker *ticker;
  int               done, n; /* layers */
  GError           *error;   /* set when told to stop */
} Asked;

static gboolean
goes_on (gpointer data)
{
  Asked *asked = data;

  return asked->error == NULL && fddm_tick (asked->ticker, asked->done, asked->n, &asked->error);
}

/* As run_layer; long layers of devices that block ask the ticker's listener on the way. */
static gboolean
run_layer_asking (FddmNetwork *network, int i, int class, const FddmTicker *ticker, GError **error)
{
  const FddmBackend *backend = network->backend;
  Asked              asked   = { .ticker = ticker, .done = i, .n = network->weights->n_layers };
  gboolean           ok;

  if (backend->listen == NULL || ticker == NULL)
    return run_layer (network, i, class, error);
  backend->listen (network->device, goes_on, &asked);
  ok = run_layer (network, i, class, error);
  backend->listen (network->device, NULL, NULL);
  if (asked.error == NULL)
    return ok;
  g_clear_error (error);
  g_propagate_error (error, asked.error);
  return FALSE;
}

gboolean
fddm_network_run_pass (FddmNetwork *network, const FddmPass *pass, const FddmTicker *ticker, GError **error)
{
  const FddmBackend *backend = network->backend;
  const FddmTensor  *in      = fddm_network_input (network);

  for (int band = 0; band < network->bands; band++)
    if (!(pass != NULL
            ? backend->flow_band (network->device, &network->chain, pass, band, error)
            : backend->chain_band (network->device, &network->chain, in, fddm_network_output (network), band, error)) ||
        !fddm_tick (ticker, band + 1, network->bands, error))
      return FALSE;
  return TRUE;
}

gboolean
fddm_network_run (FddmNetwork *network, int class, const FddmTicker *ticker, GError **error)
{
  const int      n      = network->weights->n_layers;
  const gboolean queues = network->backend->pace != NULL; /* layers are not done when their calls return */

  if (network->bands > 0)
    return fddm_network_run_pass (network, NULL, ticker, error);
  for (int i = 0; i < n; i++)
    if (!run_layer_asking (network, i, class, ticker, error) || !(queues || fddm_tick (ticker, i + 1, n, error)))
      return FALSE;
  return !queues || (network->backend->pace (network->device, error) && fddm_tick (ticker, n, n, error));
}

gboolean
fddm_network_run_convolutions (FddmNetwork *network, GError **error)
{
  if (network->bands > 0)
    return fddm_network_run_pass (network, NULL, NULL, error);
  for (int i = 0; i < network->weights->n_layers; i++)
    if (network->weights->layers[i].op == FDDM_OP_CONV && !run_layer (network, i, -1, error))
      return FALSE;
  return TRUE;
}
