/* probe.h: what the host checks need from GIMP beyond plugin/gimp.h.
 * SPDX-License-Identifier: Apache-2.0
 *
 * The probe is a plug-in of its own, only built for the tests: it makes pictures inside GIMP, calls the plug-in's
 * procedures through the procedure database as a script would, and looks at the layers that come back, bit by bit. */
#pragma once
#include "plugin/gimp.h"
#include "plugin/jobs/jobs.h"
#include "plugin/parameters.h"

/* Precisions by the number that both versions of GIMP know them by. */
enum {
  PROBE_U8_PERCEPTUAL    = 150,
  PROBE_U16_LINEAR       = 200,
  PROBE_U32_PERCEPTUAL   = 350,
  PROBE_HALF_LINEAR      = 500,
  PROBE_FLOAT_LINEAR     = 600,
  PROBE_FLOAT_PERCEPTUAL = 650
};

enum { PROBE_RUN_NONINTERACTIVE = 1, PROBE_RUN_WITH_LAST_VALUES = 2 };

/* ---- Implemented per host, probe-gimp2.c and probe-gimp3.c ---- */

FddmImageId probe_image_new (int width, int height, gboolean gray, int precision);
/* A layer at (X, Y), on top of PARENT's layers (FDDM_NO_ITEM: the image's). */
FddmItemId probe_layer_new (FddmImageId image, int width, int height, gboolean alpha, FddmItemId parent, int x, int y);
FddmItemId probe_group_new (FddmImageId image);
FddmItemId probe_channel_new (FddmImageId image);
/* A layer of what the image looks like now. */
FddmItemId probe_layer_visible (FddmImageId image);
FddmItemId probe_any_mask (FddmItemId layer);
/* Whether what is painted on the layer goes to its mask. */
gboolean probe_edits_mask (FddmItemId layer);
/* The name under which help on a procedure is looked for, or NULL. Free with g_free. */
char      *probe_help_id (const char *procedure);
FddmItemId probe_parent (FddmItemId item);
int        probe_position (FddmItemId item);
int        probe_layer_count (FddmImageId image, FddmItemId parent);
void       probe_offsets (FddmItemId item, int *x, int *y);
gboolean   probe_visible (FddmItemId item);
void       probe_show (FddmItemId item, gboolean visible);
void       probe_opacity (FddmItemId layer, double percent);
/* "normal", "grain-merge", or something else. */
const char *probe_mode (FddmItemId layer);
double      probe_get_opacity (FddmItemId layer);
void        probe_select (FddmImageId image, int x, int y, int width, int height);
void        probe_float (FddmItemId drawable); /* makes the selection float */
gboolean    probe_to_indexed (FddmImageId image);
void        probe_unselect (FddmImageId image);
/* Remembers the settings as an earlier dialog would have done; on GIMP 3 run.py has done it. */
void probe_remember (const char *procedure, const char *settings);
/* Calls plug-in-fddm-denoise; NULL, or the error that GIMP passes on. Free with g_free. */
char *probe_denoise (int run_mode, FddmImageId image, FddmItemId drawable, const double *values, FddmLayers *made);
char *probe_denoise_file (const char *input, const char *folder, const char *settings);
/* The same for plug-in-fddm-generate; DRAWABLE may be FDDM_NO_ITEM. */
char *probe_generate (int run_mode, FddmImageId image, FddmItemId drawable, const double *values, FddmGenerated *made);
char *probe_generate_file (const char *subject, const char *folder, const char *settings);
/* Whether values out of range reach the plug-in, or the host refuses them itself. */
gboolean probe_checks_ranges (void);

/* ---- checks.c ---- */

/* Runs all checks, one TAP line each into the file PATH. */
void probe_run (const char *path);
