/* transform.c: transforms pixels in host memory to coefficients on the GPU, and back, several rows of patches at a time.
 * While the host packs one slot, another is copied, and the GPU transforms a third.
 * SPDX-License-Identifier: Apache-2.0
 *
 * The bus transfers about 50 GB/s, but a thread packs at most 10 GB/s, so the rows of a slot are shared among threads.
 * Pinning the caller's memory would save the packing, but takes longer than it. */
#include <float.h>
#include <math.h>
#include <string.h>
#include "kernels/fddm-math.h"
#include "kernels/cuda/resident.h"

typedef struct {
  const FddmWindow *window;
  FddmPatches       patches;
  int              *run; /* by column: number of pixels from there on that are contiguous in the array as in packed form */
} Transform;

static void
transform_init (Transform *t, const FddmWindow *window)
{
  const int  d = window->patch, width = window->columns * d, samples = window->channel_stride == 0 ? 1 : 3;
  const int *at = window->column_offset;

  t->window  = window;
  t->patches = (FddmPatches) { .patch = d, .columns = window->columns, .channels = window->channels, .samples = samples };
  for (int u = 0; u < d; u++)
    for (int x = 0; x < d; x++)
      t->patches.basis[u * d + x] = (float) fddm_dct_basis (d, u, x);
  t->run = g_new (int, width);
  for (int j = width - 1; j >= 0; j--)
    t->run[j] = window->channel_stride <= 1 && j + 1 < width && at[j + 1] == at[j] + samples ? t->run[j + 1] + 1 : 1;
}

/* Packs row I of the tile. */
static void
gather_row (const Transform *t, const float *pixels, int i, float *out)
{
  const FddmWindow *window = t->window;
  const int         width = window->columns * window->patch, samples = t->patches.samples;
  const float      *row = pixels + window->row_offset[i];

  for (int j = 0; j < width; j += t->run[j])
    {
      const float *from = row + window->column_offset[j];

      if (window->channel_stride <= 1)
        memcpy (out + (gsize) j * samples, from, (gsize) t->run[j] * samples * sizeof (float));
      else
        for (int c = 0; c < samples; c++)
          out[(gsize) j * samples + c] = from[c * window->channel_stride];
    }
}

/* Without a branch, so that compilers vectorise it. */
static inline float
add_finite (float pixel, float change)
{
  const float sum = pixel + change;

  return fabsf (sum) <= FLT_MAX ? sum : pixel;
}

static void
add_run (float *restrict to, const float *restrict from, int n)
{
  for (int i = 0; i < n; i++)
    to[i] = add_finite (to[i], from[i]);
}

/* Adds the packed pixels [left, right) of row I to the picture. */
static void
scatter_row (const Transform *t, const float *in, int i, float *pixels)
{
  const FddmWindow *window  = t->window;
  const int         samples = t->patches.samples;
  float            *row     = pixels + window->row_offset[i];

  for (int j = window->left, n; j < window->right; j += n)
    {
      float *to = row + window->column_offset[j];

      n = MIN (t->run[j], window->right - j);
      if (window->channel_stride <= 1)
        add_run (to, in, n * samples);
      else
        for (int c = 0; c < samples; c++)
          to[c * window->channel_stride] = add_finite (to[c * window->channel_stride], in[c]);
      in += (gsize) n * samples;
    }
}

/* Number of rows of patches, PIXELS pixels wide, that fit into a slot; 0 with ERROR set if not even one fits. */
static int
rows_in_slot (FddmDevice *device, FddmRing *ring, const Transform *t, int pixels, GError **error)
{
  const gsize bytes = (gsize) pixels * t->patches.patch * t->patches.samples * sizeof (float);

  if (!fddm_ring_reserve (device, ring, bytes, error))
    return 0;
  return (int) MIN (ring->bytes / bytes, FDDM_PATCH_ROWS_MAX);
}

/* Packs rows [FIRST, FIRST + N) of the tile to OUT. */
static void
gather_rows (const FddmDevice *device, const Transform *t, const float *pixels, int first, int n, float *out)
{
  const gsize row_floats = (gsize) t->window->columns * t->patches.patch * t->patches.samples;

#pragma omp parallel for schedule(static) num_threads(device->threads)
  for (int i = 0; i < n; i++)
    gather_row (t, pixels, first + i, out + i * row_floats);
}

