/* denoise-layers.c: the new layers of FDDM Denoise; see denoise-job.h.
 * SPDX-License-Identifier: Apache-2.0 */
#include "plugin/jobs/denoise-job.h"

#include <glib/gi18n-lib.h>

#include "plugin/jobs/common.h"
#include "plugin/layer-pixels.h"

/* Whether the source covers some places in part: together with a result of the same transparency it would cover them more. */
static gboolean
is_soft (const FddmDenoiseJob *job)
{
  const FddmItemId       own  = fddm_host_layer_mask (job->source);
  g_autoptr (GeglBuffer) mask = own == FDDM_NO_ITEM ? NULL : fddm_host_buffer (own);

  return fddm_layer_pixels_soft (job->noisy, mask);
}

/* Adds a mask if the source has one, or if there was a selection, unless the result stands for the source, with what is around
 * the selection: then the noise is that of the selection, too. */
static gboolean
mask_like_source (const FddmDenoiseJob *job, FddmItemId layer, FddmLayerKind kind)
{
  const FddmItemId       own    = fddm_host_layer_mask (job->source);
  GeglBuffer            *chosen = kind != FDDM_LAYER_UNCERTAINTY && job->instead ? NULL : job->chosen;
  const gboolean         masked = own != FDDM_NO_ITEM || chosen;
  const FddmItemId       mask   = masked ? fddm_host_layer_add_mask (layer) : FDDM_NO_ITEM;
  g_autoptr (GeglBuffer) whole  = own == FDDM_NO_ITEM ? NULL : fddm_host_buffer (own);

  if (mask == FDDM_NO_ITEM)
    return !masked;
  if (chosen)
    fddm_layer_pixels_mask (mask, chosen);
  if (whole)
    fddm_layer_pixels_mask (mask, whole);
  return TRUE;
}

/* Writes the pixels of the layer of kind KIND. */
static void
fill_layer (FddmDenoiseJob *job, FddmItemId layer, FddmLayerKind kind, const FddmStretch *stretch)
{
  switch (kind)
    {
    case FDDM_LAYER_NOISE: fddm_layer_pixels_noise (layer, job->noisy, job->clean, stretch); break;
    case FDDM_LAYER_UNCERTAINTY: fddm_layer_pixels_write (layer, job->uncertainty, stretch); break;
    default: fddm_layer_pixels_write (layer, job->clean, stretch); break;
    }
}

/* Makes a layer with all its pixels, not in the image yet, where it may stand in a locked group. Its writing takes the progress
 * bar from FROM to TO. */
static FddmItemId
make_layer (FddmDenoiseJob *job, FddmLayerKind kind, double from, double to)
{
  const char *const titles[] = { [FDDM_LAYER_PICTURE]     = _ ("%s denoised"),
                                 [FDDM_LAYER_NOISE]       = _ ("%s removed noise"),
                                 [FDDM_LAYER_UNCERTAINTY] = _ ("%s uncertainty") };
  g_autofree char  *title    = g_strdup_printf (titles[kind], job->name);
  FddmStretch       stretch  = { .bar = &job->bar, .stage = FDDM_STAGE_WRITE, .from = from, .to = to };
  FddmItemId        layer    = fddm_host_layer_new (job->image, job->source, title, kind);

  if (layer == FDDM_NO_ITEM)
    return FDDM_NO_ITEM;
  fill_layer (job, layer, kind, &stretch);
  if (mask_like_source (job, layer, kind))
    return layer;
  fddm_host_layer_discard (layer);
  return FDDM_NO_ITEM;
}

/* Frees layers that are not in the image. */
static void
discard (const FddmLayers *made)
{
  fddm_host_layer_discard (made->layer);
  if (made->second != FDDM_NO_ITEM)
    fddm_host_layer_discard (made->second);
}

/* Makes all that is asked for, or nothing. */
static gboolean
make_layers (FddmDenoiseJob *job, FddmLayers *made)
{
  const int           output = (int) job->values[FDDM_DENOISE_OUTPUT];
  const gboolean      two    = output != FDDM_OUTPUT_LAYER;
  const FddmLayerKind kind   = output == FDDM_OUTPUT_LAYER_AND_NOISE ? FDDM_LAYER_NOISE : FDDM_LAYER_UNCERTAINTY;

  made->layer = make_layer (job, FDDM_LAYER_PICTURE, 0, two ? 0.5 : 1);
  if (made->layer != FDDM_NO_ITEM && two)
    made->second = make_layer (job, kind, 0.5, 1);
  if (made->layer == FDDM_NO_ITEM || !two || made->second != FDDM_NO_ITEM)
    return made->layer != FDDM_NO_ITEM;
  discard (made);
  return FALSE;
}

