/* workspace.c: tiles and their working memory, planned within the memory bound.
 * SPDX-License-Identifier: Apache-2.0 */
#include "engine/denoise/workspace.h"
#include "engine/denoise/places.h"
#include <glib/gi18n-lib.h>
#include <string.h>
#include "kernels/pixels/pixels.h"

/* Memory that is enough for tiles, in bytes; where pixels flow through the network band by band. */
#define TILES_ENOUGH ((gsize) 768 << 20)
#define FLOW_ENOUGH  ((gsize) 256 << 20)

/* Patches along an axis of PIXELS. */
static int
grid_length (const FddmWork *work, int pixels)
{
  const int patch    = work->context->weights->patch;
  const int overhang = work->spec.grids > 1 ? patch - 1
                                            : 0; /* a grid's offset shifts the last pixels into a further patch */

  return (pixels + overhang + patch - 1) / patch;
}

int
fddm_work_reach (const FddmWork *work)
{
  /* The patches of a shifted grid overhang the core by less than one patch. */
  return fddm_weights_reach (work->context->weights) * work->spec.evaluations + (work->spec.grids > 1 ? 1 : 0);
}

/* Halo at a tile's inner edge, in patches. */
static int
halo (const FddmWork *work)
{
  const int patch = work->context->weights->patch;

  return fddm_work_reach (work) + (work->spec.margin + patch - 1) / patch;
}

/* A place so far from the picture's edges that no margin ends at them, in patches. */
#define FAR (1 << 16)

/* Samples in the largest region of a tile. */
static gsize
region_floats (const FddmWork *work)
{
  const int patch  = work->context->weights->patch;
  FddmTile  tile   = { .rows = work->down.size, .columns = work->across.size, .row = FAR, .column = FAR };
  FddmRect  region = fddm_tile_region (&tile, patch, G_MAXINT, G_MAXINT);

  return (gsize) MIN (region.width, work->spec.width) * MIN (region.height, work->spec.height) * work->spec.samples;
}

int
fddm_work_tiles (const FddmWork *work)
{
  return work->places != NULL ? work->n_places : work->down.count * work->across.count;
}

gboolean
fddm_work_streams (const FddmWork *work)
{
  return work->context->kind == FDDM_DEVICE_GPU && fddm_work_tiles (work) > 1;
}

void
fddm_work_swap (FddmWork *work)
{
  const FddmTilePixels kept = work->pixels;

  work->pixels = work->other;
  work->other  = kept;
  if (work->other.photo != work->other.as_read)
    work->other.photo = NULL;
  if (work->pixels.photo != work->pixels.as_read)
    work->pixels.photo = NULL;
}

const float *
fddm_work_photo (FddmWork *work, const FddmTile *tile)
{
  FddmTilePixels *pixels  = &work->pixels;
  const int       samples = work->spec.samples;
  const gsize     floats  = fddm_tile_pixels (tile) * samples;

  if (pixels->photo == NULL && (work->spec.gathers || work->spec.grids == 1) &&
      fddm_pixels_are_sound (pixels->as_read, floats, work->spec.beyond))
    pixels->photo = pixels->as_read;
  if (pixels->photo == NULL)
    {
      fddm_pixels_repair (pixels->as_read, tile->region.width, tile->region.height, samples, work->spec.beyond,
                          work->spare[0]);
      pixels->photo = work->spare[0];
    }
  return pixels->photo;
}

