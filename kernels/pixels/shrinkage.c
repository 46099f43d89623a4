/* shrinkage.c: see shrinkage.h.
 * SPDX-License-Identifier: Apache-2.0 */
#include "kernels/pixels/shrinkage.h"
#include <math.h>
#include <string.h>
#include "kernels/fddm-math.h"
#include "kernels/memory.h"
#include "kernels/pixels/pixels.h"
#include "kernels/vector.h"

#define SIDE FDDM_SHRINKAGE_SIDE
#define HALF (SIDE / 2)
#define AREA (SIDE * SIDE)
#define MOST 3 /* maximum number of channels                            */
#define ROWS 4 /* of a product computed together, to fit into registers */

#define LINE 16 /* of a cache, in floats */

#define STRIDE (SIDE + 2) /* of coefficients with those beside them */

/* The even rows of the DCT are symmetric, the odd rows antisymmetric, so their left halves suffice. */
typedef struct {
  float even[HALF * HALF], odd[HALF * HALF];           /* row k: frequency 2k or 2k + 1 */
  float even_back[HALF * HALF], odd_back[HALF * HALF]; /* transposed                    */
  float fade[SIDE]; /* weight of a block's pixel; the weights of overlapping blocks add up to 1 */
} Tables;

/* Of a block's input: the right half is the left half of the next block. */
typedef struct {
  float plane[MOST][SIDE * HALF];
  float energy[16]; /* sum of the squares of the noise removed in each channel; a whole line, for alignment */
} Half;

typedef struct {
  Half  halves[2];
  float plane[MOST][AREA];        /* of a block: l, then its change                   */
  float right[MOST][SIDE * HALF]; /* right half of the previous block, which overlaps */
  float folded[AREA];
  float square[STRIDE * STRIDE + 12]; /* keeps the block of each worker aligned */
  float down[SIDE * STRIDE];          /* sums of three rows of squares          */
} Block;

G_STATIC_ASSERT (sizeof (Block) % 64 == 0);

static const Tables *
tables (void)
{
  static gsize  ready = 0;
  static Tables t;

  if (g_once_init_enter (&ready))
    {
      for (int k = 0; k < HALF; k++)
        for (int x = 0; x < HALF; x++)
          {
            t.even[k * HALF + x] = t.even_back[x * HALF + k] = (float) fddm_dct_basis (SIDE, 2 * k, x);
            t.odd[k * HALF + x] = t.odd_back[x * HALF + k] = (float) fddm_dct_basis (SIDE, 2 * k + 1, x);
          }
      for (int x = 0; x < SIDE; x++)
        t.fade[x] = fddm_shrinkage_fade (x);
      g_once_init_leave (&ready, 1);
    }
  return &t;
}

/* ---- The transform along columns ---- */

/* Row k of OUT is Σ a(k, y) · row y of IN. */
FDDM_INLINE void
multiply (const float *restrict a, const float *restrict in, int in_stride, float *restrict out, int out_stride)
{
  for (int k = 0; k < HALF; k += ROWS)
    {
      float sum[ROWS][SIDE];

      for (int j = 0; j < ROWS; j++)
        for (int x = 0; x < SIDE; x++)
          sum[j][x] = a[(k + j) * HALF] * in[x];
      for (int y = 1; y < HALF; y++)
        for (int j = 0; j < ROWS; j++)
          for (int x = 0; x < SIDE; x++)
            sum[j][x] += a[(k + j) * HALF + y] * in[y * in_stride + x];
      for (int j = 0; j < ROWS; j++)
        for (int x = 0; x < SIDE; x++)
          out[(k + j) * out_stride + x] = sum[j][x];
    }
}

/* Writes the sums of symmetric rows, then their differences, to FOLDED. */
FDDM_INLINE void
fold (const float *restrict in, float *restrict folded)
{
  for (int y = 0; y < HALF; y++)
    for (int x = 0; x < SIDE; x++)
      {
        const float above = in[y * SIDE + x], below = in[(SIDE - 1 - y) * SIDE + x];

        folded[y * SIDE + x]          = above + below;
        folded[(HALF + y) * SIDE + x] = above - below;
      }
}

FDDM_INLINE void
unfold (const float *restrict folded, float *restrict out)
{
  for (int y = 0; y < HALF; y++)
    for (int x = 0; x < SIDE; x++)
      {
        const float sum = folded[y * SIDE + x], difference = folded[(HALF + y) * SIDE + x];

        out[y * SIDE + x]              = sum + difference;
        out[(SIDE - 1 - y) * SIDE + x] = sum - difference;
      }
}

