/* resident.c: see resident.h.
 * SPDX-License-Identifier: Apache-2.0
 *
 * The events of the rings synchronise these buffers, too. The event after the last kernel that read offsets from a slot of
 * the upward ring also follows the last kernel that read pixels. The copy of a slot of the downward ring has finished only
 * when the change has been copied. */
#include <string.h>
#include "kernels/cuda/resident.h"
#include "kernels/cuda/filter.h"

static gboolean
reserve (FddmDevice *device, gsize floats, GError **error)
{
  FddmResident *resident = &device->resident;
  const gsize   bytes    = floats * sizeof (float);

  if (bytes <= resident->bytes)
    return TRUE;
  if (!fddm_cuda_wait (device, error))
    return FALSE;
  fddm_resident_free (resident);
  resident->open   = TRUE; /* keeps the second allocation from freeing the first buffer as unused */
  resident->pixels = fddm_cuda_allocate (device, bytes, "a tile's pixels", error);
  if (resident->pixels != NULL)
    resident->change = fddm_cuda_allocate (device, bytes, "a tile's pixels", error);
  if (resident->change == NULL)
    {
      fddm_resident_free (resident);
      return FALSE;
    }
  resident->bytes = bytes;
  return TRUE;
}

static void
copy_shared (const FddmDevice *device, float *to, const float *from, gsize n)
{
#pragma omp parallel for schedule(static) num_threads(device->threads)
  for (int i = 0; i < device->threads; i++)
    {
      const gsize first = n * i / device->threads, end = n * (i + 1) / device->threads;

      memcpy (to + first, from + first, (end - first) * sizeof (float));
    }
}

static gboolean
upload (FddmDevice *device, const float *pixels, gsize n, GError **error)
{
  FddmRing *ring = &device->up;
  gsize     size;

  if (!fddm_ring_reserve (device, ring, sizeof (float), error) || !reserve (device, n, error))
    return FALSE;
  for (int slot = 0; slot < FDDM_RING_SLOTS; slot++)
    if (!fddm_stream_wait (ring->stream, ring->used[slot], error))
      return FALSE;
  size = ring->bytes / sizeof (float);
  for (gsize first = 0; first < n; first += size)
    {
      const gsize count = MIN (size, n - first);
      const int   slot  = fddm_ring_take (ring);

      if (!fddm_ring_wait (ring, slot, error))
        return FALSE;
      copy_shared (device, ring->host[slot], pixels + first, count);
      if (!fddm_ring_send_to (device, ring, slot, device->resident.pixels + first, count * sizeof (float), error))
        return FALSE;
    }
  return TRUE;
}

/* Fills in PLACES of WINDOW's pixels within PIXELS. The offsets are in SLOT of the upward ring; fddm_ring_used () releases
 * it. */
static gboolean
send_places (FddmDevice *device, const FddmWindow *window, float *pixels, FddmPlaces *places, int *slot, GError **error)
{
  FddmRing   *ring = &device->up;
  const gsize rows = (gsize) window->rows * window->patch, columns = (gsize) window->columns * window->patch;
  const gsize bytes = (rows + columns) * sizeof (int);
  int        *host;

  if (!fddm_ring_reserve (device, ring, bytes, error))
    return FALSE;
  *slot = fddm_ring_take (ring);
  if (!fddm_ring_wait (ring, *slot, error))
    return FALSE;
  host = ring->host[*slot];
  memcpy (host, window->row_offset, rows * sizeof (int));
  memcpy (host + rows, window->column_offset, columns * sizeof (int));
  places->pixels         = pixels;
  places->rows           = ring->device[*slot];
  places->columns        = places->rows + rows;
  places->channel_stride = window->channel_stride;
  return fddm_ring_send (device, ring, *slot, bytes, error);
}

