/* tags.h: what is taken over from the tags of a picture file.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <gexiv2/gexiv2.h>
#include "engine/program/pictures/codec.h"

typedef enum { FDDM_TAG_EXIF = 1, FDDM_TAG_XMP = 2, FDDM_TAG_IPTC = 4, FDDM_TAG_ALL = 7 } FddmTagParts;

/* What is true of the new picture. */
typedef struct {
  int               width, height;
  const FddmTraits *traits; /* resolution and comments */
} FddmTagFacts;

/* Sets RESOLUTION, in pixels per metre, to that in EXIF if there is one. */
void fddm_tags_resolution (GExiv2Metadata *tags, double resolution[2]);

/* Drops all but PARTS. */
void fddm_tags_keep (GExiv2Metadata *tags, FddmTagParts parts);

/* Drops what describes the data of the file, not the picture. COLOURS: also what describes its colours, as in a TIFF. */
void fddm_tags_drop_structure (GExiv2Metadata *tags, gboolean colours);

/* Makes size and resolution true, drops thumbnails and previews, and adds this program. */
void fddm_tags_correct (GExiv2Metadata *tags, const FddmTagFacts *facts);

/* Swaps what is told of columns and of rows, for pixels that lay on their side. */
void fddm_tags_turn (GExiv2Metadata *tags);

/* The orientation in EXIF, or else in XMP; 0 if there is none. */
guint16 fddm_tags_orientation (GExiv2Metadata *tags);

/* Makes the orientation that of pixels whose file told it elsewhere. */
void fddm_tags_set_orientation (GExiv2Metadata *tags, guint16 orientation);

/* Makes the comment of a JPEG or PNG the description of the picture if that has none. */
void fddm_tags_add_comment (GExiv2Metadata *tags, const FddmTraits *traits);
