/* jobs.h: the work behind the procedures, the same on every host.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "plugin/gimp.h"
#include "plugin/parameters.h"
#include "ui/denoise.h"

/* The layers that fddm_job_denoise made. */
typedef struct {
  FddmItemId layer;  /* the result                                               */
  FddmItemId second; /* what was removed, or the uncertainty, or FDDM_NO_ITEM    */
} FddmLayers;

/* Denoises a layer into a new one above it, as VALUES (of fddm_denoise_parameters) say. The image is changed after the
 * last pixel was computed, in one undo group, or not at all. ACCOUNT, which may be NULL, gets a line on what was found and
 * where it was computed; free with g_free. */
gboolean fddm_job_denoise (FddmImageId image, FddmItemId drawable, const double *values, FddmLayers *made, char **account,
                           GError **error);

/* The same for someone who looks on: ACCOUNT is a sentence for people; where no noise is found there is no new layer (MADE has
 * none) and ACCOUNT says so; a further result goes above the former ones. With WATCH the main context is served all the time and
 * the run can be stopped, which is an error that says so; without it, NULL, GIMP shows the progress. */
gboolean fddm_job_denoise_seen (FddmImageId image, FddmItemId drawable, const double *values, const FddmRunWatch *watch,
                                FddmLayers *made, char **account, GError **error);

/* The layer to denoise where a person has chosen DRAWABLE: what a run has made stands for what it was made of. */
FddmItemId fddm_job_denoise_source (FddmImageId image, FddmItemId drawable);

/* The user's and the shipped presets, with what the last dialog left. Free with fddm_presets_free. */
FddmPresets *fddm_job_denoise_presets (void);

/* FALSE and a reason where fddm_job_denoise would refuse the layer. */
gboolean fddm_job_denoise_check (FddmImageId image, FddmItemId drawable, GError **error);

/* The layers that fddm_job_generate made. */
typedef struct {
  FddmItemId layers[FDDM_GENERATE_LAYERS_MAX]; /* by their seeds, counting up */
  int        n;
} FddmGenerated;

/* Makes new layers above the layer that DRAWABLE is or is the mask of, else on top, as VALUES (of fddm_generate_parameters)
 * say: at the image's upper left corner, the first one on top. The image is changed after the last pixel was computed, in
 * one undo group, or not at all. ACCOUNT as above. */
gboolean fddm_job_generate (FddmImageId image, FddmItemId drawable, const double *values, FddmGenerated *made,
                            char **account, GError **error);

/* FALSE and a reason where fddm_job_generate would refuse the image. */
gboolean fddm_job_generate_check (FddmImageId image, GError **error);

/* What VALUES make, as a name: the subject, or the model where any will do. Free with g_free. */
char *fddm_job_subject (const double *values);

/* Where nobody sees a dialog or a progress bar, in a script, the account goes to the standard error output, behind the name
 * of what was denoised. */
void fddm_job_log (const char *name, const char *account);

/* Denoises the picture file INPUT into FOLDER, under the same name. SETTINGS: see fddm_parameters_from_text. The file in
 * FOLDER appears whole or not at all, and INPUT itself is never written to. */
gboolean fddm_job_denoise_file (const char *input, const char *folder, const char *settings, GError **error);

/* Makes one picture, SUBJECT by MODEL, and saves it into FOLDER as SUBJECT-SEED.png, whole or not at all. SETTINGS: the
 * others of fddm_generate_parameters. */
gboolean fddm_job_generate_file (const char *model, const char *subject, const char *folder, const char *settings,
                                 GError **error);