gboolean
fddm_resident_analyse (FddmDevice *device, const FddmWindow *window, const FddmPatches *patches, const float *pixels,
                       FddmTensor *coefficients, const FddmPatchEnds *ends, GError **error)
{
  FddmPlaces places;
  int        slot;
  gboolean   ok;

  if (fddm_series_begins (window))
    device->resident.open = FALSE;
  if (!device->resident.open && !upload (device, pixels, window->n_floats, error))
    return FALSE;
  device->resident.open = TRUE;
  ok                    = send_places (device, window, device->resident.pixels, &places, &slot, error);
  for (int row = 0; ok && row < window->rows; row += FDDM_PATCH_ROWS_MAX)
    {
      FddmPlaces from = places;

      from.rows += row * window->patch;
      ok = fddm_patches_analyse (device, patches, &from, row, MIN (FDDM_PATCH_ROWS_MAX, window->rows - row), coefficients,
                                 ends, error);
    }
  return ok && fddm_ring_used (device, &device->up, slot, error);
}

/* Clears the change, after any copy of the previous one to the host. */
static gboolean
clear_change (FddmDevice *device, gsize n, GError **error)
{
  for (int slot = 0; slot < FDDM_RING_SLOTS; slot++)
    if (!fddm_ring_claim (device, &device->down, slot, error))
      return FALSE;
  device->resident.from = n;
  device->resident.to   = 0;
  return fddm_cuda_ok (cudaMemsetAsync (device->resident.change, 0, n * sizeof (float), device->stream), "clearing memory",
                       error);
}

static void
find_ends (const int *offset, int from, int to, int *least, int *most)
{
  *least = *most = offset[from];
  for (int i = from + 1; i < to; i++)
    {
      *least = MIN (*least, offset[i]);
      *most  = MAX (*most, offset[i]);
    }
}

/* Extends the range to be copied to the host by the floats that WINDOW adds to. */
static void
widen (FddmResident *resident, const FddmWindow *window)
{
  int first_row, last_row, first_column, last_column;

  find_ends (window->row_offset, window->top, window->bottom, &first_row, &last_row);
  find_ends (window->column_offset, window->left, window->right, &first_column, &last_column);
  resident->from = MIN (resident->from, (gsize) first_row + first_column);
  resident->to   = MAX (resident->to, (gsize) last_row + last_column + 2 * (gsize) window->channel_stride + 1);
}

gboolean
fddm_resident_synthesise (FddmDevice *device, const FddmWindow *window, const FddmPatches *patches,
                          const FddmTensor *coefficients, const FddmPatchEnds *ends, float weight, GError **error)
{
  const int  d = window->patch, last = (window->bottom - 1) / d;
  FddmPlaces places;
  int        slot;
  gboolean   ok;

  if (fddm_series_begins (window) && !clear_change (device, window->n_floats, error))
    return FALSE;
  widen (&device->resident, window);
  ok = send_places (device, window, device->resident.change, &places, &slot, error);
  for (int row = window->top / d; ok && row <= last; row += FDDM_PATCH_ROWS_MAX)
    {
      const FddmRegion region = { .top    = MAX (window->top, row * d),
                                  .bottom = (int) MIN ((gint64) window->bottom, ((gint64) row + FDDM_PATCH_ROWS_MAX) * d),
                                  .left   = window->left,
                                  .right  = window->right };

      ok = fddm_patches_synthesise (device, patches, coefficients, ends, &region, weight, &places, error);
    }
  return ok && fddm_ring_used (device, &device->up, slot, error);
}

/* The series keeps its buffers from being freed as unused. */
static gboolean
reserve_room (FddmDevice *device, gsize floats, GError **error)
{
  FddmResident *resident = &device->resident;
  const gsize   bytes    = floats * sizeof (float);

  if (bytes <= resident->room_bytes)
    return TRUE;
  if (!fddm_cuda_wait (device, error))
    return FALSE;
  (void) cudaFree (resident->room);
  resident->room_bytes = 0;
  resident->room       = fddm_cuda_allocate (device, bytes, "a tile's pixels", error);
  if (resident->room == NULL)
    return FALSE;
  resident->room_bytes = bytes;
  return TRUE;
}

gboolean
fddm_resident_filter (FddmDevice *device, const FddmFilters *filters, GError **error)
{
  FddmResident *resident = &device->resident;
  const gsize   row      = (gsize) filters->width * filters->samples;

  resident->from = filters->top * row;
  resident->to   = filters->bottom * row;
  return reserve_room (device, fddm_filters_floats (filters), error) &&
         fddm_filters_launch (device, filters, resident->pixels, resident->change, resident->room, error) &&
         fddm_ring_used (device, &device->up, 0, error); /* any slot: the next pixels wait for all of them */
}
