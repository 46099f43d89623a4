/* safetensors.h: the container of weights files: named tensors and metadata.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <glib.h>

#define FDDM_TENSOR_DIMENSIONS 4

typedef struct {
  GHashTable   *metadata; /* string -> string                          */
  GHashTable   *tensors;  /* name -> a struct private to safetensors.c */
  const guint8 *data;     /* bytes of the tensors                      */
  GPtrArray    *floats;   /* tensors taken so far, of bytes, too       */
} FddmSafetensors;

/* Parses the header in SIZE BYTES, which must outlive the result. Guarantees that the tensors fill the remaining bytes
 * without gap or overlap, and that each length matches its type and shape. */
FddmSafetensors *fddm_safetensors_parse (const guint8 *bytes, gsize size, GError **error);
void             fddm_safetensors_free (FddmSafetensors *file);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (FddmSafetensors, fddm_safetensors_free)

/* Values of the tensor NAME as floats, owned by FILE->floats. It must have finite values and N dimensions of sizes SHAPE;
 * -1 matches any size and is replaced by it. */
const float *fddm_safetensors_take (FddmSafetensors *file, const char *name, int n, gint64 *shape, GError **error);
/* Likewise, the values of a tensor of type U8. */
const guint8 *fddm_safetensors_take_bytes (FddmSafetensors *file, const char *name, int n, gint64 *shape, GError **error);
/* Name of a tensor that was not taken, or NULL. */
const char *fddm_safetensors_unused (const FddmSafetensors *file);
