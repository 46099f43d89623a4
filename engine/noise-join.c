/* noise-join.c: small patches joined to larger ones for measuring.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Noise and texture are told apart by their spectra, which a patch of one or two pixels hardly has. All of it is linear:
 * a joined patch is T X Tᵀ, where X holds the small patches' coefficients side by side, and the variances go back through
 * the squares of T. */
#include <math.h>
#include <string.h>
#include "noise-private.h"

int
fddm_noise_join_group (int patch)
{
  return patch < 4 ? (4 + patch - 1) / patch : 1;
}

static double
basis (int d, int frequency, int place)
{
  return sqrt ((frequency ? 2.0 : 1.0) / d) * cos (G_PI / d * (place + 0.5) * frequency);
}

/* T[i][s·patch + u]: frequency i of the joined patch in frequency u of its small patch s. */
static void
join_matrix (int patch, int group, float t[FDDM_JOINED_MAX][FDDM_JOINED_MAX])
{
  int side = patch * group;

  for (int i = 0; i < side; i++)
    for (int s = 0; s < group; s++)
      for (int u = 0; u < patch; u++)
        {
          double sum = 0;

          for (int y = 0; y < patch; y++)
            sum += basis (side, i, s * patch + y) * basis (patch, u, y);
          t[i][s * patch + u] = (float) sum;
        }
}

/* OUT = T X Tᵀ for one channel; X's small patches are ROW and STEP floats apart. Inlined for each size, for speed. */
G_ALWAYS_INLINE static inline void
join_channel (float t[FDDM_JOINED_MAX][FDDM_JOINED_MAX], int patch, int side, const float *x, gsize row, gsize step, float *out)
{
  float half[FDDM_JOINED_MAX][FDDM_JOINED_MAX];

  for (int a = 0; a < side; a++)
    for (int j = 0; j < side; j++)
      {
        const float *line = x + (gsize) (a / patch) * row + (gsize) (a % patch * patch);
        float        sum = 0;

        for (int b = 0; b < side; b++)
          sum += t[j][b] * line[(gsize) (b / patch) * step + (gsize) (b % patch)];
        half[a][j] = sum;
      }
  for (int i = 0; i < side; i++)
    for (int j = 0; j < side; j++)
      {
        float sum = 0;

        for (int a = 0; a < side; a++)
          sum += t[i][a] * half[a][j];
        out[i * side + j] = sum;
      }
}

static void
join_patch (float t[FDDM_JOINED_MAX][FDDM_JOINED_MAX], int patch, const float *x, gsize row, gsize step, float *out)
{
  switch (patch)
    {
    case 1: join_channel (t, 1, 4, x, row, step, out); break;
    case 2: join_channel (t, 2, 4, x, row, step, out); break;
    case 3: join_channel (t, 3, 6, x, row, step, out); break;
    default: g_assert_not_reached ();
    }
}

float *
fddm_noise_join (const float *coefficients, int rows, int columns, int channels, int patch)
{
  int    group = fddm_noise_join_group (patch), side = patch * group;
  gsize  step = (gsize) (channels * patch * patch), row = (gsize) columns * step;
  int    down = rows / group, across = columns / group;
  float *joined = g_new (float, (gsize) down * (gsize) across * (gsize) (channels * side * side) + 1), *out = joined;
  float  t[FDDM_JOINED_MAX][FDDM_JOINED_MAX];

  join_matrix (patch, group, t);
  for (int i = 0; i < down; i++)
    for (int j = 0; j < across; j++)
      for (int c = 0; c < channels; c++, out += side * side)
        join_patch (t, patch,
                    coefficients + (gsize) (i * group) * row + (gsize) (j * group) * step + (gsize) (c * patch * patch),
                    row, step, out);
  return joined;
}

void
fddm_noise_split (const FddmNoiseModel *joined, int patch, FddmNoiseModel *model)
{
  int   group = joined->patch / patch, side = joined->patch;
  float t[FDDM_JOINED_MAX][FDDM_JOINED_MAX];

  *model = *joined;
  if (group == 1)
    return;
  model->patch = patch;
  memset (model->level, 0, sizeof model->level);
  join_matrix (patch, group, t);
  for (int c = 0; c < joined->channels; c++)
    for (int k = 0; k < patch * patch; k++)
      {
        const float *level = joined->level + c * side * side;
        double       sum = 0;

        for (int a = k / patch; a < side; a += patch)
          for (int b = k % patch; b < side; b += patch)
            for (int i = 0; i < side * side; i++)
              {
                double part = t[i / side][a] * t[i % side][b] * level[i];

                sum += part * part;
              }
        model->level[c * patch * patch + k] = (float) sqrt (sum / (group * group));
      }
}
