/* preview.h: what FDDM Generate's dialogs show: pictures, and what there is to choose from.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "plugin/gimp.h"
#include "ui/generate.h"

typedef struct FddmGeneratePreview FddmGeneratePreview;

/* Fills in HELP, which takes no more than one dialog; free what is returned after it. */
FddmGeneratePreview *fddm_generate_preview_new (FddmImageId image, FddmGenerateHelp *help);
void                 fddm_generate_preview_free (FddmGeneratePreview *preview);
