/* parameter.h: what a parameter is: its name, words, range and default. Dialogs are made from tables of these.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <glib.h>

typedef enum {
  FDDM_PARAMETER_DOUBLE,
  FDDM_PARAMETER_INT,
  FDDM_PARAMETER_CHOICE
} FddmParameterType;

/* A value of a choice; its number is its place in the list. */
typedef struct {
  const char *name;    /* "fast": what scripts say                  */
  const char *label;   /* "Fast": what people read, to be translated */
} FddmChoice;

typedef struct {
  const char       *name;       /* "luma": what scripts say                                      */
  const char       *label;      /* for the dialogs, with a mnemonic, to be translated            */
  const char       *blurb;      /* a sentence, to be translated                                  */
  FddmParameterType type;
  double            min, max, preset;   /* PRESET is the default                                 */
  const FddmChoice *choices;    /* ended by a NULL name; NULL for what is not a choice           */
  const char       *group;      /* words, with a mnemonic, to be translated, for those of the same words, which stand side by
                                   side in the table and are shown when asked for; NULL: always shown */
} FddmParameter;

/* Values of a table's parameters are an array of doubles in the table's order: every int and choice fits in one. */
#define FDDM_PARAMETERS_MAX 16

/* How a dialog tells what is measured in the picture while a parameter is 0. */
typedef struct {
  const char *name;                       /* of the parameter                                          */
  char     *(*words) (gpointer data);     /* a line, translated; takes up to a second. Free with g_free */
  gpointer    data;
} FddmMeasuring;
