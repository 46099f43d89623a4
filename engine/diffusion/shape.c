/* shape.c: what a weights file says of its network's convolutions: which they are, and whether they form a chain.
 * SPDX-License-Identifier: Apache-2.0 */
#include "engine/diffusion/network.h"
#include <string.h>

static FddmConvShape
shape_of (const FddmWeights *weights, int i)
{
  return (FddmConvShape) { .kernel       = weights->layers[i].kernel,
                           .in_channels  = fddm_weights_value_channels (weights, weights->layers[i].in[0]),
                           .out_channels = weights->layers[i].channels };
}

/* Multiply-adds of all layers of SHAPE, for one position. */
static double
operations_of (const FddmWeights *weights, const FddmConvShape *shape)
{
  double one = (double) shape->kernel * shape->kernel * shape->in_channels * shape->out_channels, sum = 0.0;

  for (int i = 0; i < weights->n_layers; i++)
    {
      FddmConvShape other = shape_of (weights, i);

      if (weights->layers[i].op == FDDM_OP_CONV && memcmp (&other, shape, sizeof other) == 0)
        sum += one;
    }
  return sum;
}

FddmConditioning
fddm_network_conditioning (const FddmWeights *weights, const FddmTensor *mean, const FddmTensor *variance)
{
  const FddmConditioning conditioning = { .mean     = mean,
                                          .variance = variance,
                                          .form     = weights->input_form,
                                          .output   = weights->output_form,
                                          .lo       = weights->noise_lo,
                                          .hi       = weights->noise_hi };

  return conditioning;
}

double
fddm_network_layer_operations (const FddmWeights *weights, int i)
{
  const FddmConvShape shape = shape_of (weights, i);

  return weights->layers[i].op == FDDM_OP_CONV
           ? (double) shape.kernel * shape.kernel * shape.in_channels * shape.out_channels
           : 0.0;
}

FddmConvShape
fddm_network_shape (const FddmWeights *weights)
{
  FddmConvShape most      = { .kernel = 0 };
  double        most_work = 0.0;

  for (int i = 0; i < weights->n_layers; i++)
    {
      FddmConvShape shape = shape_of (weights, i);
      double        work  = weights->layers[i].op == FDDM_OP_CONV ? operations_of (weights, &shape) : 0.0;

      if (work > most_work)
        {
          most      = shape;
          most_work = work;
        }
    }
  return most;
}

gboolean
fddm_network_has_ranges (const FddmWeights *weights)
{
  const FddmConvShape most = fddm_network_shape (weights);

  for (int i = 0; i < weights->n_layers; i++)
    {
      const FddmConvShape shape = shape_of (weights, i);

      if (weights->layers[i].op == FDDM_OP_CONV && memcmp (&shape, &most, sizeof shape) == 0 &&
          weights->layers[i].ranges == NULL)
        return FALSE;
    }
  return TRUE;
}

/* Whether nothing but a convolution of the value before it happens in layer I of N. */
static gboolean
is_link (const FddmLayer *layer, int i, int n)
{
  return layer->op == FDDM_OP_CONV && layer->in[0] == i &&
         (layer->residual < 0 || (layer->residual == i - 1 && i > 1 && i < n - 1));
}

gboolean
fddm_network_is_chain (const FddmWeights *weights)
{
  for (int i = 0; i < weights->n_layers; i++)
    if (!is_link (&weights->layers[i], i, weights->n_layers))
      return FALSE;
  return TRUE;
}

int
fddm_network_last_reader (const FddmWeights *weights, int value)
{
  int last = value == weights->n_layers ? weights->n_layers : -1;

  for (int i = 0; i < weights->n_layers; i++)
    {
      const FddmLayer *layer = &weights->layers[i];

      if (layer->residual == value)
        last = MAX (last, i);
      for (int j = 0; j < layer->n_in; j++)
        if (layer->in[j] == value)
          last = MAX (last, i);
    }
  return last;
}

gboolean
fddm_network_takes_over (const FddmWeights *weights, int i)
{
  const FddmLayer *layer = &weights->layers[i];

  return layer->op == FDDM_OP_CONV && layer->residual >= 0 && layer->residual != layer->in[0] &&
         fddm_network_last_reader (weights, layer->residual) == i;
}

double
fddm_network_heaviest (const FddmWeights *weights)
{
  double most = 0.0;

  for (int i = 0; i < weights->n_layers; i++)
    most = MAX (most, fddm_network_layer_operations (weights, i));
  return most;
}