/* The topmost of the layers that earlier runs have added directly above the source. */
static FddmItemId
above_former (const FddmDenoiseJob *job)
{
  FddmItemId top = job->source, next;

  while ((next = fddm_host_layer_above (job->image, top)) != FDDM_NO_ITEM &&
         fddm_host_layer_source (job->image, next) == job->source)
    top = next;
  return top;
}

/* Fails if the user has taken away the source meanwhile, its size, or the image's colours. */
static gboolean
check_source (const FddmDenoiseJob *job, GError **error)
{
  g_autoptr (GeglBuffer) live = NULL;

  if (!fddm_host_has_item (job->image, job->source))
    {
      g_set_error (error, FDDM_HOST_ERROR, FDDM_HOST_ERROR_FAILED,
                   _ ("“%s” was closed or removed while it was denoised. There is no result."), job->name);
      return FALSE;
    }
  live = fddm_host_buffer (job->source);
  if (gegl_rectangle_equal (gegl_buffer_get_extent (live), gegl_buffer_get_extent (job->noisy)))
    return fddm_job_check_colours (job->image, _ (FDDM_DENOISE_INDEXED), error);
  g_set_error (error, FDDM_HOST_ERROR, FDDM_HOST_ERROR_FAILED,
               _ ("“%s” changed its size while it was denoised. There is no result."), job->name);
  return FALSE;
}

static gboolean
insert (const FddmDenoiseJob *job, FddmItemId layer, FddmItemId above)
{
  fddm_host_layer_mark (layer, job->source);
  return fddm_host_layer_insert (job->image, layer, above);
}

/* Inserts all layers. If that fails, none is left. */
static gboolean
insert_layers (const FddmDenoiseJob *job, const FddmLayers *made)
{
  if (!insert (job, made->layer, job->seen ? above_former (job) : job->source))
    {
      discard (made);
      return FALSE;
    }
  if (made->second == FDDM_NO_ITEM || insert (job, made->second, made->layer))
    return TRUE;
  fddm_host_layer_remove (job->image, made->layer);
  fddm_host_layer_discard (made->second);
  return FALSE;
}

/* Hides the source, and earlier results above it. */
static void
hide_others (const FddmDenoiseJob *job, const FddmLayers *made)
{
  FddmItemId next = job->source;

  fddm_host_layer_hide (job->source);
  while ((next = fddm_host_layer_above (job->image, next)) != FDDM_NO_ITEM &&
         fddm_host_layer_source (job->image, next) == job->source)
    if (next != made->layer && next != made->second)
      fddm_host_layer_hide (next);
}

/* Puts the layers into the image, or leaves that as it was. In a group with the source, the result looks as the source did,
 * whatever lies below. */
static gboolean
place_layers (const FddmDenoiseJob *job, const FddmLayers *made)
{
  const gboolean grouped = !fddm_host_layer_is_plain (job->source);

  if (grouped && !fddm_host_layer_enclose (job->image, job->source))
    {
      discard (made);
      return FALSE;
    }
  if (insert_layers (job, made))
    return TRUE;
  if (grouped)
    fddm_host_layer_release (job->image, job->source);
  return FALSE;
}

/* All that can fail for want of memory is made before the image is touched. */
gboolean
fddm_denoise_add_layers (FddmDenoiseJob *job, FddmLayers *made, GError **error)
{
  gboolean done;

  if (!check_source (job, error))
    return FALSE;
  job->instead = is_soft (job);
  if (job->instead && job->chosen)
    fddm_layer_pixels_restore (job->clean, job->noisy, job->chosen);
  fddm_host_undo_begin (job->image);
  done = make_layers (job, made) && place_layers (job, made);
  if (done && job->instead)
    hide_others (job, made);
  if (done)
    fddm_host_layer_select (job->image, made->layer);
  fddm_host_undo_end (job->image);
  if (!done)
    g_set_error_literal (error, FDDM_HOST_ERROR, FDDM_HOST_ERROR_FAILED, _ ("GIMP could not add the new layer."));
  return done;
}
