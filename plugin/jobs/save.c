/* save.c: see save.h.
 * SPDX-License-Identifier: Apache-2.0 */
#include "plugin/jobs/save.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#include "engine/gegl-pixels.h"
#include "engine/gegl-rows.h"
#include "engine/files/place.h"
#include "engine/files/whole.h"
#include "plugin/jobs/original.h"

/* Rows that are compared at once. A file that was cut off misses rows. */
#define BAND 16

/* Largest root mean square of the differences in a band, where 1 is white. Samples of 8 bits are rounded. */
#define LOSSLESS_MOST 0.006
#define LOSSY_MOST    0.1

const FddmFileStyle fddm_file_style_default = { .quality = 95, .across = 1, .down = 1 };

/* Differences of large values are relative: OpenEXR rounds them so. */
static double
squares (const float *a, const float *b, gsize n)
{
  double sum = 0;

  for (gsize i = 0; i < n; i++)
    if (a[i] != b[i])
      {
        const double difference = (a[i] - b[i]) / MAX (1, fabs (a[i]));

        sum += isfinite (difference) ? difference * difference : isfinite (a[i]) != isfinite (b[i]);
      }
  return sum;
}

typedef struct {
  GeglBuffer *buffers[2];
  const Babl *formats[2];
  gsize       samples; /* of a row */
  double      most;
  gint        differ; /* atomic */
} Comparison;

/* Compares rows, in bands. */
static gboolean
compare (gpointer data, int y, int height, G_GNUC_UNUSED GError **error)
{
  Comparison       *comparison = data;
  const int         end        = y + height;
  const gsize       band       = comparison->samples * BAND;
  g_autofree float *floats     = g_try_new (float, 2 * band);
  gboolean          same       = floats != NULL;

  for (; same && y < end && !g_atomic_int_get (&comparison->differ); y += BAND)
    {
      const int   rows  = MIN (BAND, end - y);
      const gsize count = comparison->samples * (gsize) rows;

      for (int i = 0; i < 2; i++)
        gegl_buffer_get (comparison->buffers[i], GEGL_RECTANGLE (0, y, gegl_buffer_get_width (comparison->buffers[i]), rows),
                         1, comparison->formats[i], floats + (gsize) i * band, GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
      same = squares (floats, floats + band, count) <= comparison->most * comparison->most * (double) count;
    }
  if (!same)
    g_atomic_int_set (&comparison->differ, 1);
  return TRUE;
}

/* Compares coded values, weighed by alpha where there is any. */
static gboolean
same_pixels (GeglBuffer *one, GeglBuffer *other, double most)
{
  const Babl    *formats[2] = { gegl_buffer_get_format (one), gegl_buffer_get_format (other) };
  const gboolean opaque     = !babl_format_has_alpha (formats[0]) && !babl_format_has_alpha (formats[1]);
  const int      width = gegl_buffer_get_width (one), height = gegl_buffer_get_height (one);
  Comparison     comparison = { .buffers = { one, other }, .samples = (gsize) width * (opaque ? 3 : 4), .most = most };

  if (gegl_buffer_get_width (other) != width || gegl_buffer_get_height (other) != height)
    return FALSE;
  for (int i = 0; i < 2; i++)
    {
      comparison.formats[i] = babl_format_with_space (opaque ? "R'G'B' float" : "R'aG'aB'aA float", formats[i]);
      fddm_gegl_know (formats[i], comparison.formats[i]);
    }
  return fddm_gegl_rows (one, 0, height, BAND, compare, &comparison, NULL) && !comparison.differ;
}

static gboolean
same_image (FddmImageId image, FddmImageId again, double most)
{
  const FddmItemId       layer = fddm_host_image_merge (image), saved = fddm_host_image_merge (again);
  g_autoptr (GeglBuffer) one   = layer == FDDM_NO_ITEM ? NULL : fddm_host_buffer (layer);
  g_autoptr (GeglBuffer) other = saved == FDDM_NO_ITEM ? NULL : fddm_host_buffer (saved);

  return one && other && same_pixels (one, other, most);
}

static gboolean
is_whole (const char *path)
{
  g_autoptr (GMappedFile) file = g_mapped_file_new (path, FALSE, NULL);

  return file && g_mapped_file_get_length (file) > 0 &&
         fddm_whole ((const guint8 *) g_mapped_file_get_contents (file), g_mapped_file_get_length (file));
}

/* Whether PATH holds the image. Some savers report success on a full disk. */
static gboolean
holds (const char *path, FddmImageId image, const FddmFileStyle *style)
{
  FddmImageId again = is_whole (path) ? fddm_host_file_load (path, NULL) : -1;
  gboolean    same;

  if (again == -1)
    return FALSE;
  same = same_image (image, again, fddm_original_is_lossy (path, style) ? LOSSY_MOST : LOSSLESS_MOST);
  fddm_host_image_delete (again);
  return same;
}

static gboolean
fail (const char *reason, GError **error)
{
  g_set_error (error, FDDM_HOST_ERROR, FDDM_HOST_ERROR_FAILED, _ ("The result cannot be saved: %s"), reason);
  return FALSE;
}

/* In the temporary folder a name of ASCII with the ending of PATH, by which GIMP selects the format. */
static void
rename_within (FddmPlace *place, const char *path)
{
  const char      *dot  = strrchr (path, '.');
  g_autofree char *name = g_strconcat ("result", dot ? dot : "", NULL);

  g_free (place->path);
  place->path = g_build_filename (place->temporary.path, name, NULL);
}

/* Moves the file to its place. */
static gboolean
commit (FddmPlace *place, GError **error)
{
  g_autofree char *problem = fddm_place_commit (place, TRUE);

  return !problem || fail (problem, error);
}

/* Whether a file of PATH's format can hold the alpha of IMAGE, such as of a PNG under the name of a JPEG. */
static gboolean
fits (FddmImageId image, const char *path)
{
  const FddmItemId       layer  = fddm_original_is_opaque (path) ? fddm_host_image_merge (image) : FDDM_NO_ITEM;
  g_autoptr (GeglBuffer) buffer = layer == FDDM_NO_ITEM ? NULL : fddm_host_buffer (layer);

  return !buffer || fddm_gegl_is_opaque (buffer, gegl_buffer_get_extent (buffer));
}

gboolean
fddm_save_whole (FddmImageId image, const char *path, const FddmFileStyle *style, GError **error)
{
  FddmPlace place;
  gboolean  done;

  if (!fits (image, path))
    return fail (_ ("its format cannot hold transparency"), error);
  if (!fddm_place_init (&place, path))
    return fail (errno == ENOTSUP ? _ ("it is not a regular file") : g_strerror (errno), error);
  rename_within (&place, path);
  done = fddm_host_file_save (image, place.path, style, error) &&
         (holds (place.path, image, style) || fail (_ ("it could not be written whole; is the disk full?"), error)) &&
         commit (&place, error);
  fddm_place_clear (&place);
  return done;
}
