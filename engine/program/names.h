/* names.h: list of the photos to denoise, and the names of their results.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <glib.h>
#include "engine/files/stamp.h"

/* One photo of a batch. */
typedef struct {
  char     *input;   /* as given, or found below a given folder */
  char     *name;    /* path of the result within the output folder; NULL if not a picture */
  char     *output;  /* path of the result; NULL likewise */
  char     *problem; /* reason for failure known before computing, or NULL */
  FddmStamp stamp;   /* of the input, when listed */
  gboolean  fresh;   /* whether there was no file in the place of the result when it was claimed */
  FddmStamp old;     /* of that file */
} FddmPhoto;

/* Rules for the names of results. */
typedef struct {
  const char *folder;    /* the output folder */
  const char *suffix;    /* between name and extension; NULL = none */
  const char *ending;    /* file extension such as "png"; NULL = that of the photo */
  gboolean    recursive; /* includes subfolders, which are recreated in FOLDER */
} FddmNaming;

/* Lists the pictures among OPERANDS, files and folders, as FddmPhoto: in the given order, folders sorted by name. A photo given
 * twice for the same result, by whatever path, is listed once. Free with g_ptr_array_unref. */
GPtrArray *fddm_names_list (char *const *operands, const FddmNaming *naming);

/* The absolute path of the photo whose result PHOTO is; NULL if it is none. */
typedef const char *(*FddmOriginalOf) (gconstpointer data, const FddmPhoto *photo);

/* Removes results of PHOTOS from the list, as where they lie beside the photos. Then photos without a problem have different
 * results, and no result is one of the photos. */
void fddm_names_settle (GPtrArray *photos, FddmOriginalOf original_of, gconstpointer data);
