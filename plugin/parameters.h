/* parameters.h: the parameters of the procedures, defined once.
 * SPDX-License-Identifier: Apache-2.0
 *
 * The tables feed the registration on both hosts, both dialogs, the values remembered between runs and the settings of
 * the batch scripts. The order of a table is the order of the arguments on GIMP 2.10: append new parameters. */
#pragma once
#include "engine/fddm.h"
#include "ui/parameter.h"

enum {
  FDDM_DENOISE_NOISE,
  FDDM_DENOISE_LUMA,
  FDDM_DENOISE_CHROMA,
  FDDM_DENOISE_DETAIL,
  FDDM_DENOISE_QUALITY,
  FDDM_DENOISE_OUTPUT,
  FDDM_DENOISE_DEVICE,
  FDDM_DENOISE_SEED,
  FDDM_DENOISE_COARSE,
  FDDM_DENOISE_MEDIUM,
  FDDM_DENOISE_FINE,
  FDDM_DENOISE_N
};

enum {
  FDDM_GENERATE_MODEL,
  FDDM_GENERATE_SUBJECT,
  FDDM_GENERATE_WIDTH,
  FDDM_GENERATE_HEIGHT,
  FDDM_GENERATE_STEPS,
  FDDM_GENERATE_ETA,
  FDDM_GENERATE_TILEABLE,
  FDDM_GENERATE_COUNT,
  FDDM_GENERATE_DEVICE,
  FDDM_GENERATE_SEED,
  FDDM_GENERATE_MAPS,
  FDDM_GENERATE_MAP_STRENGTH,
  FDDM_GENERATE_NORMALS,
  FDDM_GENERATE_LIKE,
  FDDM_GENERATE_CLOSENESS,
  FDDM_GENERATE_N
};

enum {
  FDDM_SEAMLESS_SEED,
  FDDM_SEAMLESS_STEPS,
  FDDM_SEAMLESS_DEVICE,
  FDDM_SEAMLESS_BAND,
  FDDM_SEAMLESS_EVEN_LIGHT,
  FDDM_SEAMLESS_N
};

/* Widest band that can be asked for, in pixels. */
#define FDDM_SEAMLESS_BAND_MAX 1024

/* Maximum number of layers per call. */
#define FDDM_GENERATE_LAYERS_MAX FDDM_GENERATE_SERIES_MAX

/* Maximum number of layers, those of maps included. */
#define FDDM_GENERATED_MAX (4 * FDDM_GENERATE_LAYERS_MAX)

/* The choices of device. */
enum { FDDM_DEVICE_CHOICE_AUTO, FDDM_DEVICE_CHOICE_GPU, FDDM_DEVICE_CHOICE_CPU };

/* Each choice of maps has those of the choices before it, too. Their number is the choice's. */
enum { FDDM_MAPS_NONE, FDDM_MAPS_HEIGHT, FDDM_MAPS_NORMAL, FDDM_MAPS_ROUGHNESS };

enum { FDDM_OUTPUT_LAYER, FDDM_OUTPUT_LAYER_AND_NOISE, FDDM_OUTPUT_LAYER_AND_UNCERTAINTY };

/* Parameters of plug-in-fddm-denoise, plug-in-fddm-generate and plug-in-fddm-make-seamless, terminated by a NULL name. */
extern const FddmParameter fddm_denoise_parameters[FDDM_DENOISE_N + 1];
extern const FddmParameter fddm_generate_parameters[FDDM_GENERATE_N + 1];
extern const FddmParameter fddm_seamless_parameters[FDDM_SEAMLESS_N + 1];

#define FDDM_PARAMETER_ERROR (fddm_parameter_error_quark ())
GQuark fddm_parameter_error_quark (void);

typedef enum { FDDM_PARAMETER_ERROR_RANGE, FDDM_PARAMETER_ERROR_UNKNOWN } FddmParameterError;

/* Number of entries in TABLE. */
int fddm_parameters_count (const FddmParameter *table);

/* Sets VALUES to the defaults. */
void fddm_parameters_defaults (const FddmParameter *table, double *values);

/* FALSE if a value is out of range. The error names the parameter and the range. */
gboolean fddm_parameters_check (const FddmParameter *table, const double *values, GError **error);

/* The blurb with the range or the choices, as in GIMP's procedure browser. Free with g_free. */
char *fddm_parameter_describe (const FddmParameter *parameter);

/* Text form of the values, "noise=0 luma=100 … quality=balanced …", for remembered values and batch scripts. Free with
 * g_free. */
char *fddm_parameters_to_text (const FddmParameter *table, const double *values);

/* Parses this text form, in which text values are escaped as in a URI. Parameters not mentioned keep their VALUES; a
 * choice is given by name or number. An unknown name, a malformed number or a value out of range is an error and leaves
 * VALUES unchanged. */
gboolean fddm_parameters_from_text (const FddmParameter *table, const char *text, double *values, GError **error);

/* The engine's parameters for VALUES of fddm_denoise_parameters. The number of averages is that of one grid. */
FddmDenoiseParams fddm_denoise_params_of (const double *values);
