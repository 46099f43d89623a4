/* safetensors.h: the container of weights files: named tensors and metadata.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <glib.h>

#define FDDM_TENSOR_DIMENSIONS 4

typedef struct {
  GHashTable   *metadata; /* string -> string */
  GHashTable   *tensors;  /* name -> what is private to safetensors.c */
  const guint8 *data;     /* the tensors' bytes */
  GPtrArray    *floats;   /* the tensors taken so far */
} FddmSafetensors;

/* Reads the header in SIZE BYTES, which must outlive the result. On return it is certain that the tensors fill the rest
 * of the bytes without gap or overlap and that each is as long as its type and shape say. */
FddmSafetensors *fddm_safetensors_parse (const guint8 *bytes, gsize size, GError **error);
void             fddm_safetensors_free (FddmSafetensors *file);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (FddmSafetensors, fddm_safetensors_free)

/* The tensor's values as floats, owned by FILE->floats. It must have N dimensions of the sizes SHAPE, where -1 stands for
 * any size and becomes the size found, and finite values. */
const float *fddm_safetensors_take (FddmSafetensors *file, const char *name, int n, gint64 *shape, GError **error);
/* The name of a tensor that nobody took, or NULL. */
const char *fddm_safetensors_unused (const FddmSafetensors *file);
