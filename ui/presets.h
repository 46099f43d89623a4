/* presets.h: named settings, shipped and the user's own; and the settings of the last dialog.
 * SPDX-License-Identifier: Apache-2.0
 *
 * They are stored in a file of the user's. A missing file counts as empty. Damaged entries are ignored; the damaged file
 * is kept as FILE.damaged before it is first rewritten. Several dialogs may be open at once: each change is made to what is in
 * the file by then. */
#pragma once
#include "ui/parameter.h"

/* Maximum length of a name, in characters. */
#define FDDM_PRESET_NAME_MAX 40

/* A shipped preset: the parameters that are not at their defaults, such as "luma=60 chroma=90". */
typedef struct {
  const char *name; /* to be translated; NULL ends an array */
  const char *settings;
} FddmShippedPreset;

typedef struct FddmPresets FddmPresets;

#define FDDM_PRESET_ERROR (fddm_preset_error_quark ())
GQuark fddm_preset_error_quark (void);

typedef enum { FDDM_PRESET_ERROR_NAME } FddmPresetError;

/* Presets of the parameters TABLE. Presets do not touch the parameters named in APART, which ends with NULL. */
FddmPresets *fddm_presets_new (const FddmParameter *table, const FddmShippedPreset *shipped, const char *const *apart,
                               const char *path);
void         fddm_presets_free (FddmPresets *presets);

/* Presets are numbered from 0, the shipped ones first. */
int         fddm_presets_count (const FddmPresets *presets);
const char *fddm_presets_name (const FddmPresets *presets, int i); /* translated if shipped */
gboolean    fddm_presets_own (const FddmPresets *presets, int i);
void        fddm_presets_take (const FddmPresets *presets, int i, double *values);
/* Index of the preset with this name, the user's own rather than a shipped one, or -1. */
int fddm_presets_place (const FddmPresets *presets, const char *name);
/* Index of the preset that matches VALUES, or -1. The parameters in APART are ignored. If several match: FAVOURITE (may be
 * -1) if it is among them, otherwise the first. */
int fddm_presets_find (const FddmPresets *presets, const double *values, int favourite);

/* Changes of the list read the file again, so that the user's presets may get other numbers, even if the change fails. What could
 * not be written is not in the list. */

/* Saves VALUES as a preset of the user's. Replaces one of the user's with that name. */
gboolean fddm_presets_save (FddmPresets *presets, const char *name, const double *values, GError **error);
/* For the user's own presets only. */
gboolean fddm_presets_rename (FddmPresets *presets, int i, const char *name, GError **error);
gboolean fddm_presets_remove (FddmPresets *presets, int i, GError **error);

/* Reads all values of the last dialog. Unknown ones keep their value in VALUES. */
void     fddm_presets_recall (const FddmPresets *presets, double *values);
gboolean fddm_presets_remember (FddmPresets *presets, const double *values, GError **error);
