/* batch.h: fddm denoise -o: many pictures, one after another or several at a time.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "engine/program/denoise-picture.h"

/* Denoises the pictures among OPERANDS, files and folders, into the output folder. Reports failures and does the rest. */
gboolean fddm_cli_denoise_many (const FddmCliDenoise *denoise, char *const *operands, GError **error);
