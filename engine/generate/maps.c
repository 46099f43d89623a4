/* maps.c: maps that renderers want, guessed from a picture's brightness.
 * SPDX-License-Identifier: Apache-2.0 */
#include <glib/gi18n-lib.h>
#include <string.h>
#include "engine/error.h"
#include "kernels/memory.h"
#include "kernels/pixels/maps.h"
#include "kernels/pixels/pixels.h"
#include "engine/fddm.h"

/* Rows read and written at a time. */
#define STRIP 64

/* Scales of height: taps up to STEP_MAX pixels apart, and no more than a PARTS-th of the shorter side. */
#define STEP_MAX 64
#define PARTS    8

/* From one scale to the next coarser one, twice as coarse, height counts this much more. */
#define SHAPE 1.5

/* Spread of the brightness, weighted by scale, below which a picture is taken for flat and its height not raised further. */
#define SPREAD_MIN 0.06
/* Spread of the height at full strength, as a share of the way to white. */
#define SPREAD 0.25f

/* Roughness: of a picture without contrast, most that contrast adds, and contrast at which half of that is reached. The contrast
 * is that of scales below 1 << CONTRAST_SCALES pixels. */
#define ROUGH_BASE      0.4f
#define ROUGH_SHARE     0.5f
#define ROUGH_HALF      0.04f
#define CONTRAST_SCALES 2
#define CONTRAST_AREA   2

/* Working memory. */
typedef struct {
  const FddmSource     *picture;
  const FddmMapsParams *params;
  FddmMapPlane          plane;
  gsize                 n;                                  /* pixels                          */
  float                *luma, *height, *contrast, *scratch; /* planes; LUMA is smoothed in place */
  float                *strip;                              /* 3 · STRIP rows                  */
} Work;

FddmMapsParams
fddm_maps_params_default (void)
{
  return (FddmMapsParams) { .strength = 100.0 };
}

static gboolean
check_arguments (const FddmSource *picture, const FddmMapsParams *params, GError **error)
{
  if (picture->width < 1 || picture->height < 1 || (picture->channels != 1 && picture->channels != 3))
    g_set_error (error, FDDM_ERROR, FDDM_ERROR_ARGUMENT, _ ("Maps cannot be made of %d × %d pixels with %d samples each"),
                 picture->width, picture->height, picture->channels);
  else if (!(params->strength >= 0.0 && params->strength <= FDDM_MAPS_STRENGTH_MAX))
    g_set_error (error, FDDM_ERROR, FDDM_ERROR_ARGUMENT, _ ("The strength of maps must be from 0 to %d, not %g"),
                 FDDM_MAPS_STRENGTH_MAX, params->strength);
  else
    return TRUE;
  return FALSE;
}

static gboolean
work_init (Work *work, const FddmSource *picture, const FddmMapsParams *params, GError **error)
{
  gsize bytes;

  *work          = (Work) { .picture = picture,
                            .params  = params,
                            .plane   = { picture->width, picture->height, params->tileable },
                            .n       = (gsize) picture->width * (gsize) picture->height };
  bytes          = work->n * sizeof (float);
  work->luma     = fddm_memory_new (bytes);
  work->height   = fddm_memory_new (bytes);
  work->contrast = fddm_memory_new (bytes);
  work->scratch  = fddm_memory_new (bytes);
  work->strip    = fddm_memory_new (3 * STRIP * (gsize) picture->width * sizeof (float));
  if (work->luma && work->height && work->contrast && work->scratch && work->strip)
    return TRUE;
  g_set_error (error, FDDM_ERROR, FDDM_ERROR_MEMORY,
               _ ("Not enough memory for maps of %d × %d pixels; close other programs"), picture->width, picture->height);
  return FALSE;
}

static void
work_clear (Work *work)
{
  fddm_memory_free (work->luma);
  fddm_memory_free (work->height);
  fddm_memory_free (work->contrast);
  fddm_memory_free (work->scratch);
  fddm_memory_free (work->strip);
}

