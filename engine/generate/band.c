/* band.c: see band.h. The band starts from blocks of the picture that fit to both of its sides, under noise; in each step the
 * rest of the state is replaced by the picture itself with the noise of that step (the replacement step of inpainting).
 * SPDX-License-Identifier: Apache-2.0 */
#include "engine/generate/band.h"
#include <glib/gi18n-lib.h>
#include "engine/generate/like.h"
#include "engine/generate/picture-start.h"
#include "engine/generate/strips.h"
#include "engine/generate/torus.h"
#include "engine/tensor.h"
#include "kernels/pixels/pixels.h"
#include "kernels/pixels/smooth.h"

/* Closeness to the blocks. */
#define CLOSENESS 75.0

/* ---- The start: blocks in the band ---- */

/* Memory for the blocks. */
typedef struct {
  float  *light, *example_light; /* coarse brightness and colour of piece and example; then the finer rest of the example */
  float  *scratch;
  guint8 *known;
} Blocks;

static void
blocks_clear (Blocks *blocks)
{
  fddm_memory_free (blocks->light);
  fddm_memory_free (blocks->example_light);
  fddm_memory_free (blocks->scratch);
  g_free (blocks->known);
}

static gboolean
blocks_init (Blocks *blocks, const FddmExample *example, const FddmBandPiece *piece, GError **error)
{
  const gsize n = (gsize) piece->width * piece->height, n_example = (gsize) example->width * example->height;
  const gsize pixel = (gsize) example->samples * sizeof (float);

  *blocks = (Blocks) { .light         = fddm_memory_new (n * pixel),
                       .example_light = fddm_memory_new (n_example * pixel),
                       .scratch       = fddm_memory_new (MAX (n, n_example) * pixel),
                       .known         = g_try_malloc (n) };
  if (blocks->light && blocks->example_light && blocks->scratch && blocks->known)
    return TRUE;
  g_set_error_literal (error, FDDM_KERNEL_ERROR, FDDM_KERNEL_ERROR_MEMORY,
                       _ ("Not enough memory for a strip of the picture; close other programs"));
  return FALSE;
}

/* COARSE = PIXELS without structure that is finer than a band of WIDTH pixels. */
static void
smooth (const float *pixels, int width, int height, int channels, int band, float *coarse, float *scratch)
{
  const FddmStrides packed = fddm_strides_packed (width, channels);

  fddm_pixels_copy (pixels, packed, coarse, packed, width, height, channels);
  for (int step = 1; 2 * step <= band; step *= 2)
    fddm_smooth (coarse, packed.row, width, height, channels, step, scratch);
}

/* Marks the pixels of the band's core as unknown: all but a quarter of the band at either side that has a neighbour. */
static void
mark (const FddmBandPiece *piece, int seam_x, int seam_y, guint8 *known)
{
  const FddmRect *band = &piece->band;

  for (int y = 0; y < piece->height; y++)
    for (int x = 0; x < piece->width; x++)
      known[(gsize) y * piece->width + x] = x < band->x + seam_x || x >= band->x + band->width - seam_x ||
                                            y < band->y + seam_y || y >= band->y + band->height - seam_y;
}

/* Starts of N blocks of size BLOCK along LENGTH from FIRST: around a circle if the ends MEET, otherwise from end to end, so that
 * none lies outside. NULL if out of memory. */
static int *
starts (int first, int length, int block, gboolean meets, int *n)
{
  const int stride = block - block / 3, covered = meets ? length : length - block;
  int      *start;

  *n    = length <= block ? 1 : (covered + stride - 1) / stride + !meets;
  start = g_try_new (int, *n);
  for (int i = 0; start != NULL && i < *n; i++)
    start[i] = first + (int) ((gint64) covered * i / MAX (meets ? *n : *n - 1, 1));
  return start;
}

/* Fills the band with blocks of the example, which may be smaller than the band is wide. They differ in light from the place they
 * come to; so only structure finer than the band is taken over, on the light of the piece itself. */
