/* parameter.h: what a parameter is: its name, words, range and default. Dialogs are made from tables of these.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <glib.h>

typedef enum {
  FDDM_PARAMETER_DOUBLE,
  FDDM_PARAMETER_INT,
  FDDM_PARAMETER_BOOLEAN,
  FDDM_PARAMETER_CHOICE,
  FDDM_PARAMETER_TEXT
} FddmParameterType;

/* A value of a choice; its number is its place in the list. */
typedef struct {
  const char *name;  /* "fast": what scripts say                  */
  const char *label; /* "Fast": what people read, to be translated */
} FddmChoice;

typedef struct {
  const char       *name;  /* "luma": what scripts say                                      */
  const char       *label; /* for the dialogs, with a mnemonic, to be translated            */
  const char       *blurb; /* a sentence, to be translated                                  */
  FddmParameterType type;
  double            min, max, preset; /* PRESET is the default                                 */
  const FddmChoice *choices;          /* ended by a NULL name; NULL for what is not a choice           */
  const char       *group; /* words, with a mnemonic, to be translated, for those of the same words, which are shown
                                   when asked for; NULL: always shown */
  const char       *text;  /* the default of a text                                         */
} FddmParameter;

/* Values of a table's parameters are an array of doubles in the table's order: every int and choice fits in one, and of a
 * text the number under which GLib keeps it, a GQuark. */
#define FDDM_PARAMETERS_MAX 16

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

/* The value that a parameter has by default. */
static inline double
fddm_parameter_preset (const FddmParameter *parameter)
{
  return parameter->type == FDDM_PARAMETER_TEXT ? fddm_value_of_text (parameter->text) : parameter->preset;
}

/* The place of the parameter NAME, which must be in the table. */
int fddm_parameter_place (const FddmParameter *table, const char *name);
