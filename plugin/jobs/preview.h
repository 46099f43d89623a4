/* preview.h: what FDDM Generate's dialogs show: pictures, what they will take, and what there is to choose from.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "plugin/gimp.h"
#include "ui/generate.h"

typedef struct FddmGeneratePreview FddmGeneratePreview;

/* Fills in HELP, which takes no more than one dialog; free what is returned after it. NULL and a reason where the image can't
 * take new layers. */
FddmGeneratePreview *fddm_generate_preview_new (FddmImageId image, FddmGenerateHelp *help, GError **error);
void                 fddm_generate_preview_free (FddmGeneratePreview *preview);