static gboolean
fill_with_blocks (const FddmBandMaterial *material, const FddmBandPiece *piece, const FddmTicker *ticker, GError **error)
{
  const FddmExample *example = material->example;
  const FddmRect    *band    = &piece->band;
  const int       side = MIN (MIN (band->width, band->height), MIN (example->width, example->height)), n = example->samples;
  const gsize     floats         = (gsize) piece->width * piece->height * n;
  const gsize     example_floats = (gsize) example->width * example->height * n;
  g_autofree int *x = NULL, *y = NULL;
  Blocks          blocks;
  FddmQuilt       quilt = { .example_width  = example->width,
                            .example_height = example->height,
                            .channels       = n,
                            .pixels         = piece->pixels,
                            .width          = piece->width,
                            .height         = piece->height,
                            .block_width    = side,
                            .block_height   = side,
                            .seed           = material->seed };
  gboolean        ok    = blocks_init (&blocks, example, piece, error);

  if (ok)
    {
      x               = starts (band->x, band->width, side, piece->meets_x, &quilt.across);
      y               = starts (band->y, band->height, side, piece->meets_y, &quilt.down);
      quilt.x         = x;
      quilt.y         = y;
      quilt.overlap_x = side / 4;
      quilt.overlap_y = side / 4;
      quilt.known     = blocks.known;
      quilt.example   = blocks.example_light;
      smooth (piece->pixels, piece->width, piece->height, n, side, blocks.light, blocks.scratch);
      smooth (example->pixels, example->width, example->height, n, side, blocks.example_light, blocks.scratch);
      fddm_pixels_mix (piece->pixels, blocks.light, floats, floats, 1, 1.0f, -1.0f);
      fddm_pixels_mix (blocks.example_light, example->pixels, example_floats, example_floats, 1, -1.0f, 1.0f);
      mark (piece, piece->meets_x ? 0 : quilt.overlap_x, piece->meets_y ? 0 : quilt.overlap_y, blocks.known);
      ok = fddm_like_quilt (&quilt, ticker, error);
      fddm_pixels_add (piece->pixels, blocks.light, floats);
      fddm_pixels_clamp (piece->pixels, floats);
    }
  blocks_clear (&blocks);
  return ok;
}

/* ---- The sampler ---- */

typedef struct {
  const FddmBandMaterial *material;
  const FddmBandPiece    *piece;
  FddmTorus               torus;
  guint32                 step;
  FddmTensor             *x, *x0, *clean, *held; /* on the torus: state, estimate; the piece, and with noise */
  FddmTensor             *noise, *from, *to, *mean, *variance, *one, *zero; /* constant                      */
  FddmTensor             *down, *across; /* 1 for rows and columns of patches that are sampled               */
} Band;

static const FddmContext *
context_of (const Band *band)
{
  return band->material->context;
}

/* X = the held picture at the level NOISE where it is not sampled: HELD += mask · (X − HELD). */
static gboolean
hold (Band *band, const FddmTensor *noise, GError **error)
{
  const FddmContext *context = context_of (band);
  const FddmBackend *backend = context->backend;
  const FddmRandom   random  = { .seed = band->material->seed };

  return fddm_picture_add_noise (context, band->clean, noise, &random, band->held, error) &&
         backend->difference (context->device, band->held, band->x, NULL, 0.0f, band->one, band->x, error) &&
         backend->add_window (context->device, band->x, band->down, band->across, 0, 0, band->held, error) &&
         backend->difference (context->device, band->zero, band->held, NULL, 0.0f, band->one, band->x, error);
}

static gboolean
estimate (gpointer data, const FddmTensor *x G_GNUC_UNUSED, const FddmTensor *noise, FddmTensor *x0,
          const FddmTicker *ticker, GError **error)
{
  Band              *band    = data;
  const FddmContext *context = context_of (band);
  const guint32      seed = band->material->seed, step = band->step++;
  const int          row    = fddm_torus_axis_shift (&band->torus.down, seed, step, 0);
  const int          column = fddm_torus_axis_shift (&band->torus.across, seed, step, 1);
  float              level[FDDM_COEF_MAX];

  return hold (band, noise, error) && fddm_torus_estimate (&band->torus, band->x, noise, row, column, x0, ticker, error) &&
         context->backend->tensor_download (context->device, noise, level, error);
}

static gboolean
make_mask (const FddmContext *context, int length, int from, int to, FddmTensor **mask, GError **error)
{
  const int         patch  = context->weights->patch;
  g_autofree float *values = g_try_new (float, length);

  if (values == NULL)
    return fddm_weights_no_memory (error);
  for (int i = 0; i < length; i++)
    values[i] = i * patch < to && (i + 1) * patch > from ? 1.0f : 0.0f;
  return fddm_vector_make (context->backend, context->device, values, length, mask, error);
}

