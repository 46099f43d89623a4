/* clamp.c: clamps coefficients so that their pixels stay in the displayable range.
 * SPDX-License-Identifier: Apache-2.0 */
#include "kernels/host/dct.h"
#include "kernels/host/host.h"

#define AREA_MAX (FDDM_PATCH_MAX * FDDM_PATCH_MAX)

typedef struct {
  FddmTensor *coefficients;
  int         patch, channels;
  float       basis[AREA_MAX], transposed[AREA_MAX]; /* row-major (frequency, place); its transpose */
} Clamp;

static inline __attribute__ ((always_inline)) void
clamp_patch (const Clamp *c, int d, float *coefficients)
{
  const int area = d * d;
  float     planes[3][AREA_MAX];

  for (int k = 0; k < c->channels; k++)
    fddm_sandwich (d, c->transposed, c->basis, coefficients + k * area, planes[k]);
  for (int i = 0; i < area; i++)
    {
      float ycbcr[3] = { planes[0][i], c->channels == 3 ? planes[1][i] : 0.0f, c->channels == 3 ? planes[2][i] : 0.0f };

      fddm_clamp_ycbcr (ycbcr, c->channels);
      for (int k = 0; k < c->channels; k++)
        planes[k][i] = ycbcr[k];
    }
  for (int k = 0; k < c->channels; k++)
    fddm_sandwich (d, c->basis, c->transposed, planes[k], coefficients + k * area);
}

static void
clamp_rows (const void *task, int first, int last)
{
  const Clamp *c = task;

  for (int row = first; row < last; row++)
    for (int column = 0; column < c->coefficients->width; column++)
      switch (c->patch)
        {
        case 4: clamp_patch (c, 4, fddm_host_at (c->coefficients, row, column)); break;
        case 8: clamp_patch (c, 8, fddm_host_at (c->coefficients, row, column)); break;
        default: clamp_patch (c, c->patch, fddm_host_at (c->coefficients, row, column)); break;
        }
}

gboolean
fddm_host_clamp (FddmDevice *device, int patch, FddmTensor *coefficients, GError **error G_GNUC_UNUSED)
{
  Clamp c = { .coefficients = coefficients, .patch = patch, .channels = coefficients->channels / (patch * patch) };

  for (int u = 0; u < patch; u++)
    for (int x = 0; x < patch; x++)
      c.basis[u * patch + x] = c.transposed[x * patch + u] = (float) fddm_dct_basis (patch, u, x);
  device->rows (device, clamp_rows, &c, coefficients->height);
  return TRUE;
}