/* Bytes of a tile's pixels in host memory; G_MAXSIZE if a window's offsets, of type int, could not address them. */
static gsize
region_bytes (const FddmWork *work)
{
  const FddmWorkSpec *spec   = &work->spec;
  const gsize         floats = region_floats (work);
  const gsize         tiles  = fddm_work_streams (work) ? 2 : 1; /* tiles held at the same time */
  const gsize         arrays = 1 + tiles + (spec->gathers || spec->uncertainty ? 1 + tiles : 0) + (spec->raises ? tiles : 0);
  const gsize         planes = (spec->uncertainty ? tiles : 0) + (spec->textures ? tiles + FDDM_TEXTURE_PLANES : 0);
  const gsize         cells  = spec->blotches ? FDDM_BLOTCHES_FLOATS (floats) : 0;
  gsize               bytes;

  if (floats > G_MAXINT || !g_size_checked_mul (&bytes, floats, arrays) ||
      !g_size_checked_add (&bytes, bytes, planes * (floats / spec->samples) + cells) ||
      !g_size_checked_mul (&bytes, bytes, sizeof (float)))
    return G_MAXSIZE;
  return bytes;
}

/* Bytes for the current tilings; G_MAXSIZE on overflow. Arrays on the host count for a GPU, too, since it may hold as
 * much again while the grids of a tile share its pixels. */
static gboolean
count_bytes (FddmWork *work, gsize *bytes, GError **error)
{
  FddmContext *context      = work->context;
  const int    n            = context->weights->coefficients;
  gsize        coefficients = context->backend->tensor_bytes (context->device, FDDM_TENSOR_FLOAT, work->down.size,
                                                              work->across.size, n);
  int          n_tensors    = fddm_network_flows (context->network, work->down.size, work->across.size) ? 0 : 1;
  gsize        network;

  if (work->spec.samples_detail)
    n_tensors += work->spec.noise_varies ? 6 : 3;
  if (!fddm_network_bytes (context->network, work->down.size, work->across.size, &network, error))
    return FALSE;
  if (!g_size_checked_mul (bytes, coefficients, (gsize) n_tensors) || !g_size_checked_add (bytes, *bytes, network) ||
      !g_size_checked_add (bytes, *bytes, region_bytes (work)))
    *bytes = G_MAXSIZE;
  return TRUE;
}

/* Adds one cut to the axis with the longer tiles. */
static gboolean
cut (FddmWork *work)
{
  FddmTiling *longer = work->down.size >= work->across.size ? &work->down : &work->across;
  FddmTiling *other  = longer == &work->down ? &work->across : &work->down;

  return fddm_tiling_init (longer, longer->length, longer->halo, longer->count + 1) ||
         fddm_tiling_init (other, other->length, other->halo, other->count + 1);
}

/* Whether an operation on a tile takes longer than the device allows. */
static gboolean
takes_too_long (const FddmWork *work)
{
  const FddmContext *context = work->context;
  const double limit = context->backend->operation_limit != NULL ? context->backend->operation_limit (context->device) : 0.0;

  return limit > 0.0 && fddm_network_heaviest (context->weights) * work->down.size * work->across.size > limit;
}

/* Bound of host memory, whatever a GPU offers. */
static gsize
host_limit (const FddmWork *work)
{
  const FddmContext *context = work->context;

  return context->kind == FDDM_DEVICE_GPU ? context->options.memory : fddm_context_memory (context);
}

/* Fails if the host would be busy for too long with one operation, where nobody can stop it. A GPU is only slower to draw. */
static gboolean
check_work (const FddmWork *work, GError **error)
{
  const FddmContext *context = work->context;
  const int          patch   = context->weights->patch;

  if (context->kind == FDDM_DEVICE_GPU || !takes_too_long (work))
    return TRUE;
  return fddm_context_check_work (fddm_network_heaviest (context->weights) * work->down.size * work->across.size,
                                  context->backend->operation_limit (context->device), work->across.size * patch,
                                  work->down.size * patch, error);
}

/* Fails because even the smallest tile exceeds LIMIT, or there is no memory for it. */
static gboolean
too_small (const FddmWork *work, gsize limit, GError **error)
{
  if (limit == host_limit (work))
    g_set_error (error, FDDM_ERROR, FDDM_ERROR_MEMORY,
                 _ ("Even the smallest tile needs more than %d MiB; raise the memory limit or reduce detail"),
                 (int) (work->context->options.memory >> 20));
  else /* a GPU's free memory */
    g_set_error_literal (error, FDDM_ERROR, FDDM_ERROR_MEMORY,
                         _ ("Not enough free memory for the smallest tile; close other programs or reduce detail"));
  return FALSE;
}

