/* temporary.h: folders for files that are being written.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <glib.h>

/* A folder beside a file to be, locked as long as its process lives. */
typedef struct {
  char *path;
  int   lock; /* -1 where folders cannot be locked */
} FddmTemporary;

/* A new folder beside PATH: savers make files of their own beside theirs. FALSE with errno set. */
gboolean fddm_temporary_beside (FddmTemporary *temporary, const char *path);
void     fddm_temporary_remove (FddmTemporary *temporary);

/* Removes FOLDER and the files in it. */
void fddm_temporary_remove_folder (const char *folder);

/* Removes the temporary folders in FOLDER whose processes are gone. */
void fddm_temporary_sweep (const char *folder);