FDDM_INLINE void
transform (const Tables *t, float *restrict plane, float *restrict folded)
{
  fold (plane, folded);
  multiply (t->even, folded, SIDE, plane, 2 * SIDE);
  multiply (t->odd, folded + HALF * SIDE, SIDE, plane + SIDE, 2 * SIDE);
}

FDDM_INLINE void
transform_back (const Tables *t, float *restrict plane, float *restrict folded)
{
  multiply (t->even_back, plane, 2 * SIDE, folded, SIDE);
  multiply (t->odd_back, plane + SIDE, 2 * SIDE, folded + HALF * SIDE, SIDE);
  unfold (folded, plane);
}

/* ---- The transform along rows ---- */

/* Row by row of IN, E is the product of its first half with EVEN, and O that of its second half with ODD. */
FDDM_INLINE void
multiply_halves (const float *restrict even, const float *restrict odd, float in[ROWS][SIDE], float e[ROWS][HALF],
                 float o[ROWS][HALF])
{
  for (int j = 0; j < ROWS; j++)
    for (int k = 0; k < HALF; k++)
      {
        e[j][k] = in[j][0] * even[k];
        o[j][k] = in[j][HALF] * odd[k];
      }
  for (int x = 1; x < HALF; x++)
    for (int j = 0; j < ROWS; j++)
      for (int k = 0; k < HALF; k++)
        {
          e[j][k] += in[j][x] * even[x * HALF + k];
          o[j][k] += in[j][HALF + x] * odd[x * HALF + k];
        }
}

FDDM_INLINE void
transform_rows (const Tables *t, float *restrict plane)
{
  for (int y = 0; y < SIDE; y += ROWS)
    {
      float folded[ROWS][SIDE], e[ROWS][HALF], o[ROWS][HALF];

      for (int j = 0; j < ROWS; j++)
        for (int x = 0; x < HALF; x++)
          {
            const float left = plane[(y + j) * SIDE + x], right = plane[(y + j) * SIDE + SIDE - 1 - x];

            folded[j][x]        = left + right;
            folded[j][HALF + x] = left - right;
          }
      multiply_halves (t->even_back, t->odd_back, folded, e, o);
      for (int j = 0; j < ROWS; j++)
        for (int k = 0; k < HALF; k++)
          {
            plane[(y + j) * SIDE + 2 * k]     = e[j][k];
            plane[(y + j) * SIDE + 2 * k + 1] = o[j][k];
          }
    }
}

FDDM_INLINE void
transform_rows_back (const Tables *t, float *restrict plane)
{
  for (int y = 0; y < SIDE; y += ROWS)
    {
      float split[ROWS][SIDE], e[ROWS][HALF], o[ROWS][HALF];

      for (int j = 0; j < ROWS; j++)
        for (int k = 0; k < HALF; k++)
          {
            split[j][k]        = plane[(y + j) * SIDE + 2 * k];
            split[j][HALF + k] = plane[(y + j) * SIDE + 2 * k + 1];
          }
      multiply_halves (t->even, t->odd, split, e, o);
      for (int j = 0; j < ROWS; j++)
        for (int x = 0; x < HALF; x++)
          {
            plane[(y + j) * SIDE + x]            = e[j][x] + o[j][x];
            plane[(y + j) * SIDE + SIDE - 1 - x] = e[j][x] - o[j][x];
          }
    }
}

/* ---- One block ---- */

/* Replaces each coefficient d, except the first, by its change −d·t²/(Q + t²). */
FDDM_INLINE void
shrink (float *restrict d, float *restrict square, float *restrict down, float t2)
{
  for (int y = 0; y < STRIDE; y++)
    {
      const float *from = d + CLAMP (y - 1, 0, SIDE - 1) * SIDE;
      float       *to   = square + y * STRIDE;

      for (int x = 0; x < SIDE; x++)
        to[x + 1] = from[x] * from[x];
      to[0]        = to[1];
      to[SIDE + 1] = to[SIDE];
    }
  square[0] = square[1] = square[STRIDE] = square[STRIDE + 1] = (square[STRIDE + 2] + square[2 * STRIDE + 1]) / 2.0f;
  for (int i = 0; i < SIDE * STRIDE; i++)
    down[i] = square[i] + square[i + STRIDE] + square[i + 2 * STRIDE];
  for (int y = 0; y < SIDE; y++)
    {
      const float *sum = down + y * STRIDE;

      for (int x = 0; x < SIDE; x++)
        d[y * SIDE + x] *= -t2 / ((sum[x] + sum[x + 1] + sum[x + 2]) * (1.0f / 9.0f) + t2);
    }
  d[0] = 0.0f;
}

