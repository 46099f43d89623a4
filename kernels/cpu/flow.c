/* flow.c: pixels through a chain of convolutions and back to pixels, band by band.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Behind the memory of the chain lie the ends of a band. Rows of the picture stand in each from a first one on, which moves on
 * with the bands: coefficients and input from before the band, since the result lags behind and the kernel sees rows above. */
#include <string.h>
#include "kernels/cpu/chain.h"

/* Rows [FIRST, FIRST + HEIGHT) of the picture. OFFSET: in the memory of the chain. */
typedef struct {
  int   first, height, kept; /* KEPT: rows of the band before that stay */
  gsize bytes, offset;       /* BYTES: of a row                         */
} Rows;

typedef struct {
  FddmChainLayout layout;
  Rows            coefficients, input, output;
  gsize           bytes;
} Flow;

static void
lay_rows (Flow *flow, Rows *rows, int height, int kept, gsize bytes)
{
  *rows = (Rows) { .height = height, .kept = kept, .bytes = bytes, .offset = flow->bytes };
  flow->bytes += bytes * (gsize) height;
}

/* FALSE if the chain has no bands. */
static gboolean
lay (Flow *flow, const FddmDevice *device, const FddmChain *chain, int height, int width)
{
  const FddmChainLayout *layout = &flow->layout;
  const FddmConvSpec    *last   = fddm_cpu_conv_spec (chain->convs[chain->n - 1]);

  if (!fddm_chain_lay (&flow->layout, device, chain, height, width))
    return FALSE;
  flow->bytes = (layout->bytes + FDDM_VECTOR_BYTES - 1) / FDDM_VECTOR_BYTES * FDDM_VECTOR_BYTES;
  lay_rows (flow, &flow->coefficients, layout->rows + layout->values[chain->n].lag, layout->values[chain->n].lag,
            (gsize) width * last->out_channels * sizeof (float));
  lay_rows (flow, &flow->input, layout->rows + layout->values[0].keep, layout->values[0].keep, layout->values[0].bytes);
  lay_rows (flow, &flow->output, layout->rows, 0, layout->values[chain->n].bytes);
  return TRUE;
}

gboolean
fddm_cpu_flow_prepare (FddmDevice *device, const FddmChain *chain, int height, int width, int *bands, gsize *scratch,
                       GError **error)
{
  Flow flow;

  *bands   = 0;
  *scratch = 0;
  if (!lay (&flow, device, chain, height, width))
    return TRUE;
  if (!fddm_chain_plan (device, &flow.layout, scratch, error))
    return FALSE;
  *bands = flow.layout.bands;
  *scratch += flow.bytes;
  return TRUE;
}

static guint8 *
row_at (const FddmDevice *device, const Rows *rows, int row)
{
  const FddmOneDnn *library = device->library;

  return (guint8 *) library->rows + rows->offset + (gsize) (row - rows->first) * rows->bytes;
}

/* Moves ROWS on, to FIRST. */
static void
move (const FddmDevice *device, const FddmChainLayout *layout, Rows *rows, int band, int first)
{
  const gsize bytes = rows->bytes * (gsize) rows->kept;

  rows->first = first;
  if (band > 0 && rows->kept > layout->rows)
    memmove (row_at (device, rows, first), row_at (device, rows, first + layout->rows), bytes);
  else if (band > 0)
    fddm_chain_copy (device, row_at (device, rows, first), row_at (device, rows, first + layout->rows), bytes);
}

/* A tensor of N of ROWS from ROW on. */
static FddmTensor
tensor_of (const FddmDevice *device, const FddmChainLayout *layout, const Rows *rows, FddmTensorType type, int channels,
           int row, int n)
{
  return (FddmTensor) { .type     = type,
                        .height   = n,
                        .width    = layout->width,
                        .channels = channels,
                        .bytes    = rows->bytes * (gsize) n,
                        .data     = row_at (device, rows, row) };
}

/* The part of WINDOW from patch row FIRST to LAST. */
static FddmWindow
part_of (const FddmWindow *window, int first, int last)
{
  FddmWindow part = *window;

  part.rows = last - first;
  part.row_offset += first * window->patch;
  part.top    = MAX (window->top - first * window->patch, 0);
  part.bottom = CLAMP (window->bottom - first * window->patch, 0, part.rows * window->patch);
  return part;
}

static gboolean
analyse (FddmDevice *device, const Flow *flow, const FddmPass *pass, int first, int last, GError **error)
{
  const FddmChain *chain        = flow->layout.chain;
  const FddmWindow window       = part_of (pass->window, first, last);
  FddmTensor       coefficients = tensor_of (device, &flow->layout, &flow->coefficients, FDDM_TENSOR_FLOAT,
                                             fddm_cpu_conv_spec (chain->convs[chain->n - 1])->out_channels, first, last - first);
  FddmTensor       input        = tensor_of (device, &flow->layout, &flow->input, FDDM_TENSOR_NETWORK,
                                             fddm_cpu_conv_spec (chain->convs[0])->in_channels, first, last - first);

  return fddm_host_analyse_input (device, &window, pass->pixels, pass->ends, &coefficients, &input, error);
}

static gboolean
synthesise (FddmDevice *device, const Flow *flow, const FddmPass *pass, int first, int last, GError **error)
{
  const FddmChain *chain        = flow->layout.chain;
  const int        channels     = fddm_cpu_conv_spec (chain->convs[chain->n - 1])->out_channels;
  const FddmWindow window       = part_of (pass->window, first, last);
  const FddmTensor coefficients = tensor_of (device, &flow->layout, &flow->coefficients, FDDM_TENSOR_FLOAT, channels, first,
                                             last - first);
  const FddmTensor output       = tensor_of (device, &flow->layout, &flow->output, FDDM_TENSOR_NETWORK, channels, first,
                                             last - first);
  const FddmOutput result       = {
          .coefficients = &coefficients, .output = &output, .strength = pass->strength, .weight = pass->weight
  };

  return fddm_host_synthesise_output (device, &window, pass->ends, &result, pass->target, error);
}

gboolean
fddm_cpu_flow_band (FddmDevice *device, const FddmChain *chain, const FddmPass *pass, int band, GError **error)
{
  const int     height = pass->window->rows;
  Flow          flow;
  FddmChainEnds ends;
  int           first, from, to;

  lay (&flow, device, chain, height, pass->window->columns);
  if (!fddm_chain_grow (device, flow.bytes, error))
    return FALSE;
  first = band * flow.layout.rows;
  move (device, &flow.layout, &flow.coefficients, band, first - flow.coefficients.kept);
  move (device, &flow.layout, &flow.input, band, first - flow.input.kept);
  move (device, &flow.layout, &flow.output, band, first - flow.coefficients.kept);
  if (first < height && !analyse (device, &flow, pass, first, MIN (first + flow.layout.rows, height), error))
    return FALSE;
  ends = (FddmChainEnds) { .in      = row_at (device, &flow.input, flow.input.first),
                           .in_row  = flow.input.first,
                           .out     = row_at (device, &flow.output, flow.output.first),
                           .out_row = flow.output.first };
  if (!fddm_chain_run (device, &flow.layout, band, &ends, error))
    return FALSE;
  from = CLAMP (flow.output.first, 0, height);
  to   = CLAMP (flow.output.first + flow.output.height, 0, height);
  return from == to || synthesise (device, &flow, pass, from, to, error);
}
