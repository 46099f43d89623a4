/* jpeg-pieces.c: pieces of a picture and the DCT coefficients of their blocks, on every grid.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>
#include <glib/gi18n-lib.h>
#include "engine/jpeg-comb.h"

#define SIDE   FDDM_JPEG_PIECE
#define PLACE  16      /* pieces lie at multiples of this, so that all of them see the same grids */
#define ACROSS 6       /* most pieces in each direction: 2304 blocks on each grid */

/* ---- Pieces ---- */

static int
count_along (int length)
{
  return length < SIDE ? 0 : CLAMP (length / SIDE, 1, ACROSS);
}

int
fddm_jpeg_pieces_count (const FddmSource *source)
{
  return count_along (source->width) * count_along (source->height);
}

/* Where piece I of N is. */
static int
place (int length, int i, int n)
{
  return n > 1 ? (int) ((gint64) (length - SIDE) * i / (n - 1)) / PLACE * PLACE : 0;
}

/* The decoder had whole steps of Y'CbCr and rounded again in R'G'B': rounding the way back gives its own values again. */
static void
take_pixel (FddmJpegPiece *piece, int at, const float *rgb, int channels)
{
  float r = rgb[0], g = rgb[channels > 1 ? 1 : 0], b = rgb[channels > 1 ? 2 : 0];

  piece->lost[at] = !(r > 0 && r < 1 && g > 0 && g < 1 && b > 0 && b < 1);
  if (piece->lost[at])
    r = g = b = 0;
  piece->plane[0][at] = rintf (255 * (0.299f * r + 0.587f * g + 0.114f * b)) - 128;
  piece->plane[1][at] = rintf (255 * (-0.168736f * r - 0.331264f * g + 0.5f * b));
  piece->plane[2][at] = rintf (255 * (0.5f * r - 0.418688f * g - 0.081312f * b));
}

gboolean
fddm_jpeg_pieces_read (const FddmSource *source, int i, FddmJpegPiece *piece, GError **error)
{
  int   across = count_along (source->width), down = count_along (source->height);
  int   x = place (source->width, i % across, across), y = place (source->height, i / across, down);
  float raw[SIDE * SIDE * 3];

  if (!source->read (source->data, x, y, SIDE, SIDE, raw, error))
    {
      if (error != NULL && *error == NULL)
        g_set_error_literal (error, FDDM_ERROR, FDDM_ERROR_READ, _("The picture cannot be read"));
      return FALSE;
    }
  for (int at = 0; at < SIDE * SIDE; at++)
    take_pixel (piece, at, raw + at * source->channels, source->channels);
  return TRUE;
}

/* ---- Blocks ---- */

/* BASIS[y][u]: the orthonormal DCT of 8. */
static void
fill_basis (float basis[8][8])
{
  for (int y = 0; y < 8; y++)
    for (int u = 0; u < 8; u++)
      basis[y][u] = (float) (sqrt (u ? 0.25 : 0.125) * cos (G_PI / 8 * (y + 0.5) * u));
}

/* The DCT along x of the 8 samples from SAMPLES on. */
static inline void
transform_row (float basis[8][8], const float *samples, float out[8])
{
  memset (out, 0, 8 * sizeof (float));
  for (int x = 0; x < 8; x++)
    for (int v = 0; v < 8; v++)
      out[v] += basis[x][v] * samples[x];
}

/* Counts the coefficients of the block whose rows' transforms are at ROWS, STRIDE rows of 8 apart. */
static inline void
count_block (float basis[8][8], const float (*rows)[8], int stride, FddmJpegHistogram histogram)
{
  float out[64] = { 0 };

  for (int y = 0; y < 8; y++)
    for (int u = 0; u < 8; u++)
      for (int v = 0; v < 8; v++)
        out[8 * u + v] += basis[y][u] * rows[y * stride][v];
  for (int k = 0; k < 64; k++)
    {
      int bin = (int) (fabsf (out[k]) * (float) (1 / FDDM_JPEG_BIN_WIDTH));

      if (bin < FDDM_JPEG_BINS)
        histogram[k][bin]++;
    }
}