/* Finds the fewest tiles whose bytes stay within LIMIT and whose host memory stays within the option's bound, whatever a
 * GPU offers. Intermediate sizes are estimated by area, because asking a device takes time. */
static gboolean
plan_within (FddmWork *work, gsize limit, GError **error)
{
  const gsize most = host_limit (work);

  while (takes_too_long (work) && cut (work))
    ;
  if (!check_work (work, error))
    return FALSE;
  while (fddm_work_tiles (work) < work->spec.least_tiles)
    if (!cut (work))
      return too_small (work, limit, error);
  for (;;)
    {
      double per_patch;

      while (region_bytes (work) > most)
        if (!cut (work))
          return too_small (work, most, error);
      if (!count_bytes (work, &work->bytes, error))
        return FALSE;
      if (work->bytes == G_MAXSIZE) /* too large for other reasons, which say nothing about the size that is not */
        {
          if (!cut (work))
            return too_small (work, limit, error);
          continue;
        }
      if (work->bytes <= limit)
        return TRUE;
      per_patch = (double) work->bytes / work->down.size / work->across.size;
      do
        if (!cut (work))
          return too_small (work, limit, error);
      while (per_patch * work->down.size * work->across.size > limit);
    }
}

/* Plans the requested number of tiles, or more if LIMIT requires it. */
static gboolean
plan (FddmWork *work, gsize limit, GError **error)
{
  const int tile = work->context->options.tile;
  const int rows = grid_length (work, work->spec.height), columns = grid_length (work, work->spec.width);

  fddm_tiling_init (&work->down, rows, halo (work), 1);
  fddm_tiling_init (&work->across, columns, halo (work), 1);
  if (tile > 0)
    {
      /* As many as requested, or as many as the axis allows. */
      for (int n = (work->spec.height + tile - 1) / tile; n > 1 && !fddm_tiling_init (&work->down, rows, halo (work), n);
           n--)
        ;
      for (int n = (work->spec.width + tile - 1) / tile; n > 1 && !fddm_tiling_init (&work->across, columns, halo (work), n);
           n--)
        ;
    }
  return plan_within (work, limit, error);
}

static void
release (FddmWork *work)
{
  FddmCoefficients *c         = &work->coefficients;
  FddmTensor      **tensors[] = { &c->y, &c->noise, &c->x0, &c->x, &c->next, &c->from, &c->to };

  for (gsize i = 0; i < G_N_ELEMENTS (tensors); i++)
    {
      work->context->backend->tensor_free (work->context->device, *tensors[i]);
      *tensors[i] = NULL;
    }
  c->rows = c->columns = 0;
}

/* Tensors for sampling and probing only. */
static gboolean
make_for_samples (FddmWork *work, int rows, int columns, GError **error)
{
  FddmCoefficients *c        = &work->coefficients;
  FddmTensor      **states[] = { &c->x0, &c->x, &c->next }, **levels[] = { &c->noise, &c->from, &c->to };
  const gboolean    varies = work->spec.noise_varies;

  for (gsize i = 0; i < G_N_ELEMENTS (states); i++)
    if (!fddm_context_make_tensor (work->context, rows, columns, states[i], error))
      return FALSE;
  for (gsize i = 0; i < G_N_ELEMENTS (levels); i++)
    if (!fddm_context_make_tensor (work->context, varies ? rows : 1, varies ? columns : 1, levels[i], error))
      return FALSE;
  return TRUE;
}

