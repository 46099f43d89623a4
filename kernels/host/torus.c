/* torus.c: windows of a torus.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>
#include "kernels/host/host.h"

typedef struct {
  const FddmTensor *from, *down, *across;
  FddmTensor       *to;
  int               row, column;
} Torus;

static void
copy_window_rows (const void *task, int first, int last)
{
  const Torus *t      = task;
  const int    length = t->from->width, n = t->to->channels;

  for (int i = first; i < last; i++)
    for (int j = 0, run; j < t->to->width; j += run)
      {
        const int column = (t->column + j) % length;

        run = MIN (length - column, t->to->width - j);
        memcpy (fddm_host_at (t->to, i, j), fddm_host_at (t->from, (t->row + i) % t->from->height, column),
                (gsize) run * n * sizeof (float));
      }
}

gboolean
fddm_host_copy_window (FddmDevice *device, const FddmTensor *torus, int row, int column, FddmTensor *window,
                       GError **error G_GNUC_UNUSED)
{
  Torus t = { .from = torus, .to = window, .row = row, .column = column };

  device->rows (device, copy_window_rows, &t, window->height);
  return TRUE;
}

/* Adds the window to rows [FIRST, LAST) of the rows it covers. A row of the torus that it covers several times is handled by
 * a single thread. */
static void
add_window_rows (const void *task, int first, int last)
{
  const Torus *t    = task;
  const float *down = fddm_host_at (t->down, 0, 0), *across = fddm_host_at (t->across, 0, 0);
  const int    n = t->to->channels;

  for (int reached = first; reached < last; reached++)
    for (int i = reached; i < t->from->height; i += t->to->height)
      for (int j = 0; j < t->from->width; j++)
        {
          const float *in     = fddm_host_at (t->from, i, j);
          float       *out    = fddm_host_at (t->to, (t->row + i) % t->to->height, (t->column + j) % t->to->width);
          const float  weight = down[i] * across[j];

          for (int k = 0; k < n; k++)
            out[k] += weight * in[k];
        }
}

gboolean
fddm_host_add_window (FddmDevice *device, const FddmTensor *window, const FddmTensor *down, const FddmTensor *across,
                      int row, int column, FddmTensor *torus, GError **error G_GNUC_UNUSED)
{
  Torus t = { .from = window, .down = down, .across = across, .to = torus, .row = row, .column = column };

  device->rows (device, add_window_rows, &t, MIN (window->height, torus->height));
  return TRUE;
}
