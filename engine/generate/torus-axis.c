/* torus-axis.c: windows on a circle.
 * SPDX-License-Identifier: Apache-2.0 */
#include "engine/generate/torus-axis.h"
#include <math.h>
#include "kernels/fddm-math.h"

/* Minimum overlap of neighbouring windows in patches. Within two patches of a window's edge, the estimates of two windows
 * differ three times as much as further inside (measured with 16 patches of side 8), so these patches must count little.
 * With patches of side 4, 512 pixels take 25 windows of 120 pixels. */
#define OVERLAP 4

void
fddm_torus_axis_init (FddmTorusAxis *axis, int length, int window, gboolean meets)
{
  const int stride = window - MIN (OVERLAP, window / 4);

  *axis = (FddmTorusAxis) { .length = length, .window = window, .count = 1 };
  if (length != window || meets)
    axis->count = MAX (2, (length + stride - 1) / stride);
}

int
fddm_torus_axis_start (const FddmTorusAxis *axis, int i)
{
  return (int) ((gint64) axis->length * i / axis->count);
}

int
fddm_torus_axis_shift (const FddmTorusAxis *axis, guint32 seed, guint32 step, guint32 which)
{
  guint32 bits[4] = { step, which, 0, 0 };

  fddm_philox (bits, seed, 0x57494E44u);
  return axis->count == 1 ? 0 : (int) (bits[0] % (guint32) axis->length);
}

/* Actual minimum overlap of neighbouring windows in patches. */
static int
overlap (const FddmTorusAxis *axis)
{
  const int apart = (axis->length + axis->count - 1) / axis->count;

  return MAX (axis->window - apart, 1);
}

/* Squared sine, rising from the window's edges over the overlap; never 0. */
static double
ramp (const FddmTorusAxis *axis, int place)
{
  const int    width  = MIN (overlap (axis), (axis->window + 1) / 2);
  const double inside = MIN (MIN (place, axis->window - 1 - place) + 0.5, width);
  const double rise   = sin (G_PI / 2 * inside / width);

  return rise * rise;
}

void
fddm_torus_axis_sum (const FddmTorusAxis *axis, double *sum)
{
  for (int i = 0; i < axis->length; i++)
    sum[i] = 0.0;
  for (int w = 0; w < axis->count; w++)
    for (int place = 0; place < axis->window; place++)
      sum[(fddm_torus_axis_start (axis, w) + place) % axis->length] += axis->count == 1 ? 1.0 : ramp (axis, place);
}

void
fddm_torus_axis_weights (const FddmTorusAxis *axis, int i, const double *sum, float *weights)
{
  for (int place = 0; place < axis->window; place++)
    weights[place] = (float) ((axis->count == 1 ? 1.0 : ramp (axis, place)) /
                              sum[(fddm_torus_axis_start (axis, i) + place) % axis->length]);
}
