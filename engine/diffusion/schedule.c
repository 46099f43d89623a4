/* schedule.c: dispersion and Fermi-Dirac noise schedule, (26) and (30) of arXiv 2402.17090.
 * SPDX-License-Identifier: Apache-2.0 */
#include "engine/diffusion/schedule.h"
#include <math.h>

void
fddm_schedule_init (FddmSchedule *schedule, int patch, gboolean open_grid, double temperature)
{
  /* A patch of one pixel has the single frequency 0 on either grid. */
  const double spacing = open_grid ? 1.0 / patch : 1.0 / MAX (patch - 1, 1);

  schedule->patch       = patch;
  schedule->temperature = temperature;
  for (int u = 0; u < patch; u++)
    for (int v = 0; v < patch; v++)
      schedule->dispersion[u * patch + v] = -cos (G_PI * u * spacing) - cos (G_PI * v * spacing);
}

double
fddm_schedule_alpha_bar (const FddmSchedule *schedule, int k, double fermi)
{
  return 1.0 / (exp ((schedule->dispersion[k] - fermi) / schedule->temperature) + 1.0);
}

double
fddm_schedule_noise (const FddmSchedule *schedule, int k, double fermi)
{
  return exp ((schedule->dispersion[k] - fermi) / (2.0 * schedule->temperature));
}

double
fddm_schedule_fermi (const FddmSchedule *schedule, int k, double noise)
{
  return schedule->dispersion[k] - 2.0 * schedule->temperature * log (noise);
}
