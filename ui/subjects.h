/* subjects.h: list of a model's subjects, with pictures where available.
 * SPDX-License-Identifier: Apache-2.0
 *
 * One source for GTK 2 and GTK 3. */
#pragma once
#include <gtk/gtk.h>

#include "ui/generate.h"

typedef struct FddmSubjects FddmSubjects;

/* CHOSEN is called with the name that the user has chosen. The list is freed with its widget. */
FddmSubjects *fddm_subjects_new (void (*chosen) (gpointer data, const char *name), gpointer data);
GtkWidget    *fddm_subjects_widget (FddmSubjects *subjects);
/* Lists CHOICES, which end with a NULL name, with the pictures of SHEET. Chooses NAME, or the first if NAME is missing,
 * and returns the chosen name. */
const char *fddm_subjects_offer (FddmSubjects *subjects, const FddmChoice *choices, const FddmSheet *sheet,
                                 const char *name);
/* Name that stands for the example in the list. No subject is called that. */
#define FDDM_SUBJECT_LIKE "\001"
/* From now on, lists the example second, as LABEL with PICTURE, both as in FddmGenerateHelp. */
void fddm_subjects_like (FddmSubjects *subjects, const char *label, const guint8 *picture);
/* Chooses NAME, or the first if NAME is missing, without calling CHOSEN. Returns the chosen name. */
const char *fddm_subjects_choose (FddmSubjects *subjects, const char *name);
