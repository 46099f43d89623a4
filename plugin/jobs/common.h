/* common.h: what the jobs share between GIMP and the engine.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "engine/fddm.h"
#include "plugin/gimp.h"

/* Whether the image can take new layers of our making. INDEXED is said where it cannot for its mode, translated. */
gboolean fddm_job_check_image (FddmImageId image, const char *indexed, GError **error);

/* The weights NAME, found where the plug-in looks for them. */
FddmWeights *fddm_job_weights (const char *name, GError **error);

/* Those on the device that the value of a parameter says; MEMORY as in FddmContextOptions, 0 = the default. */
FddmContext *fddm_job_context (FddmWeights *weights, double device, gsize memory, GError **error);

/* Why no GPU can be used, shortened for a line; NULL where one can. Takes up to a second. Free with g_free. */
char *fddm_job_gpu_problem (void);

/* A line on where the DEVICE of a parameter computes. PROBLEM: as above. Free with g_free. */
char *fddm_job_device_words (const char *problem, double device);

/* FOUND, a line on what was done, which it frees; with a sentence more on why no GPU was taken, where none was. */
char *fddm_job_account (const FddmContext *context, char *found);
