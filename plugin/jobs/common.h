/* common.h: code shared by the jobs.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "engine/fddm.h"
#include "plugin/gimp.h"

/* Whether ITEM is in the image. */
gboolean fddm_job_check_item (FddmImageId image, FddmItemId item, GError **error);

/* Fails with INDEXED, translated, if the image is in indexed colour. */
gboolean fddm_job_check_colours (FddmImageId image, const char *indexed, GError **error);

/* Fails if the image has a floating selection. */
gboolean fddm_job_check_floating (FddmImageId image, GError **error);

/* Opens the weights NAME from the plug-in's folders for weights. */
FddmWeights *fddm_job_weights (const char *name, GError **error);

/* Creates a context for WEIGHTS on the device given by a parameter's value. MEMORY as in FddmContextOptions, 0 = the
 * default. */
FddmContext *fddm_job_context (FddmWeights *weights, double device, gsize memory, GError **error);

/* Reason, in a few words, why no GPU can be used; NULL if one can. Takes up to a second. Free with g_free. */
char *fddm_job_gpu_problem (void);

/* Text on the computing device for a parameter's DEVICE. PROBLEM: from fddm_job_gpu_problem. Free with g_free. */
char *fddm_job_device_words (const char *problem, double device);

/* Completes FOUND, a summary of the run, by the reason why no GPU was used, if there is one. Frees FOUND; free the result
 * with g_free. */
char *fddm_job_account (const FddmContext *context, char *found);
