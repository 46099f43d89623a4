/* checks.h: tools of the host checks.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "tests/hosts/probe.h"

/* Sample C of N at (X, Y). The last of 2 or 4 samples is alpha. */
typedef float (*Pattern) (int x, int y, int c, int n, gpointer data);

/* Prints a TAP line for TRUTH with the formatted name. Returns TRUTH. */
gboolean check (gboolean truth, const char *format, ...) G_GNUC_PRINTF (2, 3);
void     skip (const char *name, const char *reason);

/* The defaults, except: quality fast, noise 20, CPU. */
void fast_values (double *values);
/* Perceptual floats with the drawable's components, in its space. */
const Babl *float_format (FddmItemId drawable);
/* All pixels in FORMAT. Free with g_free. */
void *pixels_of (FddmItemId drawable, const Babl *format, gsize *bytes);
void  fill (FddmItemId drawable, Pattern pattern, gpointer data);
/* Soft colours with noise of about 19 8-bit steps; striped alpha. */
float noisy_ramp (int x, int y, int c, int n, gpointer data);

gboolean same_pixels (FddmItemId one, FddmItemId other); /* compares all bits                          */
double   difference (FddmItemId one, FddmItemId other);  /* largest difference, in perceptual units    */
double   roughness (FddmItemId drawable);                /* sum of brightness steps between neighbours */

/* Denoises and checks for success; or for failure with the expected reason and an unchanged image. */
gboolean denoised (FddmImageId image, FddmItemId drawable, const double *values, FddmLayers *made, const char *what);
void     refused (FddmImageId image, FddmItemId drawable, const double *values, const char *expected, const char *what);

/* checks-pictures.c: precisions, sizes, values */
void check_pictures (void);
/* checks-seen.c: what the user sees is what is denoised: filters, text, links, vectors */
void check_seen (void);
/* checks-layers.c: places, groups, masks, selections, the noise layer */
void check_layers (void);
/* checks-refusals.c: refusals, and remembered values */
void check_refusals (void);
/* checks-meanwhile.c: actions of the user during a job */
void check_meanwhile (void);
/* checks-failures.c: what GIMP cannot do at the end of a job */
void check_failures (void);
/* checks-generate.c: all of plug-in-fddm-generate */
void check_generate (void);
/* checks-maps.c: maps, and a material like a layer */
void check_maps (void);
/* checks-seamless.c: all of plug-in-fddm-make-seamless */
void check_seamless (void);
