/* jxl.h: JPEG XL files, by libjxl.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <jxl/decode.h>
#include <jxl/encode.h>
#include "engine/program/pictures/codec.h"

/* See FddmCodec. */
GeglBuffer *fddm_jxl_read (FILE *file, FddmTraits *traits, char **problem);
char       *fddm_jxl_write (FILE *file, GeglBuffer *buffer, const FddmWriting *how);

/* Runs libjxl's work on OpenMP's threads, whose number the program sets. */
JxlParallelRetCode fddm_jxl_run (void *unused, void *work, JxlParallelRunInit begin, JxlParallelRunFunction run,
                                 guint32 first, guint32 end);

/* ---- What differs between versions of libjxl ---- */

/* The colours of the file of DECODER by their numbers. FALSE if it holds a profile instead. */
gboolean fddm_jxl_numbers (const JxlDecoder *decoder, JxlColorEncoding *numbers);
/* The profile of the file or of the decoded pixels, or NULL. */
GBytes *fddm_jxl_profile (const JxlDecoder *decoder, JxlColorProfileTarget target);