static gboolean
read_luma (Work *work, GError **error)
{
  const FddmSource *picture = work->picture;

  fddm_pixels_fill (work->luma, work->n, 0.0f);
  for (int top = 0; top < picture->height; top += STRIP)
    {
      const int   rows = MIN (STRIP, picture->height - top);
      const gsize n    = (gsize) rows * (gsize) picture->width;

      if (!picture->read (picture->data, 0, top, picture->width, rows, work->strip, error))
        return fddm_error_unless_set (error, FDDM_ERROR_READ, _ ("The picture cannot be read"));
      fddm_pixels_add_luma (work->luma + (gsize) top * (gsize) picture->width, work->strip, n, picture->channels, 1.0f);
    }
  fddm_map_repair (work->luma, work->n);
  return TRUE;
}

/* Squared contrast of the finest scales, averaged over their neighbourhood. SMOOTH is the brightness without those scales. */
static void
measure_contrast (Work *work, const float *smooth)
{
  fddm_map_square (work->contrast, smooth, work->n);
  for (int step = 1; step <= CONTRAST_AREA; step *= 2)
    fddm_map_smooth (&work->plane, work->contrast, step, work->scratch);
}

/* Splits the brightness into scales and weighs them: Σ wᵢ·(Lᵢ − Lᵢ₊₁), where Lᵢ₊₁ is Lᵢ smoothed and w grows with the scale. What
 * is left at the end, the light, does not count. */
static void
weigh_scales (Work *work)
{
  const gsize row    = (gsize) work->plane.width;
  const int   most   = CLAMP (MIN (work->plane.width, work->plane.height) / PARTS, 1, STEP_MAX);
  double      weight = 1.0;

  memcpy (work->contrast, work->luma, work->n * sizeof (float));
  memcpy (work->height, work->luma, work->n * sizeof (float));
  for (int step = 1, scale = 1; step <= most; step *= 2, scale++)
    {
      const double next = 2 * step <= most ? weight * SHAPE : 0.0;

      fddm_map_smooth (&work->plane, work->luma, step, work->scratch);
      fddm_pixels_mix (work->height, work->luma, row, row, work->plane.height, 1.0f, (float) (next - weight));
      if (scale == CONTRAST_SCALES || (next == 0.0 && scale < CONTRAST_SCALES))
        measure_contrast (work, work->luma);
      weight = next;
    }
}

/* Height and roughness, from the brightness. */
static gboolean
compute (Work *work, GError **error)
{
  double spread;

  if (!read_luma (work, error))
    return FALSE;
  weigh_scales (work);
  spread = MAX (fddm_map_spread (work->height, work->n), SPREAD_MIN);
  fddm_map_fit (work->height, work->n, (float) (work->params->strength / 100.0 / spread) * SPREAD);
  fddm_map_saturate (work->contrast, work->n, ROUGH_BASE, ROUGH_SHARE, ROUGH_HALF);
  return TRUE;
}

static gboolean
write_rows (const Work *work, const FddmSink *sink, int top, int rows, const float *pixels, GError **error)
{
  return sink->write (sink->data, 0, top, work->plane.width, rows, pixels, error) ||
         fddm_error_unless_set (error, FDDM_ERROR_WRITE, _ ("The result cannot be written"));
}

static gboolean
write_strip (const Work *work, const FddmMaps *maps, int top, GError **error)
{
  const gsize first = (gsize) top * (gsize) work->plane.width;
  const int   rows  = MIN (STRIP, work->plane.height - top);
  const float up    = work->params->normals == FDDM_NORMALS_DIRECTX ? -1.0f : 1.0f;

  if (maps->height.write && !write_rows (work, &maps->height, top, rows, work->height + first, error))
    return FALSE;
  if (maps->roughness.write && !write_rows (work, &maps->roughness, top, rows, work->contrast + first, error))
    return FALSE;
  if (!maps->normals.write)
    return TRUE;
  fddm_map_normals (&work->plane, work->height, FDDM_MAPS_DEPTH, up, top, rows, work->strip);
  return write_rows (work, &maps->normals, top, rows, work->strip, error);
}

gboolean
fddm_maps_make (const FddmSource *picture, const FddmMapsParams *params, const FddmMaps *maps, GError **error)
{
  Work     work = { NULL };
  gboolean ok;

  g_return_val_if_fail (picture != NULL && params != NULL && maps != NULL, FALSE);
  ok = check_arguments (picture, params, error) && work_init (&work, picture, params, error) && compute (&work, error);
  for (int top = 0; ok && top < picture->height; top += STRIP)
    ok = write_strip (&work, maps, top, error);
  work_clear (&work);
  return ok;
}
