/* chain.c: chains of convolutions, band by band.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Value 0 is the chain's input, value v the result of convolution v − 1. Each kernel sees REACH rows above and below a result, so
 * the band of value v lies d(v) rows higher than that of the input, d being the sum of the reaches before it: band b of H rows has
 * its rows [bH − d, (b+1)H − d). Rows outside of the picture are zeros, which is the padding of single convolutions. All bands
 * have the same size, so that a convolution has one plan.
 *
 * The values between the ends take turns in two buffers, where row y of any value is at y − bH + ABOVE. A result with a residual
 * replaces what it is added to. The last rows of a value, which the next band sees, are kept aside. */
#include <string.h>
#include "kernels/memory.h"
#include "kernels/cpu/onednn.h"

/* Memory for a band's values in floats, for each thread: several rows, and little enough for the caches. */
#define BAND_BYTES ((gsize) 3 << 20)

/* Least rows of a band: what is computed twice at its seams is small beside it. */
#define ROWS_LEAST 16

/* Longest chain. */
#define CONVS_MAX 64

typedef struct {
  gsize bytes; /* of a row                                        */
  int   lag;   /* d                                                */
  int   keep;  /* rows above those of the band that readers see   */
  int   turn;  /* the buffer, 0 or 1                              */
  gsize kept;  /* offset in the memory of the rows that are kept  */
} Value;

typedef struct {
  const FddmChain *chain;
  Value            values[CONVS_MAX + 1];
  int              height, width, rows, bands, above;
  gsize            buffers[2]; /* offsets */
  gsize            bytes;
} Layout;

/* ---- Layout ---- */

static void
lay_value (Layout *layout, int v)
{
  const FddmChain *chain = layout->chain;
  Value           *value = &layout->values[v], *in = value - 1;
  const int        reach = v < chain->n ? fddm_cpu_conv_reach (chain->convs[v]) : 0;

  value->bytes = layout->width *
                 (v == 0 ? fddm_cpu_conv_input_bytes (chain->convs[0]) : fddm_cpu_conv_result_bytes (chain->convs[v - 1]));
  value->lag   = v == 0 ? 0 : in->lag + fddm_cpu_conv_reach (chain->convs[v - 1]);
  value->turn  = v == 0 ? 1 : !in->turn;
  value->keep  = 2 * reach;
  if (v + 1 < chain->n && chain->residuals[v + 1])
    value->keep = MAX (value->keep, reach + fddm_cpu_conv_reach (chain->convs[v + 1]));
}

