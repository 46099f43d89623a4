/* metadata.h: EXIF, XMP and IPTC of picture files.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Of JPEG, PNG, TIFF and WebP files; EXIF and XMP of JPEG XL, HEIC and AVIF files; XMP of a BigTIFF. Others count as files
 * without metadata. */
#pragma once
#include "engine/program/metadata/tags.h"

/* Sets what is unknown of resolution and orientation in TRAITS, which are of the picture file PATH, to those in EXIF; the
 * orientation to that in XMP if EXIF has none. */
void fddm_metadata_facts (const char *path, FddmTraits *traits);

/* Hands out EXIF, from its TIFF header on, and XMP for a file that is to hold them; NULL = none. FACTS are of that file. Returns
 * the reason if something was lost, otherwise NULL. Free with g_free. */
char *fddm_metadata_packets (const char *from, const FddmTagFacts *facts, GBytes **exif, GBytes **xmp);

/* Copies metadata of the picture file FROM into the picture file TO, as far as its format can hold them; TO stays whole
 * if that fails. FACTS are of TO, whose pixels stand as those of FROM. Thumbnails and previews, which show the old picture,
 * are left out; the name of this program is added. Returns the problem if TO cannot be written anew, as on a full disk,
 * otherwise NULL. Where FROM is to blame, the rest is kept, and *LOST becomes the reason. Free both with g_free. */
char *fddm_metadata_copy (const char *from, const char *to, const FddmTagFacts *facts, char **lost);