/* BEFORE[(y + 1)·(SIDE + 1) + x + 1]: how many pixels above y and left of x are lost. */
static void
sum_lost (const gboolean *lost, guint16 *before)
{
  memset (before, 0, (SIDE + 1) * (SIDE + 1) * sizeof (guint16));
  for (int y = 0; y < SIDE; y++)
    for (int x = 0; x < SIDE; x++)
      before[(y + 1) * (SIDE + 1) + x + 1] = before[y * (SIDE + 1) + x + 1] + before[(y + 1) * (SIDE + 1) + x]
                                             - before[y * (SIDE + 1) + x] + (lost[y * SIDE + x] != 0);
}

static gboolean
is_whole (const guint16 *before, int x, int y, int size)
{
  const guint16 *top = before + y * (SIDE + 1) + x, *bottom = top + size * (SIDE + 1);

  return bottom[size] - bottom[0] - top[size] + top[0] == 0;
}

void
fddm_jpeg_pieces_luma (const FddmJpegPiece *piece, FddmJpegHistogram histograms[64])
{
  float    basis[8][8];
  guint16  before[(SIDE + 1) * (SIDE + 1)];
  float  (*rows)[8] = g_malloc (SIDE * 64 * sizeof *rows);

  fill_basis (basis);
  sum_lost (piece->lost, before);
  for (int y = 0; y < SIDE; y++)
    for (int x = 0; x < 64; x++)
      transform_row (basis, piece->plane[0] + y * SIDE + x, rows[y * 64 + x]);
  for (int y = 0; y < 64; y++)
    for (int x = 0; x < 64; x++)
      if (is_whole (before, x, y, 8))
        count_block (basis, (const float (*)[8]) rows + y * 64 + x, 64, histograms[8 * (y % 8) + x % 8]);
  g_free (rows);
}

/* One sample of a plane that was at half size, from the 4 × 4 pixels around its four. The smooth enlargement makes of samples
 * a b c: (a + 3b)/4 and (3b + c)/4; the weights -1 3 3 -1 take a and c out again. */
static float
half_sample (const float *plane, int x, int y, gboolean smooth)
{
  static const float weight[2][4] = { { 0, 0.5f, 0.5f, 0 }, { -0.25f, 0.75f, 0.75f, -0.25f } };
  float              sum = 0;

  for (int i = 0; i < 4; i++)
    for (int j = 0; j < 4; j++)
      sum += weight[smooth != 0][i] * weight[smooth != 0][j] * plane[(y + i - 1) * SIDE + x + j - 1];
  return sum;
}

void
fddm_jpeg_pieces_plane (const FddmJpegPiece *piece, int plane, int x, int y, int scale, gboolean smooth,
                        FddmJpegHistogram histogram)
{
  const float *samples = piece->plane[plane];
  const int    block = 8 * scale, margin = scale - 1;   /* what half_sample sees beyond the block */
  float        basis[8][8];
  guint16      before[(SIDE + 1) * (SIDE + 1)];

  fill_basis (basis);
  sum_lost (piece->lost, before);
  for (int top = y; top + block + margin <= SIDE; top += block)
    for (int left = x; left + block + margin <= SIDE; left += block)
      {
        float rows[8][8], line[8];

        if (top < margin || left < margin || !is_whole (before, left - margin, top - margin, block + 2 * margin))
          continue;
        for (int i = 0; i < 8; i++)
          {
            for (int j = 0; j < 8; j++)
              line[j] = scale == 1 ? samples[(top + i) * SIDE + left + j]
                                   : half_sample (samples, left + 2 * j, top + 2 * i, smooth);
            transform_row (basis, line, rows[i]);
          }
        count_block (basis, (const float (*)[8]) rows, 1, histogram);
      }
}
