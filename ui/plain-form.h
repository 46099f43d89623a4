/* plain-form.h: a dialog's controls without a preview.
 * SPDX-License-Identifier: Apache-2.0
 *
 * One source for GTK 2 and GTK 3. */
#pragma once
#include "ui/controls.h"

/* The texts of a dialog, translated. */
typedef struct {
  const char *title, *words; /* WORDS: what it does */
} FddmPlainWords;

/* A column with WORDS, a row for each parameter of the table that is in no group, and the only group, which opens on request. It
 * is shown. */
GtkWidget *fddm_plain_form_new (FddmControls *controls, const FddmPlainWords *words);