/* Adds the packed pixels of REGION to the picture. Threads do not conflict, even if rows of a transposed tile are columns of
 * the picture: each pixel of the picture belongs to a single row of the tile's core. */
static void
scatter_rows (const FddmDevice *device, const Transform *t, const FddmRegion *region, const float *in, float *pixels)
{
  const gsize row_floats = (gsize) (region->right - region->left) * t->patches.samples;

#pragma omp parallel for schedule(static) num_threads(device->threads)
  for (int i = region->top; i < region->bottom; i++)
    scatter_row (t, in + (i - region->top) * row_floats, i, pixels);
}

static FddmPatchEnds
ends_of (const FddmEnds *from, const FddmWindow *window, const FddmTensor *network)
{
  FddmPatchEnds ends = { .level    = *from->level,
                         .mean     = *from->mean,
                         .variance = *from->variance,
                         .network  = *network,
                         .lo       = from->lo,
                         .hi       = from->hi,
                         .varies   = from->curve != NULL };

  if (ends.varies)
    memcpy (ends.curve, from->curve, window->channels * sizeof *ends.curve);
  return ends;
}

static gboolean
analyse_slots (FddmDevice *device, const Transform *t, const float *pixels, FddmTensor *coefficients,
               const FddmPatchEnds *ends, GError **error)
{
  FddmRing   *ring = &device->up;
  const int   d = t->patches.patch, width = t->window->columns * d;
  const int   at_once    = rows_in_slot (device, ring, t, width, error);
  const gsize row_floats = (gsize) width * t->patches.samples;

  if (at_once == 0)
    return FALSE;
  for (int row = 0; row < t->window->rows; row += at_once)
    {
      const int        n = MIN (at_once, t->window->rows - row), slot = fddm_ring_take (ring);
      const FddmPlaces packed = { .pixels = ring->device[slot] };

      if (!fddm_ring_wait (ring, slot, error))
        return FALSE;
      gather_rows (device, t, pixels, row * d, n * d, ring->host[slot]);
      if (!fddm_ring_send (device, ring, slot, n * d * row_floats * sizeof (float), error) ||
          !fddm_patches_analyse (device, &t->patches, &packed, row, n, coefficients, ends, error) ||
          !fddm_ring_used (device, ring, slot, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
analyse (FddmDevice *device, const FddmWindow *window, const float *pixels, FddmTensor *coefficients,
         const FddmPatchEnds *ends, GError **error)
{
  Transform t;
  gboolean  ok;

  if (!fddm_cuda_enter (device, error))
    return FALSE;
  transform_init (&t, window);
  ok = window->series == FDDM_SERIES_NONE
         ? analyse_slots (device, &t, pixels, coefficients, ends, error)
         : fddm_resident_analyse (device, window, &t.patches, pixels, coefficients, ends, error);
  g_free (t.run);
  return ok;
}

gboolean
fddm_cuda_analyse (FddmDevice *device, const FddmWindow *window, const float *pixels, FddmTensor *coefficients,
                   GError **error)
{
  return analyse (device, window, pixels, coefficients, NULL, error);
}

gboolean
fddm_cuda_analyse_input (FddmDevice *device, const FddmWindow *window, const float *pixels, const FddmEnds *ends,
                         FddmTensor *coefficients, FddmTensor *input, GError **error)
{
  const FddmPatchEnds mine = ends_of (ends, window, input);

  return analyse (device, window, pixels, coefficients, &mine, error);
}

/* ---- Inverse: regions are sent to the host while slots are free, and added when the caller asks for the pixels ---- */

/* A region on its way to the host; for a series, N floats from FIRST on. */
typedef struct {
  FddmRegion region;
  gsize      first, n;
  int        slot;
} Delivery;

struct FddmSynthesis {
  Transform         t;
  FddmWindow        window; /* referred to by T */
  const FddmTensor *coefficients;
  FddmPatchEnds     ends;
  gboolean          estimates; /* whether ENDS are used */
  float             weight;
  float            *pixels;
  int               row, at_once; /* of patches: next row to send, number per delivery  */
  gboolean          gathered;     /* by a series: floats [AT, END) are still to be sent */
  gboolean          replaces;     /* the pixels were 0, and are replaced, not added to   */
  gsize             at, end;
  Delivery          deliveries[FDDM_RING_SLOTS];
  int               started, finished; /* number of deliveries */
};

static gboolean
all_started (const FddmSynthesis *s)
{
  return s->gathered ? s->at >= s->end : (gint64) s->row * s->window.patch >= s->window.bottom;
}

static gboolean
start_gathered (FddmDevice *device, FddmSynthesis *s, GError **error)
{
  FddmRing   *ring  = &device->down;
  const int   slot  = fddm_ring_take (ring);
  const gsize first = s->at, n = MIN (ring->bytes / sizeof (float), s->end - s->at);

  s->deliveries[s->started++ % FDDM_RING_SLOTS] = (Delivery) { .first = first, .n = n, .slot = slot };
  s->at += n;
  return fddm_ring_fetch_from (device, ring, slot, device->resident.change + first, n * sizeof (float), error);
}

static gboolean
start_region (FddmDevice *device, FddmSynthesis *s, GError **error)
{
  const int        d      = s->window.patch;
  FddmRing        *ring   = &device->down;
  const int        slot   = fddm_ring_take (ring);
  const FddmPlaces packed = { .pixels = ring->device[slot] };
  FddmRegion       region = { .top    = MAX (s->window.top, s->row * d),
                              .bottom = (int) MIN ((gint64) s->window.bottom, ((gint64) s->row + s->at_once) * d),
                              .left   = s->window.left,
                              .right  = s->window.right };
  const gsize      bytes  = (gsize) (region.bottom - region.top) * (region.right - region.left) * s->t.patches.samples *
                      sizeof (float);

  s->deliveries[s->started++ % FDDM_RING_SLOTS] = (Delivery) { .region = region, .slot = slot };
  s->row += s->at_once;
  return fddm_ring_claim (device, ring, slot, error) &&
         fddm_patches_synthesise (device, &s->t.patches, s->coefficients, s->estimates ? &s->ends : NULL, &region, s->weight,
                                  &packed, error) &&
         fddm_ring_fetch (device, ring, slot, bytes, error);
}

static gboolean
start_delivery (FddmDevice *device, FddmSynthesis *s, GError **error)
{
  return s->gathered ? start_gathered (device, s, error) : start_region (device, s, error);
}

/* Starts as many deliveries as there are slots. */
static gboolean
start_deliveries (FddmDevice *device, FddmSynthesis *s, GError **error)
{
  while (!all_started (s) && s->started < FDDM_RING_SLOTS)
    if (!start_delivery (device, s, error))
      return FALSE;
  return TRUE;
}

static void
add_gathered (const FddmDevice *device, gboolean replaces, float *pixels, const float *change, gsize n)
{
#pragma omp parallel for schedule(static) num_threads(device->threads)
  for (int i = 0; i < device->threads; i++)
    {
      const gsize first = n * i / device->threads, end = n * (i + 1) / device->threads;

      if (replaces)
        memcpy (pixels + first, change + first, (end - first) * sizeof *pixels);
      else
        add_run (pixels + first, change + first, (int) (end - first));
    }
}

static gboolean
finish_delivery (FddmDevice *device, FddmSynthesis *s, GError **error)
{
  const Delivery *delivery = &s->deliveries[s->finished++ % FDDM_RING_SLOTS];

  if (!fddm_ring_wait (&device->down, delivery->slot, error))
    return FALSE;
  if (s->gathered)
    add_gathered (device, s->replaces, s->pixels + delivery->first, device->down.host[delivery->slot], delivery->n);
  else
    scatter_rows (device, &s->t, &delivery->region, device->down.host[delivery->slot], s->pixels);
  return TRUE;
}

/* Copies still in progress use the slots only, not the pixels; the next user of a slot waits for them. */
void
fddm_cuda_synthesise_drop (FddmDevice *device)
{
  if (device->synthesis == NULL)
    return;
  if (device->synthesis->gathered)
    device->resident.open = FALSE;
  g_free (device->synthesis->t.run);
  g_clear_pointer (&device->synthesis, g_free);
}

static gboolean
prepare_regions (FddmDevice *device, FddmSynthesis *s, GError **error)
{
  s->at_once = rows_in_slot (device, &device->down, &s->t, s->window.right - s->window.left, error);
  return s->at_once > 0;
}

/* Adds the window's change to that of its series. The total is sent after the last window, in pieces of any size; but the ring
 * has no buffers at all if it could not be enlarged before. */
static gboolean
gather (FddmDevice *device, FddmSynthesis *s, GError **error)
{
  if (!fddm_ring_reserve (device, &device->down, sizeof (float), error) ||
      !fddm_resident_synthesise (device, &s->window, &s->t.patches, s->coefficients, s->estimates ? &s->ends : NULL,
                                 s->weight, error))
    return FALSE;
  s->gathered = fddm_series_ends (&s->window);
  s->at       = device->resident.from;
  s->end      = device->resident.to;
  return TRUE;
}

/* ENDS may be NULL. */
static gboolean
synthesise (FddmDevice *device, const FddmWindow *window, const FddmTensor *coefficients, const FddmPatchEnds *ends,
            float weight, float *pixels, GError **error)
{
  FddmSynthesis *s;
  gboolean       ok;

  fddm_cuda_synthesise_drop (device);
  if (window->top >= window->bottom || window->left >= window->right)
    return TRUE;
  if (!fddm_cuda_enter (device, error))
    return FALSE;
  s = device->synthesis = g_new0 (FddmSynthesis, 1);
  *s                    = (FddmSynthesis) { .window       = *window,
                                            .coefficients = coefficients,
                                            .estimates    = ends != NULL,
                                            .weight       = weight,
                                            .pixels       = pixels,
                                            .row          = window->top / window->patch };
  if (ends != NULL)
    s->ends = *ends;
  transform_init (&s->t, &s->window);
  ok = window->series == FDDM_SERIES_NONE ? prepare_regions (device, s, error) : gather (device, s, error);
  if (ok && window->series != FDDM_SERIES_NONE && !s->gathered)
    {
      fddm_cuda_synthesise_drop (device);
      return TRUE;
    }
  ok = ok && (s->gathered || start_deliveries (device, s, error)); /* filters may still change what is gathered */
  if (!ok)
    fddm_cuda_synthesise_drop (device);
  return ok;
}

gboolean
fddm_cuda_synthesise (FddmDevice *device, const FddmWindow *window, const FddmTensor *coefficients, float weight,
                      float *pixels, GError **error)
{
  return synthesise (device, window, coefficients, NULL, weight, pixels, error);
}

gboolean
fddm_cuda_synthesise_output (FddmDevice *device, const FddmWindow *window, const FddmEnds *ends, const FddmOutput *output,
                             float *pixels, GError **error)
{
  FddmPatchEnds mine = ends_of (ends, window, output->output);

  mine.strength = *output->strength;
  return synthesise (device, window, output->coefficients, &mine, output->weight, pixels, error);
}

gboolean
fddm_cuda_filter (FddmDevice *device, const FddmFilters *filters, const float *pixels G_GNUC_UNUSED, float *change,
                  GError **error)
{
  FddmSynthesis *s = device->synthesis;
  gboolean       ok;

  g_return_val_if_fail (s != NULL && s->gathered && s->pixels == change, FALSE);
  ok          = fddm_cuda_enter (device, error) && fddm_resident_filter (device, filters, error);
  s->at       = device->resident.from;
  s->end      = device->resident.to;
  s->replaces = TRUE;
  ok          = ok && start_deliveries (device, s, error);
  if (!ok)
    fddm_cuda_synthesise_drop (device);
  return ok;
}

/* The oldest delivery is finished before the next one reuses its slot. */
gboolean
fddm_cuda_synthesise_finish (FddmDevice *device, GError **error)
{
  FddmSynthesis *s = device->synthesis;
  gboolean       ok;

  if (s == NULL)
    return TRUE;
  ok = fddm_cuda_enter (device, error) && start_deliveries (device, s, error);
  while (ok && s->finished < s->started)
    ok = finish_delivery (device, s, error) && (all_started (s) || start_delivery (device, s, error));
  fddm_cuda_synthesise_drop (device);
  return ok;
}
