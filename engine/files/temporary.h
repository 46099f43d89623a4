/* temporary.h: folders for unfinished files.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <glib.h>

/* A folder beside the final file, locked during the life of its process. */
typedef struct {
  char *path;
  int   lock; /* -1 if the folder could not be locked */
} FddmTemporary;

/* Creates a folder beside PATH, because savers create auxiliary files beside theirs. FALSE with errno set. */
gboolean fddm_temporary_beside (FddmTemporary *temporary, const char *path);
void     fddm_temporary_remove (FddmTemporary *temporary);

/* Removes FOLDER and its files. */
void fddm_temporary_remove_folder (const char *folder);

/* Removes this user's temporary folders in FOLDER, or beside the file PATH, whose processes have ended. */
void fddm_temporary_sweep (const char *folder);
void fddm_temporary_sweep_beside (const char *path);