gboolean
fddm_work_shape (FddmWork *work, int rows, int columns, GError **error)
{
  FddmCoefficients *c = &work->coefficients;

  if (c->rows == rows && c->columns == columns)
    return TRUE;
  release (work);
  if (!fddm_network_prepare (work->context->network, rows, columns, error))
    return FALSE;
  c->flows = fddm_network_flows (work->context->network, rows, columns);
  if (!c->flows && !fddm_context_make_tensor (work->context, rows, columns, &c->y, error))
    return FALSE;
  if (work->spec.samples_detail && !make_for_samples (work, rows, columns, error))
    return FALSE;
  c->rows    = rows;
  c->columns = columns;
  return TRUE;
}

/* Succeeds without allocating unless WANTED. */
static gboolean
make_pixels (FddmWork *work, gboolean wanted, gsize floats, float **pixels)
{
  *pixels = wanted ? fddm_memory_pool_take (&work->context->pool, floats * sizeof (float)) : NULL;
  return !wanted || *pixels != NULL;
}

static void
give_pixels (FddmWork *work, gsize floats, float **pixels)
{
  fddm_memory_pool_give (&work->context->pool, *pixels, floats * sizeof (float));
  *pixels = NULL;
}

/* Allocates the arrays of one tile: one float per sample or per pixel. */
static gboolean
make_tile (FddmWork *work, FddmTilePixels *tile)
{
  const FddmWorkSpec *spec   = &work->spec;
  const gsize         floats = work->floats, pixels = floats / spec->samples;

  return make_pixels (work, TRUE, floats, &tile->as_read) &&
         make_pixels (work, spec->gathers || spec->uncertainty, floats, &tile->change) &&
         make_pixels (work, spec->raises, floats, &tile->raised) &&
         make_pixels (work, spec->uncertainty, pixels, &tile->variance) &&
         make_pixels (work, spec->textures, pixels, &tile->texture);
}

/* Allocates the scratch arrays of the stages. */
static gboolean
make_spare (FddmWork *work)
{
  const FddmWorkSpec *spec   = &work->spec;
  const gsize         floats = work->floats;

  for (int i = 0; i < FDDM_TEXTURE_PLANES; i++)
    if (!make_pixels (work, spec->textures, floats / spec->samples, &work->planes[i]))
      return FALSE;
  return make_pixels (work, TRUE, floats, &work->spare[0]) &&
         make_pixels (work, spec->gathers || spec->uncertainty, floats, &work->spare[1]);
}

gboolean
fddm_work_no_memory (const FddmWork *work, GError **error)
{
  g_set_error (error, FDDM_KERNEL_ERROR, FDDM_KERNEL_ERROR_MEMORY,
               _ ("Not enough memory for a tile of %d × %d pixels; close other programs or set a smaller tile"),
               work->across.size * work->context->weights->patch, work->down.size * work->context->weights->patch);
  return FALSE;
}

/* Allocates everything that the plan requires. */
static gboolean
allocate (FddmWork *work, GError **error)
{
  const gsize side   = MAX (work->down.size, work->across.size);
  const gsize pixels = side * work->context->weights->patch;

  work->floats        = region_floats (work);
  work->row_offset    = g_try_new (int, pixels);
  work->column_offset = g_try_new (int, pixels);
  if (work->row_offset != NULL && work->column_offset != NULL && make_tile (work, &work->pixels) &&
      (!fddm_work_streams (work) || make_tile (work, &work->other)) && make_spare (work))
    return fddm_work_shape (work, work->down.size, work->across.size, error);
  return fddm_work_no_memory (work, error);
}

/* Plans tiles under LIMIT. The system clears pages before their first use, which in a virtual machine costs more than the overlap
 * of smaller tiles, where the network looks only once; least where pixels flow through it. */
static gboolean
plan_tiles (FddmWork *work, gsize limit, GError **error)
{
  const FddmContext *context = work->context;

  if (context->kind == FDDM_DEVICE_CPU && context->options.memory == FDDM_MEMORY_DEFAULT && work->spec.evaluations == 1)
    {
      if (plan (work, MIN (limit, FLOW_ENOUGH), NULL) &&
          fddm_network_flows (context->network, work->down.size, work->across.size))
        return TRUE;
      if (plan (work, MIN (limit, TILES_ENOUGH), NULL))
        return TRUE;
    }
  return plan (work, limit, error);
}

