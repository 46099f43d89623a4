/* parameter.h: description of a parameter: name, text, range and default. Dialogs are made from tables of these.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <glib.h>

typedef enum {
  FDDM_PARAMETER_DOUBLE,
  FDDM_PARAMETER_INT,
  FDDM_PARAMETER_BOOLEAN,
  FDDM_PARAMETER_CHOICE,
  FDDM_PARAMETER_TEXT,
  FDDM_PARAMETER_DRAWABLE /* by its number in GIMP; -1 = none */
} FddmParameterType;

/* A value of a choice. Its number is its index in the list. */
typedef struct {
  const char *name;  /* "fast": the name in scripts */
  const char *label; /* "Fast": the name in dialogs, to be translated */
} FddmChoice;

typedef struct {
  const char       *name;  /* "luma": the name in scripts */
  const char       *label; /* name in dialogs, with a mnemonic, to be translated */
  const char       *blurb; /* a sentence, to be translated */
  FddmParameterType type;
  double            min, max, preset; /* PRESET is the default */
  const FddmChoice *choices;          /* ends with a NULL name; NULL for parameters that are no choice */
  const char
    *group; /* title of the group, with a mnemonic, to be translated; groups are shown on request; NULL: always shown */
  const char *text; /* default of a text */
} FddmParameter;

/* Values of a table's parameters are an array of doubles in the table's order. Every int and every index of a choice fits
 * in a double. A text is stored as its GQuark. */
#define FDDM_PARAMETERS_MAX 24

static inline double
fddm_value_of_text (const char *text)
{
  return g_quark_from_string (text);
}

static inline const char *
fddm_text_of_value (double value)
{
  return g_quark_to_string ((GQuark) value);
}

/* Default value of PARAMETER. */
static inline double
fddm_parameter_preset (const FddmParameter *parameter)
{
  return parameter->type == FDDM_PARAMETER_TEXT ? fddm_value_of_text (parameter->text) : parameter->preset;
}

/* Index of the parameter NAME, which must be in the table. */
int fddm_parameter_place (const FddmParameter *table, const char *name);
