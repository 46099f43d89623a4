/* chain.c: chains of convolutions, band by band.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Value 0 is the chain's input, value v the result of convolution v − 1. Each kernel sees REACH rows above and below a result,
 * so the band of value v lies d(v) rows higher than that of the input, d being the sum of the reaches before it: band b of H
 * rows has its rows [bH − d, (b+1)H − d). Rows outside of the picture are zeros, which is the padding of single convolutions.
 * All bands have the same size, so that a convolution has one plan.
 *
 * The values between the ends take turns in two buffers, where row y of any value is at y − bH + ABOVE. A result with a residual
 * replaces what it is added to. The last rows of a value, which the next band sees, are kept aside. */
#include <string.h>
#include "kernels/memory.h"
#include "kernels/cpu/chain.h"

/* Memory for a band's values in floats, for each thread: several rows, and little enough for the caches. */
#define BAND_BYTES ((gsize) 3 << 20)

/* Least rows by which the result lags behind the input, so that a band does not change pixels that the next one sees. */
#define LAG_LEAST 4

/* Least rows of a band: what is computed twice at its seams is small beside it. */
#define ROWS_LEAST 16

/* Bytes that a thread copies at once. */
#define PIECE ((gsize) 1 << 16)

/* ---- Layout ---- */

static void
lay_value (FddmChainLayout *layout, int v)
{
  const FddmChain *chain = layout->chain;
  FddmChainValue  *value = &layout->values[v], *in = value - 1;
  const int        reach = v < chain->n ? fddm_cpu_conv_reach (chain->convs[v]) : 0;

  value->bytes = layout->width *
                 (v == 0 ? fddm_cpu_conv_input_bytes (chain->convs[0]) : fddm_cpu_conv_result_bytes (chain->convs[v - 1]));
  value->lag  = v == 0 ? 0 : in->lag + fddm_cpu_conv_reach (chain->convs[v - 1]);
  value->turn = v == 0 ? 1 : !in->turn;
  value->keep = 2 * reach;
  if (v + 1 < chain->n && chain->residuals[v + 1])
    value->keep = MAX (value->keep, reach + fddm_cpu_conv_reach (chain->convs[v + 1]));
}

/* The memory: both buffers, then the rows that are kept. */
static void
lay_memory (FddmChainLayout *layout)
{
  const int n            = layout->chain->n;
  gsize     row_bytes[2] = { 0, 0 };

  for (int v = 0; v <= n; v++)
    {
      const FddmChainValue *value = &layout->values[v];

      row_bytes[value->turn] = MAX (row_bytes[value->turn], value->bytes);
      layout->above          = MAX (layout->above, value->lag + value->keep);
    }
  layout->buffers[1] = row_bytes[0] * (gsize) (layout->above + layout->rows);
  layout->bytes      = layout->buffers[1] + row_bytes[1] * (gsize) (layout->above + layout->rows);
  for (int v = 1; v < n; v++)
    {
      layout->values[v].kept = layout->bytes;
      layout->bytes += layout->values[v].bytes * (gsize) layout->values[v].keep;
    }
}

gboolean
fddm_chain_lay (FddmChainLayout *layout, const FddmDevice *device, const FddmChain *chain, int height, int width)
{
  gsize widest = 0;
  int   rows, lag;

  *layout = (FddmChainLayout) { .chain = chain, .height = height, .width = width };
  if (device->blocked || chain->n < 2 || chain->n > FDDM_CHAIN_MAX)
    return FALSE;
  for (int v = 0; v <= chain->n; v++)
    {
      lay_value (layout, v);
      widest = MAX (widest, layout->values[v].bytes);
    }
  lag           = layout->values[chain->n].lag;
  rows          = (int) MIN (BAND_BYTES * (gsize) device->threads / widest, (gsize) height);
  rows          = MAX (rows, ROWS_LEAST);
  layout->bands = (height + lag + rows - 1) / rows;
  layout->rows  = (height + lag + layout->bands - 1) / layout->bands;
  lay_memory (layout);
  return layout->bands > 2 && lag >= LAG_LEAST;
}

static FddmRowsShape
shape_of (const FddmChainLayout *layout, int i)
{
  return (FddmRowsShape) { layout->rows, layout->width, layout->chain->residuals[i] };
}

