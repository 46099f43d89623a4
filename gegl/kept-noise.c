/* kept-noise.c: see kept-noise.h.
 * SPDX-License-Identifier: Apache-2.0 */
#include "gegl/kept-noise.h"
#include "engine/noise/report.h"

typedef struct {
  int x, y, width, height;
} Place;

/* A source that notes what is read from another. */
typedef struct {
  const FddmSource *source;
  GArray           *places;
  GChecksum        *checksum;
} Record;

static gboolean
read_recorded (gpointer data, int x, int y, int width, int height, float *pixels, GError **error)
{
  Record      *record = data;
  const Place  place  = { x, y, width, height };
  const size_t floats = (size_t) width * (size_t) height * (size_t) record->source->channels;

  if (!record->source->read (record->source->data, x, y, width, height, pixels, error))
    return FALSE;
  g_array_append_val (record->places, place);
  g_checksum_update (record->checksum, (const guchar *) pixels, (gssize) (floats * sizeof (float)));
  return TRUE;
}

/* What alpha hides is filled from around, so that the checksum of the pixels read tells a change of alpha, too. */
static gboolean
see_recorded (gpointer data, int x, int y, int width, int height, guint8 *visible, GError **error)
{
  const Record *record = data;

  return record->source->visible (record->source->data, x, y, width, height, visible, error);
}

void
fddm_kept_noise_clear (FddmKeptNoise *kept)
{
  g_clear_pointer (&kept->places, g_array_unref);
  g_clear_pointer (&kept->checksum, g_free);
}

/* Whether SOURCE has the pixels whose noise is kept. */
static gboolean
is_kept (const FddmKeptNoise *kept, const FddmSource *source)
{
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_MD5);

  if (!kept->places || kept->width != source->width || kept->height != source->height || kept->channels != source->channels)
    return FALSE;
  for (guint i = 0; i < kept->places->len; i++)
    {
      const Place      *place  = &g_array_index (kept->places, Place, i);
      const gsize       floats = (gsize) place->width * (gsize) place->height * (gsize) source->channels;
      g_autofree float *pixels = g_try_new (float, floats);

      if (!pixels || !source->read (source->data, place->x, place->y, place->width, place->height, pixels, NULL))
        return FALSE;
      g_checksum_update (checksum, (const guchar *) pixels, (gssize) (floats * sizeof (float)));
    }
  return g_str_equal (g_checksum_get_string (checksum), kept->checksum);
}

const FddmNoiseModel *
fddm_kept_noise_get (FddmKeptNoise *kept, FddmContext *context, const FddmSource *source, FddmProgress progress,
                     gpointer data, GError **error)
{
  g_autoptr (GArray)    places   = NULL;
  g_autoptr (GChecksum) checksum = NULL;
  Record                record;
  const FddmSource      recorded = { .width    = source->width,
                                     .height   = source->height,
                                     .channels = source->channels,
                                     .read     = read_recorded,
                                     .data     = &record,
                                     .visible  = source->visible ? see_recorded : NULL };

  if (is_kept (kept, source))
    return &kept->model;
  fddm_kept_noise_clear (kept);
  places   = g_array_new (FALSE, FALSE, sizeof (Place));
  checksum = g_checksum_new (G_CHECKSUM_MD5);
  record   = (Record) { source, places, checksum };
  if (!fddm_measure_noise (context, &recorded, progress, data, &kept->model, error))
    return NULL;
  kept->width    = source->width;
  kept->height   = source->height;
  kept->channels = source->channels;
  kept->places   = g_steal_pointer (&places);
  kept->checksum = g_strdup (g_checksum_get_string (checksum));
  return &kept->model;
}
