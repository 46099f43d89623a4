/* quilt.c: see quilt.h.
 * SPDX-License-Identifier: Apache-2.0 */
#include "kernels/pixels/quilt.h"
#include <math.h>
#include <string.h>
#include "kernels/fddm-math.h"

/* Places of the example that are tried for a block, and those of them around which is searched further. */
#define TRIED   2000
#define REFINED 6

/* Pixels by which places are compared. */
#define SAMPLES 500

/* A place counts as worse by this share for each time that its surroundings were used already. */
#define USED 0.25f

/* Of places whose error exceeds the least by less than this share, one is drawn. */
#define TOLERANCE 0.15f

typedef struct {
  int x, y;
} Place;

/* A known pixel below a block. */
typedef struct {
  gsize offset; /* in the example, from the block's corner */
  float value[3];
} Sample;

typedef struct {
  const FddmQuilt *q;
  Place           *from;    /* of each block placed so far                                */
  int             *used;    /* how often each cell of the example was a block's middle    */
  int              cells;   /* in a row of USED; a cell has half a block's side           */
  Sample          *samples; /* of the block at hand                                       */
  int              n_samples;
  float           *cost; /* of a strip                                                    */
  guint8          *keep; /* for each pixel of the block: the known one stays              */
  guint32          draws;
} Work;

static guint32
draw (Work *work, guint32 n)
{
  guint32 bits[4] = { work->draws++, 0, 0, 0 };

  fddm_philox (bits, work->q->seed, 0x5155494Cu);
  return bits[0] % n;
}

static gsize
wrapped (const FddmQuilt *q, int x, int y)
{
  const int column = ((x % q->width) + q->width) % q->width, row = ((y % q->height) + q->height) % q->height;

  return (gsize) row * q->width + column;
}

/* ---- The choice of a place ---- */

/* Samples the known pixels below the block at (X, Y): about SAMPLES of them, evenly. */
static void
take_samples (Work *work, int x, int y)
{
  const FddmQuilt *q     = work->q;
  int              known = 0, seen = 0, every;

  for (int j = 0; j < q->block_height; j++)
    for (int i = 0; i < q->block_width; i++)
      known += q->known[wrapped (q, x + i, y + j)];
  every           = MAX (known / SAMPLES, 1) | 1; /* odd, lest it keep step with the rows */
  work->n_samples = 0;
  for (int j = 0; j < q->block_height; j++)
    for (int i = 0; i < q->block_width; i++)
      {
        const gsize at = wrapped (q, x + i, y + j);

        if (!q->known[at] || seen++ % every != 0)
          continue;
        work->samples[work->n_samples].offset = ((gsize) j * q->example_width + i) * q->channels;
        memcpy (work->samples[work->n_samples++].value, q->pixels + at * q->channels, q->channels * sizeof (float));
      }
}

/* Sum of squared differences at PLACE; may stop early where it exceeds LIMIT. */
static float
error_at (const Work *work, Place place, float limit)
{
  const FddmQuilt *q    = work->q;
  const float     *from = q->example + ((gsize) place.y * q->example_width + place.x) * q->channels;
  float            sum  = 0.0f;

  for (int s = 0; s < work->n_samples && sum <= limit; s++)
    for (int c = 0; c < q->channels; c++)
      {
        const float difference = from[work->samples[s].offset + (gsize) c] - work->samples[s].value[c];

        sum += difference * difference;
      }
  return sum;
}

static int *
cell_of (const Work *work, Place place)
{
  const FddmQuilt *q = work->q;

  return work->used + (place.y * 2 / q->block_height) * work->cells + place.x * 2 / q->block_width;
}

/* The shorter way from TO to FROM around a circle. */
static int
around (int from, int to, int length)
{
  const int apart = from - to;

  return apart - (int) lround ((double) apart / length) * length;
}

