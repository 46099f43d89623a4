/* gimp.h: one interface to the calls that differ between versions of GIMP.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Implemented by gimp2/host.c and gimp3/host.c, one of which is linked. Images and items are identified by GIMP's
 * numbers, which both versions have. Code shared by both hosts includes this header and none of GIMP's. */
#pragma once
#include <gegl.h>
#include <glib.h>

typedef gint32 FddmImageId;
typedef gint32 FddmItemId;

#define FDDM_NO_ITEM (-1)

#define FDDM_HOST_ERROR (fddm_host_error_quark ())
GQuark fddm_host_error_quark (void);

typedef enum { FDDM_HOST_ERROR_REFUSED, FDDM_HOST_ERROR_FAILED } FddmHostError;

/* ---- The session ---- */

/* Folder of the user's GIMP profile. Owned by GIMP. */
const char *fddm_host_profile (void);
/* Shows progress in GIMP. Each call is a round trip to GIMP. */
void fddm_host_progress (const char *text, double fraction);
/* Shows what was changed in images. */
void fddm_host_flush (void);
/* A sentence for the user, who has to close it. */
void fddm_host_message (const char *text);

/* ---- Queries ---- */

gboolean fddm_host_image_is_indexed (FddmImageId image);
gboolean fddm_host_image_is_gray (FddmImageId image);
void     fddm_host_image_size (FddmImageId image, int *width, int *height);
gboolean fddm_host_image_is_floating (FddmImageId image); /* whether it has a floating selection */
gboolean fddm_host_image_is_open (FddmImageId image);
/* Whether the image is still open and still contains the item. */
gboolean fddm_host_has_item (FddmImageId image, FddmItemId item);
gboolean fddm_host_item_there (FddmItemId item); /* in whatever image */
/* The image of a drawable; -1 if there is none with that number. */
FddmImageId fddm_host_image_of (FddmItemId drawable);
gboolean    fddm_host_item_is_layer (FddmItemId item);
void        fddm_host_offsets (FddmItemId drawable, int *x, int *y); /* its place in the image */
char       *fddm_host_item_name (FddmItemId item);                   /* free with g_free */
/* The layer that ITEM is or is the mask of; FDDM_NO_ITEM for other items and items of other images. */
FddmItemId fddm_host_layer_of (FddmImageId image, FddmItemId item);
/* The layer right above, in the same group; FDDM_NO_ITEM for the uppermost. */
FddmItemId fddm_host_layer_above (FddmImageId image, FddmItemId layer);
/* What fddm_host_layer_mark said that the layer was made of, if that is still in the image, else FDDM_NO_ITEM. */
FddmItemId fddm_host_layer_source (FddmImageId image, FddmItemId layer);
gboolean   fddm_host_has_selection (FddmImageId image);
/* The part of the drawable inside the selection (all, without a selection), in the drawable's coordinates. FALSE if it is
 * empty. */
gboolean fddm_host_selection_bounds (FddmItemId drawable, GeglRectangle *bounds);
/* The selection as a mask of the image's size. Free with g_object_unref. */
GeglBuffer *fddm_host_selection (FddmImageId image);
/* The selection in the image's coordinates; empty without a selection. */
void fddm_host_selection_in_image (FddmImageId image, GeglRectangle *bounds);
/* Whether the layer covers those below: normal mode, fully opaque, not clipped to them. A group that passes through counts as in
 * normal mode. */
gboolean fddm_host_layer_is_plain (FddmItemId layer);
/* The layer's mask if it is applied, otherwise FDDM_NO_ITEM. */
FddmItemId fddm_host_layer_mask (FddmItemId layer);
/* The drawable's live pixels: writing to them changes the image. Free with g_object_unref. */
GeglBuffer *fddm_host_buffer (FddmItemId drawable);
const Babl *fddm_host_format (FddmItemId drawable);
/* An item of the layer's size with the pixels that the user sees in LAYER: LAYER itself, or, if there are filters on it, a copy
 * with them. LAYER must be in an image. fddm_host_seen_end removes the copy. */
