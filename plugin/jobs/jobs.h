/* jobs.h: the work of the procedures, the same for both hosts.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "plugin/gimp.h"
#include "plugin/parameters.h"
#include "ui/denoise.h"

/* Starts GEGL, once in a process, before any job. */
void fddm_job_start (void);

/* The layers made by fddm_job_denoise. */
typedef struct {
  FddmItemId layer;  /* the result */
  FddmItemId second; /* removed noise or uncertainty, or FDDM_NO_ITEM */
} FddmLayers;

/* Denoises a layer into a new one above it, with VALUES (of fddm_denoise_parameters). The image is changed only after the
 * last pixel was computed, in one undo group; if the job fails, it is not changed. ACCOUNT (may be NULL) gets a summary
 * with the noise found and the device; free with g_free. */
gboolean fddm_job_denoise (FddmImageId image, FddmItemId drawable, const double *values, FddmLayers *made, char **account,
                           GError **error);

/* Likewise for a user at a dialog. ACCOUNT is a sentence for users. If no noise is found, no layer is added (none in
 * MADE), and ACCOUNT says so. A new result goes above those of earlier runs. With WATCH, the main context is served
 * during the run, and the run can be stopped, which is an error that says so. If WATCH is NULL, GIMP shows the progress. */
gboolean fddm_job_denoise_seen (FddmImageId image, FddmItemId drawable, const double *values, const FddmRunWatch *watch,
                                FddmLayers *made, char **account, GError **error);

/* The layer to denoise when the user has chosen DRAWABLE: for the result of an earlier run, the source of that run. */
FddmItemId fddm_job_denoise_source (FddmImageId image, FddmItemId drawable);

/* The user's and the shipped presets, with the settings of the last dialog. Free with fddm_presets_free. */
FddmPresets *fddm_job_denoise_presets (void);

/* Fails if fddm_job_denoise would refuse the layer. */
gboolean fddm_job_denoise_check (FddmImageId image, FddmItemId drawable, GError **error);

/* The layers made by fddm_job_generate. */
typedef struct {
  FddmItemId layers[FDDM_GENERATED_MAX]; /* by ascending seed; each is followed by its maps */
  int        n;
} FddmGenerated;

/* Makes new layers with VALUES (of fddm_generate_parameters), at the upper left corner of the image, the first one on
 * top. They go above DRAWABLE, or above its layer if it is a mask, otherwise on top. The image is changed only after the
 * last pixel was computed, in one undo group; if the job fails, it is not changed. ACCOUNT as above. */
gboolean fddm_job_generate (FddmImageId image, FddmItemId drawable, const double *values, FddmGenerated *made,
                            char **account, GError **error);

/* Fails if fddm_job_generate would refuse the image. */
gboolean fddm_job_generate_check (FddmImageId image, GError **error);

/* Makes a layer that repeats without a seam, with VALUES (of fddm_seamless_parameters), out of DRAWABLE or of the rectangle
 * around its selected part. It goes directly above DRAWABLE, with place and size of that part, without a mask. The image is
 * changed only after the last pixel was computed, in one undo group; if the job fails, it is not changed. ACCOUNT as above. */
gboolean fddm_job_seamless (FddmImageId image, FddmItemId drawable, const double *values, FddmItemId *made, char **account,
                            GError **error);

/* Fails if fddm_job_seamless would refuse the layer for other reasons than its pixels. */
gboolean fddm_job_seamless_check (FddmImageId image, FddmItemId drawable, GError **error);

/* Name for the result of VALUES: that of the example, else the subject, or the model if the subject is any. Free with g_free. */
char *fddm_job_subject (const double *values);

/* TEXT as one line of valid UTF-8. Free with g_free. */
char *fddm_job_one_line (const char *text);

/* Prints the account on stderr after the name of the denoised layer, for scripts, which have neither dialog nor progress
 * bar. */
void fddm_job_log (const char *name, const char *account);

/* The files that match PATTERN, which may have wildcards in its folders, too, and for each the reason why it cannot be denoised
 * into FOLDER beside the others, or "". Files whose names are not UTF-8 are given as URIs. If nothing matches, PATTERN is the
 * only file. Removes what killed runs have left in FOLDER. Free both with g_strfreev. */
void fddm_job_list_files (const char *pattern, const char *folder, char ***files, char ***problems);

/* Denoises the picture file INPUT, a path or a "file:" URI, into FOLDER under the same name; with the ending .png if GIMP cannot
 * write such files. SETTINGS: see fddm_parameters_from_text. The file in FOLDER is written completely or not at all. INPUT
 * itself is never overwritten. */
gboolean fddm_job_denoise_file (const char *input, const char *folder, const char *settings, GError **error);

/* Generates one picture of SUBJECT with MODEL and saves it in FOLDER as SUBJECT-SEED.png, and its maps as SUBJECT-SEED-MAP.png,
 * each completely or not at all, the picture last. SETTINGS: the other parameters of fddm_generate_parameters. LIKE: a picture
 * file of the material to make more of, whose name takes SUBJECT's place; NULL or "" = none. */
gboolean fddm_job_generate_file (const char *model, const char *subject, const char *folder, const char *settings,
                                 const char *like, GError **error);
