/* tiff.h: shared by reading and writing of TIFF files.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <stdio.h>
#include <tiffio.h>
#include "engine/program/pictures/codec.h"

/* Opens FILE with libtiff's MODE. *PROBLEM gets the first error. Close with TIFFClose; FILE stays open. */
TIFF *fddm_tiff_open (FILE *file, const char *mode, char **problem);

GeglBuffer *fddm_tiff_read (FILE *file, FddmTraits *traits, char **problem);
char       *fddm_tiff_write (FILE *file, GeglBuffer *buffer, const FddmWriting *how);
