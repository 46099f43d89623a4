/* verify.c: see verify.h.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>
#include <glib/gi18n-lib.h>
#include "engine/program/pictures/private.h"
#include "engine/program/pictures/profile.h"
#include "engine/program/pictures/rows.h"
#include "engine/program/pictures/verify.h"

#define LOSSY_MOST  64    /* of 255, mean of a block: even the coarsest JPEG stays below */
#define BLOCK       32    /* side of such a block: subsampled colours mix within it    */
#define FLOAT_MOST  0.002 /* relative: half precision                                   */
#define ROUNDS_MOST 0.02  /* relative to the pixel's largest sample                     */

/* Whether rows of N samples, CHANNELS a pixel, are alike. */
typedef gboolean (*Compare) (const void *a, const void *b, gsize n, gsize channels);

/* The worst sample of a row counts, so that the loop has one end and runs in vectors. */
static gboolean
bytes_are_alike (const void *a, const void *b, gsize n, G_GNUC_UNUSED gsize channels)
{
  const guint8 *x = a, *y = b;
  guint8        worst = 0;

  for (gsize i = 0; i < n; i++)
    {
      const guint8 away = (guint8) (x[i] > y[i] ? x[i] - y[i] : y[i] - x[i]);

      worst = MAX (worst, away);
    }
  return worst <= 1;
}

static gboolean
words_are_alike (const void *a, const void *b, gsize n, G_GNUC_UNUSED gsize channels)
{
  const guint16 *x = a, *y = b;
  guint16        worst = 0;

  for (gsize i = 0; i < n; i++)
    {
      const guint16 away = (guint16) (x[i] > y[i] ? x[i] - y[i] : y[i] - x[i]);

      worst = MAX (worst, away);
    }
  return worst <= 1;
}

static gboolean
floats_are_alike (const void *a, const void *b, gsize n, G_GNUC_UNUSED gsize channels)
{
  const float *x = a, *y = b;

  for (gsize i = 0; i < n; i++)
    if (isfinite (x[i]) && !(fabsf (x[i] - y[i]) <= FLOAT_MOST * MAX (1, fabsf (x[i]))))
      return FALSE;
  return TRUE;
}

static gboolean
pixels_are_alike (const void *a, const void *b, gsize n, gsize channels)
{
  const float *x = a, *y = b;

  for (gsize i = 0; i < n; i += channels)
    {
      float largest = 1e-6f;

      for (gsize c = 0; c < channels; c++)
        largest = fmaxf (largest, fabsf (x[i + c])); /* which passes over what is no number */
      for (gsize c = 0; c < channels; c++)           /* the format has no negative samples */
        if (isfinite (largest) && !(fabsf (MAX (x[i + c], 0) - y[i + c]) <= ROUNDS_MOST * largest))
          return FALSE;
    }
  return TRUE;
}

/* Chooses the function and the type of samples for files with samples of TYPE. */
static Compare
choose (const Babl *type, FddmLoss loss, const char **depth)
{
  *depth = loss == FDDM_LOSS_LOSSY || type == babl_type ("u8") ? "u8" : type == babl_type ("u16") ? "u16" : "float";
  if (loss == FDDM_LOSS_ROUNDS)
    return pixels_are_alike;
  return **depth == 'f' ? floats_are_alike : strcmp (*depth, "u8") == 0 ? bytes_are_alike : words_are_alike;
}

/* Whether no block's sum of differences is large. SUMS: of each sample of a row of WIDTH pixels, over ROWS rows. */
static gboolean
sums_are_small (const gint32 *sums, int width, gsize channels, int rows)
{
  for (int x = 0; x < width; x += BLOCK)
    for (gsize c = 0; c < channels; c++)
      {
        gint32 sum = 0;

        for (int i = x; i < MIN (x + BLOCK, width); i++)
          sum += sums[(gsize) i * channels + c];
        if (ABS (sum) > LOSSY_MOST * BLOCK * rows)
          return FALSE;
      }
  return TRUE;
}

/* Whether blocks of bytes have nearly the same means. Blocks at the right edge are smaller, which only hides differences. */
static gboolean
blocks_are_alike (FddmRows *a, FddmRows *b, gsize channels)
{
  const gsize        n    = (gsize) a->width * channels;
  g_autofree gint32 *sums = g_try_new0 (gint32, n);
  const guint8      *x, *y;
  gboolean           alike = sums != NULL;

  while (alike && (x = fddm_rows_read (a)) && (y = fddm_rows_read (b)))
    {
      const int rows = (a->at - 1) % BLOCK + 1;

      for (gsize i = 0; i < n; i++)
        sums[i] += x[i] - y[i];
      if (rows == BLOCK || a->at == a->height)
        {
          alike = sums_are_small (sums, a->width, channels, rows);
          memset (sums, 0, n * sizeof *sums);
        }
    }
  return alike;
}

static gboolean
are_alike (GeglBuffer *buffer, GeglBuffer *again, gboolean same_space, FddmLoss loss)
{
  const char   *depth;
  const Compare compare  = choose (babl_format_get_type (gegl_buffer_get_format (again), 0), loss, &depth);
  const Babl   *format   = loss == FDDM_LOSS_ROUNDS ? babl_format_with_space ("RGB float", gegl_buffer_get_format (again))
                                                    : fddm_rows_format (again, depth, FDDM_ROWS_ALL);
  const Babl   *own      = gegl_buffer_get_format (buffer);
  const gsize   channels = (gsize) babl_format_get_n_components (format);
  FddmRows      a, b;
  const void   *x, *y;
  gboolean      alike = fddm_rows_init (&a, buffer,
                                   same_space ? babl_format_with_space (babl_format_get_encoding (format), own) : format);

  alike = fddm_rows_init (&b, again, format) && alike;
  if (alike && loss == FDDM_LOSS_LOSSY)
    alike = blocks_are_alike (&a, &b, channels);
  else
    while (alike && (x = fddm_rows_read (&a)) && (y = fddm_rows_read (&b)))
      alike = compare (x, y, (gsize) a.width * channels, channels);
  fddm_rows_clear (&a);
  fddm_rows_clear (&b);
  return alike;
}

static const Babl *
space_of (GBytes *profile)
{
  return profile ? fddm_profile_space (profile) : babl_space ("sRGB");
}

/* JPEG XL keeps well-known colours as numbers and makes another profile of them. */
static gboolean
same_profile (GBytes *expected, const FddmTraits *traits)
{
  return !expected || (traits->profile && g_bytes_equal (expected, traits->profile)) ||
         (traits->codec == &fddm_codec_jxl && space_of (expected) && space_of (expected) == space_of (traits->profile));
}

char *
fddm_verify (const char *path, GeglBuffer *buffer, GBytes *profile, FddmLoss loss)
{
  g_auto (FddmTraits)    traits = { 0 };
  g_autoptr (GeglBuffer) again  = fddm_picture_read (path, &traits, NULL);

  if (!again || gegl_buffer_get_width (again) != gegl_buffer_get_width (buffer) ||
      gegl_buffer_get_height (again) != gegl_buffer_get_height (buffer) ||
      !are_alike (buffer, again, traits.codec && !traits.codec->plain, loss))
    return g_strdup (_ ("it could not be written whole; is the disk full?"));
  return same_profile (profile, &traits) ? NULL : g_strdup (_ ("its colour profile cannot be stored there"));
}
