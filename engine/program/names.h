/* names.h: which photos are denoised, and what their results are called.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <glib.h>
#include "engine/program/stamp.h"

/* One photo of many. */
typedef struct {
  char     *input;   /* as given, or found below a folder that was                        */
  char     *name;    /* the result's path within the output folder; NULL for what is none */
  char     *output;  /* the result's path; NULL likewise                                  */
  char     *problem; /* why it cannot be done, known before anything is computed, or NULL */
  FddmStamp stamp;   /* of the input, when it was listed                                  */
} FddmPhoto;

/* How results are named after their photos. */
typedef struct {
  const char *folder;    /* where they go                                           */
  const char *suffix;    /* between a name and its ending; NULL = none              */
  const char *ending;    /* such as "png"; NULL = that of the photo                 */
  gboolean    recursive; /* folders within folders, too, the same in FOLDER         */
} FddmNaming;

/* The pictures among OPERANDS, files and folders, as FddmPhoto: in the order given, folders sorted by name. No two without a
 * problem have the same result, and no result is one of the photos. Free with g_ptr_array_unref. */
GPtrArray *fddm_names_list (char *const *operands, const FddmNaming *naming);
