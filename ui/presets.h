/* presets.h: settings under a name, those shipped and the user's own; and the settings of the last dialog.
 * SPDX-License-Identifier: Apache-2.0
 *
 * They are kept in a file of the user's. A file that is not there or damaged is an empty one; what is damaged in it is left out,
 * and before the first change to a damaged file it is put aside, as FILE.damaged. */
#pragma once
#include "ui/parameter.h"

/* Longest name, in characters. */
#define FDDM_PRESET_NAME_MAX 40

/* A preset that is shipped: the parameters that are not at their defaults, as "luma=60 chroma=90". */
typedef struct {
  const char *name; /* to be translated; NULL ends an array */
  const char *settings;
} FddmShippedPreset;

typedef struct FddmPresets FddmPresets;

#define FDDM_PRESET_ERROR (fddm_preset_error_quark ())
GQuark fddm_preset_error_quark (void);

typedef enum { FDDM_PRESET_ERROR_NAME } FddmPresetError;

/* Presets of the parameters TABLE but those named in APART, which is ended by NULL: presets leave them alone. */
FddmPresets *fddm_presets_new (const FddmParameter *table, const FddmShippedPreset *shipped, const char *const *apart,
                               const char *path);
void         fddm_presets_free (FddmPresets *presets);

/* The shipped ones come first. */
int         fddm_presets_count (const FddmPresets *presets);
const char *fddm_presets_name (const FddmPresets *presets, int i); /* translated, where it is shipped */
gboolean    fddm_presets_own (const FddmPresets *presets, int i);
void        fddm_presets_take (const FddmPresets *presets, int i, double *values);
/* The one that makes VALUES what they are, or -1; of several FAVOURITE, which may be -1, or the first. */
int fddm_presets_find (const FddmPresets *presets, const double *values, int favourite);

/* Keeps VALUES as an own preset, in place of an own one of that name. */
gboolean fddm_presets_save (FddmPresets *presets, const char *name, const double *values, GError **error);
/* Both for an own one. */
gboolean fddm_presets_rename (FddmPresets *presets, int i, const char *name, GError **error);
gboolean fddm_presets_remove (FddmPresets *presets, int i, GError **error);

/* VALUES of the last dialog, all of them; what is not known stays. */
void     fddm_presets_recall (const FddmPresets *presets, double *values);
gboolean fddm_presets_remember (FddmPresets *presets, const double *values, GError **error);
