/* example.c: reading and measuring an example.
 * SPDX-License-Identifier: Apache-2.0 */
#include "engine/generate/example.h"
#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>
#include "engine/generate/picture-start.h"
#include "engine/tensor.h"
#include "kernels/pixels/pixels.h"

/* Rows read at once. */
#define ROWS 64

/* Side of a piece where the network was not trained on pictures of one size. */
#define PIECE 128

/* Share of each side that is not measured at either end: the edges of what was cut out are often not of the material. */
#define MARGIN_SHARE 16

/* Least variance of a coefficient: that of rounding to 8 bits, whose steps are 2/255. */
#define ROUNDING (4.0 / (12.0 * 255.0 * 255.0))

gsize
fddm_example_bytes (const FddmSource *source, int samples)
{
  const int width = MIN (source->width, FDDM_EXAMPLE_SIDE_MOST), height = MIN (source->height, FDDM_EXAMPLE_SIDE_MOST);

  return (gsize) width * height * samples * sizeof (float);
}

gboolean
fddm_example_check (const FddmSource *source, GError **error)
{
  if (source->width >= FDDM_EXAMPLE_SIDE_MIN && source->height >= FDDM_EXAMPLE_SIDE_MIN)
    return TRUE;
  g_set_error (error, FDDM_ERROR, FDDM_ERROR_ARGUMENT,
               _ ("A picture of a material must have at least %d × %d pixels, not %d × %d"), FDDM_EXAMPLE_SIDE_MIN,
               FDDM_EXAMPLE_SIDE_MIN, source->width, source->height);
  return FALSE;
}

void
fddm_example_free (FddmExample *example)
{
  if (example == NULL)
    return;
  fddm_memory_free (example->pixels);
  g_free (example);
}

void
fddm_example_convert (const float *pixels, int width, int height, int channels, int samples, float *scratch, float *out)
{
  const gsize n = (gsize) width * height;

  fddm_pixels_repair (pixels, width, height, channels, FDDM_SAMPLE_BEYOND, scratch);
  fddm_pixels_clamp (scratch, n * channels);
  fddm_pixels_fill (out, n * samples, 0.0f);
  if (channels == samples)
    memcpy (out, scratch, n * samples * sizeof *out);
  else if (channels == 1)
    fddm_pixels_add_gray (out, scratch, n, samples, 1.0f);
  else
    fddm_pixels_add_luma (out, scratch, n, channels, 1.0f);
}

/* Reads rows [FIRST, FIRST + N) of the example, whose corner is (LEFT, TOP) of SOURCE. RAW and REPAIRED: room for them. */
static gboolean
read_rows (FddmExample *example, const FddmSource *source, int left, int top, int first, int n, float *raw, float *repaired,
           GError **error)
{
  float *out = example->pixels + (gsize) first * example->width * example->samples;

  if (!source->read (source->data, left, top + first, example->width, n, raw, error))
    return fddm_error_unless_set (error, FDDM_ERROR_READ, _ ("The picture cannot be read"));
  fddm_example_convert (raw, example->width, n, source->channels, example->samples, repaired, out);
  return TRUE;
}

FddmExample *
fddm_example_read (const FddmSource *source, int samples, GError **error)
{
  g_autoptr (FddmExample) example  = g_new0 (FddmExample, 1);
  g_autofree float       *raw      = NULL;
  g_autofree float       *repaired = NULL;
  gboolean                ok       = TRUE;
  int                     left, top;

  if (!fddm_example_check (source, error))
    return NULL;
  example->width   = MIN (source->width, FDDM_EXAMPLE_SIDE_MOST);
  example->height  = MIN (source->height, FDDM_EXAMPLE_SIDE_MOST);
  example->samples = samples;
  left             = (source->width - example->width) / 2;
  top              = (source->height - example->height) / 2;
  example->pixels  = fddm_memory_new (fddm_example_bytes (source, samples));
  raw              = g_try_new (float, (gsize) example->width * ROWS * source->channels);
  repaired         = g_try_new (float, (gsize) example->width * ROWS * source->channels);
  if (example->pixels == NULL || raw == NULL || repaired == NULL)
    {
      g_set_error_literal (error, FDDM_ERROR, FDDM_ERROR_MEMORY,
                           _ ("Not enough memory for a strip of the picture; close other programs"));
      return NULL;
    }
  for (int y = 0; ok && y < example->height; y += ROWS)
    ok = read_rows (example, source, left, top, y, MIN (ROWS, example->height - y), raw, repaired, error);
  return ok ? g_steal_pointer (&example) : NULL;
}

/* ---- Statistics ---- */

/* Pieces of an example: ROWS × COLUMNS patches each, DOWN × ACROSS of them, within the margins. */
typedef struct {
  const FddmContext *context;
  FddmExample       *example;
  int                left, top, width, height; /* without the margins */
  int                rows, columns, down, across;
  double             mean[FDDM_COEF_MAX], variance[FDDM_COEF_MAX]; /* sums over pieces */
} Pieces;