FddmItemId fddm_host_seen_begin (FddmItemId layer);
void       fddm_host_seen_end (FddmItemId layer, FddmItemId seen);

/* ---- Changing the image ---- */

typedef enum { FDDM_LAYER_PICTURE, FDDM_LAYER_NOISE, FDDM_LAYER_UNCERTAINTY } FddmLayerKind;

void fddm_host_undo_begin (FddmImageId image);
void fddm_host_undo_end (FddmImageId image);
/* Creates a layer with the size and position of SOURCE, not yet in the image. A picture layer has alpha if the source
 * does, and mode normal. The others are hidden and without alpha; the noise layer has mode grain merge. FDDM_NO_ITEM on
 * failure. */
FddmItemId fddm_host_layer_new (FddmImageId image, FddmItemId source, const char *name, FddmLayerKind kind);
/* Creates a layer with the size and position of PART, which is in SOURCE's coordinates, not yet in the image: with alpha if the
 * source has it, mode normal. FDDM_NO_ITEM on failure. */
FddmItemId fddm_host_part_new (FddmImageId image, FddmItemId source, const GeglRectangle *part, const char *name);
/* Creates a layer of this size at the image's upper left corner, not yet in the image: in the image's colour mode,
 * without alpha, mode normal. FDDM_NO_ITEM on failure. */
FddmItemId fddm_host_picture_new (FddmImageId image, int width, int height, const char *name);
void       fddm_host_layer_hide (FddmItemId layer); /* unless its visibility is locked */
/* Inserts the layer directly above ABOVE, in the same group; at the top of the image for FDDM_NO_ITEM. */
gboolean fddm_host_layer_insert (FddmImageId image, FddmItemId layer, FddmItemId above);
/* Puts the layer into a new group of its name, at its place, which takes over its mode and opacity; the layer becomes plain. The
 * image looks the same. */
gboolean fddm_host_layer_enclose (FddmImageId image, FddmItemId layer);
/* Takes that back: the group, in which nothing but the layer is left, is removed. */
void fddm_host_layer_release (FddmImageId image, FddmItemId layer);
/* Gives the layer a mask that hides nothing. Returns the mask, or FDDM_NO_ITEM. Painting still goes to the layer, not to the
 * mask. */
FddmItemId fddm_host_layer_add_mask (FddmItemId layer);
/* Notes what a new layer, not in the image yet, was made of. */
void fddm_host_layer_mark (FddmItemId layer, FddmItemId source);
void fddm_host_layer_remove (FddmImageId image, FddmItemId layer);
void fddm_host_layer_discard (FddmItemId layer); /* one that is not in the image */
void fddm_host_layer_select (FddmImageId image, FddmItemId layer);

/* ---- Files ---- */

/* An empty RGB image with 8 bits per sample. */
FddmImageId fddm_host_image_new (int width, int height);
/* -1 with GIMP's message in ERROR if the file cannot be read. */
FddmImageId fddm_host_file_load (const char *path, GError **error);

/* How a picture is coded in a file. Each format takes what it has. */
typedef struct {
  int      quality;          /* 1 … 100, where pixels change */
  gboolean lossless;         /* where the format has the choice */
  int      across, down;     /* JPEG: pixels of brightness to one of colour */
  gboolean progressive;      /* JPEG */
  int      tiff_compression; /* as TIFF numbers them */
} FddmFileStyle;

extern const FddmFileStyle fddm_file_style_default;

/* The format follows from the ending of PATH. Metadata and colour profile are saved, too. */
gboolean fddm_host_file_save (FddmImageId image, const char *path, const FddmFileStyle *style, GError **error);
int      fddm_host_image_layer_count (FddmImageId image); /* at the top level */
/* Removes the layers above the lowest one, whose size the image gets. */
void fddm_host_image_keep_lowest (FddmImageId image);
void fddm_host_image_to_rgb (FddmImageId image); /* converts an indexed image */
void fddm_host_select_nothing (FddmImageId image);
/* The image's only layer, after merging several. FDDM_NO_ITEM if nothing is visible. */
FddmItemId fddm_host_image_merge (FddmImageId image);
void       fddm_host_image_delete (FddmImageId image);
