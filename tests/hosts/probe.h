/* probe.h: access to GIMP for the host checks, beyond plugin/gimp.h.
 * SPDX-License-Identifier: Apache-2.0
 *
 * The probe is a separate plug-in, built for the tests only. It creates pictures inside GIMP, calls the procedures
 * through the procedure database like a script, and compares the resulting layers bit by bit. */
#pragma once
#include "plugin/gimp.h"
#include "plugin/jobs/jobs.h"
#include "plugin/parameters.h"

/* Precisions, by the numbers that both versions of GIMP use. */
enum {
  PROBE_U8_PERCEPTUAL    = 150,
  PROBE_U16_LINEAR       = 200,
  PROBE_U16_PERCEPTUAL   = 250,
  PROBE_U32_PERCEPTUAL   = 350,
  PROBE_HALF_LINEAR      = 500,
  PROBE_FLOAT_LINEAR     = 600,
  PROBE_FLOAT_PERCEPTUAL = 650
};

enum { PROBE_RUN_NONINTERACTIVE = 1, PROBE_RUN_WITH_LAST_VALUES = 2 };

/* ---- Implemented for each host, in probe-gimp2.c and probe-gimp3.c ---- */

FddmImageId probe_image_new (int width, int height, gboolean gray, int precision);
/* A layer at (X, Y), at the top of PARENT (FDDM_NO_ITEM: of the image). */
FddmItemId probe_layer_new (FddmImageId image, int width, int height, gboolean alpha, FddmItemId parent, int x, int y);
FddmItemId probe_group_new (FddmImageId image);
FddmItemId probe_channel_new (FddmImageId image);
/* Layers of other kinds, at the top of the image; FDDM_NO_ITEM where this GIMP has no such kind. PATH is a picture. */
/* Without fonts, there is no text either. */
FddmItemId probe_text_new (FddmImageId image, const char *text);
FddmItemId probe_link_new (FddmImageId image, const char *path);
FddmItemId probe_vector_new (FddmImageId image);
/* Puts a filter on the layer that inverts its coded samples. FALSE where this GIMP has no filters on layers. */
gboolean probe_invert (FddmItemId layer);
/* Number of images that are open. */
int probe_image_count (void);
/* A layer with the visible image. */
FddmItemId probe_layer_visible (FddmImageId image);
FddmItemId probe_any_mask (FddmItemId layer);
/* Whether painting on the layer goes to its mask. */
gboolean probe_edits_mask (FddmItemId layer);
/* Help identifier of the procedure, or NULL. Free with g_free. */
char      *probe_help_id (const char *procedure);
FddmItemId probe_parent (FddmItemId item);
int        probe_position (FddmItemId item);
int        probe_layer_count (FddmImageId image, FddmItemId parent);
void       probe_offsets (FddmItemId item, int *x, int *y);
gboolean   probe_visible (FddmItemId item);
void       probe_show (FddmItemId item, gboolean visible);
void       probe_opacity (FddmItemId layer, double percent);
void       probe_multiply (FddmItemId layer); /* sets this mode */
void       probe_clip (FddmItemId layer);     /* sets the composite mode: clipped to what is below */
void       probe_pass (FddmItemId group);     /* lets it pass through */
/* Shows the layer's mask in its place; hides the image's red. */
void probe_show_mask (FddmItemId layer);
void probe_hide_red (FddmImageId image);
/* "normal", "grain-merge", or another name. */
const char *probe_mode (FddmItemId layer);
double      probe_get_opacity (FddmItemId layer);
void        probe_select (FddmImageId image, int x, int y, int width, int height);
void        probe_float (FddmItemId drawable); /* floats the selection */
gboolean    probe_to_indexed (FddmImageId image);
void        probe_unselect (FddmImageId image);
void        probe_lock (FddmItemId layer); /* sets all locks that a layer has */
/* Cuts the layer to this size. */
void probe_resize (FddmItemId layer, int width, int height);
/* A copy of the layer on top of IMAGE, another one, as dragging makes it. */
FddmItemId probe_copy_to (FddmItemId layer, FddmImageId image);
/* Stores SETTINGS like an earlier dialog. On GIMP 3, run.py has done it. */
void probe_remember (const char *procedure, const char *settings);
/* Stores settings of an earlier dialog of Generate, in which LIKE was the example, 12 × 11 pixels in 2 steps. */
void probe_remember_like (FddmItemId like);
/* Calls plug-in-fddm-denoise. Returns NULL, or GIMP's error message. Free with g_free. */
char *probe_denoise (int run_mode, FddmImageId image, FddmItemId drawable, const double *values, FddmLayers *made);
char *probe_denoise_file (const char *input, const char *folder, const char *settings);
/* The same for plug-in-fddm-generate. DRAWABLE may be FDDM_NO_ITEM. */
char *probe_generate (int run_mode, FddmImageId image, FddmItemId drawable, const double *values, FddmGenerated *made);
/* The same for plug-in-fddm-make-seamless. */
char *probe_seamless (int run_mode, FddmImageId image, FddmItemId drawable, const double *values, FddmItemId *made);
char *probe_generate_file (const char *subject, const char *folder, const char *settings);
/* Calls a procedure with N texts alone. Returns GIMP's error message, or NULL where GIMP itself fills in the rest. Free with
 * g_free. */
char *probe_call_short (const char *procedure, int n);
/* Whether values out of range reach the plug-in instead of being refused by the host. */
gboolean probe_checks_ranges (void);

/* ---- checks.c ---- */

/* Runs all checks and writes one TAP line for each to the file PATH. */
void probe_run (const char *path);