/* The memory: both buffers, then the rows that are kept. */
static void
lay_memory (Layout *layout)
{
  const int n            = layout->chain->n;
  gsize     row_bytes[2] = { 0, 0 };

  for (int v = 0; v <= n; v++)
    {
      const Value *value = &layout->values[v];

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

/* FALSE if bands gain nothing: the picture is small. */
static gboolean
lay (Layout *layout, const FddmDevice *device, const FddmChain *chain, int height, int width)
{
  gsize widest = 0;
  int   rows, lag;

  *layout = (Layout) { .chain = chain, .height = height, .width = width };
  if (device->blocked || chain->n < 2 || chain->n > CONVS_MAX)
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
  return layout->bands > 2;
}

static FddmRowsShape
shape_of (const Layout *layout, int i)
{
  return (FddmRowsShape) { layout->rows, layout->width, layout->chain->residuals[i] };
}

gboolean
fddm_cpu_chain_prepare (FddmDevice *device, const FddmChain *chain, int height, int width, int *bands, gsize *scratch,
                        GError **error)
{
  Layout layout;
  gsize  most = 0;

  *bands   = 0;
  *scratch = 0;
  if (!lay (&layout, device, chain, height, width))
    return TRUE;
  for (int i = 0; i < chain->n; i++)
    {
      const FddmRowsShape shape = shape_of (&layout, i);
      gsize               bytes;

      if (!fddm_cpu_conv_rows_prepare (device, chain->convs[i], &shape, &bytes, error))
        return FALSE;
      most = MAX (most, bytes);
    }
  *bands   = layout.bands;
  *scratch = most + layout.bytes;
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
row_at (const FddmDevice *device, const Layout *layout, int band, int v, int y)
{
  const Value *value = &layout->values[v];

  return memory_at (device, layout->buffers[value->turn]) + (gsize) (y - band * layout->rows + layout->above) * value->bytes;
}

/* First row of value V's band. */
static int
first_of (const Layout *layout, int band, int v)
{
  return band * layout->rows - layout->values[v].lag;
}

/* Sets the rows of value V from FIRST to LAST that lie outside of the picture to 0. */
static void
clear_outside (const FddmDevice *device, const Layout *layout, int band, int v, int first, int last)
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
is_inside (const Layout *layout, int first, int last)
{
  return first >= 0 && last <= layout->height;
}

/* The rows of IN that the first convolution sees: in place, or at the picture's ends a copy with zeros around it. */
static const guint8 *
take_input (const FddmDevice *device, const Layout *layout, int band, const FddmTensor *in)
{
  const gsize bytes = layout->values[0].bytes;
  const int   last = (band + 1) * layout->rows, first = band * layout->rows - layout->values[0].keep;
  const int   from = CLAMP (first, 0, layout->height), to = CLAMP (last, 0, layout->height);

  if (is_inside (layout, first, last))
    return (const guint8 *) in->data + (gsize) first * bytes;
  clear_outside (device, layout, band, 0, first, last);
  if (to > from)
    memcpy (row_at (device, layout, band, 0, from), (const guint8 *) in->data + (gsize) from * bytes,
            (gsize) (to - from) * bytes);
  return row_at (device, layout, band, 0, first);
}

/* Puts the rows of value V that were kept above those of BAND. */
static void
put_kept (const FddmDevice *device, const Layout *layout, int band, int v)
{
  const Value *value = &layout->values[v];
  const int    first = first_of (layout, band, v);
  const gsize  bytes = value->bytes * (gsize) value->keep;

  if (band == 0)
    memset (row_at (device, layout, band, v, first - value->keep), 0, bytes);
  else
    memcpy (row_at (device, layout, band, v, first - value->keep), memory_at (device, value->kept), bytes);
}

/* Keeps the last rows of value V for the next band. */
static void
keep (const FddmDevice *device, const Layout *layout, int band, int v)
{
  const Value *value = &layout->values[v];
  const int    last  = first_of (layout, band + 1, v);

  memcpy (memory_at (device, value->kept), row_at (device, layout, band, v, last - value->keep),
          value->bytes * (gsize) value->keep);
}

/* Strays of convolution I in the band, whose inputs begin at row FIRST: those in rows that no band before this one counted. */
static FddmStrays
strays_of (const FddmStrays *all, const Layout *layout, int i, int first)
{
  FddmStrays strays = *all;

  strays.row += first;
  strays.top    = MAX (all->top - first, 2 * fddm_cpu_conv_reach (layout->chain->convs[i]));
  strays.bottom = all->bottom - first;
  return strays;
}

/* Copies the rows of the result that lie in the picture to OUT. */
static void
copy_result (const FddmDevice *device, const Layout *layout, int band, FddmTensor *out)
{
  const int   n = layout->chain->n, first = first_of (layout, band, n);
  const int   from = CLAMP (first, 0, layout->height), to = CLAMP (first + layout->rows, 0, layout->height);
  const gsize bytes = layout->values[n].bytes;

  if (to > from)
    memcpy ((guint8 *) out->data + (gsize) from * bytes, row_at (device, layout, band, n, from), (gsize) (to - from) * bytes);
}

/* Convolution I, from IN, the rows that it sees, to OUT. */
static gboolean
convolve (FddmDevice *device, const Layout *layout, int band, int i, const void *in, void *out, GError **error)
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

static gboolean
grow (FddmOneDnn *library, gsize bytes, GError **error)
{
  if (bytes <= library->rows_bytes)
    return TRUE;
  fddm_memory_free (library->rows);
  library->rows       = fddm_memory_new (bytes);
  library->rows_bytes = library->rows == NULL ? 0 : bytes;
  return library->rows != NULL || fddm_host_no_memory (error);
}

gboolean
fddm_cpu_chain_band (FddmDevice *device, const FddmChain *chain, const FddmTensor *in, FddmTensor *out, int band,
                     GError **error)
{
  const guint8 *source;
  Layout        layout;
  int           last = chain->n - 1, first;

  if (!lay (&layout, device, chain, in->height, in->width) || !grow (device->library, layout.bytes, error))
    return FALSE;
  source = take_input (device, &layout, band, in);
  for (int i = 0; i < last; i++)
    {
      const int v = i + 1, top = first_of (&layout, band, v);

      put_kept (device, &layout, band, v);
      if (!convolve (device, &layout, band, i, source, row_at (device, &layout, band, v, top), error))
        return FALSE;
      clear_outside (device, &layout, band, v, top, top + layout.rows);
      keep (device, &layout, band, v);
      source = row_at (device, &layout, band, v, top - 2 * fddm_cpu_conv_reach (chain->convs[v]));
    }
  first = first_of (&layout, band, chain->n);
  if (is_inside (&layout, first, first + layout.rows))
    return convolve (device, &layout, band, last, source, (guint8 *) out->data + (gsize) first * layout.values[chain->n].bytes,
                     error);
  if (!convolve (device, &layout, band, last, source, row_at (device, &layout, band, chain->n, first), error))
    return FALSE;
  copy_result (device, &layout, band, out);
  return TRUE;
}
