/* jobs.c: see jobs.h.
 * SPDX-License-Identifier: Apache-2.0 */
#include <unistd.h>
#include "engine/program/jobs.h"

#define MEMORY_FOR_TWO (6.0 * 1073741824.0) /* the engine takes up to 1 GiB, a picture of 24 Mpixel 0.3 more */

static gboolean
may_have_gpu (void)
{
  return access ("/dev/nvidiactl", F_OK) == 0 || access ("/dev/dxg", F_OK) == 0;
}

static int
automatic (const FddmCliDenoise *denoise)
{
  const double         memory = (double) sysconf (_SC_PHYS_PAGES) * (double) sysconf (_SC_PAGESIZE);
  const FddmDeviceKind device = denoise->common.device;
  const gboolean       on_cpu = device == FDDM_DEVICE_CPU || (device == FDDM_DEVICE_AUTO && !may_have_gpu ());

  return on_cpu && denoise->common.context.threads == 0 && g_get_num_processors () > 1 && memory >= MEMORY_FOR_TWO ? 2 : 1;
}

int
fddm_jobs (const FddmCliDenoise *denoise, guint n)
{
  const int jobs = denoise->jobs == FDDM_JOBS_AUTOMATIC ? automatic (denoise) : denoise->jobs;

  return (int) MIN ((guint) jobs, n);
}
