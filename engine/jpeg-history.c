/* jpeg-history.c: the grid, the steps and the quality that a picture's coefficients speak for.
 * SPDX-License-Identifier: Apache-2.0
 *
 * On JPEG's own grid the magnitudes of each frequency lie on a comb, on the other 63 grids they don't. Those are what the
 * right one is held against: whatever makes combs of its own (drawings, dither, repeated tiles) does it on several grids. That
 * magnitudes bunch near zero fits some steps better than others; how much, is seen on all grids too. */
#include "engine/jpeg-history.h"
#include <math.h>
#include <string.h>
#include "engine/jpeg-comb.h"

/* Rounding to whole steps, with some room; twice for chroma at half size, whose neighbours are taken out again. */
#define ROUNDING      0.35
#define ROUNDING_HALF 0.46

/* What must be there, tried on photographs saved at all qualities, and on those with noise, scaled or recoloured since. */
#define GAIN_MIN      12      /* of a frequency to say its step: e¹² times likelier with it       */
#define TOTAL_MIN     100     /* of all frequencies together                                       */
#define KNOWN_MIN     6       /* frequencies with a step                                           */
#define OTHERS_MAX    0.4     /* of the best grid's gain that one elsewhere may have               */
#define CROSSING_MAX  0.8     /* ... that one may have on the same lines or columns, where a smooth picture fits as well */
#define STRAY_MAX     0.45    /* standard deviation around multiples; noise added since makes it larger */
#define STRAY_STEP    4       /* the least step in which that shows                                */
#define STRAY_COUNT   20
#define STANDARD_MIN  0.85    /* of the gain, by the steps of a quality                            */
#define FINE_KNOWN    30      /* where no step is large enough to show noise                       */
#define CHROMA_MIN    30

typedef struct {
  FddmJpegHistogram *histograms;                     /* 64 of them, by grid                     */
  float            (*gain)[64][FDDM_JPEG_STEPS];     /* by grid, frequency, step − 1            */
  float            (*number)[64];                    /* of coefficients behind it               */
  FddmJpegComb      *comb;
} Search;

typedef struct {
  float gain[64];                                    /* of the best step                        */
  int   step[64];                                    /* 0 = no evidence                         */
} Steps;

/* ---- Tables ---- */

static const guint8 annex_k[2][64] = {
  { 16, 11, 10, 16, 24,  40,  51,  61,  12, 12, 14, 19, 26,  58,  60,  55,
    14, 13, 16, 24, 40,  57,  69,  56,  14, 17, 22, 29, 51,  87,  80,  62,
    18, 22, 37, 56, 68,  109, 103, 77,  24, 35, 55, 64, 81,  104, 113, 92,
    49, 64, 78, 87, 103, 121, 120, 101, 72, 92, 95, 98, 112, 100, 103, 99 },
  { 17, 18, 24, 47, 99,  99,  99,  99,  18, 21, 26, 66, 99,  99,  99,  99,
    24, 26, 56, 99, 99,  99,  99,  99,  47, 66, 99, 99, 99,  99,  99,  99,
    99, 99, 99, 99, 99,  99,  99,  99,  99, 99, 99, 99, 99,  99,  99,  99,
    99, 99, 99, 99, 99,  99,  99,  99,  99, 99, 99, 99, 99,  99,  99,  99 } };

void
fddm_jpeg_history_table (int quality, gboolean chroma, int step[64])
{
  int percent = quality < 50 ? 5000 / quality : 200 - 2 * quality;

  for (int k = 0; k < 64; k++)
    step[k] = CLAMP ((annex_k[chroma != 0][k] * percent + 50) / 100, 1, 255);
}

/* ---- Evidence ---- */

/* Frequencies that are left out: DC, and those whose cosines are all alike in size, so that they are whole multiples of
 * something in every picture of whole steps. */
static gboolean
is_counted (int k)
{
  return !(k / 8 % 4 == 0 && k % 8 % 4 == 0);
}

static int
by_value (gconstpointer a, gconstpointer b)
{
  float first = *(const float *) a, second = *(const float *) b;

  return first < second ? -1 : first > second;
}

static float
median_of_grids (float values[64])
{
  qsort (values, 64, sizeof *values, by_value);
  return values[32];
}

/* Takes off what a coefficient gains on whatever grid. */
static void
take_off_usual (Search *search, int k)
{
  for (int i = 0; i < FDDM_JPEG_STEPS; i++)
    {
      float each[64], usual;

      for (int grid = 0; grid < 64; grid++)
        each[grid] = search->number[grid][k] > 0 ? search->gain[grid][k][i] / search->number[grid][k] : 0;
      usual = MAX (median_of_grids (each), 0);
      for (int grid = 0; grid < 64; grid++)
        search->gain[grid][k][i] -= search->number[grid][k] * usual;
    }
}

static void
find_gains (Search *search)
{
  for (int grid = 0; grid < 64; grid++)
    for (int k = 0; k < 64; k++)
      search->number[grid][k]
        = (float) fddm_jpeg_comb_gains (search->comb, search->histograms[grid][k], search->gain[grid][k]);
  for (int k = 0; k < 64; k++)
    take_off_usual (search, k);
}

