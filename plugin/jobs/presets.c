/* presets.c: shipped presets of FDDM Denoise, and the file of the user's; see jobs.h.
 * SPDX-License-Identifier: Apache-2.0 */
#include <glib/gi18n-lib.h>

#include "plugin/jobs/jobs.h"

#define FILE_NAME "denoise-presets.ini"

static const FddmShippedPreset shipped[] = { { N_ ("Standard"), "" },
                                             { N_ ("Gentle"), "luma=60 chroma=90" },
                                             { N_ ("Strong"), "coarse=140 medium=120" },
                                             { N_ ("Phone at night"), "coarse=150 medium=115 fine=90" },
                                             { N_ ("High ISO"), "luma=90 detail=25" },
                                             { N_ ("Film grain kept"), "luma=40" },
                                             { N_ ("Colour only"), "luma=0" },
                                             { NULL, NULL } };

/* Parameters that depend on the computer or the image, not on the desired look. */
static const char *const apart[] = { "quality", "output", "device", "seed", NULL };

FddmPresets *
fddm_job_denoise_presets (void)
{
  g_autofree char *path = g_build_filename (fddm_host_profile (), "fddm", FILE_NAME, NULL);

  return fddm_presets_new (fddm_denoise_parameters, shipped, apart, path);
}
