/* network-memory.c: the slots of a network for pictures of a size.
 * SPDX-License-Identifier: Apache-2.0 */
#include "engine/diffusion/network-state.h"

/* Sets BANDS to those of the chain, 0 without one, and BYTES to its working memory. */
static gboolean
count_bands (FddmNetwork *network, int rows, int columns, int *bands, gsize *bytes, GError **error)
{
  const FddmBackend *backend = network->backend;

  *bands = 0;
  return network->chain.n == 0 || (network->once ? backend->flow_prepare : backend->chain_prepare) (
                                    network->device, &network->chain, rows, columns, bands, bytes, error);
}

void
fddm_network_flow (FddmNetwork *network, gboolean once)
{
  if (network->once != once)
    fddm_network_release (network);
  network->once = once;
}

gboolean
fddm_network_flows (FddmNetwork *network, int rows, int columns)
{
  gsize bytes;
  int   bands;

  return network->once && count_bands (network, rows, columns, &bands, &bytes, NULL) && bands > 0;
}

/* Slots that have memory: in bands those of the chain's ends, which pixels that flow do without. */
static int
n_slots (const FddmNetwork *network)
{
  return network->bands == 0 ? network->n_slots : network->once ? 0 : 2;
}

/* Bytes of the network's input and output. */
static gsize
end_bytes (const FddmNetwork *network, int rows, int columns)
{
  const int channels = fddm_weights_value_channels (network->weights, 0) +
                       fddm_weights_value_channels (network->weights, network->weights->n_layers);

  return network->backend->tensor_bytes (network->device, FDDM_TENSOR_NETWORK, rows, columns, channels);
}

gboolean
fddm_network_bytes (FddmNetwork *network, int rows, int columns, gsize *bytes, GError **error)
{
  gsize most_scratch = 0;
  int   bands;

  if (!count_bands (network, rows, columns, &bands, &most_scratch, error))
    return FALSE;
  if (bands > 0)
    {
      if (!g_size_checked_add (bytes, network->once ? 0 : end_bytes (network, rows, columns), most_scratch))
        *bytes = G_MAXSIZE;
      return TRUE;
    }
  *bytes = 0;
  for (int s = 0; s < network->n_slots; s++)
    {
      gsize slot = network->backend->tensor_bytes (network->device, FDDM_TENSOR_NETWORK, rows, columns,
                                                   network->slot_channels[s]);

      if (!g_size_checked_add (bytes, *bytes, slot))
        *bytes = G_MAXSIZE;
    }
  for (int i = 0; i < network->weights->n_layers; i++)
    {
      const FddmLayer *layer   = &network->weights->layers[i];
      gsize            scratch = 0;

      if (layer->op == FDDM_OP_CONV && !network->backend->conv_prepare (network->device, network->layers[i].conv, rows,
                                                                        columns, layer->residual >= 0, &scratch, error))
        return FALSE;
      if (layer->op == FDDM_OP_ATTENTION && network->backend->attention_bytes != NULL)
        scratch = network->backend->attention_bytes (network->device, rows, columns, layer->channels, layer->heads);
      most_scratch = MAX (most_scratch, scratch);
    }
  if (!g_size_checked_add (bytes, *bytes, most_scratch))
    *bytes = G_MAXSIZE;
  return TRUE;
}

/* The value's part of its slot. Tensors of any backend begin with their data. */
static void
view_slot (FddmNetwork *network, int value)
{
  FddmTensor *view = &network->values[value];

  *view          = *network->slots[network->bands > 0 ? value != 0 : network->slot_of[value]];
  view->channels = fddm_weights_value_channels (network->weights, value);
  view->bytes    = network->backend->tensor_bytes (network->device, view->type, view->height, view->width, view->channels);
}

/* Channels of slot S. In bands, the slots are the chain's ends. */
static int
slot_channels (const FddmNetwork *network, int s)
{
  return network->bands > 0 ? fddm_weights_value_channels (network->weights, s * network->weights->n_layers)
                            : network->slot_channels[s];
}

gboolean
fddm_network_prepare (FddmNetwork *network, int rows, int columns, GError **error)
{
  gsize scratch;

  if (network->rows == rows && network->columns == columns)
    return TRUE;
  fddm_network_release (network);
  if (!count_bands (network, rows, columns, &network->bands, &scratch, error))
    return FALSE;
  for (int s = 0; s < n_slots (network); s++)
    {
      network->slots[s] = network->backend->tensor_new (network->device, FDDM_TENSOR_NETWORK, rows, columns,
                                                        slot_channels (network, s), error);
      if (network->slots[s] == NULL)
        {
          fddm_network_release (network);
          return FALSE;
        }
    }
  for (int value = 0; value <= network->weights->n_layers; value++)
    if (network->bands == 0 || (n_slots (network) > 0 && (value == 0 || value == network->weights->n_layers)))
      view_slot (network, value);
  network->rows    = rows;
  network->columns = columns;
  return TRUE;
}

void
fddm_network_release (FddmNetwork *network)
{
  for (int s = 0; network->slots != NULL && s < MAX (network->n_slots, 2); s++)
    {
      network->backend->tensor_free (network->device, network->slots[s]);
      network->slots[s] = NULL;
    }
  network->rows = network->columns = network->bands = 0;
}
