/* network.c: the layers of a network, with their weights on a device.
 * SPDX-License-Identifier: Apache-2.0 */
#include "engine/diffusion/network-state.h"
#include "engine/error.h"
#include "engine/tensor.h"

/* ---- Slots ---- */

/* The free slot whose size is closest to CHANNELS, enlarged if it is smaller; else a new one. */
static int
free_slot (FddmNetwork *network, const int *busy_until, int layer, int channels)
{
  int best = network->n_slots;

  for (int s = 0; s < network->n_slots; s++)
    if (busy_until[s] < layer && (best == network->n_slots || ABS (network->slot_channels[s] - channels) <
                                                                ABS (network->slot_channels[best] - channels)))
      best = s;
  if (best == network->n_slots)
    network->n_slots++;
  network->slot_channels[best] = MAX (network->slot_channels[best], channels);
  return best;
}

/* FALSE if out of memory. */
static gboolean
assign_slots (FddmNetwork *network)
{
  const FddmWeights *weights    = network->weights;
  const int          n_values   = weights->n_layers + 1;
  g_autofree int    *busy_until = g_try_new0 (int, n_values);

  network->slot_of       = g_try_new0 (int, n_values);
  network->slot_channels = g_try_new0 (int, n_values);
  if (busy_until == NULL || network->slot_of == NULL || network->slot_channels == NULL)
    return FALSE;
  network->slot_of[0] = free_slot (network, busy_until, 0, fddm_weights_value_channels (weights, 0));
  busy_until[0]       = fddm_network_last_reader (weights, 0);
  for (int i = 0; i < weights->n_layers; i++)
    {
      int slot = fddm_network_takes_over (weights, i) ? network->slot_of[weights->layers[i].residual]
                                                      : free_slot (network, busy_until, i, weights->layers[i].channels);

      network->slot_of[i + 1] = slot;
      busy_until[slot]        = MAX (fddm_network_last_reader (weights, i + 1), i);
    }
  network->slots  = g_try_new0 (FddmTensor *, MAX (network->n_slots, 2)); /* a chain's ends */
  network->values = g_try_new0 (FddmTensor, n_values);
  return network->slots != NULL && network->values != NULL;
}

/* ---- Weights ---- */

int
fddm_network_n_classes (const FddmNetwork *network)
{
  return network->weights->classes != NULL ? (int) g_strv_length (network->weights->classes) : 0;
}

static gboolean
make_vector (FddmNetwork *network, const float *values, int n, FddmTensor **vector, GError **error)
{
  return fddm_vector_make (network->backend, network->device, values, n, vector, error);
}

static gboolean
load_layer (FddmNetwork *network, int i, GError **error)
{
  const FddmLayer  *layer = &network->weights->layers[i];
  FddmNetworkLayer *mine  = &network->layers[i];

  switch (layer->op)
    {
      case FDDM_OP_CONV: {
        FddmConvSpec spec = { .kernel       = layer->kernel,
                              .in_channels  = fddm_weights_value_channels (network->weights, layer->in[0]),
                              .out_channels = layer->channels,
                              .weights      = layer->weight,
                              .bias         = layer->bias,
                              .activation   = layer->activation,
                              .ranges       = fddm_weights_ranges (network->weights, i, network->faint),
                              .positive     = layer->positive };

        const int reader = fddm_weights_only_reader (network->weights, i, network->faint);

        if (reader >= 0)
          spec.out_ranges = network->weights->layers[reader].ranges;
        spec.passed = layer->in[0] > 0 && fddm_weights_only_reader (network->weights, layer->in[0] - 1, network->faint) == i;
        return (mine->conv = network->backend->conv_new (network->device, &spec, error)) != NULL;
      }
    case FDDM_OP_GROUP_NORM:
      return make_vector (network, layer->weight, layer->channels, &mine->weight, error) &&
             make_vector (network, layer->bias, layer->channels, &mine->bias, error);
    case FDDM_OP_EMBEDDING:
      mine->rows = g_try_new0 (FddmTensor *, fddm_network_n_classes (network) + 1);
      return mine->rows != NULL || fddm_weights_no_memory (error);
    default: return TRUE; /* no constants */
    }
}

/* FALSE if out of memory. */
static gboolean
make_chain (FddmNetwork *network)
{
  const int n = network->weights->n_layers;

  if (network->backend->chain_prepare == NULL || !fddm_network_is_chain (network->weights))
    return TRUE;
  network->convs     = g_try_new (FddmConv *, n);
  network->residuals = g_try_new (gboolean, n);
  if (network->convs == NULL || network->residuals == NULL)
    return FALSE;
  for (int i = 0; i < n; i++)
    {
      network->convs[i]     = network->layers[i].conv;
      network->residuals[i] = network->weights->layers[i].residual >= 0;
    }
  network->chain = (FddmChain) { .n = n, .convs = network->convs, .residuals = network->residuals };
  return TRUE;
}

FddmNetwork *
fddm_network_new (const FddmBackend *backend, FddmDevice *device, FddmWeights *weights, gboolean faint, GError **error)
{
  FddmNetwork *network = g_new0 (FddmNetwork, 1);
  gboolean     ok;

  network->backend = backend;
  network->device  = device;
  network->weights = fddm_weights_ref (weights);
  network->faint   = faint;
  network->layers  = g_try_new0 (FddmNetworkLayer, weights->n_layers);
  ok               = (network->layers != NULL && assign_slots (network)) || fddm_weights_no_memory (error);
  for (int i = 0; ok && i < weights->n_layers; i++)
    ok = load_layer (network, i, error);
  if (ok && (make_chain (network) || fddm_weights_no_memory (error)))
    return network;
  fddm_network_free (network);
  return NULL;
}

void
fddm_network_free (FddmNetwork *network)
{
  if (network == NULL)
    return;
  fddm_network_release (network);
  for (int i = 0; network->layers != NULL && i < network->weights->n_layers; i++)
    {
      network->backend->conv_free (network->device, network->layers[i].conv);
      network->backend->tensor_free (network->device, network->layers[i].weight);
      network->backend->tensor_free (network->device, network->layers[i].bias);
      for (int row = 0; network->layers[i].rows != NULL && row <= fddm_network_n_classes (network); row++)
        network->backend->tensor_free (network->device, network->layers[i].rows[row]);
      g_free (network->layers[i].rows);
    }
  g_free (network->layers);
  g_free (network->convs);
  g_free (network->residuals);
  g_free (network->slot_of);
  g_free (network->slot_channels);
  g_free (network->slots);
  g_free (network->values);
  fddm_weights_unref (network->weights);
  g_free (network);
}