static double
total_gain (const Search *search, int grid, Steps *steps)
{
  double total = 0;

  memset (steps, 0, sizeof *steps);
  for (int k = 0; k < 64; k++)
    {
      int best = 0;

      for (int i = 1; i < FDDM_JPEG_STEPS; i++)
        if (search->gain[grid][k][i] > search->gain[grid][k][best])
          best = i;
      if (!is_counted (k) || search->gain[grid][k][best] <= 0)
        continue;
      steps->gain[k] = search->gain[grid][k][best];
      steps->step[k] = best + 1;
      total += steps->gain[k];
    }
  return total;
}

/* The grid on which combs are, -1 where none stands out. */
static int
find_grid (const Search *search, Steps *steps)
{
  double total[64];
  int    best = 0;

  for (int grid = 0; grid < 64; grid++)
    {
      total[grid] = total_gain (search, grid, steps);
      if (total[grid] > total[best])
        best = grid;
    }
  if (total[best] < TOTAL_MIN)
    return -1;
  for (int grid = 0; grid < 64; grid++)
    {
      gboolean crosses = grid / 8 == best / 8 || grid % 8 == best % 8;

      if (grid != best && total[grid] > (crosses ? CROSSING_MAX : OTHERS_MAX) * total[best])
        return -1;
    }
  total_gain (search, best, steps);
  return best;
}

/* ---- Steps and quality ---- */

/* Standard deviation around the multiples of those steps in which noise would show; -1 where there are too few. */
static double
find_stray (const Search *search, int grid, const Steps *steps)
{
  double n = 0, distance = 0;

  for (int k = 0; k < 64; k++)
    if (steps->gain[k] > GAIN_MIN && steps->step[k] >= STRAY_STEP)
      n += fddm_jpeg_comb_stray (search->histograms[grid][k], steps->step[k], &distance);
  return n < STRAY_COUNT ? -1 : distance / n * sqrt (G_PI / 2);
}

/* What the steps of QUALITY gain; AGREED: the part of the best steps' gain that is of the same steps. */
static double
gain_of_quality (const Search *search, int grid, const Steps *steps, int quality, double *agreed)
{
  int    table[64];
  double gain = 0;

  *agreed = 0;
  fddm_jpeg_history_table (quality, FALSE, table);
  for (int k = 0; k < 64; k++)
    {
      if (!is_counted (k) || table[k] > FDDM_JPEG_STEPS)
        continue;
      gain += search->gain[grid][k][table[k] - 1];
      if (steps->step[k] == table[k])
        *agreed += steps->gain[k];
    }
  return gain;
}

/* How far QUALITY's steps are from those that are known, as squares of logarithms. */
static double
distance_of_quality (const Steps *steps, int quality)
{
  int    table[64];
  double sum = 0;

  fddm_jpeg_history_table (quality, FALSE, table);
  for (int k = 0; k < 64; k++)
    if (steps->gain[k] > GAIN_MIN)
      sum += pow (log ((double) table[k] / steps->step[k]), 2);
  return sum;
}

/* Quality and steps; FALSE when they don't make sense together. */
static gboolean
judge_steps (const Search *search, int grid, const Steps *steps, FddmJpegHistory *history)
{
  double stray = find_stray (search, grid, steps), all = 0, best = 0, best_agreed = 0;
  int    known = 0, nearest = 1;

  for (int k = 0; k < 64; k++)
    {
      all += steps->gain[k];
      known += steps->gain[k] > GAIN_MIN;
    }
  for (int quality = 1; quality <= 100; quality++)
    {
      double agreed, gain = gain_of_quality (search, grid, steps, quality, &agreed);

      if (gain > best - 0.5)      /* among those that cannot be told apart, the highest */
        {
          best = MAX (best, gain);
          best_agreed = agreed;
          history->quality = quality;
        }
      if (distance_of_quality (steps, quality) < distance_of_quality (steps, nearest))
        nearest = quality;
    }
  history->standard = best_agreed >= STANDARD_MIN * all;
  if (known < KNOWN_MIN || stray > STRAY_MAX
      || (stray < 0 && (known < FINE_KNOWN || best < STANDARD_MIN * all)))
    return FALSE;
  if (history->standard)
    fddm_jpeg_history_table (history->quality, FALSE, history->step);
  else
    {
      if (stray >= 0)
        history->quality = nearest;
      for (int k = 0; k < 64; k++)
        history->step[k] = steps->gain[k] > GAIN_MIN ? steps->step[k] : 0;
    }
  return TRUE;
}

/* ---- Chroma ---- */

/* Ways in which chroma may have been stored and enlarged again, and the grids of each that are told from one another. */
typedef struct {
  int      scale;
  gboolean smooth;
  int      grids;
} ChromaWay;

static const ChromaWay chroma_ways[] = { { 1, FALSE, 2 }, { 2, TRUE, 4 }, { 2, FALSE, 4 } };

#define WAYS  G_N_ELEMENTS (chroma_ways)
#define GRIDS 4