/* Adds mean and variance of the N patches with VALUES. */
static void
add_piece (Pieces *pieces, const float *values, int n)
{
  const int coefficients = pieces->context->weights->coefficients;

  for (int k = 0; k < coefficients; k++)
    {
      double sum = 0.0, squares = 0.0;

      for (int i = 0; i < n; i++)
        {
          const double value = (double) values[(gsize) i * coefficients + k];

          sum += value;
          squares += value * value;
        }
      pieces->mean[k] += sum / n;
      pieces->variance[k] += MAX (squares / n - sum / n * sum / n, 0.0);
    }
}

/* Transforms piece I on the device. */
static gboolean
analyse_piece (const Pieces *pieces, int i, FddmTensor *tensor, GError **error)
{
  const FddmExample     *example = pieces->example;
  const int              patch   = pieces->context->weights->patch;
  const int              height = pieces->rows * patch, width = pieces->columns * patch;
  const int              top  = pieces->top + (i / pieces->across) * (pieces->height - height) / MAX (pieces->down - 1, 1);
  const int              left = pieces->left + (i % pieces->across) * (pieces->width - width) / MAX (pieces->across - 1, 1);
  const FddmTorusPicture picture = { example->pixels, example->width, example->height, example->samples };

  return fddm_picture_analyse (pieces->context, &picture, left, top, tensor, error);
}

static void
measure_colours (FddmExample *example, const Pieces *pieces)
{
  example->colours = (FddmColours) { 0 };
  for (int y = 0; y < pieces->height; y++)
    fddm_colours_add (&example->colours,
                      example->pixels + ((gsize) (pieces->top + y) * example->width + pieces->left) * example->samples,
                      (gsize) pieces->width, example->samples);
}

gboolean
fddm_example_measure (FddmExample *example, const FddmContext *context, GError **error)
{
  const FddmWeights *weights = context->weights;
  const int          side    = weights->side > 0 ? weights->side : PIECE;
  Pieces             pieces  = { .context = context, .example = example };
  FddmTensor        *tensor  = NULL;
  g_autofree float  *values  = NULL;
  gboolean           ok;
  int                n;

  pieces.left    = example->width / MARGIN_SHARE;
  pieces.top     = example->height / MARGIN_SHARE;
  pieces.width   = example->width - 2 * pieces.left;
  pieces.height  = example->height - 2 * pieces.top;
  pieces.rows    = MIN (side, pieces.height) / weights->patch;
  pieces.columns = MIN (side, pieces.width) / weights->patch;
  pieces.down    = MAX (pieces.height / side, 1);
  pieces.across  = MAX (pieces.width / side, 1);
  measure_colours (example, &pieces);
  n      = pieces.rows * pieces.columns;
  values = g_try_new (float, (gsize) n * weights->coefficients);
  ok     = (values != NULL || fddm_weights_no_memory (error)) &&
       fddm_context_make_tensor (context, pieces.rows, pieces.columns, &tensor, error);
  for (int i = 0; ok && i < pieces.down * pieces.across; i++)
    {
      ok = analyse_piece (&pieces, i, tensor, error) &&
           context->backend->tensor_download (context->device, tensor, values, error);
      if (ok)
        add_piece (&pieces, values, n);
    }
  context->backend->tensor_free (context->device, tensor);
  for (int k = 0; k < weights->coefficients; k++)
    {
      example->mean[k]     = (float) (pieces.mean[k] / (pieces.down * pieces.across));
      example->variance[k] = (float) MAX (pieces.variance[k] / (pieces.down * pieces.across), ROUNDING);
    }
  return ok;
}

/* ---- The nearest class ---- */

/* Squared distance of the variances in octaves, plus that of the mean colour in the example's own spread. */
static double
distance (const FddmExample *example, const FddmWeights *weights, gsize variant)
{
  const int    n = weights->coefficients, area = weights->patch * weights->patch;
  const float *mean = weights->own_mean + variant * (gsize) n, *variance = weights->own_variance + variant * (gsize) n;
  double       sum = 0.0;

  for (int k = 0; k < n; k++)
    {
      const double ratio = log2 ((double) example->variance[k] / MAX ((double) variance[k], ROUNDING));

      sum += ratio * ratio;
      if (k % area == 0)
        {
          const double apart = ((double) example->mean[k] - (double) mean[k]) / weights->patch;

          sum += n * apart * apart;
        }
    }
  return sum;
}

int
fddm_example_class (const FddmExample *example, const FddmWeights *weights)
{
  double best    = HUGE_VAL;
  int    nearest = -1;
  gsize  variant = 0;

  for (int class = 0; weights->n_variants > 0 && weights->classes != NULL && weights->classes[class] != NULL; class ++)
    for (int i = 0; i < weights->variants[class]; i++, variant++)
      {
        const double apart = distance (example, weights, variant);

        if (apart < best)
          {
            best    = apart;
            nearest = class;
          }
      }
  return nearest;
}
