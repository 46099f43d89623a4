/* private.h: shared by the sources of this folder.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "engine/program/pictures/codec.h"
#include "engine/program/pictures/picture.h"

/* Sets an error from FORMAT, the file PATH and REASON. Returns FALSE. */
gboolean fddm_picture_fail (GError **error, const char *format, const char *path, const char *reason);

/* After an interruption: sets the error for it. Returns FALSE. */
gboolean fddm_picture_cancel (GError **error);

/* Reads PATH, which may change meanwhile. */
GeglBuffer *fddm_picture_read (const char *path, FddmTraits *traits, GError **error);

/* Whether PATH is still the file of STAMP. */
gboolean fddm_picture_unchanged (const FddmStamp *stamp, const char *path, GError **error);
