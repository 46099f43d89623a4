/* formats.h: the formats of picture files.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "engine/program/pictures/codec.h"

/* How files of a format are read or written: by a codec or by a GEGL operation. */
typedef struct {
  const FddmCodec *codec;
  const char      *operation; /* NULL if there is a codec */
  FddmLoss         loss;
} FddmFormat;

/* Finds the format of a file by its first SIZE bytes HEAD, which are more reliable than its ending. FALSE with *PROBLEM set if it
 * cannot be read here. */
gboolean fddm_format_of_head (FddmFormat *format, const guint8 *head, gsize size, char **problem);

/* Finds the format to write by the ending of PATH. */
gboolean fddm_format_of_ending (FddmFormat *format, const char *path);

/* Whether a GEGL operation reads a file of HEAD or writes one with the ending of PATH, if it is installed. */
gboolean fddm_format_wants_operation (const char *path, const guint8 *head, gsize size);

/* Whether the ending of PATH is of a format that can be read but not written. */
gboolean fddm_format_is_read_only (const char *path);

/* The endings of formats that can be written, each after BEFORE in place of its dot, with commas between. Free with
 * g_free. */
char *fddm_format_endings (const char *before);

/* Bytes of a head that suffice. */
#define FDDM_FORMAT_HEAD 64
