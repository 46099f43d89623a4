/* vectors.h: the constants of a removal on the device.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "engine/denoise/job.h"

/* Uploads the constants that all tiles share. */
gboolean fddm_vectors_upload (const FddmContext *context, FddmRemoval *removal, GError **error);
void     fddm_vectors_free (const FddmContext *context, FddmRemoval *removal);
