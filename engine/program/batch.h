/* batch.h: fddm denoise -o: many pictures, one or several at a time.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "engine/program/denoise-picture.h"

/* Denoises the pictures among OPERANDS, files and folders, into the output folder. Reports failures and continues with
 * the other pictures. */
gboolean fddm_cli_denoise_many (const FddmCliDenoise *denoise, char *const *operands, GError **error);