gboolean
fddm_work_init (FddmWork *work, FddmContext *context, const FddmWorkSpec *spec, GError **error)
{
  const gsize limit = fddm_context_memory (context);

  memset (work, 0, sizeof *work);
  work->context = context;
  work->spec    = *spec;
  if (limit == 0) /* nothing is free, or the device did not answer: less work would not help */
    {
      g_set_error_literal (error, FDDM_ERROR, FDDM_ERROR_DEVICE,
                           _ ("Not enough free memory for the smallest tile; close other programs or reduce detail"));
      return FALSE;
    }
  for (;;)
    {
      GError *problem = NULL;
      int     tiles;

      fddm_network_flow (context->network, !spec->samples_detail);
      if (plan_tiles (work, limit, error) && allocate (work, &problem) && fddm_work_place (work, &problem))
        return TRUE;
      tiles = fddm_work_tiles (work);
      fddm_work_clear (work);
      if (problem == NULL)
        return FALSE;
      if (!g_error_matches (problem, FDDM_KERNEL_ERROR, FDDM_KERNEL_ERROR_MEMORY))
        {
          g_propagate_error (error, problem);
          return FALSE;
        }
      g_error_free (problem);
      work->spec.least_tiles = 2 * tiles;
    }
}

static void
clear_tile (FddmWork *work, FddmTilePixels *tile)
{
  const gsize pixels = work->floats / work->spec.samples;

  give_pixels (work, work->floats, &tile->as_read);
  give_pixels (work, work->floats, &tile->change);
  give_pixels (work, work->floats, &tile->raised);
  give_pixels (work, pixels, &tile->variance);
  give_pixels (work, pixels, &tile->texture);
  tile->photo = NULL;
}

void
fddm_work_clear (FddmWork *work)
{
  release (work);
  fddm_network_flow (work->context->network, FALSE);
  fddm_network_release (work->context->network);
  clear_tile (work, &work->pixels);
  clear_tile (work, &work->other);
  for (gsize i = 0; i < G_N_ELEMENTS (work->spare); i++)
    give_pixels (work, work->floats, &work->spare[i]);
  for (int i = 0; i < FDDM_TEXTURE_PLANES; i++)
    give_pixels (work, work->floats / work->spec.samples, &work->planes[i]);
  g_clear_pointer (&work->places, g_free);
  work->n_places = 0;
  g_clear_pointer (&work->row_offset, g_free);
  g_clear_pointer (&work->column_offset, g_free);
}

void
fddm_work_extend (const FddmWork *work, int top, int bottom, int left, int right, FddmTile *tile)
{
  const FddmRect whole = { .width = work->spec.width, .height = work->spec.height };
  const int      patch = work->context->weights->patch;

  tile->rows       = work->down.size;
  tile->columns    = work->across.size;
  tile->own.x      = left * patch;
  tile->own.y      = top * patch;
  tile->own.width  = MIN (right * patch, work->spec.width) - tile->own.x;
  tile->own.height = MIN (bottom * patch, work->spec.height) - tile->own.y;
  tile->core       = fddm_rect_grow (&tile->own, work->spec.margin, &whole);
  tile->region     = fddm_tile_region (tile, patch, work->spec.width, work->spec.height);
}

gboolean
fddm_work_tile (const FddmWork *work, int i, FddmTile *tile)
{
  int top, bottom, left, right;

  if (work->places != NULL)
    {
      *tile = work->places[i];
      return TRUE;
    }
  fddm_tiling_get (&work->down, i / work->across.count, &tile->row, &top, &bottom);
  fddm_tiling_get (&work->across, i % work->across.count, &tile->column, &left, &right);
  fddm_work_extend (work, top, bottom, left, right, tile);
  return tile->own.width > 0 && tile->own.height > 0;
}
