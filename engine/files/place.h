/* place.h: where a file is to be, and the unfinished one beside it.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "engine/files/temporary.h"

typedef struct {
  char         *target;    /* the file's own place, at the end of symbolic links */
  FddmTemporary temporary; /* a folder beside it                                 */
  char         *path;      /* of the unfinished file, in that folder             */
  gboolean      is_sealed; /* nothing is missing but the name                    */
} FddmPlace;

/* Follows the symbolic links of PATH, and makes a folder there. FALSE with errno set: to ENOTSUP if PATH is a device, a pipe or
 * a socket, which a file would replace. */
gboolean fddm_place_init (FddmPlace *place, const char *path);
void     fddm_place_clear (FddmPlace *place);

/* Gives the file, which is complete, the permissions and owner of an older one, and has all of it on the disk. From then on its
 * size and its time are those of the final file. Returns the problem, or NULL. */
char *fddm_place_seal (FddmPlace *place);

/* Seals the file unless that is done, and puts it in the place of an older one. It survives a failure of power. Without REPLACE,
 * an older file, which came since, is a problem. Returns the problem, or NULL. */
char *fddm_place_commit (FddmPlace *place, gboolean replace);
