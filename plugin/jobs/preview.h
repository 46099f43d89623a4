/* preview.h: data for the dialogs of FDDM Generate: pictures, cost, and choices.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "plugin/gimp.h"
#include "ui/generate.h"

typedef struct FddmGeneratePreview FddmGeneratePreview;

/* Fills in HELP, which serves one dialog. Free the result after HELP is no longer used. Fails with NULL if no layers can
 * be added to the image. DRAWABLE, which may be none, is offered as example. */
FddmGeneratePreview *fddm_generate_preview_new (FddmImageId image, FddmItemId drawable, FddmGenerateHelp *help,
                                                GError **error);
void                 fddm_generate_preview_free (FddmGeneratePreview *preview);