gboolean
fddm_chain_plan (FddmDevice *device, const FddmChainLayout *layout, gsize *scratch, GError **error)
{
  *scratch = 0;
  for (int i = 0; i < layout->chain->n; i++)
    {
      const FddmRowsShape shape = shape_of (layout, i);
      gsize               bytes;

      if (!fddm_cpu_conv_rows_prepare (device, layout->chain->convs[i], &shape, &bytes, error))
        return FALSE;
      *scratch = MAX (*scratch, bytes);
    }
  return TRUE;
}

/* ---- A band ---- */

static guint8 *
memory_at (const FddmDevice *device, gsize offset)
{
  const FddmOneDnn *library = device->library;

  return (guint8 *) library->rows + offset;
}

/* Row Y of value V in its buffer. */
static guint8 *
row_at (const FddmDevice *device, const FddmChainLayout *layout, int band, int v, int y)
{
  const FddmChainValue *value = &layout->values[v];

  return memory_at (device, layout->buffers[value->turn]) + (gsize) (y - band * layout->rows + layout->above) * value->bytes;
}

/* First row of value V's band. */
static int
first_of (const FddmChainLayout *layout, int band, int v)
{
  return band * layout->rows - layout->values[v].lag;
}

void
fddm_chain_copy (const FddmDevice *device, guint8 *to, const guint8 *from, gsize bytes)
{
#pragma omp parallel for schedule(static) num_threads(device->threads) if (bytes > PIECE)
  for (gsize at = 0; at < bytes; at += PIECE)
    memcpy (to + at, from + at, MIN (PIECE, bytes - at));
}

/* Sets the rows of value V from FIRST to LAST that lie outside of the picture to 0. */
static void
clear_outside (const FddmDevice *device, const FddmChainLayout *layout, int band, int v, int first, int last)
{
  const gsize bytes = layout->values[v].bytes;
  const int   above = MIN (last, 0), below = MAX (first, layout->height);

  if (above > first)
    memset (row_at (device, layout, band, v, first), 0, (gsize) (above - first) * bytes);
  if (last > below)
    memset (row_at (device, layout, band, v, below), 0, (gsize) (last - below) * bytes);
}

/* Whether rows [FIRST,LAST) are all in the picture. */
static gboolean
is_inside (const FddmChainLayout *layout, int first, int last)
{
  return first >= 0 && last <= layout->height;
}

/* The rows of the input that the first convolution sees: in place, or at the picture's ends a copy with zeros around it. */
static const guint8 *
take_input (const FddmDevice *device, const FddmChainLayout *layout, int band, const FddmChainEnds *ends)
{
  const guint8 *in    = ends->in;
  const gsize   bytes = layout->values[0].bytes;
  const int     last = (band + 1) * layout->rows, first = band * layout->rows - layout->values[0].keep;
  const int     from = CLAMP (first, 0, layout->height), to = CLAMP (last, 0, layout->height);

  if (is_inside (layout, first, last))
    return in + (gsize) (first - ends->in_row) * bytes;
  clear_outside (device, layout, band, 0, first, last);
  if (to > from)
    memcpy (row_at (device, layout, band, 0, from), in + (gsize) (from - ends->in_row) * bytes, (gsize) (to - from) * bytes);
  return row_at (device, layout, band, 0, first);
}

/* Puts the rows of value V that were kept above those of BAND. */
static void
put_kept (const FddmDevice *device, const FddmChainLayout *layout, int band, int v)
{
  const FddmChainValue *value = &layout->values[v];
  const int             first = first_of (layout, band, v);
  const gsize           bytes = value->bytes * (gsize) value->keep;

  if (band == 0)
    memset (row_at (device, layout, band, v, first - value->keep), 0, bytes);
  else
    fddm_chain_copy (device, row_at (device, layout, band, v, first - value->keep), memory_at (device, value->kept), bytes);
}

/* Keeps the last rows of value V for the next band. */
static void
keep (const FddmDevice *device, const FddmChainLayout *layout, int band, int v)
{
  const FddmChainValue *value = &layout->values[v];
  const int             last  = first_of (layout, band + 1, v);

  fddm_chain_copy (device, memory_at (device, value->kept), row_at (device, layout, band, v, last - value->keep),
                   value->bytes * (gsize) value->keep);
}