/* Replaces PLANE by its change, weighted by the block's fade. */
FDDM_VECTORS static void
shrink_plane (const Tables *t, Block *block, float *plane, float t2)
{
  transform (t, plane, block->folded);
  transform_rows (t, plane);
  shrink (plane, block->square, block->down, t2);
  transform_rows_back (t, plane);
  transform_back (t, plane, block->folded);
  for (int y = 0; y < SIDE; y++)
    for (int x = 0; x < SIDE; x++)
      plane[y * SIDE + x] *= t->fade[y] * t->fade[x];
}

/* Y'CbCr of a pixel, clamped to FDDM_PIXEL_LIMIT. */
FDDM_INLINE void
load_pixel (const float *pixel, int channels, float ycbcr[MOST])
{
  float rgb[MOST];

  for (int c = 0; c < channels; c++)
    rgb[c] = fddm_clamp (pixel[c], -FDDM_PIXEL_LIMIT, FDDM_PIXEL_LIMIT);
  if (channels == 1)
    ycbcr[0] = rgb[0];
  else
    fddm_ycbcr_from_rgb (rgb, ycbcr);
}

/* Loads the HALF pixels of a row, whose channels begin APART floats apart in OUT. */
FDDM_INLINE void
load_row (const float *restrict pixels, int channels, float *restrict out, int apart)
{
  for (int x = 0; x < HALF; x++)
    {
      float ycbcr[MOST];

      load_pixel (pixels + x * channels, channels, ycbcr);
      for (int c = 0; c < channels; c++)
        out[c * apart + x] = ycbcr[c];
    }
}

/* Adds the squares of a row of N to SQUARES. */
FDDM_INLINE void
add_squares (const float *restrict row, int n, float *restrict squares)
{
  for (int x = 0; x < n; x++)
    squares[x] += row[x] * row[x];
}

/* The HALF pixels from LEFT on, in PLACE if the picture ends among them. */
FDDM_INLINE const float *
row_of (const float *row, int left, int width, int channels, float *place)
{
  if (left >= 0 && left + HALF <= width)
    return row + left * channels;
  for (int x = 0; x < HALF; x++)
    for (int c = 0; c < channels; c++)
      place[x * channels + c] = row[fddm_reflect (left + x, width) * channels + c];
  return place;
}

/* Loads the half of a block with first pixel (LEFT, TOP). The rows of the half right of it are far apart in memory: they are
 * asked for early. */
FDDM_INLINE void
load_channels (const FddmShrinkage *s, int channels, int left, int top, Half *half)
{
  const int next = CLAMP (left + HALF, 0, MAX (s->width - HALF, 0)) * channels;
  float     place[HALF * MOST], removed[HALF * MOST], squares[HALF * MOST] = { 0 };

  for (int y = 0; y < SIDE; y++)
    {
      const gsize row = (gsize) fddm_reflect (top + y, s->height) * s->width * channels;

      for (int i = 0; i < HALF * channels; i += LINE)
        {
          __builtin_prefetch (s->removed + row + next + i);
          __builtin_prefetch (s->pixels + row + next + i);
        }
      load_row (row_of (s->removed + row, left, s->width, channels, place), channels, removed, HALF);
      add_squares (removed, HALF * channels, squares);
      load_row (row_of (s->pixels + row, left, s->width, channels, place), channels, half->plane[0] + y * HALF, SIDE * HALF);
    }
  for (int c = 0; c < channels; c++)
    {
      half->energy[c] = 0.0f;
      for (int x = 0; x < HALF; x++)
        half->energy[c] += squares[c * HALF + x];
    }
}

FDDM_VECTORS static void
load_gray (const FddmShrinkage *s, int left, int top, Half *half)
{
  load_channels (s, 1, left, top, half);
}

FDDM_VECTORS static void
load_colour (const FddmShrinkage *s, int left, int top, Half *half)
{
  load_channels (s, 3, left, top, half);
}

static void
load (const FddmShrinkage *s, int left, int top, Half *half)
{
  if (s->channels == 1)
    load_gray (s, left, top, half);
  else
    load_colour (s, left, top, half);
}

/* Sets PLANE to channel C of the block of two halves. */
static void
join (const Half *left, const Half *right, int c, float *plane)
{
  for (int y = 0; y < SIDE; y++)
    {
      memcpy (plane + y * SIDE, left->plane[c] + y * HALF, HALF * sizeof (float));
      memcpy (plane + y * SIDE + HALF, right->plane[c] + y * HALF, HALF * sizeof (float));
    }
}

