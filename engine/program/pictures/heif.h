/* heif.h: writing of HEIC and AVIF files.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <libheif/heif.h>
#include "engine/program/pictures/codec.h"

/* See FddmCodec. */
char *fddm_heic_write (FILE *file, GeglBuffer *buffer, const FddmWriting *how);
char *fddm_heic_missing (void);
char *fddm_avif_write (FILE *file, GeglBuffer *buffer, const FddmWriting *how);
char *fddm_avif_missing (void);