/* Strays of convolution I in the band, whose inputs begin at row FIRST: those in rows that no band before this one counted. */
static FddmStrays
strays_of (const FddmStrays *all, const FddmChainLayout *layout, int i, int first)
{
  FddmStrays strays = *all;

  strays.row += first;
  strays.top    = MAX (all->top - first, 2 * fddm_cpu_conv_reach (layout->chain->convs[i]));
  strays.bottom = all->bottom - first;
  return strays;
}

/* Convolution I, from IN, the rows that it sees, to OUT. */
static gboolean
convolve (FddmDevice *device, const FddmChainLayout *layout, int band, int i, const void *in, void *out, GError **error)
{
  const FddmOneDnn   *library = device->library;
  const FddmRowsShape shape   = shape_of (layout, i);
  FddmStrays          strays;

  if (library->strays != NULL)
    strays = strays_of (library->strays, layout, i,
                        first_of (layout, band, i) - 2 * fddm_cpu_conv_reach (layout->chain->convs[i]));
  return fddm_cpu_conv_rows (device, layout->chain->convs[i], &shape, in, library->strays != NULL ? &strays : NULL, out,
                             error);
}

gboolean
fddm_chain_grow (FddmDevice *device, gsize bytes, GError **error)
{
  FddmOneDnn *library = device->library;

  if (bytes <= library->rows_bytes)
    return TRUE;
  fddm_memory_free (library->rows);
  library->rows       = fddm_memory_new (bytes);
  library->rows_bytes = library->rows == NULL ? 0 : bytes;
  return library->rows != NULL || fddm_host_no_memory (error);
}

/* The last convolution, to where the result is wanted, or at the picture's ends through the buffer. */
static gboolean
finish (FddmDevice *device, const FddmChainLayout *layout, int band, const void *source, const FddmChainEnds *ends,
        GError **error)
{
  const int   n = layout->chain->n, first = first_of (layout, band, n), last = first + layout->rows;
  const int   from = CLAMP (first, 0, layout->height), to = CLAMP (last, 0, layout->height);
  const gsize bytes = layout->values[n].bytes;
  guint8     *out   = ends->out;

  if (is_inside (layout, first, last))
    return convolve (device, layout, band, n - 1, source, out + (gsize) (first - ends->out_row) * bytes, error);
  if (!convolve (device, layout, band, n - 1, source, row_at (device, layout, band, n, first), error))
    return FALSE;
  if (to > from)
    memcpy (out + (gsize) (from - ends->out_row) * bytes, row_at (device, layout, band, n, from),
            (gsize) (to - from) * bytes);
  return TRUE;
}

gboolean
fddm_chain_run (FddmDevice *device, const FddmChainLayout *layout, int band, const FddmChainEnds *ends, GError **error)
{
  const FddmChain *chain  = layout->chain;
  const guint8    *source = take_input (device, layout, band, ends);

  for (int v = 1; v < chain->n; v++)
    {
      const int top = first_of (layout, band, v);

      put_kept (device, layout, band, v);
      if (!convolve (device, layout, band, v - 1, source, row_at (device, layout, band, v, top), error))
        return FALSE;
      clear_outside (device, layout, band, v, top, top + layout->rows);
      keep (device, layout, band, v);
      source = row_at (device, layout, band, v, top - 2 * fddm_cpu_conv_reach (chain->convs[v]));
    }
  return finish (device, layout, band, source, ends, error);
}

/* ---- In the table of operations ---- */

gboolean
fddm_cpu_chain_prepare (FddmDevice *device, const FddmChain *chain, int height, int width, int *bands, gsize *scratch,
                        GError **error)
{
  FddmChainLayout layout;

  *bands   = 0;
  *scratch = 0;
  if (!fddm_chain_lay (&layout, device, chain, height, width))
    return TRUE;
  if (!fddm_chain_plan (device, &layout, scratch, error))
    return FALSE;
  *bands = layout.bands;
  *scratch += layout.bytes;
  return TRUE;
}

gboolean
fddm_cpu_chain_band (FddmDevice *device, const FddmChain *chain, const FddmTensor *in, FddmTensor *out, int band,
                     GError **error)
{
  const FddmChainEnds ends = { .in = in->data, .out = out->data };
  FddmChainLayout     layout;

  fddm_chain_lay (&layout, device, chain, in->height, in->width);
  return fddm_chain_grow (device, layout.bytes, error) && fddm_chain_run (device, &layout, band, &ends, error);
}