/* Computes the change of the block of two halves. */
static void
compute (const FddmShrinkage *s, const Tables *t, const Half *left, const Half *right, Block *block)
{
  for (int c = 0; c < s->channels; c++)
    {
      const float rms       = sqrtf ((left->energy[c] + right->energy[c]) * (1.0f / AREA));
      const float threshold = s->a * MIN ((c == 0 ? s->luma : s->chroma) * rms, s->most);

      if (threshold > FDDM_SHRINKAGE_LEAST)
        {
          join (left, right, c, block->plane[c]);
          shrink_plane (t, block, block->plane[c], threshold * threshold);
        }
      else
        memset (block->plane[c], 0, sizeof block->plane[c]);
    }
}

/* ---- All blocks ---- */

typedef struct {
  int left, top, right, bottom;
} Bounds;

/* Adds the left half of the block at (LEFT, TOP) and the right half of the previous block to CHANGE. */
FDDM_INLINE void
store_channels (const FddmShrinkage *s, int channels, const Bounds *area, int left, int top, const Block *block,
                float *change)
{
  const int first = MAX (left, area->left), n = MIN (left + HALF, area->right) - first;

  for (int y = MAX (top, area->top); y < MIN (top + SIDE, area->bottom); y++)
    {
      const float *before = block->right[0] + (y - top) * HALF + first - left;
      const float *here   = block->plane[0] + (y - top) * SIDE + first - left;
      float       *out    = change + ((gsize) y * s->width + first) * channels;

      for (int x = 0; x < n; x++)
        {
          float ycbcr[MOST], rgb[MOST];

          for (int c = 0; c < channels; c++)
            ycbcr[c] = before[c * SIDE * HALF + x] + here[c * AREA + x];
          if (channels == 1)
            rgb[0] = ycbcr[0];
          else
            fddm_rgb_from_ycbcr (ycbcr, rgb);
          for (int c = 0; c < channels; c++)
            out[x * channels + c] += rgb[c];
        }
    }
}

FDDM_VECTORS static void
store_gray (const FddmShrinkage *s, const Bounds *area, int left, int top, const Block *block, float *change)
{
  store_channels (s, 1, area, left, top, block, change);
}

FDDM_VECTORS static void
store_colour (const FddmShrinkage *s, const Bounds *area, int left, int top, const Block *block, float *change)
{
  store_channels (s, 3, area, left, top, block, change);
}

static void
store (const FddmShrinkage *s, const Bounds *area, int left, int top, const Block *block, float *change)
{
  if (s->channels == 1)
    store_gray (s, area, left, top, block, change);
  else
    store_colour (s, area, left, top, block, change);
}

static void
keep_right (Block *block, int channels)
{
  for (int c = 0; c < channels; c++)
    for (int y = 0; y < SIDE; y++)
      memcpy (block->right[c] + y * HALF, block->plane[c] + y * SIDE + HALF, HALF * sizeof (float));
}

static void
compute_row (const FddmShrinkage *s, const Tables *t, const Bounds *area, int top, Block *block, float *change)
{
  const int begin = fddm_shrinkage_first (area->left, s->x);
  int       i     = 0; /* of the left half */

  load (s, begin, top, &block->halves[0]);
  for (int left = begin; left < area->right; left += HALF, i = 1 - i)
    {
      load (s, left + HALF, top, &block->halves[1 - i]);
      compute (s, t, &block->halves[i], &block->halves[1 - i], block);
      if (left > begin)
        store (s, area, left, top, block, change);
      keep_right (block, s->channels);
    }
}

gboolean
fddm_shrinkage_add (const FddmShrinkage *shrinkage, int area_x, int area_y, int area_width, int area_height, int threads,
                    float *change)
{
  const Bounds  area  = { area_x, area_y, area_x + area_width, area_y + area_height };
  const Tables *t     = tables ();
  const int     begin = fddm_shrinkage_first (area_y, shrinkage->y), rows = (area.bottom - begin + HALF - 1) / HALF;
  int           workers = CLAMP (threads, 1, (rows + 1) / 2);
  Block        *blocks  = fddm_memory_new_each (sizeof *blocks, &workers);

  if (blocks == NULL)
    return FALSE;
  /* Alternate rows of blocks do not overlap. Each pixel is the sum of two numbers, so that their order does not matter. */
  for (int odd = 0; odd < 2; odd++)
    {
#pragma omp parallel for schedule(dynamic) num_threads(workers)
      for (int i = odd; i < rows; i += 2)
        compute_row (shrinkage, t, &area, begin + i * HALF, &blocks[fddm_worker ()], change);
    }
  fddm_memory_free (blocks);
  return TRUE;
}