/* Whether a block from PLACE would only continue one that lies beside it: a copy of the example's own arrangement. */
static gboolean
continues (const Work *work, int block, Place place)
{
  const FddmQuilt *q   = work->q;
  const int        row = block / q->across, column = block % q->across;

  for (int i = 0; i < 9; i++)
    {
      const int down = (row + i / 3 - 1 + q->down) % q->down, across = (column + i % 3 - 1 + q->across) % q->across;
      const int other = down * q->across + across;

      if (other < block &&
          abs (place.x - work->from[other].x - around (q->x[column], q->x[across], q->width)) < q->block_width / 3 &&
          abs (place.y - work->from[other].y - around (q->y[row], q->y[down], q->height)) < q->block_height / 3)
        return TRUE;
    }
  return FALSE;
}

/* Keeps the REFINED best places, in order. */
static void
insert (Place *best, float *errors, Place place, float error)
{
  int i = REFINED - 1;

  if (!(error < errors[i]))
    return;
  for (; i > 0 && error < errors[i - 1]; i--)
    {
      best[i]   = best[i - 1];
      errors[i] = errors[i - 1];
    }
  best[i]   = place;
  errors[i] = error;
}

/* Moves PLACE downhill, by one pixel at a time. */
static void
refine (const Work *work, int block, Place *place, float *error)
{
  const FddmQuilt *q      = work->q;
  const int        most_x = q->example_width - q->block_width, most_y = q->example_height - q->block_height;

  for (gboolean moved = TRUE; moved;)
    {
      const Place centre = *place;

      moved = FALSE;
      for (int i = 0; i < 9; i++)
        {
          const Place near = { CLAMP (centre.x + i % 3 - 1, 0, most_x), CLAMP (centre.y + i / 3 - 1, 0, most_y) };
          const float here = error_at (work, near, *error) * (1.0f + USED * (float) *cell_of (work, near));

          if (here < *error && !continues (work, block, near))
            {
              *place = near;
              *error = here;
              moved  = TRUE;
            }
        }
    }
}

static Place
choose_place (Work *work, int block)
{
  const FddmQuilt *q     = work->q;
  const guint32    all_x = (guint32) (q->example_width - q->block_width + 1);
  const guint32    all_y = (guint32) (q->example_height - q->block_height + 1);
  Place            best[REFINED];
  float            errors[REFINED];
  int              n = 0, good = 0;

  for (int i = 0; i < REFINED; i++)
    errors[i] = HUGE_VALF;
  for (int i = 0; i < (work->n_samples > 0 ? TRIED : 1); i++)
    {
      Place place;

      place.x = (int) draw (work, all_x);
      place.y = (int) draw (work, all_y);
      if (i > 0 && continues (work, block, place))
        continue;
      insert (best, errors, place,
              error_at (work, place, errors[REFINED - 1]) * (1.0f + USED * (float) *cell_of (work, place)));
    }
  for (; n < REFINED && errors[n] < HUGE_VALF; n++)
    refine (work, block, &best[n], &errors[n]);
  for (int i = 1; i < n; i++)
    if (errors[i] < errors[0])
      {
        const Place place = best[0];
        const float error = errors[0];

        best[0]   = best[i];
        errors[0] = errors[i];
        best[i]   = place;
        errors[i] = error;
      }
  for (int i = 0; i < n; i++)
    if (errors[i] <= errors[0] * (1.0f + TOLERANCE))
      best[good++] = best[i];
  return best[draw (work, (guint32) MAX (good, 1))];
}

/* ---- The seam ---- */

/* A strip along one edge of a block. Pixel (ALONG, ACROSS) of the block is first + along · step + across · away, ACROSS
 * counting from the edge. */
typedef struct {
  int first, step, away, length, depth;
} Strip;

/* Marks in work->keep the known pixels on the outer side of the path of least cost through the strip. COST has one value
 * for each pixel of the block. */
