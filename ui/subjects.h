/* subjects.h: a model's subjects to choose from, each with a picture where there is one.
 * SPDX-License-Identifier: Apache-2.0
 *
 * The same source for GTK 2 and GTK 3. */
#pragma once
#include <gtk/gtk.h>

#include "ui/generate.h"

typedef struct FddmSubjects FddmSubjects;

/* CHOSEN is called with the name that the user has chosen. It lives as long as its widget. */
FddmSubjects *fddm_subjects_new (void (*chosen) (gpointer data, const char *name), gpointer data);
GtkWidget    *fddm_subjects_widget (FddmSubjects *subjects);
/* Offers CHOICES, which are ended by a NULL name, with the pictures of SHEET, and chooses NAME or else the first one, whose name
 * comes back. */
const char *fddm_subjects_offer (FddmSubjects *subjects, const FddmChoice *choices, const FddmSheet *sheet,
                                 const char *name);
/* Chooses NAME, or the first one, without calling CHOSEN; the name that is chosen then. */
const char *fddm_subjects_choose (FddmSubjects *subjects, const char *name);