static gboolean
band_init (Band *band, GError **error)
{
  const FddmContext   *context = context_of (band);
  const FddmBandPiece *piece   = band->piece;
  const int            patch = context->weights->patch, window = (context->weights->side + patch - 1) / patch;
  const int            rows = piece->height / patch, columns = piece->width / patch;
  const gsize          state = context->backend->tensor_bytes (context->device, FDDM_TENSOR_FLOAT, rows, columns,
                                                               context->weights->coefficients);
  FddmTorusAxis        down, across;
  FddmTensor         **maps[]    = { &band->x, &band->x0, &band->clean, &band->held };
  FddmTensor         **vectors[] = { &band->noise, &band->from, &band->to };
  float                values[FDDM_COEF_MAX];

  fddm_torus_axis_init (&down, rows, window > 0 ? window : rows, piece->meets_y);
  fddm_torus_axis_init (&across, columns, window > 0 ? window : columns, piece->meets_x);
  if (!fddm_torus_init (&band->torus, band->material->context, &down, &across, band->material->class, 2 * state, error) ||
      !fddm_torus_prepare (&band->torus, error))
    return FALSE;
  for (gsize i = 0; i < G_N_ELEMENTS (maps); i++)
    if (!fddm_context_make_tensor (context, rows, columns, maps[i], error))
      return FALSE;
  for (gsize i = 0; i < G_N_ELEMENTS (vectors); i++)
    if (!fddm_context_make_tensor (context, 1, 1, vectors[i], error))
      return FALSE;
  for (int k = 0; k < FDDM_COEF_MAX; k++)
    values[k] = 1.0f;
  if (!fddm_context_make_vector (context, values, &band->one, error))
    return FALSE;
  for (int k = 0; k < FDDM_COEF_MAX; k++)
    values[k] = 0.0f;
  return fddm_context_make_vector (context, values, &band->zero, error) &&
         fddm_context_make_vector (context, band->material->example->mean, &band->mean, error) &&
         fddm_context_make_vector (context, band->material->example->variance, &band->variance, error) &&
         make_mask (context, rows, piece->band.y, piece->band.y + piece->band.height, &band->down, error) &&
         make_mask (context, columns, piece->band.x, piece->band.x + piece->band.width, &band->across, error);
}

static void
band_clear (Band *band)
{
  const FddmContext *context = context_of (band);
  FddmTensor        *all[]   = { band->x,    band->x0,       band->clean, band->held, band->noise, band->from,  band->to,
                                 band->mean, band->variance, band->one,   band->zero, band->down,  band->across };

  for (gsize i = 0; i < G_N_ELEMENTS (all); i++)
    context->backend->tensor_free (context->device, all[i]);
  fddm_torus_clear (&band->torus);
}

/* Samples the state from the level of CLOSENESS down, and writes its pixels to the piece. */
static gboolean
sample (Band *band, const FddmTicker *ticker, GError **error)
{
  double levels[FDDM_GENERATE_STEPS_MAX] = { 0.0 };

  const FddmBandMaterial *material = band->material;
  const FddmBandPiece    *piece    = band->piece;
  const FddmContext      *context  = context_of (band);
  const FddmWeights      *weights  = context->weights;
  const int               steps = fddm_like_steps (CLOSENESS, material->steps), area = weights->patch * weights->patch;
  const double            level   = fddm_like_level (context, CLOSENESS);
  const FddmRandom        random  = { .seed = material->seed };
  const FddmTorusPicture  picture = { piece->pixels, piece->width, piece->height, material->example->samples };
  const FddmTicker        first   = fddm_ticker_part (ticker, 0, steps);
  const FddmTicker        others  = fddm_ticker_parts (ticker, 1, steps, steps);
  const FddmSampler       sampler = {
          .backend = context->backend, .device = context->device, .weights = weights, .estimate = estimate, .data = band
  };
  const FddmPath path  = { .schedule = &context->schedule,
                           .noise    = band->noise,
                           .levels   = levels,
                           .n        = steps,
                           .eta      = (float) material->eta,
                           .random   = { .seed = material->seed, .stream = 1 },
                           .x0       = band->x0,
                           .from     = band->from,
                           .to       = band->to }; /* first order: steps of second order leave a worse seam */
  FddmImage      image = {
    piece->pixels,          piece->width, piece->height, picture.samples, (gsize) piece->width * picture.samples,
    (gsize) picture.samples
  };
  const FddmSink   sink   = fddm_image_sink (&image);
  const FddmWriter writer = {
    .context = material->context, .coefficients = band->x, .width = piece->width, .height = piece->height, .sink = &sink
  };
  float noise[FDDM_COEF_MAX];

  for (int k = 0; k < weights->coefficients; k++)
    noise[k] = (float) fddm_schedule_noise (&context->schedule, k % area, level);
  fddm_sampler_levels (weights, &context->schedule, noise, steps, levels);
  fddm_torus_use (&band->torus, band->mean, band->variance);
  return context->backend->tensor_upload (context->device, band->noise, noise, error) &&
         fddm_picture_analyse (context, &picture, 0, 0, band->clean, error) &&
         fddm_picture_add_noise (context, band->clean, band->noise, &random, band->x, error) &&
         fddm_sampler_estimate (&sampler, band->x, band->noise, band->x0, &first, error) &&
         fddm_sampler_run (&sampler, &path, band->x0, band->x, &others, error) && fddm_writer_run (&writer, NULL, error);
}

gboolean
fddm_band_sample (const FddmBandMaterial *material, const FddmBandPiece *piece, const FddmTicker *ticker, GError **error)
{
  Band     band = { .material = material, .piece = piece };
  gboolean ok;

  if (!fill_with_blocks (material, piece, ticker, error))
    return FALSE;
  ok = band_init (&band, error) && sample (&band, ticker, error);
  band_clear (&band);
  return ok;
}
