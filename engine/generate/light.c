/* light.c: slopes of light; see light.h.
 * SPDX-License-Identifier: Apache-2.0
 *
 * The surface is fitted to the means of a grid of cells. On such a grid the terms are orthogonal: each is a projection. */
#include "engine/generate/light.h"
#include <glib/gi18n-lib.h>
#include <math.h>
#include "engine/error.h"
#include "kernels/backend.h"
#include "kernels/memory.h"

/* Cells along each side; a picture of a material has at least FDDM_EXAMPLE_SIDE_MIN pixels. */
#define CELLS 16

/* Brightness that counts as black. */
#define LEAST (2.0 / 255.0)

/* Largest ratio of brightness in a picture whose light counts as even. */
#define EVEN 1.05

/* Rows read at once. */
#define ROWS 64

typedef struct {
  double sum[3][CELLS][CELLS];
  double count[3][CELLS][CELLS];
} Cells;

/* The terms at (U, V). */
static void
terms_at (double u, double v, double terms[FDDM_LIGHT_TERMS])
{
  const double square = (1.0 - 1.0 / ((double) CELLS * CELLS)) / 3.0; /* the mean of u² over the cells */

  terms[0] = u;
  terms[1] = v;
  terms[2] = u * v;
  terms[3] = u * u - square;
  terms[4] = v * v - square;
}

static double
place (double i, int n)
{
  return 2.0 * (i + 0.5) / n - 1.0;
}

static double
surface_at (const double *surface, double u, double v)
{
  double terms[FDDM_LIGHT_TERMS], sum = 0;

  terms_at (u, v, terms);
  for (int k = 0; k < FDDM_LIGHT_TERMS; k++)
    sum += surface[k] * terms[k];
  return sum;
}

static void
add_rows (Cells *cells, const FddmSource *source, const float *pixels, int first, int rows)
{
  for (int y = 0; y < rows; y++)
    for (int x = 0; x < source->width; x++)
      for (int c = 0; c < source->channels; c++)
        {
          const float value = pixels[((gsize) y * source->width + x) * source->channels + c];
          const int   j     = (int) ((gint64) (first + y) * CELLS / source->height),
                    i       = (int) ((gint64) x * CELLS / source->width);

          if (!isfinite (value))
            continue;
          cells->sum[c][j][i] += CLAMP (value, 0.0f, 1.0f);
          cells->count[c][j][i]++;
        }
}

static gboolean
read_cells (Cells *cells, const FddmSource *source, GError **error)
{
  float   *pixels = fddm_memory_new ((gsize) ROWS * source->width * source->channels * sizeof *pixels);
  gboolean ok     = pixels != NULL;

  if (!ok)
    g_set_error_literal (error, FDDM_KERNEL_ERROR, FDDM_KERNEL_ERROR_MEMORY,
                         _ ("Not enough memory for a strip of the picture; close other programs"));
  for (int y = 0; ok && y < source->height; y += ROWS)
    {
      const int rows = MIN (ROWS, source->height - y);

      ok = source->read (source->data, 0, y, source->width, rows, pixels, error) ||
           fddm_error_unless_set (error, FDDM_ERROR_READ, _ ("The picture cannot be read"));
      if (ok)
        add_rows (cells, source, pixels, y, rows);
    }
  fddm_memory_free (pixels);
  return ok;
}

/* Projects the logarithm of the cells' means on each term. A cell without numbers counts as black. */
static void
fit (const Cells *cells, int channel, double *surface)
{
  double products[FDDM_LIGHT_TERMS] = { 0 }, squares[FDDM_LIGHT_TERMS] = { 0 }, terms[FDDM_LIGHT_TERMS];

  for (int j = 0; j < CELLS; j++)
    for (int i = 0; i < CELLS; i++)
      {
        const double mean = cells->sum[channel][j][i] / MAX (cells->count[channel][j][i], 1.0);

        terms_at (place (i, CELLS), place (j, CELLS), terms);
        for (int k = 0; k < FDDM_LIGHT_TERMS; k++)
          {
            products[k] += log (MAX (mean, LEAST)) * terms[k];
            squares[k] += terms[k] * terms[k];
          }
      }
  for (int k = 0; k < FDDM_LIGHT_TERMS; k++)
    surface[k] = products[k] / squares[k];
}

/* Whether the surface's largest value in a cell is hardly above the least. */
static gboolean
is_even (const double *surface)
{
  double least = 0, most = 0;

  for (int j = 0; j < CELLS; j++)
    for (int i = 0; i < CELLS; i++)
      {
        const double value = surface_at (surface, place (i, CELLS), place (j, CELLS));

        least = MIN (least, value);
        most  = MAX (most, value);
      }
  return most - least < log (EVEN);
}

gboolean
fddm_light_measure (FddmLight *light, const FddmSource *source, GError **error)
{
  Cells cells = { 0 };

  *light = (FddmLight) { .source = source, .even = TRUE };
  if (!read_cells (&cells, source, error))
    return FALSE;
  for (int c = 0; c < source->channels; c++)
    {
      fit (&cells, c, light->surface[c]);
      light->even = light->even && is_even (light->surface[c]);
    }
  return TRUE;
}

/* Divides N samples, STEP apart, of the row at V by the surface; the first is at X of WIDTH pixels. */
static void
divide_row (const double *surface, double v, int x, int width, int n, int step, float *samples)
{
  const float constant = (float) surface_at (surface, 0, v), square = (float) surface[3];
  const float slope = (float) (surface[0] + surface[2] * v);

  for (int i = 0; i < n; i++)
    {
      const float u = (float) place (x + i, width);

      samples[i * step] *= expf (-(constant + u * (slope + u * square)));
    }
}

static gboolean
read_removed (gpointer data, int x, int y, int width, int height, float *pixels, GError **error)
{
  const FddmLight  *light  = data;
  const FddmSource *source = light->source;

  if (!source->read (source->data, x, y, width, height, pixels, error))
    return FALSE;
  for (int j = 0; j < height && !light->even; j++)
    for (int c = 0; c < source->channels; c++)
      divide_row (light->surface[c], place (y + j, source->height), x, source->width, width, source->channels,
                  pixels + (gsize) j * width * source->channels + c);
  return TRUE;
}

static gboolean
visible_too (gpointer data, int x, int y, int width, int height, guint8 *visible, GError **error)
{
  const FddmSource *source = ((const FddmLight *) data)->source;

  return source->visible (source->data, x, y, width, height, visible, error);
}

FddmSource
fddm_light_removed (const FddmLight *light)
{
  FddmSource removed = *light->source;

  removed.read    = read_removed;
  removed.visible = removed.visible != NULL ? visible_too : NULL;
  removed.data    = (gpointer) light;
  return removed;
}
