/* network.c: evaluation of the list of layers.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Values live in slots. A slot is memory for one value after another, as large as the largest of them, because memory that
 * was never touched is expensive: the system clears it first. If the residual value of a convolution is not read later, the
 * result takes over its slot and the sum is computed in place.
 * A chain that runs band by band has memory for its ends only. */
#include "engine/diffusion/network.h"
#include "engine/error.h"
#include "engine/tensor.h"
#include <string.h>

typedef struct {
  FddmConv    *conv;
  FddmTensor  *weight, *bias; /* of a norm                                              */
  FddmTensor **rows;          /* of an embedding, by class, "any" last; NULL until used */
} Layer;

struct FddmNetwork {
  const FddmBackend *backend;
  FddmDevice        *device;
  FddmWeights       *weights;
  gboolean           faint;
  Layer             *layers;
  int               *slot_of; /* indexed by value */
  int                n_slots;
  int               *slot_channels; /* the most of a slot's values */
  FddmTensor       **slots;
  FddmTensor        *values;        /* views of the slots, indexed by value      */
  int                rows, columns; /* of the slots' tensors; 0 = none allocated */
  FddmConv         **convs;         /* of the chain; NULL = it is none, or the backend runs none */
  gboolean          *residuals;
  FddmChain          chain; /* of them; N is 0 without a chain                                     */
  gboolean           once;  /* pixels flow through the chain: fddm_network_flow                    */
  int                bands; /* of the chain for the slots' size; 0 = layers run one after another */
};

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

static int
n_classes (const FddmNetwork *network)
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
  const FddmLayer *layer = &network->weights->layers[i];
  Layer           *mine  = &network->layers[i];

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
      mine->rows = g_try_new0 (FddmTensor *, n_classes (network) + 1);
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
  network->layers  = g_try_new0 (Layer, weights->n_layers);
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
      for (int row = 0; network->layers[i].rows != NULL && row <= n_classes (network); row++)
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

/* ---- Sizes ---- */

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

/* ---- Running ---- */

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
  const int        row    = class < 0 ? n_classes (network) : class;
  FddmTensor     **vector = &network->layers[i].rows[row];

  if (*vector == NULL &&
      !make_vector (network, layer->weight + (gsize) row * layer->channels, layer->channels, vector, error))
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
  const FddmLayer   *layer   = &network->weights->layers[i];
  const Layer       *mine    = &network->layers[i];
  const FddmBackend *backend = network->backend;
  const FddmTensor  *in      = value_tensor (network, layer->in[0]);
  FddmTensor        *out     = value_tensor (network, i + 1);

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
