/* gimp.h: the calls into GIMP that differ from one version to the next, under one name.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Implemented in gimp2/host.c and gimp3/host.c, one of which is linked. Images and items go by the numbers that both
 * versions know them by; what is shared by both hosts includes this header and none of GIMP's. */
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

/* Folder of the user's GIMP profile; GIMP's own string. */
const char *fddm_host_profile (void);
/* Progress as GIMP shows it; costs a round trip to GIMP. */
void fddm_host_progress (const char *text, double fraction);

/* ---- Asking ---- */

gboolean fddm_host_image_is_indexed (FddmImageId image);
gboolean fddm_host_image_is_gray (FddmImageId image);
void     fddm_host_image_size (FddmImageId image, int *width, int *height);
gboolean fddm_host_image_is_floating (FddmImageId image); /* has a floating selection */
gboolean fddm_host_image_is_open (FddmImageId image);
/* Whether the image is still open, and the item still one of its. */
gboolean fddm_host_has_item (FddmImageId image, FddmItemId item);
gboolean fddm_host_item_is_layer (FddmItemId item);
char    *fddm_host_item_name (FddmItemId item); /* free with g_free */
/* The layer that the item is, or is the mask of; FDDM_NO_ITEM where it is neither or not in the image. */
FddmItemId fddm_host_layer_of (FddmImageId image, FddmItemId item);
gboolean   fddm_host_has_selection (FddmImageId image);
/* The part of the drawable that the selection (all, where there is none) covers, in the drawable's own coordinates. FALSE
 * when that is nothing. */
gboolean fddm_host_selection_bounds (FddmItemId drawable, GeglRectangle *bounds);
/* The selection in the image's coordinates; empty where there is none. */
void fddm_host_selection_in_image (FddmImageId image, GeglRectangle *bounds);
/* The layer's mask where it has one in effect, else FDDM_NO_ITEM. */
FddmItemId fddm_host_layer_mask (FddmItemId layer);
/* The drawable's pixels, live: writing changes the image. Free with g_object_unref. */
GeglBuffer *fddm_host_buffer (FddmItemId drawable);
const Babl *fddm_host_format (FddmItemId drawable);

/* ---- Changing the image ---- */

typedef enum { FDDM_LAYER_PICTURE, FDDM_LAYER_NOISE, FDDM_LAYER_UNCERTAINTY } FddmLayerKind;

void fddm_host_undo_begin (FddmImageId image);
void fddm_host_undo_end (FddmImageId image);
/* A layer as large as SOURCE, at its place, not in the image yet. A picture: alpha as the source has it, mode normal. The
 * others: hidden, without alpha; noise in mode grain merge. FDDM_NO_ITEM when GIMP cannot. */
FddmItemId fddm_host_layer_new (FddmImageId image, FddmItemId source, const char *name, FddmLayerKind kind);
/* A layer for a picture of that size at the image's upper left corner, not in the image yet: the image's colour mode, no
 * alpha, mode normal. */
FddmItemId fddm_host_picture_new (FddmImageId image, int width, int height, const char *name);
/* Puts the layer right above ABOVE, into the same group; on top of all where that is FDDM_NO_ITEM. */
gboolean fddm_host_layer_insert (FddmImageId image, FddmItemId layer, FddmItemId above);
/* Gives the layer a mask made of the selection (all, where there is none); the mask, or FDDM_NO_ITEM. What is painted still
 * goes to the layer, not to the mask. */
FddmItemId fddm_host_layer_add_mask (FddmItemId layer);
void       fddm_host_layer_remove (FddmImageId image, FddmItemId layer);
void       fddm_host_layer_select (FddmImageId image, FddmItemId layer);

/* ---- Files ---- */

/* An empty RGB image of 8 bits. */
FddmImageId fddm_host_image_new (int width, int height);
/* -1 and GIMP's own words in ERROR when it cannot be read. */
FddmImageId fddm_host_file_load (const char *path, GError **error);
gboolean    fddm_host_file_save (FddmImageId image, const char *path, GError **error);
/* The image's only layer; several layers are merged into one first. FDDM_NO_ITEM when nothing is visible. */
FddmItemId fddm_host_image_merge (FddmImageId image);
void       fddm_host_image_delete (FddmImageId image);