static void
cut (Work *work, const Strip *s, const float *block_cost)
{
  float *sum = work->cost;
  int    end = 0;

  for (int along = 0; along < s->length; along++)
    for (int i = 0; i < s->depth; i++)
      {
        const float *before = sum + (along - 1) * s->depth;
        float        least  = 0.0f;

        if (along > 0)
          {
            least = before[i];
            if (i > 0)
              least = MIN (least, before[i - 1]);
            if (i + 1 < s->depth)
              least = MIN (least, before[i + 1]);
          }
        sum[along * s->depth + i] = least + block_cost[s->first + along * s->step + i * s->away];
      }
  for (int i = 1; i < s->depth; i++)
    if (sum[(s->length - 1) * s->depth + i] < sum[(s->length - 1) * s->depth + end])
      end = i;
  for (int along = s->length - 1; along >= 0; along--)
    {
      const float *before = sum + (along - 1) * s->depth;
      int          from   = end;

      for (int i = 0; i < end; i++)
        work->keep[s->first + along * s->step + i * s->away] = 1;
      if (along > 0 && end > 0 && before[end - 1] < before[from])
        from = end - 1;
      if (along > 0 && end + 1 < s->depth && before[end + 1] < before[from])
        from = end + 1;
      end = from;
    }
}

/* Writes the block from PLACE to (X, Y), but for the known pixels outside of the seams. */
static void
place_block (Work *work, Place place, int x, int y)
{
  const FddmQuilt *q = work->q;
  const int        w = q->block_width, h = q->block_height;
  float           *cost     = work->cost + (gsize) MAX (w, h) * MAX (q->overlap_x, q->overlap_y);
  const Strip      strips[] = { { 0, w, 1, h, q->overlap_x },
                                { w - 1, w, -1, h, q->overlap_x },
                                { 0, 1, w, w, q->overlap_y },
                                { (h - 1) * w, 1, -w, w, q->overlap_y } };

  memset (work->keep, 0, (gsize) w * h);
  for (int j = 0; j < h; j++)
    for (int i = 0; i < w; i++)
      {
        const gsize  at   = wrapped (q, x + i, y + j);
        const float *from = q->example + ((gsize) (place.y + j) * q->example_width + place.x + i) * q->channels;
        float        sum  = 0.0f;

        for (int c = 0; q->known[at] && c < q->channels; c++)
          sum += (q->pixels[at * q->channels + c] - from[c]) * (q->pixels[at * q->channels + c] - from[c]);
        cost[j * w + i] = sum;
      }
  for (int s = 0; s < 4; s++)
    if (strips[s].depth > 0)
      cut (work, &strips[s], cost);
  for (int j = 0; j < h; j++)
    for (int i = 0; i < w; i++)
      {
        const gsize at = wrapped (q, x + i, y + j);

        if (q->known[at] && work->keep[j * w + i])
          continue;
        memcpy (q->pixels + at * q->channels,
                q->example + ((gsize) (place.y + j) * q->example_width + place.x + i) * q->channels,
                q->channels * sizeof (float));
        q->known[at] = 1;
      }
}

gboolean
fddm_quilt (const FddmQuilt *q)
{
  const gsize area    = (gsize) q->block_width * q->block_height;
  const gsize strip   = (gsize) MAX (q->block_width, q->block_height) * MAX (q->overlap_x, q->overlap_y);
  const int   cells_y = q->example_height * 2 / q->block_height + 1;
  Work        work    = { .q = q, .cells = q->example_width * 2 / q->block_width + 1 };
  gboolean    ok;

  work.from    = g_try_new (Place, (gsize) q->across * q->down);
  work.used    = g_try_new0 (int, (gsize) work.cells * cells_y);
  work.samples = g_try_new (Sample, area);
  work.cost    = g_try_new (float, strip + area);
  work.keep    = g_try_new (guint8, area);
  ok           = work.from && work.used && work.samples && work.cost && work.keep;
  for (int block = 0; ok && block < q->across * q->down; block++)
    {
      const int x = q->x[block % q->across], y = q->y[block / q->across];

      ok = q->goes_on == NULL || q->goes_on (q->data);
      if (!ok)
        break;
      take_samples (&work, x, y);
      work.from[block] = choose_place (&work, block);
      ++*cell_of (&work, work.from[block]);
      place_block (&work, work.from[block], x, y);
    }
  g_free (work.from);
  g_free (work.used);
  g_free (work.samples);
  g_free (work.cost);
  g_free (work.keep);
  return ok;
}