/* Gain of the best step in each frequency over what the grid half a block away gains with it. */
static double
chroma_gain (const FddmJpegComb *comb, FddmJpegHistogram histogram, FddmJpegHistogram away)
{
  double total = 0;

  for (int k = 0; k < 64; k++)
    {
      float  here[FDDM_JPEG_STEPS], there[FDDM_JPEG_STEPS];
      double n_here = fddm_jpeg_comb_gains (comb, histogram[k], here);
      double n_there = fddm_jpeg_comb_gains (comb, away[k], there), best = 0;

      /* Steps so small are no larger than the rounding. */
      for (int i = 1; is_counted (k) && n_here > 0 && i < FDDM_JPEG_STEPS; i++)
        best = MAX (best, here[i] - (n_there > 0 ? n_here * MAX (there[i] / n_there, 0) : 0));
      total += best;
    }
  return total;
}

/* Adds PIECE's chroma to the histograms of all ways and grids. */
static void
count_chroma (const FddmJpegPiece *piece, int x, int y, FddmJpegHistogram *histograms)
{
  for (gsize way = 0; way < WAYS; way++)
    for (int grid = 0; grid < chroma_ways[way].grids; grid++)
      {
        /* At full size: on luma's grid, and half a block away. At half size: luma's grid has every second line of chroma's,
         * the first or the other, and diagonally opposite ones are half a block apart. */
        int at_x = chroma_ways[way].scale == 1 ? (x + 4 * grid) % 8 : x + 8 * (grid & 1);
        int at_y = chroma_ways[way].scale == 1 ? (y + 4 * grid) % 8 : y + 8 * (grid >> 1);

        for (int plane = 1; plane < 3; plane++)
          fddm_jpeg_pieces_plane (piece, plane, at_x, at_y, chroma_ways[way].scale, chroma_ways[way].smooth,
                                  histograms[way * GRIDS + grid]);
      }
}

static FddmJpegChroma
judge_chroma (FddmJpegHistogram *histograms)
{
  g_autofree FddmJpegComb *comb = fddm_jpeg_comb_new (ROUNDING_HALF);
  double                   full = chroma_gain (comb, histograms[0], histograms[1]), half = 0;

  for (gsize way = 1; way < WAYS; way++)
    for (int grid = 0; grid < GRIDS; grid++)
      half = MAX (half, chroma_gain (comb, histograms[way * GRIDS + grid], histograms[way * GRIDS + (grid ^ 3)]));
  if (MAX (full, half) < CHROMA_MIN || MIN (full, half) > 0.5 * MAX (full, half))
    return FDDM_JPEG_CHROMA_UNKNOWN;
  return full > half ? FDDM_JPEG_CHROMA_FULL : FDDM_JPEG_CHROMA_HALF;
}

static gboolean
find_chroma (const FddmSource *source, FddmJpegHistory *history, GError **error)
{
  const int                     pieces = fddm_jpeg_pieces_count (source);
  g_autofree FddmJpegPiece     *piece = g_new (FddmJpegPiece, 1);
  g_autofree FddmJpegHistogram *histograms = g_new0 (FddmJpegHistogram, WAYS * GRIDS);

  for (int i = 0; i < pieces && source->channels == 3; i++)
    {
      if (!fddm_jpeg_pieces_read (source, i, piece, error))
        return FALSE;
      count_chroma (piece, history->x, history->y, histograms);
    }
  history->chroma = judge_chroma (histograms);
  return TRUE;
}

/* ---- All ---- */

static gboolean
count_luma (const FddmSource *source, FddmJpegHistogram *histograms, GError **error)
{
  const int                 pieces = fddm_jpeg_pieces_count (source);
  g_autofree FddmJpegPiece *piece = g_new (FddmJpegPiece, 1);

  for (int i = 0; i < pieces; i++)
    {
      if (!fddm_jpeg_pieces_read (source, i, piece, error))
        return FALSE;
      fddm_jpeg_pieces_luma (piece, histograms);
    }
  return TRUE;
}

gboolean
fddm_jpeg_history_find (const FddmSource *source, FddmJpegHistory *history, GError **error)
{
  Search   search = { .histograms = g_new0 (FddmJpegHistogram, 64) };
  Steps    steps;
  int      grid = -1;
  gboolean read;

  memset (history, 0, sizeof *history);
  read = count_luma (source, search.histograms, error);
  if (read)
    {
      search.gain = g_malloc (64 * sizeof *search.gain);
      search.number = g_malloc (64 * sizeof *search.number);
      search.comb = fddm_jpeg_comb_new (ROUNDING);
      find_gains (&search);
      grid = find_grid (&search, &steps);
      history->found = grid >= 0 && judge_steps (&search, grid, &steps, history);
    }
  g_free (search.histograms);
  g_free (search.gain);
  g_free (search.number);
  g_free (search.comb);
  if (!history->found)
    {
      memset (history, 0, sizeof *history);
      return read;
    }
  history->x = grid % 8;
  history->y = grid / 8;
  return find_chroma (source, history, error);
}
