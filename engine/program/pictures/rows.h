/* rows.h: the rows of a buffer, one after another.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <gegl.h>

/* While a codec works on a strip of rows, a thread moves the one before it to the buffer, or the next one from there. */
typedef struct {
  GeglBuffer   *buffer;
  const Babl   *format; /* of a row */
  gsize         size;   /* of a row in bytes */
  int           width, height, at;
  int           in_strip;       /* number of rows                                                         */
  guint8       *strip, *moving; /* of the current row; that the thread works on: the same one without it  */
  GeglRectangle moved;          /* the place of MOVING                                                    */
  GThread      *mover;          /* NULL = none is under way                                               */
} FddmRows;

/* FALSE if out of memory. Free with fddm_rows_clear, also then, and leave ROWS where they are until then. */
gboolean fddm_rows_init (FddmRows *rows, GeglBuffer *buffer, const Babl *format);
void     fddm_rows_clear (FddmRows *rows);

/* The next row, to be filled; NULL if the user has interrupted. The row before it counts as filled. */
guint8 *fddm_rows_fill (FddmRows *rows);
/* Counts the last row as filled and hands all rows to the buffer. */
void fddm_rows_finish (FddmRows *rows);

/* The contents of the next row; NULL if the user has interrupted. */
guint8 *fddm_rows_read (FddmRows *rows);

/* A new buffer for WIDTH × HEIGHT pixels. NULL with *PROBLEM set if that is too large. */
GeglBuffer *fddm_rows_buffer (gint64 width, gint64 height, const Babl *format, char **problem);

/* The format of BUFFER's contents with perceptually coded samples of the type DEPTH, such as "u8", in BUFFER's space. Gray
 * and alpha are kept where the flags allow them. */
typedef enum {
  FDDM_ROWS_GRAY       = 1,
  FDDM_ROWS_ALPHA      = 2,
  FDDM_ROWS_ASSOCIATED = 4, /* alpha that is multiplied into the colours stays so */
  FDDM_ROWS_ALL        = 7
} FddmRowsFlags;
const Babl *fddm_rows_format (GeglBuffer *buffer, const char *depth, FddmRowsFlags flags);
gboolean    fddm_rows_is_gray (const Babl *format);
