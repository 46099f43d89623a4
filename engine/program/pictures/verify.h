/* verify.h: comparison of a file with what was written to it.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "engine/program/pictures/codec.h"

/* Reads PATH and compares it with BUFFER, in pixels within LOSS, and with PROFILE. Returns the problem, or NULL. */
char *fddm_verify (const char *path, GeglBuffer *buffer, GBytes *profile, FddmLoss loss);
